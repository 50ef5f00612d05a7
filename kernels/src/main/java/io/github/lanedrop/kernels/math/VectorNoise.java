package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
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

    private static final Class<?> NATIVE = MemorySegment.NULL.getClass();
    private static final float[] NO_FLOATS = {};
    private static final int LANES = FLOATS.length();
    private static final int VECTOR_BYTES = BYTES.length();
    /** The bits of a word that its angle is made of, after the half turn has been shifted out. */
    private static final int UNIFORM_BITS = ScalarNoise.UNIFORM_BITS << 1;

    private static final VectorMask<Integer> ODD = VectorMask.fromLong(INTS, 0xAAAAAAAAAAAAAAAAL);

    /** What becomes of values. */
    private static final int FILL = 0;

    private static final int MULTIPLY = 1;
    private static final int ADD = 2;

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
            IntVector word =
                    ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretAsInts();
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
            IntVector word =
                    ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretAsInts();
            IntVector units = word.lanewise(LSHR, 7)
                    .lanewise(OR, 1)
                    .and(word.lanewise(LSHR, 31).not());
            ((FloatVector) units.convert(I2F, 0)).mul(ScalarNoise.OPEN_UNIT).intoArray(dst, dstAt + i);
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
            IntVector word =
                    ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretAsInts();
            IntVector odd =
                    word.lanewise(XOR, ScalarMath.SIGN).lanewise(ASHR, 7).lanewise(OR, 1);
            ((FloatVector) odd.convert(I2F, 0))
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
        normal(words, mean, deviation, elements, FILL, dst, dstAt, MemorySegment.NULL, MemorySegment.NULL, 0);
    }

    /**
     * Multiplies by what {@link ScalarNoise#normal} makes, without writing it down.
     *
     * @param words four bytes for each element, from the first byte on, which is that of an even element
     * @param mean the mean
     * @param deviation the standard deviation
     * @param elements how many, a multiple of {@link #GROUP}
     * @param src the elements, in native memory
     * @param dst receives the products, in native memory
     * @param firstByte where the elements begin in both
     */
    public static void multiplyByNormal(
            byte[] words,
            float mean,
            float deviation,
            int elements,
            MemorySegment src,
            MemorySegment dst,
            long firstByte) {
        normal(words, mean, deviation, elements, MULTIPLY, NO_FLOATS, 0, src, dst, firstByte);
    }

    /**
     * Adds what {@link ScalarNoise#normal} makes, without writing it down.
     *
     * @param words four bytes for each element, from the first byte on, which is that of an even element
     * @param mean the mean
     * @param deviation the standard deviation
     * @param elements how many, a multiple of {@link #GROUP}
     * @param src the elements, in native memory
     * @param dst receives the sums, in native memory
     * @param firstByte where the elements begin in both
     */
    public static void addNormal(
            byte[] words,
            float mean,
            float deviation,
            int elements,
            MemorySegment src,
            MemorySegment dst,
            long firstByte) {
        normal(words, mean, deviation, elements, ADD, NO_FLOATS, 0, src, dst, firstByte);
    }

    // Written out: among so many operations C2 would not inline methods. The use of the values is chosen in the loop,
    // as a
    // loop for each would be these lines three times over; reading and writing the elements among the arithmetic hides
    // the
    // way to memory.
    private static void normal(
            byte[] words,
            float mean,
            float deviation,
            int elements,
            int use,
            float[] values,
            int valuesAt,
            MemorySegment src,
            MemorySegment dst,
            long firstByte) {
        if (src.getClass() != NATIVE || dst.getClass() != NATIVE) {
            throw new IllegalArgumentException("src and dst must be native"); // never; after this C2 knows the classes
        }
        FloatVector deviations = FloatVector.broadcast(FLOATS, deviation);
        FloatVector means = FloatVector.broadcast(FLOATS, mean);
        for (int i = 0; i < elements; i += GROUP) {
            // words of even elements in one vector, of odd ones in the other: pairs stay in the same lane of 64 bits,
            // those of the first vector in its low half, so that shifts and blends do and nothing is permuted
            LongVector a = ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretAsLongs();
            LongVector b = ByteVector.fromArray(BYTES, words, Integer.BYTES * i + VECTOR_BYTES)
                    .reinterpretAsLongs();
            IntVector even = a.reinterpretAsInts().blend(b.lanewise(LSHL, 32).reinterpretAsInts(), ODD);
            IntVector odd = a.lanewise(LSHR, 32).reinterpretAsInts().blend(b.reinterpretAsInts(), ODD);

            IntVector units = even.lanewise(LSHR, 7)
                    .lanewise(OR, 1)
                    .and(even.lanewise(LSHR, 31).not());
            IntVector bits = ((FloatVector) units.convert(I2F, 0)).reinterpretAsInts();
            FloatVector log2 = (FloatVector) bits.sub(ScalarNoise.ONE_IN_UNITS).convert(I2F, 0);
            FloatVector f = bits.and(ScalarMath.FRACTION)
                    .lanewise(OR, ScalarMath.ONE)
                    .reinterpretAsFloats()
                    .sub(1);
            FloatVector square = f.mul(f);
            FloatVector r = f.mul(ScalarNoise.R5)
                    .add(ScalarNoise.R4)
                    .mul(square)
                    .add(f.mul(ScalarNoise.R3).add(ScalarNoise.R2))
                    .mul(square)
                    .add(f.mul(ScalarNoise.R1).add(ScalarNoise.R0));
            FloatVector radius =
                    log2.mul(ScalarNoise.N).add(f.sub(square).mul(r)).sqrt().mul(deviations);
            radius = radius.reinterpretAsInts()
                    .lanewise(XOR, odd.add(ScalarMath.QUARTER).and(ScalarMath.SIGN))
                    .reinterpretAsFloats();

            FloatVector y =
                    ((FloatVector) odd.lanewise(LSHL, 1).and(UNIFORM_BITS).convert(I2F, 0)).mul(ScalarMath.TURN);
            FloatVector z = y.mul(y);
            FloatVector zSquare = z.mul(z);
            FloatVector sine = z.mul(ScalarMath.S3)
                    .add(ScalarMath.S2)
                    .mul(zSquare)
                    .add(z.mul(ScalarMath.S1).add(ScalarMath.S0))
                    .mul(y);
            FloatVector cosine = z.mul(ScalarMath.C3)
                    .add(ScalarMath.C2)
                    .mul(zSquare)
                    .add(z.mul(ScalarMath.C1).add(ScalarMath.C0))
                    .mul(z)
                    .add(1);
            LongVector first = radius.mul(cosine).add(means).reinterpretAsLongs();
            LongVector second = radius.mul(sine).add(means).reinterpretAsLongs();

            FloatVector low = first.reinterpretAsInts()
                    .blend(second.lanewise(LSHL, 32).reinterpretAsInts(), ODD)
                    .reinterpretAsFloats();
            FloatVector high = first.lanewise(LSHR, 32)
                    .reinterpretAsInts()
                    .blend(second.reinterpretAsInts(), ODD)
                    .reinterpretAsFloats();
            long at = firstByte + (long) Float.BYTES * i;
            if (use == MULTIPLY) {
                FloatVector.fromMemorySegment(FLOATS, src, at, ORDER).mul(low).intoMemorySegment(dst, at, ORDER);
                FloatVector.fromMemorySegment(FLOATS, src, at + VECTOR_BYTES, ORDER)
                        .mul(high)
                        .intoMemorySegment(dst, at + VECTOR_BYTES, ORDER);
            } else if (use == ADD) {
                FloatVector.fromMemorySegment(FLOATS, src, at, ORDER).add(low).intoMemorySegment(dst, at, ORDER);
                FloatVector.fromMemorySegment(FLOATS, src, at + VECTOR_BYTES, ORDER)
                        .add(high)
                        .intoMemorySegment(dst, at + VECTOR_BYTES, ORDER);
            } else {
                low.intoArray(values, valuesAt + i);
                high.intoArray(values, valuesAt + i + LANES);
            }
        }
    }
}
