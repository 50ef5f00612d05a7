package io.github.lanedrop.kernels.norm;

import io.github.lanedrop.kernels.lanes.Aligned;
import java.lang.foreign.MemorySegment;

/**
 * What layer normalisation knows of a few rows, which stay in L1, or L2 if a row is long. The rows go through each pass
 * together, so that the last additions of one row's sums, which wait for each other, overlap with the next row.
 */
public final class RowBatch {
    /** Most rows of a batch. */
    public static final int ROWS = 16;

    /** The mean of each row. */
    public final float[] mean = new float[ROWS];
    /** The inverse of each row's standard deviation. */
    public final float[] rstd = new float[ROWS];
    /** Rows of memory that has no loop of its own. */
    public MemorySegment stage = MemorySegment.NULL;
    /** Rows beside them. */
    public MemorySegment otherStage = MemorySegment.NULL;
    /** The gradient that reaches the rows on another way, if there is one. */
    public float[] otherGradient = {};
    /** Rows of 16-bit elements as floats: what is read, and what takes its place. */
    public final MemorySegment[] wide = {MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL};

    /** Gamma, then from {@link #betaByte} on beta, for the forward pass, a tenth faster than from arrays. */
    MemorySegment parameters = MemorySegment.NULL;

    long betaByte;

    /**
     * For the backward pass an array, though vectors of it lie across cache lines: its loops have three segments already, which
     * are checked for their owner, and with a fourth C2 compiles them a hundred times in a JVM that has arenas of one thread
     * and of all.
     */
    float[] gamma = {};

    int columns;
    /** Partial sums, those of row {@code r} from {@code r} times their number on. */
    final float[] sums = new float[ROWS * NormLoop.PARTIAL_SUMS];

    final float[] products = new float[ROWS * NormLoop.PARTIAL_SUMS];
    /** The mean over a row of the gradient with respect to the normalised row, and of its product with that row. */
    final float[] gradientMean = new float[ROWS];

    final float[] productMean = new float[ROWS];

    /** No rows yet. */
    public RowBatch() {}

    /**
     * Takes over the parameters of rows for the forward pass.
     *
     * @param gamma a scale for each column
     * @param beta a shift for each column
     * @param columns the length of a row, 1 or more
     */
    public void set(MemorySegment gamma, MemorySegment beta, int columns) {
        this.columns = columns;
        long bytes = (long) Float.BYTES * columns;
        betaByte = Aligned.bytes(columns);
        if (parameters.byteSize() < 2 * betaByte) {
            parameters = Aligned.floats(2 * betaByte / Float.BYTES);
        }
        MemorySegment.copy(gamma, 0, parameters, 0, bytes);
        MemorySegment.copy(beta, 0, parameters, betaByte, bytes);
    }

    /**
     * Takes over the parameters of rows for the backward pass.
     *
     * @param gamma a scale for each column
     * @param columns the length of a row, 1 or more
     */
    public void set(MemorySegment gamma, int columns) {
        this.columns = columns;
        if (this.gamma.length < columns) {
            this.gamma = new float[columns];
        }
        MemorySegment.copy(gamma, ScalarNorm.FLOAT, 0, this.gamma, 0, columns);
    }

    /**
     * Makes room for rows of memory that has no loop of its own.
     *
     * @param elements how many elements there are at most at a time
     */
    public void reserve(int elements) {
        if (stage.byteSize() < (long) elements * Float.BYTES) {
            stage = Aligned.floats(elements);
            otherStage = Aligned.floats(elements);
        }
    }

    /**
     * Makes room for another gradient.
     *
     * @param elements how many elements there are at most at a time
     */
    public void reserveOther(int elements) {
        if (otherGradient.length < elements) {
            otherGradient = new float[elements];
        }
    }

    /**
     * Makes room for rows of 16-bit elements.
     *
     * @param elements how many elements there are at most at a time
     * @param buffers how many such rows there are beside each other
     */
    public void reserveWide(long elements, int buffers) {
        for (int i = 0; i < buffers; i++) {
            if (wide[i].byteSize() < elements * Float.BYTES) {
                wide[i] = Aligned.floats(elements);
            }
        }
    }

    /** Where a row begins. */
    long rowByte(long firstByte, int r) {
        return firstByte + (long) Float.BYTES * r * columns;
    }
}
