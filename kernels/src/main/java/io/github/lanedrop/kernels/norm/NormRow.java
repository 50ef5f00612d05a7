package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A row on its way through layer normalisation, in arrays that stay in L1, or L2 if it is long. */
public final class NormRow {
    /** How floats lie in memory. */
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The row, in a backward pass normalised. */
    public float[] values = {};
    /** The gradient with respect to the normalised row. */
    public float[] gradient = {};
    /** The mean of the row. */
    public float mean;
    /** The inverse of the row's standard deviation. */
    public float rstd;

    /** Rows of memory that has no loop of its own. */
    public MemorySegment stage = MemorySegment.NULL;
    /** Rows beside them. */
    public MemorySegment otherStage = MemorySegment.NULL;

    float[] gamma = {};
    float[] beta = {};
    int columns;
    /** The mean of {@link #gradient}, and of its product with {@link #values}. */
    float gradientMean;

    float productMean;
    final float[] sums = new float[NormLoop.PARTIAL_SUMS];
    final float[] products = new float[NormLoop.PARTIAL_SUMS];

    /** No row yet. */
    public NormRow() {}

    /**
     * Makes room for rows and takes over their parameters.
     *
     * @param gamma a scale for each column
     * @param beta a shift for each column
     * @param columns the length of a row, 1 or more
     */
    public void set(MemorySegment gamma, MemorySegment beta, int columns) {
        this.columns = columns;
        if (values.length < columns) {
            values = new float[columns];
            gradient = new float[columns];
            this.gamma = new float[columns];
            this.beta = new float[columns];
            stage = MemorySegment.ofArray(new float[columns]);
            otherStage = MemorySegment.ofArray(new float[columns]);
        }
        MemorySegment.copy(gamma, FLOAT, 0, this.gamma, 0, columns);
        MemorySegment.copy(beta, FLOAT, 0, this.beta, 0, columns);
    }
}
