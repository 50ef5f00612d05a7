package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
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
    private static final VectorMask<Integer> ODD = VectorMask.fromLong(INTS, 0xAAAAAAAAAAAAAAAAL);
    private static final VectorMask<Float> ODD_FLOATS = VectorMask.fromLong(FLOATS, 0xAAAAAAAAAAAAAAAAL);

    VectorNormalLoop() {}

    @Override
    public void run(
            byte[] words,
            float mean,
            float deviation,
            float[] values,
            int valuesAt,
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
        for (int i = 0; i < elements; i += VectorNoise.GROUP) {
            // first, so that memory is waited for while normals are made
            long at = firstByte + (long) Float.BYTES * i;
            FloatVector x = USE == Use.STORE ? ones : FloatVector.fromMemorySegment(FLOATS, src, at, ORDER);
            FloatVector next =
                    USE == Use.STORE ? ones : FloatVector.fromMemorySegment(FLOATS, src, at + VECTOR_BYTES, ORDER);

            // words of even elements in one vector, of odd ones in the other: pairs stay in the same lane of 64 bits,
            // those of the first vector in its low half, so that shifts and blends do and nothing is permuted
            LongVector a = (LongVector)
                    ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretShape(LONGS, 0);
            LongVector b = (LongVector) ByteVector.fromArray(BYTES, words, Integer.BYTES * i + VECTOR_BYTES)
                    .reinterpretShape(LONGS, 0);
            IntVector even = ((IntVector) a.reinterpretShape(INTS, 0))
                    .blend((IntVector) b.lanewise(LSHL, 32).reinterpretShape(INTS, 0), ODD);
            IntVector odd = ((IntVector) a.lanewise(LSHR, 32).reinterpretShape(INTS, 0))
                    .blend((IntVector) b.reinterpretShape(INTS, 0), ODD);

            IntVector units = even.lanewise(LSHR, 7)
                    .lanewise(OR, 1)
                    .and(even.lanewise(LSHR, 31).not());
            IntVector bits = ((FloatVector) units.convertShape(I2F, FLOATS, 0)).viewAsIntegralLanes();
            FloatVector log2 = (FloatVector) bits.sub(ScalarNoise.ONE_IN_UNITS).convertShape(I2F, FLOATS, 0);
            FloatVector d = ones.sub(
                    bits.and(ScalarMath.FRACTION).lanewise(OR, ScalarMath.ONE).viewAsFloatingLanes());
            FloatVector r = d.fma(ScalarNoise.R5, ScalarNoise.R4)
                    .fma(d, FloatVector.broadcast(FLOATS, ScalarNoise.R3))
                    .fma(d, FloatVector.broadcast(FLOATS, ScalarNoise.R2))
                    .fma(d, FloatVector.broadcast(FLOATS, ScalarNoise.R1))
                    .fma(d, FloatVector.broadcast(FLOATS, ScalarNoise.R0));
            FloatVector radius =
                    d.fma(d, d).fma(r, log2.mul(ScalarNoise.N)).sqrt().mul(deviations);
            radius = radius.viewAsIntegralLanes()
                    .lanewise(XOR, odd.and(ScalarMath.SIGN))
                    .viewAsFloatingLanes();

            FloatVector y = odd.lanewise(LSHR, 8)
                    .and(ScalarMath.FRACTION)
                    .lanewise(OR, ScalarMath.ONE)
                    .viewAsFloatingLanes()
                    .sub(ScalarNoise.MIDDLE);
            FloatVector z = y.mul(y);
            FloatVector cosine = z.fma(ScalarNoise.S3, ScalarNoise.S2)
                    .fma(z, FloatVector.broadcast(FLOATS, ScalarNoise.S1))
                    .fma(z, FloatVector.broadcast(FLOATS, ScalarNoise.S0))
                    .mul(y);
            FloatVector sine = z.fma(ScalarNoise.C3, ScalarNoise.C2)
                    .fma(z, FloatVector.broadcast(FLOATS, ScalarNoise.C1))
                    .fma(z, FloatVector.broadcast(FLOATS, ScalarNoise.C0))
                    .fma(z, ones);
            LongVector first = (LongVector) radius.fma(cosine, means).reinterpretShape(LONGS, 0);
            LongVector second = (LongVector) radius.fma(sine, means).reinterpretShape(LONGS, 0);

            FloatVector low = ((FloatVector) first.reinterpretShape(FLOATS, 0))
                    .blend((FloatVector) second.lanewise(LSHL, 32).reinterpretShape(FLOATS, 0), ODD_FLOATS);
            FloatVector high = ((FloatVector) first.lanewise(LSHR, 32).reinterpretShape(FLOATS, 0))
                    .blend((FloatVector) second.reinterpretShape(FLOATS, 0), ODD_FLOATS);
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
