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

import io.github.lanedrop.kernels.lanes.Specialised;
import io.github.lanedrop.kernels.math.NormalLoop.Use;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
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
    private static final VectorMask<Integer> ODD = VectorMask.fromLong(INTS, 0xAAAAAAAAAAAAAAAAL);
    private static final NormalLoop STORE = define(Use.STORE);
    private static final NormalLoop MULTIPLY = define(Use.MULTIPLY);
    private static final NormalLoop ADD = define(Use.ADD);

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
        polar(words, dst, dstAt, elements);
        STORE.run(dst, dstAt, mean, deviation, MemorySegment.NULL, MemorySegment.NULL, 0, elements);
    }

    /**
     * Multiplies native memory by {@link ScalarNoise#normal}: the same bits as the normals first and then the products, in
     * the pass that makes the normals, so that memory is waited for while they are made.
     *
     * @param words four bytes for each element, from the first byte on, which is that of an even element
     * @param mean the mean
     * @param deviation the standard deviation
     * @param scratch room for the elements
     * @param src the elements
     * @param dst receives the products
     * @param firstByte where the elements begin in both
     * @param elements how many, a multiple of {@link #GROUP}
     */
    public static void multiplyByNormal(
            byte[] words,
            float mean,
            float deviation,
            float[] scratch,
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int elements) {
        polar(words, scratch, 0, elements);
        MULTIPLY.run(scratch, 0, mean, deviation, src, dst, firstByte, elements);
    }

    /**
     * Adds {@link ScalarNoise#normal} to native memory, as {@link #multiplyByNormal} multiplies by it.
     *
     * @param words four bytes for each element, from the first byte on, which is that of an even element
     * @param mean the mean
     * @param deviation the standard deviation
     * @param scratch room for the elements
     * @param src the elements
     * @param dst receives the sums
     * @param firstByte where the elements begin in both
     * @param elements how many, a multiple of {@link #GROUP}
     */
    public static void addNormal(
            byte[] words,
            float mean,
            float deviation,
            float[] scratch,
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int elements) {
        polar(words, scratch, 0, elements);
        ADD.run(scratch, 0, mean, deviation, src, dst, firstByte, elements);
    }

    /**
     * The first half of normals, which {@link NormalLoop} finishes: of each {@link #GROUP}, a vector of radii, negated
     * for angles beyond half a turn, and one of the angles' words.
     */
    private static void polar(byte[] words, float[] dst, int dstAt, int elements) {
        // longer than C2 inlines, as NormalLoop is: each of them has some 15,000 nodes
        FloatVector ones = FloatVector.broadcast(FLOATS, 1);
        FloatVector logUnit = FloatVector.broadcast(FLOATS, ScalarNoise.N);
        FloatVector r5 = FloatVector.broadcast(FLOATS, ScalarNoise.R5);
        FloatVector r4 = FloatVector.broadcast(FLOATS, ScalarNoise.R4);
        FloatVector r3 = FloatVector.broadcast(FLOATS, ScalarNoise.R3);
        FloatVector r2 = FloatVector.broadcast(FLOATS, ScalarNoise.R2);
        FloatVector r1 = FloatVector.broadcast(FLOATS, ScalarNoise.R1);
        FloatVector r0 = FloatVector.broadcast(FLOATS, ScalarNoise.R0);
        IntVector fraction = IntVector.broadcast(INTS, ScalarMath.FRACTION);
        IntVector one = IntVector.broadcast(INTS, ScalarMath.ONE);
        IntVector oneInUnits = IntVector.broadcast(INTS, ScalarNoise.ONE_IN_UNITS);
        IntVector sign = IntVector.broadcast(INTS, ScalarMath.SIGN);
        IntVector lowest = IntVector.broadcast(INTS, 1);
        for (int i = 0; i < elements; i += GROUP) {
            // words of even elements in one vector, of odd ones in the other: pairs stay in the same lane of 64 bits,
            // those of the first vector in its low half, so that shifts and blends do and nothing is permuted
            LongVector a = (LongVector)
                    ByteVector.fromArray(BYTES, words, Integer.BYTES * i).reinterpretShape(LONGS, 0);
            LongVector b = (LongVector) ByteVector.fromArray(BYTES, words, Integer.BYTES * (i + LANES))
                    .reinterpretShape(LONGS, 0);
            IntVector even = ((IntVector) a.reinterpretShape(INTS, 0))
                    .blend((IntVector) b.lanewise(LSHL, 32).reinterpretShape(INTS, 0), ODD);
            IntVector odd = ((IntVector) a.lanewise(LSHR, 32).reinterpretShape(INTS, 0))
                    .blend((IntVector) b.reinterpretShape(INTS, 0), ODD);

            // the lowest bit is 1 before the highest turns it
            IntVector units = even.lanewise(LSHR, 7).or(lowest).lanewise(XOR, even.lanewise(LSHR, 31));
            IntVector bits = ((FloatVector) units.convertShape(I2F, FLOATS, 0)).viewAsIntegralLanes();
            FloatVector log2 = (FloatVector) bits.sub(oneInUnits).convertShape(I2F, FLOATS, 0);
            FloatVector d = ones.sub(bits.and(fraction).or(one).viewAsFloatingLanes());
            FloatVector r = d.fma(r5, r4).fma(d, r3).fma(d, r2).fma(d, r1).fma(d, r0);
            d.fma(d, d)
                    .fma(r, log2.mul(logUnit))
                    .sqrt()
                    .viewAsIntegralLanes()
                    .lanewise(XOR, odd.and(sign))
                    .viewAsFloatingLanes()
                    .intoArray(dst, dstAt + i);
            odd.viewAsFloatingLanes().intoArray(dst, dstAt + i + LANES);
        }
    }

    private static NormalLoop define(Use use) {
        return Specialised.define(MethodHandles.lookup(), NormalLoop.class, VectorNormalLoop.class, use);
    }
}
