package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.norm.NormLoop;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Sums over columns, the gradients of what is added to every row: their bits depend on the rows alone.
 *
 * <p>The rows are cut into up to {@value #PARTS} parts, the greatest power of two that leaves none empty; each part sums
 * its rows from the first to the last, and the sums are added in a tree, the upper half to the lower until one is left.
 * Tasks take whole parts.
 */
final class ColumnSums {
    private static final int PARTS = 16;

    static final Pool<ColumnSums> POOL = new Pool<>(ColumnSums::new);

    /** Sums of each part, for one or two gradients. */
    float[] first = {};

    float[] second = {};

    private ColumnSums() {}

    static int parts(long rows) {
        return Integer.highestOneBit((int) Math.clamp(rows, 1, PARTS));
    }

    /** The first row of a part, which is also the end of the part before. */
    static long row(long part, int parts, long rows) {
        return rows / parts * part + Math.min(part, rows % parts);
    }

    /** Refuses rows whose sums would not fit into an array. */
    static void check(long rows, int columns) {
        if ((long) parts(rows) * columns > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException(
                    "columns must be at most " + Integer.MAX_VALUE / 2 / parts(rows) + " for sums over " + rows
                            + " rows, got " + columns);
        }
    }

    /** Begins sums of zero. */
    void begin(int parts, int columns, boolean both) {
        int length = parts * columns;
        if (first.length < length) {
            first = new float[length];
        }
        Arrays.fill(first, 0, length, 0);
        if (both) {
            if (second.length < length) {
                second = new float[length];
            }
            Arrays.fill(second, 0, length, 0);
        }
    }

    /** Adds elements from {@code first} on to a part's sums. */
    static void add(
            MemorySegment src,
            long first,
            int elements,
            int columns,
            float[] sums,
            int sumsAt,
            ChainScratch scratch) {
        int column = (int) (first % columns);
        NormLoop loop = Norm.loop(src.getClass());
        if (Norm.reads(src.getClass())) {
            loop.addRows(src, first * Float.BYTES, elements, column, columns, sums, sumsAt);
        } else {
            MemorySegment.copy(src, FLOAT, first * Float.BYTES, scratch.elements, 0, elements);
            loop.addRows(scratch.elementSegment, 0, elements, column, columns, sums, sumsAt);
        }
    }

    /** Writes the sums of all parts. */
    static void store(float[] sums, int parts, int columns, MemorySegment dst) {
        for (int half = parts / 2; half > 0; half /= 2) {
            int length = half * columns;
            for (int i = 0; i < length; i++) {
                sums[i] += sums[length + i];
            }
        }
        MemorySegment.copy(sums, 0, dst, FLOAT, 0, columns);
    }
}
