package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** Refuses rows and columns that do not fit their memory, with the shape in the message. */
final class Shapes {
    private Shapes() {}

    /** The number of elements. */
    static long elements(long rows, int columns, int leastColumns) {
        if (rows < 0 || columns < leastColumns) {
            throw new IllegalArgumentException(
                    "rows must be 0 or more and columns " + leastColumns + " or more, got " + rows + " x " + columns);
        }
        if (columns > 0 && rows > Long.MAX_VALUE / Float.BYTES / columns) {
            throw new IllegalArgumentException(
                    "rows x columns must be in [0, 2^61) elements, got " + rows + " x " + columns);
        }
        return rows * columns;
    }

    static void readable(String name, MemorySegment segment, long rows, long columns, Workers workers) {
        long bytes = rows * columns * Float.BYTES;
        if (segment.byteSize() < bytes) {
            throw new IllegalArgumentException(name + " must hold at least " + bytes + " bytes (" + rows + " x "
                    + columns + " float32 elements), got " + segment.byteSize());
        }
        Check.readable(name, segment, bytes, rows * columns, "float32 elements");
        Check.sharedWith(workers, name, segment);
    }

    static void writable(String name, MemorySegment segment, long rows, long columns, Workers workers) {
        readable(name, segment, rows, columns, workers);
        Check.writable(name, segment, rows * columns * Float.BYTES, rows * columns, "float32 elements");
    }
}
