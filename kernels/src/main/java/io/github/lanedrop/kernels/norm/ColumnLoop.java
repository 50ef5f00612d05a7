package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;

/** Sums over columns. */
public interface ColumnLoop {
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
