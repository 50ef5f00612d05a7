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
    /** Rows that are added at a time, where there are as many, so that their sums are loaded and stored once. */
    private static final int ROWS = 4;

    VectorColumnLoop() {}

    // All in one method, which is so long that C2 compiles it by itself: inlined it takes its caller over the limit of
    // nodes.
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
        int i = 0;
        for (; i <= elements - ROWS * columns; i += ROWS * columns) {
            // from the first element's column on, then those before it, whose rows begin later
            for (int half = 0; half < 2; half++) {
                int c = half == 0 ? column : 0;
                int count = half == 0 ? columns - column : column;
                long sumsAt = sumsByte + (long) Float.BYTES * c;
                long first = firstByte + (long) Float.BYTES * (half == 0 ? i : i + columns - column);
                long second = first + rowBytes;
                long third = second + rowBytes;
                long fourth = third + rowBytes;
                int j = 0;
                for (; j <= count - LANES; j += LANES) {
                    long at = (long) Float.BYTES * j;
                    FloatVector.fromMemorySegment(FLOATS, sums, sumsAt + at, ORDER)
                            .add(FloatVector.fromMemorySegment(FLOATS, src, first + at, ORDER))
                            .add(FloatVector.fromMemorySegment(FLOATS, src, second + at, ORDER))
                            .add(FloatVector.fromMemorySegment(FLOATS, src, third + at, ORDER))
                            .add(FloatVector.fromMemorySegment(FLOATS, src, fourth + at, ORDER))
                            .intoMemorySegment(sums, sumsAt + at, ORDER);
                }
                for (; j < count; j++) {
                    float sum = ScalarNorm.get(sums, sumsAt, j);
                    for (int row = 0; row < ROWS; row++) {
                        sum += ScalarNorm.get(src, first + row * rowBytes, j);
                    }
                    ScalarNorm.set(sums, sumsAt, j, sum);
                }
            }
        }
        int c = column;
        while (i < elements) {
            int count = Math.min(columns - c, elements - i);
            long sumsAt = sumsByte + (long) Float.BYTES * c;
            long first = firstByte + (long) Float.BYTES * i;
            int j = 0;
            for (; j <= count - LANES; j += LANES) {
                long at = (long) Float.BYTES * j;
                FloatVector.fromMemorySegment(FLOATS, sums, sumsAt + at, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOATS, src, first + at, ORDER))
                        .intoMemorySegment(sums, sumsAt + at, ORDER);
            }
            for (; j < count; j++) {
                ScalarNorm.set(sums, sumsAt, j, ScalarNorm.get(sums, sumsAt, j) + ScalarNorm.get(src, first, j));
            }
            i += count;
            c = 0;
        }
    }
}
