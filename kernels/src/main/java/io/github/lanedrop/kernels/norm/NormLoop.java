package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;

/**
 * The passes of layer normalisation over a batch of rows.
 *
 * <p>A sum over a row is {@value #PARTIAL_SUMS} partial sums, of which element {@code i} joins number {@code i mod}
 * {@value #PARTIAL_SUMS} in the order of {@code i}, and which are then added in a fixed tree, the upper half to the lower
 * until one is left. So its bits do not depend on the vectors' width. It is also more exact than one sum, and its additions
 * do not wait for each other.
 *
 * <p>Row {@code r} of a batch begins {@code r} rows after the first; rows follow each other without gaps.
 */
public interface NormLoop {
    /** Partial sums of a row. */
    int PARTIAL_SUMS = 64;

    /**
     * The statistics of rows.
     *
     * <pre>
     * mean[r] = sum(values[r]) / columns
     * rstd[r] = 1 / sqrt(sum((values[r] - mean[r])^2) / columns + epsilon)
     * </pre>
     *
     * @param values the rows
     * @param firstByte where the first row begins
     * @param batch receives the statistics
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
}
