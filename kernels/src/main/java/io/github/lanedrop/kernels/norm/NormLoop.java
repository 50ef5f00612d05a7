package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;

/**
 * The passes of layer normalisation over a batch of rows, and sums over columns.
 *
 * <p>A sum over a row is {@value #PARTIAL_SUMS} partial sums, of which element {@code i} joins number {@code i mod}
 * {@value #PARTIAL_SUMS} in the order of {@code i}, and which are then added in a fixed tree, the upper half to the lower
 * until one is left. So its bits depend neither on the vectors' width nor on how the row is cut into pieces. It is also
 * more exact than one sum, and its additions do not wait for each other.
 *
 * <p>Row {@code r} of a batch begins {@code r} rows after the first; rows follow each other without gaps.
 */
public interface NormLoop {
    /** Partial sums of a row. */
    int PARTIAL_SUMS = 64;

    /**
     * The partial sums of a row.
     *
     * @param values the rows
     * @param firstByte where the first row begins
     * @param r the row of the batch
     * @param batch receives the partial sums
     */
    void sum(MemorySegment values, long firstByte, int r, RowBatch batch);

    /**
     * A piece of a row after dropout, with the residual, and its partial sums.
     *
     * <pre>
     * values[r][i] = residual[r][i] + (kept ? src[r][i] * scale : +0)
     * </pre>
     *
     * @param src the rows
     * @param residual what they are added to
     * @param values receives the result; may be either
     * @param firstByte where the first row begins in them
     * @param r the row of the batch
     * @param rowAt where the piece begins in the row: 0 for the first, or a multiple of {@value #PARTIAL_SUMS}
     * @param elements how many
     * @param scale what kept elements are multiplied by
     * @param bits keep bits, lowest bit first
     * @param firstBit the bit of the first element; 8 bytes from that of any element on are read
     * @param batch receives the partial sums
     */
    void join(
            MemorySegment src,
            MemorySegment residual,
            MemorySegment values,
            long firstByte,
            int r,
            int rowAt,
            int elements,
            float scale,
            byte[] bits,
            int firstBit,
            RowBatch batch);

    /**
     * The statistics of rows that were summed or joined.
     *
     * <pre>
     * mean[r] = sum(values[r]) / columns
     * rstd[r] = 1 / sqrt(sum((values[r] - mean[r])^2) / columns + epsilon)
     * </pre>
     *
     * @param values the rows
     * @param firstByte where the first row begins
     * @param batch holds the partial sums, receives the statistics
     * @param rows how many
     * @param epsilon keeps rows of equal elements from dividing by zero
     */
    void measure(MemorySegment values, long firstByte, RowBatch batch, int rows, float epsilon);

    /**
     * Rows that were measured, normalised.
     *
     * <pre>
     * dst[r][i] = ((values[r][i] - mean[r]) * rstd[r]) * gamma[i] + beta[i]
     * </pre>
     *
     * @param values the rows
     * @param dst receives the result; may be {@code values}
     * @param firstByte where the first row begins in both
     * @param batch the statistics and parameters
     * @param rows how many
     */
    void normalise(MemorySegment values, MemorySegment dst, long firstByte, RowBatch batch, int rows);

    /**
     * The first half of the backward pass: the sums that it takes.
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
    void differentiate(MemorySegment src, MemorySegment dstGradient, long firstByte, RowBatch batch, int rows);

    /**
     * The second half of the backward pass, and what the rows add to the gradients of the parameters.
     *
     * <pre>
     * srcGradient[r][i] = ((g - gradientMean[r]) - x * productMean[r]) * rstd[r]
     * gammaSums[i]     += dstGradient[r][i] * x
     * betaSums[i]      += dstGradient[r][i]
     * </pre>
     *
     * @param src the rows that were normalised
     * @param dstGradient the gradient with respect to the result
     * @param srcGradient receives the gradient; may be either
     * @param firstByte where the first row begins in them
     * @param batch the rows that were differentiated
     * @param rows how many
     * @param gammaSums sums over columns
     * @param betaSums sums over columns
     * @param sumsByte where the first column is in both
     */
    void finish(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long firstByte,
            RowBatch batch,
            int rows,
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte);

    /**
     * The second half of the backward pass through normalisation, residual and dropout, on a piece of a row.
     *
     * <pre>
     * joined              = ((g - gradientMean[r]) - x * productMean[r]) * rstd[r] [+ sumGradient[i]]
     * residualGradient[i] = joined
     * srcGradient[i]      = kept ? joined * scale : +0
     * gammaSums[i]       += dstGradient[i] * x
     * betaSums[i]        += dstGradient[i]
     * </pre>
     *
     * @param sum the row that was normalised
     * @param dstGradient the gradient with respect to the result
     * @param sumGradient the gradient that reaches the sum on another way
     * @param hasSumGradient whether there is one
     * @param residualGradient receives the gradient with respect to the residual
     * @param srcGradient receives the gradient with respect to what was dropped from
     * @param firstByte where the piece begins in the segments
     * @param batch the rows that were differentiated
     * @param r the row of the batch
     * @param rowAt where the piece begins in the row
     * @param elements how many
     * @param scale what kept elements were multiplied by
     * @param bits keep bits, lowest bit first
     * @param firstBit the bit of the first element; 8 bytes from that of any element on are read
     * @param gammaSums sums over columns
     * @param betaSums sums over columns
     * @param sumsByte where the first column of the row is in both
     */
    void part(
            MemorySegment sum,
            MemorySegment dstGradient,
            MemorySegment sumGradient,
            boolean hasSumGradient,
            MemorySegment residualGradient,
            MemorySegment srcGradient,
            long firstByte,
            RowBatch batch,
            int r,
            int rowAt,
            int elements,
            float scale,
            byte[] bits,
            int firstBit,
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte);

    /**
     * Adds rows to sums over columns, from the first row to the last.
     *
     * @param src the rows, or a piece of them
     * @param firstByte where the piece begins
     * @param elements how many
     * @param column the column of the first element
     * @param columns the length of a row
     * @param sums a sum for each column, is added to
     * @param sumsByte where the first column is
     */
    void addRows(
            MemorySegment src,
            long firstByte,
            int elements,
            int column,
            int columns,
            MemorySegment sums,
            long sumsByte);
}
