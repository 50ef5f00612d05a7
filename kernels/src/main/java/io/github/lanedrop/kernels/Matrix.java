package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * A dense matrix of 32-bit floats in memory, row-major, or the transpose of one without moving anything.
 *
 * @param segment holds {@code rows * columns} little-endian floats from its first byte
 * @param rows the rows, as seen, 0 or more
 * @param columns the columns, as seen, 0 or more
 * @param transposed whether memory holds the transpose, {@code columns} rows of {@code rows} floats
 */
public record Matrix(MemorySegment segment, int rows, int columns, boolean transposed) {
    /**
     * Refuses negative sizes and a segment that is too small.
     *
     * @throws IllegalArgumentException if it does
     */
    public Matrix {
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("rows and columns must be 0 or more, got " + rows + " x " + columns);
        }
        long elements = (long) rows * columns;
        Check.holds("segment", segment, Check.float32Bytes(elements), elements, "float32 elements");
    }

    /**
     * A row-major matrix.
     *
     * @param segment holds {@code rows * columns} floats
     * @param rows the rows, 0 or more
     * @param columns the columns, 0 or more
     * @return the matrix
     * @throws IllegalArgumentException if a size is negative or the segment too small
     */
    public static Matrix of(MemorySegment segment, int rows, int columns) {
        return new Matrix(segment, rows, columns, false);
    }

    /**
     * The transpose, a view of the same memory.
     *
     * @return the view
     */
    public Matrix transpose() {
        return new Matrix(segment, columns, rows, !transposed);
    }

    /** Bytes that its elements take. */
    long bytes() {
        return (long) rows * columns * Float.BYTES;
    }
}
