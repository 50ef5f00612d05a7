package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Operation;
import java.lang.foreign.MemorySegment;

/**
 * Inverted dropout on a branch that joins a residual, in one pass; with a mask of one decision a sample, this is stochastic
 * depth (drop path).
 *
 * <pre>
 * dst[k] = residual[k] + (kept(offset + k) ? src[k] * scale : +0)
 * </pre>
 *
 * <p>The gradient with respect to {@code residual} is that with respect to {@code dst}; the one with respect to {@code src}
 * is {@link DropoutKernel#backward}'s. Where an element is dropped, {@code dst} is {@code residual + 0}: -0 becomes +0, as
 * in the chain of the two. The sum of two NaNs is one of them, and which is the only thing here that is left open.
 * {@code residual} and {@code dst} must be identical or disjoint, as {@code src} and {@code dst}.
 *
 * <p>Parameters, aliasing, threads, determinism and errors are otherwise those of {@link DropoutKernel}.
 *
 * <p>Source: G. Huang et al., "Deep Networks with Stochastic Depth", ECCV 2016; A. Vaswani et al., "Attention Is All You
 * Need", NeurIPS 2017, section 5.4.
 */
public final class ResidualDropout {
    private static final Elementwise RESIDUAL_SCALE_SELECT = new Elementwise(Operation.RESIDUAL_SCALE_SELECT);

    private ResidualDropout() {}

    /**
     * Drops, scales and adds.
     *
     * @param mask which elements of {@code src} are kept
     * @param type how an element is stored
     * @param offset the mask's index of the first element
     * @param src the branch
     * @param residual what it joins
     * @param dst receives the sum; may be {@code src} or {@code residual}
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment residual,
            MemorySegment dst,
            long elements,
            Workers workers) {
        RESIDUAL_SCALE_SELECT.run(
                mask, offset, type, src, "residual", residual, dst, elements, scale(mask), 0, 0, workers);
    }

    /** Elements {@code start} to {@code end}, exclusive, of arguments that were checked. */
    static void range(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment residual,
            MemorySegment dst,
            long start,
            long end) {
        RESIDUAL_SCALE_SELECT.range(
                mask, offset, type, src, residual, dst, Elementwise.NO_KEEP_BITS, start, end, scale(mask), 0, 0);
    }

    private static double scale(MaskSource mask) {
        return mask.rate().dropsAll() ? 0 : mask.scale();
    }
}
