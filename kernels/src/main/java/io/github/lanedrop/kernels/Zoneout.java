package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Operation;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;

/**
 * Zoneout: a dropped unit of a recurrent state keeps its previous value.
 *
 * <pre>
 * forward:           dst[k] = kept(offset + k) ? src[k] : previous[k]
 * backward:          srcGradient[k]       = kept(offset + k) ? dstGradient[k] : +0
 * backwardPrevious:  previousGradient[k]  = kept(offset + k) ? +0 : dstGradient[k]
 * evaluate:          dst[k] = q * src[k] + p * previous[k]
 * </pre>
 *
 * <p>In training nothing is scaled; in evaluation the state is the expectation over all masks, where {@code p} is the realised
 * rate and {@code q = 1 - p}, computed in double and rounded once. At rate 0 the state is the candidate, at rate 1 it never
 * changes, all bits of it, in both.
 *
 * <p>Parameters, aliasing, threads, determinism and errors are those of {@link DropoutKernel}.
 *
 * <p>Source: D. Krueger et al., "Zoneout: Regularizing RNNs by Randomly Preserving Hidden Activations", ICLR 2017.
 */
public final class Zoneout {
    private static final Elementwise SELECT_OPERAND = new Elementwise(Operation.SELECT_OPERAND);
    private static final Elementwise SELECT_DROPPED = new Elementwise(Operation.SELECT_DROPPED);
    private static final Elementwise WEIGHTED_SUM = new Elementwise(Operation.WEIGHTED_SUM);
    private static final MaskSource ALL_DROPPED = new BernoulliMask(Rate.drop(1), Key.of(0));

    private Zoneout() {}

    /**
     * The new state.
     *
     * @param mask which units take the candidate
     * @param type how an element is stored
     * @param offset the mask's index of the first element
     * @param src the candidate: the state that the cell computed
     * @param previous the state before
     * @param dst receives the state; may be {@code src} or {@code previous}
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment previous,
            MemorySegment dst,
            long elements,
            Workers workers) {
        SELECT_OPERAND.run(mask, offset, type, src, "previous", previous, dst, elements, 0, 0, 0, workers);
    }

    /**
     * The gradient with respect to the candidate.
     *
     * @param mask the source of the forward pass
     * @param type how an element is stored
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient; may be {@code dstGradient}
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
        StandardDropout.backward(mask, type, offset, dstGradient, srcGradient, elements, workers);
    }

    /**
     * The gradient with respect to the previous state.
     *
     * @param mask the source of the forward pass
     * @param type how an element is stored
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param previousGradient receives the gradient; may be {@code dstGradient}
     * @param elements how many
     * @param workers who does it
     */
    public static void backwardPrevious(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment dstGradient,
            MemorySegment previousGradient,
            long elements,
            Workers workers) {
        SELECT_DROPPED.run(
                mask,
                offset,
                type,
                "dstGradient",
                dstGradient,
                "previousGradient",
                previousGradient,
                elements,
                0,
                0,
                0,
                workers);
    }

    /**
     * What takes the place of zoneout in evaluation. Each of the products is rounded, and then their sum; 16-bit types are
     * rounded once, at the end. Of two NaNs the sum is one, and it is open which.
     *
     * @param rate the rate of the mask in training
     * @param type how an element is stored
     * @param src the candidate: the state that the cell computed
     * @param previous the state before
     * @param dst receives the expected state; may be {@code src} or {@code previous}
     * @param elements how many
     * @param workers who does it
     */
    public static void evaluate(
            Rate rate,
            DType type,
            MemorySegment src,
            MemorySegment previous,
            MemorySegment dst,
            long elements,
            Workers workers) {
        if (rate.keepsAll() || rate.dropsAll()) { // nothing is left to chance, and 0 times infinity is not 0
            forward(rate.keepsAll() ? KeepBits.ALL_KEPT : ALL_DROPPED, type, 0, src, previous, dst, elements, workers);
            return;
        }
        double p = rate.effective();
        WEIGHTED_SUM.run(KeepBits.ALL_KEPT, 0, type, src, "previous", previous, dst, elements, 1 - p, p, 0, workers);
    }
}
