package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The template of {@link ColumnLoop} a vector at a time, see {@link Specialised}. */
final class VectorColumnLoop implements ColumnLoop {
    private static final Class<?> MEMORY = Specialised.data(MethodHandles.lookup(), Class.class);
    private static final int LANES = FLOATS.length();
    /** Rows that are added at a time, where there are as many. */
    private static final int ROWS = 4;

    VectorColumnLoop() {}

    @Override
    public void addRows(
            MemorySegment src,
            long firstByte,
            int elements,
            int column,
            int columns,
            MemorySegment sums,
            long sumsByte) {
        if (src.getClass() != MEMORY || sums.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        long rowBytes = (long) Float.BYTES * columns;
        int beforeWrap = columns - column;
        int i = 0;
        for (; i <= elements - ROWS * columns; i += ROWS * columns) {
            long at = firstByte + (long) Float.BYTES * i;
            addFour(src, at, rowBytes, beforeWrap, sums, sumsByte + (long) Float.BYTES * column);
            addFour(src, at + (long) Float.BYTES * beforeWrap, rowBytes, column, sums, sumsByte);
        }
        int c = column;
        while (i < elements) {
            int count = Math.min(columns - c, elements - i);
            add(src, firstByte + (long) Float.BYTES * i, count, sums, sumsByte + (long) Float.BYTES * c);
            i += count;
            c = 0;
        }
    }

    /** Adds the same columns of four rows, so that their sums are loaded and stored once. */
    private static void addFour(
            MemorySegment src, long at, long rowBytes, int columns, MemorySegment sums, long sumsAt) {
        long second = at + rowBytes;
        long third = second + rowBytes;
        long fourth = third + rowBytes;
        int j = 0;
        for (; j <= columns - LANES; j += LANES) {
            long b = (long) Float.BYTES * j;
            FloatVector.fromMemorySegment(FLOATS, sums, sumsAt + b, ORDER)
                    .add(FloatVector.fromMemorySegment(FLOATS, src, at + b, ORDER))
                    .add(FloatVector.fromMemorySegment(FLOATS, src, second + b, ORDER))
                    .add(FloatVector.fromMemorySegment(FLOATS, src, third + b, ORDER))
                    .add(FloatVector.fromMemorySegment(FLOATS, src, fourth + b, ORDER))
                    .intoMemorySegment(sums, sumsAt + b, ORDER);
        }
        for (; j < columns; j++) {
            float sum = ScalarNorm.get(sums, sumsAt, j) + ScalarNorm.get(src, at, j) + ScalarNorm.get(src, second, j);
            ScalarNorm.set(sums, sumsAt, j, sum + ScalarNorm.get(src, third, j) + ScalarNorm.get(src, fourth, j));
        }
    }

    private static void add(MemorySegment src, long at, int columns, MemorySegment sums, long sumsAt) {
        int j = 0;
        for (; j <= columns - LANES; j += LANES) {
            long b = (long) Float.BYTES * j;
            FloatVector.fromMemorySegment(FLOATS, sums, sumsAt + b, ORDER)
                    .add(FloatVector.fromMemorySegment(FLOATS, src, at + b, ORDER))
                    .intoMemorySegment(sums, sumsAt + b, ORDER);
        }
        for (; j < columns; j++) {
            ScalarNorm.set(sums, sumsAt, j, ScalarNorm.get(sums, sumsAt, j) + ScalarNorm.get(src, at, j));
        }
    }
}
