package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Operation;
import java.lang.foreign.MemorySegment;

/**
 * Alpha dropout: keeps the mean and the variance of activations of zero mean and unit variance, as SELU makes them, by
 * setting dropped elements to SELU's limit and not to 0; or those of another {@link FixedPoint}.
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
     * What dropped elements are set to, and the moments that are kept if the activations have them.
     *
     * <pre>
     * a = 1 / sqrt(((dropped - mean)^2 / variance * rate + 1) * (1 - rate))
     * b = mean - a * ((1 - rate) * mean + rate * dropped)
     * </pre>
     *
     * @param dropped what a dropped element is set to before {@code a} and {@code b}, finite
     * @param mean the mean of the activations, finite
     * @param variance their variance, more than 0 and finite; all three in the range of float32
     */
    public record FixedPoint(double dropped, double mean, double variance) {
        /** SELU's: zero mean and unit variance, dropped to its limit. */
        public static final FixedPoint SELU = new FixedPoint(-ALPHA_PRIME, 0, 1);

        /**
         * Refuses what has no constants.
         *
         * @throws IllegalArgumentException if a number is NaN or out of range
         */
        public FixedPoint {
            Check.finiteFloat("dropped", dropped);
            Check.finiteFloat("mean", mean);
            if (!((float) variance > 0 && variance <= Float.MAX_VALUE)) {
                throw new IllegalArgumentException(
                        "variance must be more than 0, finite and in the range of float32, got " + variance);
            }
        }

        /**
         * The factor of a kept element.
         *
         * @param rate the rate of the mask, below 1
         * @return {@code a}
         * @throws IllegalArgumentException if everything is dropped
         */
        public double factor(Rate rate) {
            return factor(below1(rate));
        }

        /**
         * What is added to a kept element.
         *
         * @param rate the rate of the mask, below 1
         * @return {@code b}
         * @throws IllegalArgumentException if everything is dropped
         */
        public double shift(Rate rate) {
            return shift(below1(rate));
        }

        private static double below1(Rate rate) {
            if (rate.dropsAll()) {
                throw new IllegalArgumentException("rate must be below 1 for alpha dropout, got " + rate.nominal());
            }
            return rate.effective();
        }

        private double factor(double rate) {
            double deviation = dropped - mean;
            return 1 / Math.sqrt((deviation * deviation / variance * rate + 1) * (1 - rate));
        }

        private double shift(double rate) {
            double a = factor(rate);
            return mean * (1 - a * (1 - rate)) - a * dropped * rate;
        }
    }

    /**
     * The factor of a kept element.
     *
     * @param rate the rate of the mask, below 1
     * @return {@code a}
     * @throws IllegalArgumentException if everything is dropped
     */
    public static double factor(Rate rate) {
        return FixedPoint.SELU.factor(rate);
    }

    /**
     * What is added to a kept element.
     *
     * @param rate the rate of the mask, below 1
     * @return {@code b}
     * @throws IllegalArgumentException if everything is dropped
     */
    public static double shift(Rate rate) {
        return FixedPoint.SELU.shift(rate);
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
        forward(mask, FixedPoint.SELU, type, offset, src, dst, elements, workers);
    }

    /**
     * Drops to another value than SELU's limit, and restores another mean and variance.
     *
     * @param mask which elements are kept
     * @param fixedPoint what is dropped to and restored
     * @param type how an element is stored
     * @param offset the mask's index of the first element
     * @param src the activations
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            FixedPoint fixedPoint,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            Workers workers) {
        double rate = rate(mask);
        double a = fixedPoint.factor(rate);
        double b = fixedPoint.shift(rate);
        double c = a * fixedPoint.dropped() + b;
        AFFINE_SELECT.run(mask, offset, type, "src", src, "dst", dst, elements, a, b, c, workers);
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
        backward(mask, FixedPoint.SELU, type, offset, dstGradient, srcGradient, elements, workers);
    }

    /**
     * The gradient with respect to the input, for another fixed point than SELU's.
     *
     * @param mask the source of the forward pass
     * @param fixedPoint the fixed point of the forward pass
     * @param type how an element is stored
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient}
     * @param elements how many
     * @param workers who does it
     */
    public static void backward(
            MaskSource mask,
            FixedPoint fixedPoint,
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
                fixedPoint.factor(rate(mask)),
                0,
                0,
                workers);
    }
}
