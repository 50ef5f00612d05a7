package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.lanes.Aligned;
import io.github.lanedrop.kernels.norm.ColumnLoop;
import java.lang.foreign.MemorySegment;

/**
 * Sums over columns, the gradients of what is added to every row: their bits depend on the rows and how many there are of
 * what length, alone.
 *
 * <p>The rows are cut into up to {@value #PARTS} parts, the greatest power of two that leaves each a row and
 * {@value #PART_ELEMENTS} elements on average; each part sums its rows from the first to the last, and the sums are added
 * in a tree, the upper half to the lower until one is left. Tasks take whole parts.
 */
final class ColumnSums {
    private static final int PARTS = 16;
    /** What a part takes by itself, its own beginning and the tree, is little beside so many. */
    private static final int PART_ELEMENTS = 16384;

    private static final int MOST_COLUMNS = 1 << 28;

    /** Large where there are many columns. */
    static final Pool<ColumnSums> POOL = Pool.ofLarge(ColumnSums::new);

    /** Sums of each part, for one gradient or, behind them, for a second one: in one segment, see {@link NormRows}. */
    MemorySegment sums = MemorySegment.NULL;

    /** Where the sums for the second gradient begin. */
    long secondByte;

    private ColumnSums() {}

    static int parts(long rows, int columns) {
        long most = Math.min(rows, rows * columns / PART_ELEMENTS);
        return Integer.highestOneBit(Math.clamp(most, 1, PARTS));
    }

    /** The first row of a part, which is also the end of the part before. */
    static long row(long part, int parts, long rows) {
        return rows / parts * part + Math.min(part, rows % parts);
    }

    /** Refuses rows whose sums would not fit into memory. */
    static void check(long rows, int columns) {
        if (columns > MOST_COLUMNS) {
            throw new IllegalArgumentException(
                    "columns must be at most " + MOST_COLUMNS + " for sums over rows, got " + rows + " x " + columns);
        }
    }

    /** Where a part's sums begin. */
    static long at(long part, int columns) {
        return part * columns * Float.BYTES;
    }

    /** Begins sums of zero. */
    void begin(int parts, int columns, boolean both) {
        secondByte = Aligned.bytes((long) parts * columns);
        long bytes = both ? 2 * secondByte : secondByte;
        if (sums.byteSize() < bytes) {
            sums = Aligned.floats(bytes / Float.BYTES);
        } else {
            Storage.zero(sums, 0, bytes);
        }
    }

    /** Adds elements from {@code first} on to a part's sums. */
    static void add(
            MemorySegment src,
            long first,
            int elements,
            int columns,
            MemorySegment sums,
            long sumsByte,
            Scratch scratch) {
        if (Norm.reads(src.getClass())) {
            add(src, first * Float.BYTES, first, elements, columns, sums, sumsByte);
        } else {
            MemorySegment.copy(src, FLOAT, first * Float.BYTES, scratch.floats, 0, elements);
            add(scratch.floatSegment, 0, first, elements, columns, sums, sumsByte);
        }
    }

    /** Adds elements from {@code first} on, which lie from {@code firstByte} on in memory that has loops, or an array. */
    static void add(
            MemorySegment src,
            long firstByte,
            long first,
            int elements,
            int columns,
            MemorySegment sums,
            long sumsByte) {
        ColumnLoop loop = Norm.loops(src.getClass()).columns();
        loop.addRows(src, firstByte, elements, (int) (first % columns), columns, sums, sumsByte);
    }

    /** Writes the sums of all parts. */
    void store(int parts, int columns, MemorySegment dst) {
        store(0, parts, columns, dst);
    }

    /** Writes the sums of all parts for the second gradient. */
    void storeSecond(int parts, int columns, MemorySegment dst) {
        store(secondByte, parts, columns, dst);
    }

    private void store(long firstByte, int parts, int columns, MemorySegment dst) {
        ColumnLoop loop = Norm.loops(sums.getClass()).columns();
        for (int half = parts / 2; half > 0; half /= 2) {
            for (int part = 0; part < half; part++) {
                long lower = firstByte + at(part, columns);
                long upper = firstByte + at(part + half, columns);
                loop.addRows(sums, upper, columns, 0, columns, sums, lower);
            }
        }
        MemorySegment.copy(sums, firstByte, dst, 0, (long) columns * Float.BYTES);
    }
}
