package io.github.lanedrop.kernels.norm;

import io.github.lanedrop.kernels.lanes.Aligned;
import java.lang.foreign.MemorySegment;

/**
 * A few rows on their way through layer normalisation, in memory that stays in L1, or L2 if a row is long. The rows go
 * through each pass together, so that the sums of one, whose additions wait for each other, overlap with the next.
 */
public final class RowBatch {
    /** Most rows of a batch. */
    public static final int ROWS = 16;

    /** The mean of each row. */
    public final float[] mean = new float[ROWS];
    /** The inverse of each row's standard deviation. */
    public final float[] rstd = new float[ROWS];
    /** The rows. */
    public MemorySegment values = MemorySegment.NULL;
    /** Rows of memory that has no loop of its own. */
    public MemorySegment stage = MemorySegment.NULL;
    /** Rows beside them. */
    public MemorySegment otherStage = MemorySegment.NULL;

    MemorySegment gamma = MemorySegment.NULL;
    MemorySegment beta = MemorySegment.NULL;
    int columns;
    final MemorySegment sums = Aligned.floats(ROWS * NormLoop.PARTIAL_SUMS);
    final MemorySegment products = Aligned.floats(ROWS * NormLoop.PARTIAL_SUMS);
    /** The mean over a row of the gradient with respect to the normalised row, and of its product with that row. */
    final float[] gradientMean = new float[ROWS];

    final float[] productMean = new float[ROWS];

    /** No rows yet. */
    public RowBatch() {}

    /**
     * Makes room for rows and takes over their parameters.
     *
     * @param gamma a scale for each column
     * @param beta a shift for each column
     * @param columns the length of a row, 1 or more
     * @param elements how many elements there are at most at a time
     */
    public void set(MemorySegment gamma, MemorySegment beta, int columns, int elements) {
        this.columns = columns;
        long bytes = (long) columns * Float.BYTES;
        if (values.byteSize() < (long) elements * Float.BYTES) {
            values = Aligned.floats(elements);
            stage = Aligned.floats(elements);
            otherStage = Aligned.floats(elements);
        }
        if (this.gamma.byteSize() < bytes) {
            this.gamma = Aligned.floats(columns);
            this.beta = Aligned.floats(columns);
        }
        MemorySegment.copy(gamma, 0, this.gamma, 0, bytes);
        MemorySegment.copy(beta, 0, this.beta, 0, bytes);
    }
}
