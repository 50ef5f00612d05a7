package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** Refuses rows and columns that do not fit their memory, with the shape in the message. */
final class Shapes {
    /** The greatest length that loops count in an int, a chunk at a time: their counter goes up to the next chunk. */
    static final int MOST = Integer.MAX_VALUE / Scratch.CHUNK * Scratch.CHUNK;

    private Shapes() {}

    /** The number of elements. */
    static long elements(long rows, int columns, int leastColumns) {
        if (rows < 0 || columns < leastColumns) {
            throw new IllegalArgumentException(
                    "rows must be 0 or more and columns " + leastColumns + " or more, got " + rows + " x " + columns);
        }
        if (columns > MOST) {
            throw new IllegalArgumentException("columns must be at most " + MOST + ", got " + rows + " x " + columns);
        }
        if (columns > 0 && rows > Long.MAX_VALUE / Float.BYTES / columns) {
            throw new IllegalArgumentException(
                    "rows x columns must be in [0, 2^61) elements, got " + rows + " x " + columns);
        }
        return rows * columns;
    }

    /** Refuses elements that do not compute in float32, as activations and normalisation do. */
    static void computesInFloat32(DType type) {
        if (type == DType.FLOAT64) {
            throw new IllegalArgumentException(
                    "type must be FLOAT32, BFLOAT16 or FLOAT16, which compute in float32, got FLOAT64");
        }
    }

    static void readable(String name, MemorySegment segment, long rows, long columns, Workers workers) {
        readable(name, segment, DType.FLOAT32, rows, columns, workers);
    }

    static void readable(String name, MemorySegment segment, DType type, long rows, long columns, Workers workers) {
        long bytes = rows * columns * type.bytes();
        if (segment.byteSize() < bytes) {
            throw new IllegalArgumentException(name + " must hold at least " + bytes + " bytes (" + rows + " x "
                    + columns + " " + Check.unit(type) + "), got " + segment.byteSize());
        }
        Check.readable(name, segment, bytes, rows * columns, Check.unit(type));
        Check.sharedWith(workers, name, segment);
    }

    static void writable(String name, MemorySegment segment, long rows, long columns, Workers workers) {
        writable(name, segment, DType.FLOAT32, rows, columns, workers);
    }

    static void writable(String name, MemorySegment segment, DType type, long rows, long columns, Workers workers) {
        readable(name, segment, type, rows, columns, workers);
        Check.writable(name, segment, rows * columns * type.bytes(), rows * columns, Check.unit(type));
    }
}
