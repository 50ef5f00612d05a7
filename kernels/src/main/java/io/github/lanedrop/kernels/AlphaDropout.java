package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Operation;
import java.lang.foreign.MemorySegment;

/**
 * Alpha dropout: keeps the mean and the variance of activations of zero mean and unit variance, as SELU makes them, by
 * setting dropped elements to SELU's limit and not to 0.
 *
 * <pre>
 * forward:   dst[k] = kept(offset + k) ? a * src[k] + b : a * -alpha' + b
 * backward:  srcGradient[k] = kept(offset + k) ? a * dstGradient[k] : +0
 * alpha' = 1.7580993408473766      a = 1 / sqrt((alpha'^2 * rate + 1) * (1 - rate))      b = a * alpha' * rate
 * </pre>
 *
 * <p>{@code rate} is {@link MaskSource#dropShare}, whatever the mask's scale. Where nothing is dropped, {@code a = 1} and
 * {@code b = 0}: every bit is copied. A mask that drops everything is refused, as there is no {@code a}, and so is one whose
 * rate varies, as one {@code a} does not do for all. With a mask that is shared by the elements of a feature this is feature
 * alpha dropout.
 *
 * <p>Parameters, aliasing, threads, determinism and errors are those of {@link DropoutKernel}.
 *
 * <p>Source: G. Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017.
 */
public final class AlphaDropout {
    /** The limit of SELU for very negative inputs, less its sign: its scale times its alpha. */
    public static final double ALPHA_PRIME = 1.7580993408473766;

    private static final Elementwise AFFINE_SELECT = new Elementwise(Operation.AFFINE_SELECT);

    private AlphaDropout() {}

    /**
     * The factor of a kept element.
     *
     * @param rate the rate of the mask, below 1
     * @return {@code a}
     * @throws IllegalArgumentException if everything is dropped
     */
    public static double factor(Rate rate) {
        if (rate.dropsAll()) {
            throw new IllegalArgumentException("rate must be below 1 for alpha dropout, got " + rate.nominal());
        }
        return factor(rate.effective());
    }

    private static double factor(double rate) {
        return 1 / Math.sqrt((ALPHA_PRIME * ALPHA_PRIME * rate + 1) * (1 - rate));
    }

    /**
     * What is added to a kept element.
     *
     * @param rate the rate of the mask, below 1
     * @return {@code b}
     * @throws IllegalArgumentException if everything is dropped
     */
    public static double shift(Rate rate) {
        return factor(rate) * ALPHA_PRIME * rate.effective();
    }

    /** The share that a mask drops. */
    private static double rate(MaskSource mask) {
        double rate = mask.dropShare();
        if (Double.isNaN(rate)) {
            throw new IllegalArgumentException(
                    "mask must drop at one rate for alpha dropout, got rates that vary from element to element");
        }
        if (rate == 1) {
            throw new IllegalArgumentException("mask must drop less than everything for alpha dropout, got " + mask);
        }
        return rate;
    }

    /**
     * Drops to SELU's limit, and restores mean and variance.
     *
     * @param mask which elements are kept
     * @param type how an element is stored
     * @param offset the mask's index of the first element
     * @param src the activations
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            Workers workers) {
        double rate = rate(mask);
        double a = factor(rate);
        double b = a * ALPHA_PRIME * rate;
        AFFINE_SELECT.run(mask, offset, type, "src", src, "dst", dst, elements, a, b, a * -ALPHA_PRIME + b, workers);
    }

    /**
     * The gradient with respect to the input.
     *
     * @param mask the source of the forward pass
     * @param type how an element is stored
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient}
     * @param elements how many
     * @param workers who does it
     */
    public static void backward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long elements,
            Workers workers) {
        DropoutKernel.SCALE_SELECT.run(
                mask,
                offset,
                type,
                "dstGradient",
                dstGradient,
                "srcGradient",
                srcGradient,
                elements,
                factor(rate(mask)),
                0,
                0,
                workers);
    }
}
