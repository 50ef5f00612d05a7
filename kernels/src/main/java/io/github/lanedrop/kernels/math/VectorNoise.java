package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link ScalarNoise} a vector at a time, the same bits.
 *
 * <p>There are no tails: elements are rounded up to {@link #GROUP}, as the generator rounds up its blocks, so the arrays
 * must have room for them.
 *
 * <p>Vectors are reinterpreted by {@code viewAsIntegralLanes}, {@code viewAsFloatingLanes} and {@code reinterpretShape}, and
 * converted by {@code convertShape}, for C2: beyond 18,000 nodes it inlines the JDK's methods after it has parsed the method,
 * by type profiles. {@code reinterpretAsInts} and {@code convert} share theirs, in {@code AbstractVector}, among all vectors
 * of the JVM. Where other kernels had filled it, the normals boxed 160 bytes for every two vectors, in three of six JVMs.
 */
public final class VectorNoise {
    /** Elements that are made at once, those of one group of the generator's blocks: two vectors. */
    public static final int GROUP = 2 * FLOATS.length();

    private static final int LANES = FLOATS.length();
    private static final int VECTOR_BYTES = BYTES.length();
    private static final VectorMask<Integer> ODD = VectorMask.fromLong(INTS, 0xAAAAAAAAAAAAAAAAL);
    private static final VectorMask<Float> ODD_FLOATS = VectorMask.fromLong(FLOATS, 0xAAAAAAAAAAAAAAAAL);

    private VectorNoise() {}

    /**
     * {@link ScalarNoise#uniform(byte[], float[], int, int)}.
     *
     * @param words four bytes for each element, from the first byte on
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many, rounded up to {@link #GROUP}
     */
    public static void uniform(byte[] words, float[] dst, int dstAt, int elements) {
        for (int i = 0; i < elements; i += LANES) {
            IntVector word = (IntVector)
                    ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretShape(INTS, 0);
            FloatVector k = (FloatVector) word.lanewise(LSHR, 8).convertShape(I2F, FLOATS, 0);
            k.mul(ScalarNoise.UNIFORM_UNIT).intoArray(dst, dstAt + i);
        }
    }

    /**
     * {@link ScalarNoise#open(byte[], float[], int, int)}.
     *
     * @param words four bytes for each element, from the first byte on
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many, rounded up to {@link #GROUP}
     */
    public static void open(byte[] words, float[] dst, int dstAt, int elements) {
        for (int i = 0; i < elements; i += LANES) {
            IntVector word = (IntVector)
                    ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretShape(INTS, 0);
            IntVector units = word.lanewise(LSHR, 7)
                    .lanewise(OR, 1)
                    .and(word.lanewise(LSHR, 31).not());
            ((FloatVector) units.convertShape(I2F, FLOATS, 0))
                    .mul(ScalarNoise.OPEN_UNIT)
                    .intoArray(dst, dstAt + i);
        }
    }

    /**
     * {@link ScalarNoise#centred(byte[], float, float, float[], int, int)}.
     *
     * @param words four bytes for each element, from the first byte on
     * @param mean the mean
     * @param reach how far from the mean, at most
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many, rounded up to {@link #GROUP}
     */
    public static void centred(byte[] words, float mean, float reach, float[] dst, int dstAt, int elements) {
        for (int i = 0; i < elements; i += LANES) {
            IntVector word = (IntVector)
                    ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretShape(INTS, 0);
            IntVector odd =
                    word.lanewise(XOR, ScalarMath.SIGN).lanewise(ASHR, 7).lanewise(OR, 1);
            ((FloatVector) odd.convertShape(I2F, FLOATS, 0))
                    .mul(ScalarNoise.UNIFORM_UNIT)
                    .mul(reach)
                    .add(mean)
                    .intoArray(dst, dstAt + i);
        }
    }

    /**
     * {@link ScalarNoise#normal}.
     *
     * @param words four bytes for each element, from the first byte on, which is that of an even element
     * @param mean the mean
     * @param deviation the standard deviation
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many, rounded up to {@link #GROUP}
     */
    public static void normal(byte[] words, float mean, float deviation, float[] dst, int dstAt, int elements) {
        // one loop, written out: C2 compiles it by itself, as it is longer than C2 inlines (325 bytes of bytecode)
        FloatVector deviations = FloatVector.broadcast(FLOATS, deviation);
        FloatVector means = FloatVector.broadcast(FLOATS, mean);
        FloatVector ones = FloatVector.broadcast(FLOATS, 1);
        for (int i = 0; i < elements; i += GROUP) {
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
            low.intoArray(dst, dstAt + i);
            high.intoArray(dst, dstAt + i + LANES);
        }
    }
}
