package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;

/** The passes of layer normalisation's gradient over a batch of rows, which lie and are summed as in {@link NormLoop}. */
public interface NormGradientLoop {
    /**
     * The sums that the gradient takes, and what the rows add to the gradients of the parameters.
     *
     * <pre>
     * x = (src[r][i] - mean[r]) * rstd[r]          g = dstGradient[r][i] * gamma[i]
     * gradientMean[r] = sum(g) / columns           sums[gamma + i] += dstGradient[r][i] * x
     * productMean[r]  = sum(g * x) / columns       sums[beta + i]  += dstGradient[r][i]
     * </pre>
     *
     * @param src the rows that were normalised
     * @param dstGradient the gradient with respect to the result
     * @param firstByte where the first row begins in both
     * @param batch holds the statistics of the rows, receives the means
     * @param rows how many
     * @param sums sums over columns
     * @param gammaByte where those for gamma begin
     * @param betaByte where those for beta begin
     */
    void sum(
            MemorySegment src,
            MemorySegment dstGradient,
            long firstByte,
            RowBatch batch,
            int rows,
            MemorySegment sums,
            long gammaByte,
            long betaByte);

    /**
     * The gradient.
     *
     * <pre>
     * srcGradient[r][i] = ((g - gradientMean[r]) - x * productMean[r]) * rstd[r] [+ otherGradient[r][i]]
     * </pre>
     *
     * @param src the rows that were normalised
     * @param dstGradient the gradient with respect to the result
     * @param srcGradient receives the gradient; may be any of the others
     * @param firstByte where the first row begins in them
     * @param batch the rows that were summed, and the gradient that reaches them on another way
     * @param rows how many
     * @param hasOther whether there is that other gradient
     */
    void finish(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long firstByte,
            RowBatch batch,
            int rows,
            boolean hasOther);
}
