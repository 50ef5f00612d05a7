package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * The template of {@link NormalLoop}, see {@link Specialised}.
 *
 * <p>Vectors are reinterpreted and converted as {@link VectorNoise} explains.
 */
final class VectorNormalLoop implements NormalLoop {
    private static final Use USE = Specialised.data(MethodHandles.lookup(), Use.class);
    private static final int LANES = FLOATS.length();
    private static final int VECTOR_BYTES = BYTES.length();
    private static final VectorMask<Float> ODD = VectorMask.fromLong(FLOATS, 0xAAAAAAAAAAAAAAAAL);

    VectorNormalLoop() {}

    @Override
    public void run(
            float[] values,
            int valuesAt,
            float mean,
            float deviation,
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int elements) {
        if (src.getClass() != NATIVE || dst.getClass() != NATIVE) {
            throw new IllegalArgumentException("src and dst must be native"); // never; after this C2 knows the classes
        }
        // one loop, written out: C2 compiles it by itself, as it is longer than C2 inlines (325 bytes of bytecode)
        FloatVector deviations = FloatVector.broadcast(FLOATS, deviation);
        FloatVector means = FloatVector.broadcast(FLOATS, mean);
        FloatVector ones = FloatVector.broadcast(FLOATS, 1);
        FloatVector middle = FloatVector.broadcast(FLOATS, ScalarNoise.MIDDLE);
        FloatVector s3 = FloatVector.broadcast(FLOATS, ScalarNoise.S3);
        FloatVector s2 = FloatVector.broadcast(FLOATS, ScalarNoise.S2);
        FloatVector s1 = FloatVector.broadcast(FLOATS, ScalarNoise.S1);
        FloatVector s0 = FloatVector.broadcast(FLOATS, ScalarNoise.S0);
        FloatVector c3 = FloatVector.broadcast(FLOATS, ScalarNoise.C3);
        FloatVector c2 = FloatVector.broadcast(FLOATS, ScalarNoise.C2);
        FloatVector c1 = FloatVector.broadcast(FLOATS, ScalarNoise.C1);
        FloatVector c0 = FloatVector.broadcast(FLOATS, ScalarNoise.C0);
        IntVector fraction = IntVector.broadcast(INTS, ScalarMath.FRACTION);
        IntVector one = IntVector.broadcast(INTS, ScalarMath.ONE);
        for (int i = 0; i < elements; i += VectorNoise.GROUP) {
            // first, so that memory is waited for while normals are made
            long at = firstByte + (long) Float.BYTES * i;
            FloatVector x = USE == Use.STORE ? ones : FloatVector.fromMemorySegment(FLOATS, src, at, ORDER);
            FloatVector next =
                    USE == Use.STORE ? ones : FloatVector.fromMemorySegment(FLOATS, src, at + VECTOR_BYTES, ORDER);

            FloatVector radius =
                    FloatVector.fromArray(FLOATS, values, valuesAt + i).mul(deviations);
            FloatVector y = FloatVector.fromArray(FLOATS, values, valuesAt + i + LANES)
                    .viewAsIntegralLanes()
                    .lanewise(LSHR, 8)
                    .and(fraction)
                    .or(one)
                    .viewAsFloatingLanes()
                    .sub(middle);
            FloatVector z = y.mul(y);
            FloatVector cosine = z.fma(s3, s2).fma(z, s1).fma(z, s0).mul(y);
            FloatVector sine = z.fma(c3, c2).fma(z, c1).fma(z, c0).fma(z, ones);
            LongVector first = (LongVector) radius.fma(cosine, means).reinterpretShape(LONGS, 0);
            LongVector second = (LongVector) radius.fma(sine, means).reinterpretShape(LONGS, 0);

            FloatVector low = ((FloatVector) first.reinterpretShape(FLOATS, 0))
                    .blend((FloatVector) second.lanewise(LSHL, 32).reinterpretShape(FLOATS, 0), ODD);
            FloatVector high = ((FloatVector) first.lanewise(LSHR, 32).reinterpretShape(FLOATS, 0))
                    .blend((FloatVector) second.reinterpretShape(FLOATS, 0), ODD);
            if (USE == Use.STORE) {
                low.intoArray(values, valuesAt + i);
                high.intoArray(values, valuesAt + i + LANES);
            } else {
                x = USE == Use.MULTIPLY ? x.mul(low) : x.add(low);
                next = USE == Use.MULTIPLY ? next.mul(high) : next.add(high);
                x.intoMemorySegment(dst, at, ORDER);
                next.intoMemorySegment(dst, at + VECTOR_BYTES, ORDER);
            }
        }
    }
}
