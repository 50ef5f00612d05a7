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
        int c = column;
        int i = 0;
        while (i < elements) {
            int end = i + Math.min(columns - c, elements - i);
            for (; i <= end - LANES; i += LANES, c += LANES) {
                long sumAt = sumsByte + (long) Float.BYTES * c;
                FloatVector.fromMemorySegment(FLOATS, sums, sumAt, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOATS, src, firstByte + (long) Float.BYTES * i, ORDER))
                        .intoMemorySegment(sums, sumAt, ORDER);
            }
            for (; i < end; i++, c++) {
                ScalarNorm.set(
                        sums, sumsByte, c, ScalarNorm.get(sums, sumsByte, c) + ScalarNorm.get(src, firstByte, i));
            }
            c = 0;
        }
    }
}
