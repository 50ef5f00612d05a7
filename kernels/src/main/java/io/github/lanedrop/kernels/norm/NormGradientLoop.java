package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;

/** The passes of layer normalisation's gradient over a batch of rows, which lie and are summed as in {@link NormLoop}. */
public interface NormGradientLoop {
    /**
     * The sums that the gradient takes.
     *
     * <pre>
     * x = (src[r][i] - mean[r]) * rstd[r]          g = dstGradient[r][i] * gamma[i]
     * gradientMean[r] = sum(g) / columns
     * productMean[r]  = sum(g * x) / columns
     * </pre>
     *
     * @param src the rows that were normalised
     * @param dstGradient the gradient with respect to the result
     * @param firstByte where the first row begins in both
     * @param batch holds the statistics of the rows, receives the means
     * @param rows how many
     */
    void sum(MemorySegment src, MemorySegment dstGradient, long firstByte, RowBatch batch, int rows);

    /**
     * The gradient, and what the rows add to the gradients of the parameters.
     *
     * <pre>
     * srcGradient[r][i] = ((g - gradientMean[r]) - x * productMean[r]) * rstd[r] [+ otherGradient[r][i]]
     * gammaSums[i]     += dstGradient[r][i] * x
     * betaSums[i]      += dstGradient[r][i]
     * </pre>
     *
     * @param src the rows that were normalised
     * @param dstGradient the gradient with respect to the result
     * @param otherGradient the gradient that reaches the rows on another way
     * @param hasOther whether there is one
     * @param srcGradient receives the gradient; may be any of the others
     * @param firstByte where the first row begins in them
     * @param batch the rows that were summed
     * @param rows how many
     * @param gammaSums sums over columns
     * @param betaSums sums over columns
     * @param sumsByte where the first column is in both
     */
    void finish(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment otherGradient,
            boolean hasOther,
            MemorySegment srcGradient,
            long firstByte,
            RowBatch batch,
            int rows,
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte);
}
