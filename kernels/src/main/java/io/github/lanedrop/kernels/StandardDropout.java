package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Operation;
import java.lang.foreign.MemorySegment;

/**
 * Dropout as first published: nothing is scaled in training, and everything is scaled by the keep probability {@code q} in
 * evaluation.
 *
 * <pre>
 * forward, backward:   dst[k] = kept(offset + k) ? src[k] : +0
 * evaluate:            dst[k] = src[k] * q            or, the same, weights * q:  see toInverted
 * toInverted:          weights * q                    a network trained so, for use with inverted dropout
 * toStandard:          weights / q                    and back
 * </pre>
 *
 * <p>{@code q} is {@code 1 - }the realised rate, computed in double and rounded once; of a mask that drops another share
 * than its rate says, {@code Rate.drop(mask.dropShare())} is the rate to give. At rate 0 every bit is copied. A layer after standard dropout with
 * weights {@code W} and one after inverted dropout with {@code W * q} give the same, in training under the same mask and in
 * evaluation, to rounding.
 *
 * <p>Parameters, aliasing, threads, determinism and errors are those of {@link DropoutKernel}.
 *
 * <p>Source: G. Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors",
 * arXiv:1207.0580 (2012); N. Srivastava et al., JMLR 15 (2014), section 10 for the equivalence.
 */
public final class StandardDropout {
    private static final Elementwise SELECT = new Elementwise(Operation.SELECT);

    private StandardDropout() {}

    /**
     * Drops.
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
        SELECT.run(mask, offset, type, "src", src, "dst", dst, elements, 0, 0, 0, workers);
    }

    /**
     * The gradient with respect to the input: the same mask on the gradient with respect to the output.
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
        SELECT.run(
                mask, offset, type, "dstGradient", dstGradient, "srcGradient", srcGradient, elements, 0, 0, 0, workers);
    }

    /**
     * What takes the place of dropout in evaluation.
     *
     * @param rate the rate of the mask in training
     * @param type how an element is stored
     * @param src the activations
     * @param dst receives {@code src * q}; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void evaluate(
            Rate rate, DType type, MemorySegment src, MemorySegment dst, long elements, Workers workers) {
        scale(1 - rate.effective(), type, "src", src, dst, elements, workers);
    }

    /**
     * Turns the weights that follow standard dropout into weights to follow inverted dropout.
     *
     * @param rate the rate of the dropout before the weights
     * @param type how a weight is stored
     * @param weights the weights, not the biases
     * @param dst receives {@code weights * q}; may be {@code weights}
     * @param elements how many
     * @param workers who does it
     */
    public static void toInverted(
            Rate rate, DType type, MemorySegment weights, MemorySegment dst, long elements, Workers workers) {
        scale(1 - rate.effective(), type, "weights", weights, dst, elements, workers);
    }

    /**
     * Turns the weights that follow inverted dropout into weights to follow standard dropout.
     *
     * @param rate the rate of the dropout before the weights, below 1
     * @param type how a weight is stored
     * @param weights the weights, not the biases
     * @param dst receives {@code weights / q}; may be {@code weights}
     * @param elements how many
     * @param workers who does it
     * @throws IllegalArgumentException if everything is dropped, since then the weights are lost
     */
    public static void toStandard(
            Rate rate, DType type, MemorySegment weights, MemorySegment dst, long elements, Workers workers) {
        if (rate.dropsAll()) {
            throw new IllegalArgumentException("rate must be below 1 to turn weights back, got " + rate.nominal());
        }
        scale(rate.scale(), type, "weights", weights, dst, elements, workers);
    }

    private static void scale(
            double factor,
            DType type,
            String srcName,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            Workers workers) {
        DropoutKernel.SCALE_SELECT.run(
                KeepBits.ALL_KEPT, 0, type, srcName, src, "dst", dst, elements, factor, 0, 0, workers);
    }
}
