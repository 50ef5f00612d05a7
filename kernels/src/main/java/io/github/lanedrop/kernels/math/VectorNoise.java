package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.NE;
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
 */
public final class VectorNoise {
    /** Elements that are made at once, those of one group of the generator's blocks: two vectors. */
    public static final int GROUP = 2 * FLOATS.length();

    private static final int LANES = FLOATS.length();
    private static final int VECTOR_BYTES = BYTES.length();
    /** The logarithm's origin, for arguments in units of {@link ScalarNoise#OPEN_UNIT}. */
    private static final int SQRT_HALF_IN_UNITS = ScalarMath.SQRT_HALF + (25 << ScalarMath.EXPONENT_SHIFT);

    /** The bits of a word that its angle is made of, after the quarter has been shifted out. */
    private static final int UNIFORM_BITS = ScalarNoise.UNIFORM_BITS << 2;

    private static final VectorMask<Integer> ODD = VectorMask.fromLong(INTS, 0xAAAAAAAAAAAAAAAAL);

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
            IntVector word = ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretAsInts();
            FloatVector k = (FloatVector) word.lanewise(LSHR, 8).convert(I2F, 0);
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
            IntVector word = ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretAsInts();
            IntVector twice = word.lanewise(LSHR, 7).lanewise(OR, 1).sub(word.lanewise(LSHR, 31));
            ((FloatVector) twice.convert(I2F, 0)).mul(ScalarNoise.OPEN_UNIT).intoArray(dst, dstAt + i);
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
            IntVector word = ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretAsInts();
            IntVector odd = word.lanewise(XOR, ScalarMath.SIGN).lanewise(ASHR, 7).lanewise(OR, 1);
            ((FloatVector) odd.convert(I2F, 0))
                    .mul(ScalarNoise.UNIFORM_UNIT)
                    .mul(reach)
                    .add(mean)
                    .intoArray(dst, dstAt + i);
        }
    }

    /**
     * {@link ScalarNoise#normal}. The logarithm, sine and cosine are written out: among so many operations C2 would not
     * inline them.
     *
     * @param words four bytes for each element, from the first byte on, which is that of an even element
     * @param mean the mean
     * @param deviation the standard deviation
     * @param dst receives the elements
     * @param dstAt the index in {@code dst} of the first
     * @param elements how many, rounded up to {@link #GROUP}
     */
    public static void normal(byte[] words, float mean, float deviation, float[] dst, int dstAt, int elements) {
        FloatVector deviations = FloatVector.broadcast(FLOATS, deviation);
        FloatVector means = FloatVector.broadcast(FLOATS, mean);
        for (int i = 0; i < elements; i += GROUP) {
            // words of even elements in one vector, of odd ones in the other: pairs stay in the same lane of 64 bits,
            // those of the first vector in its low half, so that shifts and blends do and nothing is permuted
            LongVector a = ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretAsLongs();
            LongVector b = ByteVector.fromArray(BYTES, words, Integer.BYTES * i + VECTOR_BYTES)
                    .reinterpretAsLongs();
            IntVector even = a.reinterpretAsInts()
                    .blend(b.lanewise(LSHL, 32).reinterpretAsInts(), ODD);
            IntVector odd = a.lanewise(LSHR, 32).reinterpretAsInts().blend(b.reinterpretAsInts(), ODD);

            // the logarithm of the open uniform; its unit, a power of two, comes off with the exponent
            IntVector twice = even.lanewise(LSHR, 7).lanewise(OR, 1).sub(even.lanewise(LSHR, 31));
            IntVector above =
                    ((FloatVector) twice.convert(I2F, 0)).reinterpretAsInts().sub(SQRT_HALF_IN_UNITS);
            FloatVector n = (FloatVector) above.lanewise(ASHR, ScalarMath.EXPONENT_SHIFT).convert(I2F, 0);
            FloatVector f = above.and(ScalarMath.FRACTION)
                    .add(ScalarMath.SQRT_HALF)
                    .reinterpretAsFloats()
                    .sub(1);
            FloatVector radius = f.mul(ScalarMath.L6)
                    .add(ScalarMath.L5)
                    .mul(f)
                    .add(ScalarMath.L4)
                    .mul(f)
                    .add(ScalarMath.L3)
                    .mul(f)
                    .add(ScalarMath.L2)
                    .mul(f)
                    .add(ScalarMath.L1)
                    .mul(f)
                    .add(ScalarMath.L0)
                    .mul(f)
                    .sub(0.5f)
                    .mul(f.mul(f))
                    .add(f)
                    .add(n.mul(ScalarMath.LN2))
                    .mul(-2)
                    .sqrt()
                    .mul(deviations);

            // sine and cosine of the uniform turn, by the nearest quarter
            IntVector octant = odd.add(ScalarMath.EIGHTH);
            var crossed = octant.and(ScalarMath.QUARTER).compare(NE, 0).cast(FLOATS);
            FloatVector y = ((FloatVector) odd.lanewise(LSHL, 2).and(UNIFORM_BITS).convert(I2F, 0))
                    .mul(ScalarMath.TURN);
            FloatVector z = y.mul(y);
            FloatVector sine = z.mul(ScalarMath.S3)
                    .add(ScalarMath.S2)
                    .mul(z)
                    .add(ScalarMath.S1)
                    .mul(z)
                    .add(ScalarMath.S0)
                    .mul(y);
            FloatVector cosine = z.mul(ScalarMath.C2)
                    .add(ScalarMath.C1)
                    .mul(z)
                    .add(ScalarMath.C0)
                    .mul(z)
                    .add(1);
            LongVector first = radius.mul(cosine.blend(sine, crossed))
                    .reinterpretAsInts()
                    .lanewise(XOR, octant.add(ScalarMath.QUARTER).and(ScalarMath.SIGN))
                    .reinterpretAsFloats()
                    .add(means)
                    .reinterpretAsLongs();
            LongVector second = radius.mul(sine.blend(cosine, crossed))
                    .reinterpretAsInts()
                    .lanewise(XOR, octant.and(ScalarMath.SIGN))
                    .reinterpretAsFloats()
                    .add(means)
                    .reinterpretAsLongs();

            first.reinterpretAsInts()
                    .blend(second.lanewise(LSHL, 32).reinterpretAsInts(), ODD)
                    .reinterpretAsFloats()
                    .intoArray(dst, dstAt + i);
            first.lanewise(LSHR, 32)
                    .reinterpretAsInts()
                    .blend(second.reinterpretAsInts(), ODD)
                    .reinterpretAsFloats()
                    .intoArray(dst, dstAt + i + LANES);
        }
    }
}
