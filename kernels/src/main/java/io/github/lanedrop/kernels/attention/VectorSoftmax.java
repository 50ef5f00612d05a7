package io.github.lanedrop.kernels.attention;

import static io.github.lanedrop.kernels.attention.ScalarSoftmax.PARTIAL_SUMS;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.lanedrop.kernels.math.VectorMath;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The steps of {@link ScalarSoftmax}, with its bits, a vector at a time.
 *
 * <p>Partial sums live in lanes: a vector narrower than 16 lanes goes over the row several times, once for each group of
 * partial sums, from memory in L1.
 */
public final class VectorSoftmax {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] NO_BITS = {};
    private static final int LANES = FLOATS.length();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final FloatVector HIDDEN = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    /** Below this an exponential is 0; to find that by multiplying takes the CPU's way with subnormals, twice the time. */
    private static final float UNDERFLOW = -104;

    /**
     * Moves the bit of each lane to the sign: without mask registers a long becomes a mask lane by lane, and this is one
     * instruction. These lines are repeated, since a method that returns a mask would box it wherever C2 reaches its limit
     * just before.
     */
    private static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    private VectorSoftmax() {}

    /**
     * As {@link ScalarSoftmax#exponentials}.
     *
     * @param scores holds the scores
     * @param at the index of the first one
     * @param elements how many
     * @param scale the scale
     * @param hidesDropped whether the dropped ones count as minus infinity
     * @param bits the keep bits, and 8 bytes after them
     * @param bit the first element's
     * @param before the greatest so far, or minus infinity
     * @param dst receives the exponentials, from index 0, and then zeros up to a multiple of 16
     * @param sums the partial sums so far; receives those with these elements
     * @return the maximum
     */
    public static float exponentials(
            float[] scores,
            int at,
            int elements,
            float scale,
            boolean hidesDropped,
            byte[] bits,
            int bit,
            float before,
            float[] dst,
            float[] sums) {
        if (!hidesDropped) {
            return exponentials(scores, at, elements, scale, before, dst, sums);
        }
        hide(scores, at, elements, scale, bits, bit, dst);
        return exponentials(dst, 0, elements, 1, before, dst, sums);
    }

    /** The scaled scores, with minus infinity for dropped ones. */
    private static void hide(float[] scores, int at, int elements, float scale, byte[] bits, int bit, float[] dst) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            long keepBits = keepBits(bits, bit + i);
            VectorMask<Float> kept = Simd.MASK_REGISTERS
                    ? VectorMask.fromLong(FLOATS, keepBits)
                    : IntVector.broadcast(INTS, (int) keepBits)
                            .lanewise(LSHL, TO_SIGN)
                            .compare(LT, 0)
                            .cast(FLOATS);
            HIDDEN.blend(FloatVector.fromArray(FLOATS, scores, at + i).mul(scales), kept)
                    .intoArray(dst, i);
        }
        ScalarSoftmax.scale(scores, at, i, elements, scale, true, bits, bit, Float.NEGATIVE_INFINITY, dst);
    }

    // Long enough, more than 325 bytes, that C2 compiles it by itself: inlined into a loop over rows it would be cut in
    // two
    // by the limit of nodes, and vectors be boxed there.
    private static float exponentials(
            float[] scores, int at, int elements, float scale, float before, float[] dst, float[] sums) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        FloatVector max0 = FloatVector.broadcast(FLOATS, before);
        FloatVector max1 = max0;
        int i = 0;
        for (; i <= elements - (2 * LANES); i += 2 * LANES) { // two, since each waits for the one before
            FloatVector x0 = FloatVector.fromArray(FLOATS, scores, at + i).mul(scales);
            FloatVector x1 =
                    FloatVector.fromArray(FLOATS, scores, at + i + LANES).mul(scales);
            x0.intoArray(dst, i);
            x1.intoArray(dst, i + LANES);
            max0 = max0.blend(x0, x0.compare(GT, max0));
            max1 = max1.blend(x1, x1.compare(GT, max1));
        }
        max0 = max0.blend(max1, max1.compare(GT, max0));
        // as integers in the order of the floats, since the greatest of floats, minding NaN and -0, takes 38 ns
        IntVector order = max0.viewAsIntegralLanes();
        order = order.lanewise(XOR, order.lanewise(ASHR, 31).and(Integer.MAX_VALUE));
        int greatestOrder = order.reduceLanes(MAX);
        float max = Float.intBitsToFloat(greatestOrder ^ ((greatestOrder >> 31) & Integer.MAX_VALUE));
        max = ScalarSoftmax.scale(scores, at, i, elements, scale, false, NO_BITS, 0, max, dst);
        if (max == Float.NEGATIVE_INFINITY) {
            max = ScalarSoftmax.orNaN(dst, elements);
            if (max == Float.NEGATIVE_INFINITY) {
                return max;
            }
        }
        int end = (elements + (PARTIAL_SUMS - 1)) & -PARTIAL_SUMS;
        for (i = elements; i < end; i++) {
            dst[i] = Float.NEGATIVE_INFINITY; // whose exponential adds nothing
        }
        FloatVector greatest = FloatVector.broadcast(FLOATS, max);
        for (int group = 0; group < PARTIAL_SUMS; group += LANES) {
            FloatVector sum = FloatVector.fromArray(FLOATS, sums, group);
            for (i = group; i < end; i += PARTIAL_SUMS) {
                FloatVector x = FloatVector.fromArray(FLOATS, dst, i).sub(greatest);
                VectorMask<Float> vanishes = x.compare(LT, UNDERFLOW);
                FloatVector e = VectorMath.expOfMiddle(x.blend(0f, vanishes)).blend(0f, vanishes);
                e.intoArray(dst, i);
                sum = sum.add(e);
            }
            sum.intoArray(sums, group);
        }
        return max;
    }

    /**
     * As {@link ScalarSoftmax#select}.
     *
     * @param x the exponentials
     * @param elements how many
     * @param factor the mask's scale over the row's sum
     * @param bits the keep bits, and 8 bytes after them
     * @param bit the first element's
     * @param dst receives the probabilities
     * @param dstAt the index of the first one
     */
    public static void select(float[] x, int elements, float factor, byte[] bits, int bit, float[] dst, int dstAt) {
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            long keepBits = keepBits(bits, bit + i);
            VectorMask<Float> kept = Simd.MASK_REGISTERS
                    ? VectorMask.fromLong(FLOATS, keepBits)
                    : IntVector.broadcast(INTS, (int) keepBits)
                            .lanewise(LSHL, TO_SIGN)
                            .compare(LT, 0)
                            .cast(FLOATS);
            ZERO.blend(FloatVector.fromArray(FLOATS, x, i).mul(factors), kept).intoArray(dst, dstAt + i);
        }
        ScalarSoftmax.select(x, i, elements, factor, bits, bit, dst, dstAt);
    }

    /**
     * As {@link ScalarSoftmax#dot}.
     *
     * @param x the exponentials
     * @param elements how many
     * @param gradient holds the gradient with respect to the row's output
     * @param gradientAt the index of the first one
     * @param bits the keep bits, and 8 bytes after them
     * @param bit the first element's
     * @param sums the row's partial sums so far; receives those with these elements
     */
    public static void dot(
            float[] x, int elements, float[] gradient, int gradientAt, byte[] bits, int bit, float[] sums) {
        int whole = elements & -PARTIAL_SUMS;
        for (int group = 0; group < PARTIAL_SUMS; group += LANES) {
            FloatVector sum = FloatVector.fromArray(FLOATS, sums, group);
            for (int i = group; i < whole; i += PARTIAL_SUMS) {
                long keepBits = keepBits(bits, bit + i);
                VectorMask<Float> kept = Simd.MASK_REGISTERS
                        ? VectorMask.fromLong(FLOATS, keepBits)
                        : IntVector.broadcast(INTS, (int) keepBits)
                                .lanewise(LSHL, TO_SIGN)
                                .compare(LT, 0)
                                .cast(FLOATS);
                FloatVector ofOutput = ZERO.blend(FloatVector.fromArray(FLOATS, gradient, gradientAt + i), kept);
                sum = FloatVector.fromArray(FLOATS, x, i).fma(ofOutput, sum);
            }
            sum.intoArray(sums, group);
        }
        ScalarSoftmax.dot(x, whole, elements, gradient, gradientAt, bits, bit, sums);
    }

    /**
     * As {@link ScalarSoftmax#gradient}.
     *
     * @param x the exponentials
     * @param elements how many
     * @param factor the scores' scale over the row's sum
     * @param maskScale the mask's scale
     * @param dot the output times its gradient, summed over the row
     * @param renormalized whether the row is
     * @param bits the keep bits, and 8 bytes after them
     * @param bit the first element's
     * @param gradient the gradient with respect to the output; receives that with respect to the scores
     * @param gradientAt the index of the first one
     */
    public static void gradient(
            float[] x,
            int elements,
            float factor,
            float maskScale,
            float dot,
            boolean renormalized,
            byte[] bits,
            int bit,
            float[] gradient,
            int gradientAt) {
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        FloatVector maskScales = FloatVector.broadcast(FLOATS, maskScale);
        FloatVector dots = FloatVector.broadcast(FLOATS, dot);
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            long keepBits = keepBits(bits, bit + i);
            VectorMask<Float> kept = Simd.MASK_REGISTERS
                    ? VectorMask.fromLong(FLOATS, keepBits)
                    : IntVector.broadcast(INTS, (int) keepBits)
                            .lanewise(LSHL, TO_SIGN)
                            .compare(LT, 0)
                            .cast(FLOATS);
            FloatVector ofProbability = ZERO.blend(
                    FloatVector.fromArray(FLOATS, gradient, gradientAt + i).mul(maskScales), kept);
            FloatVector ofScore =
                    FloatVector.fromArray(FLOATS, x, i).mul(factors).mul(ofProbability.sub(dots));
            if (renormalized) {
                ZERO.blend(ofScore, kept).intoArray(gradient, gradientAt + i);
            } else {
                ofScore.intoArray(gradient, gradientAt + i);
            }
        }
        ScalarSoftmax.gradient(x, i, elements, factor, maskScale, dot, renormalized, bits, bit, gradient, gradientAt);
    }

    /** Keep bits from an element on, at least 57 of them. */
    private static long keepBits(byte[] bits, int bit) {
        return (long) LONG.get(bits, bit >>> 3) >>> (bit & 7);
    }
}
