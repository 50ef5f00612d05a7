package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;

/**
 * The passes of layer normalisation over a row, and sums over columns.
 *
 * <p>A sum over a row is {@value #PARTIAL_SUMS} partial sums, of which element {@code i} joins number {@code i mod}
 * {@value #PARTIAL_SUMS} in the order of {@code i}, and which are then added in a fixed tree, the upper half to the lower
 * until one is left. So its bits depend neither on the vectors' width nor on how the row is cut into pieces. It is also
 * more exact than one sum, and its additions do not wait for each other.
 */
public interface NormLoop {
    /** Partial sums of a row. */
    int PARTIAL_SUMS = 64;

    /**
     * Takes a piece of a row.
     *
     * <pre>
     * row[i] = src[i]
     * </pre>
     *
     * @param src the elements
     * @param firstByte where the piece begins in {@code src}
     * @param rowAt where in the row: 0 for the first piece, or a multiple of {@value #PARTIAL_SUMS}
     * @param elements how many
     * @param row receives the piece
     */
    void take(MemorySegment src, long firstByte, int rowAt, int elements, NormRow row);

    /**
     * Takes a piece of a row after dropout, with the residual.
     *
     * <pre>
     * row[i] = residual[i] + (kept ? src[i] * scale : +0)
     * </pre>
     *
     * @param src the elements
     * @param residual what they are added to
     * @param firstByte where the piece begins in both
     * @param rowAt where in the row: 0 for the first piece, or a multiple of {@value #PARTIAL_SUMS}
     * @param elements how many
     * @param scale what kept elements are multiplied by
     * @param bits keep bits, lowest bit first
     * @param firstBit the bit of the first element; 8 bytes from that of any element on are read
     * @param row receives the piece
     */
    void join(
            MemorySegment src,
            MemorySegment residual,
            long firstByte,
            int rowAt,
            int elements,
            float scale,
            byte[] bits,
            int firstBit,
            NormRow row);

    /**
     * The row's statistics, and the row normalised.
     *
     * <pre>
     * mean   = sum(row) / columns
     * rstd   = 1 / sqrt(sum((row - mean)^2) / columns + epsilon)
     * dst[i] = ((row[i] - mean) * rstd) * gamma[i] + beta[i]
     * </pre>
     *
     * @param row the row that was taken, receives its mean and rstd
     * @param epsilon keeps rows of equal elements from dividing by zero
     * @param dst receives the result
     * @param firstByte where the row begins in {@code dst}
     */
    void normalise(NormRow row, float epsilon, MemorySegment dst, long firstByte);

    /**
     * The first half of the backward pass, and what a row adds to the gradients of the parameters.
     *
     * <pre>
     * row[i]        = (src[i] - mean) * rstd
     * gradient[i]   = dstGradient[i] * gamma[i]
     * gradientMean  = sum(gradient) / columns
     * productMean   = sum(gradient * row) / columns
     * gammaSums[i] += dstGradient[i] * row[i]
     * betaSums[i]  += dstGradient[i]
     * </pre>
     *
     * @param src the row that was normalised
     * @param dstGradient the gradient with respect to the result
     * @param firstByte where the row begins in both
     * @param row holds the row's mean and rstd
     * @param gammaSums sums over columns
     * @param betaSums sums over columns
     * @param sumsAt where the first column is in both
     */
    void differentiate(
            MemorySegment src,
            MemorySegment dstGradient,
            long firstByte,
            NormRow row,
            float[] gammaSums,
            float[] betaSums,
            int sumsAt);

    /**
     * The second half of the backward pass.
     *
     * <pre>
     * srcGradient[i] = ((gradient[i] - gradientMean) - row[i] * productMean) * rstd
     * </pre>
     *
     * @param row the row that was differentiated
     * @param srcGradient receives the gradient
     * @param firstByte where the row begins in it
     */
    void finish(NormRow row, MemorySegment srcGradient, long firstByte);

    /**
     * The second half of the backward pass through normalisation, residual and dropout, on a piece of a row.
     *
     * <pre>
     * joined              = ((gradient[i] - gradientMean) - row[i] * productMean) * rstd [+ sumGradient[i]]
     * residualGradient[i] = joined
     * srcGradient[i]      = kept ? joined * scale : +0
     * </pre>
     *
     * @param row the row that was differentiated
     * @param sumGradient the gradient that reaches the sum on another way
     * @param hasSumGradient whether there is one
     * @param residualGradient receives the gradient with respect to the residual
     * @param srcGradient receives the gradient with respect to what was dropped from
     * @param firstByte where the piece begins in the segments
     * @param rowAt where the piece begins in the row
     * @param elements how many
     * @param scale what kept elements were multiplied by
     * @param bits keep bits, lowest bit first
     * @param firstBit the bit of the first element; 8 bytes from that of any element on are read
     */
    void part(
            NormRow row,
            MemorySegment sumGradient,
            boolean hasSumGradient,
            MemorySegment residualGradient,
            MemorySegment srcGradient,
            long firstByte,
            int rowAt,
            int elements,
            float scale,
            byte[] bits,
            int firstBit);

    /**
     * Adds rows to sums over columns, from the first row to the last.
     *
     * @param src the rows, or a piece of them
     * @param firstByte where the piece begins
     * @param elements how many
     * @param column the column of the first element
     * @param columns the length of a row
     * @param sums a sum for each column, is added to
     * @param sumsAt where the first column is
     */
    void addRows(MemorySegment src, long firstByte, int elements, int column, int columns, float[] sums, int sumsAt);
}
