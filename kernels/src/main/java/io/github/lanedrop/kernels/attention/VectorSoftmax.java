package io.github.lanedrop.kernels.attention;

import static io.github.lanedrop.kernels.attention.ScalarSoftmax.PARTIAL_SUMS;
import static io.github.lanedrop.kernels.attention.ScalarTile.STRIDE;
import static io.github.lanedrop.kernels.lanes.VectorKeepBits.FROM_LONG;
import static io.github.lanedrop.kernels.lanes.VectorKeepBits.MASKS;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.lanedrop.kernels.lanes.VectorKeepBits;
import io.github.lanedrop.kernels.math.VectorMath;
import java.util.Arrays;
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
    private static final int LANES = FLOATS.length();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final FloatVector HIDDEN = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);

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
            return exponentials(scores, at, elements, scale, before, false, bits, bit, dst, 0, sums);
        }
        hide(scores, at, elements, scale, bits, bit, dst, 0);
        return exponentials(dst, 0, elements, 1, before, false, bits, bit, dst, 0, sums);
    }

    /**
     * As {@link ScalarSoftmax#keptExponentials}.
     *
     * @param x holds the scores; receives the exponentials, and then zeros up to a multiple of 16
     * @param at the index of the first one
     * @param elements how many
     * @param scale the scale
     * @param hidesDropped whether the dropped ones count as minus infinity
     * @param bits the keep bits, and 8 bytes after them
     * @param bit the first element's
     * @param before the greatest so far, or minus infinity
     * @param sums the partial sums so far; receives those with these elements
     * @return the maximum
     */
    public static float keptExponentials(
            float[] x,
            int at,
            int elements,
            float scale,
            boolean hidesDropped,
            byte[] bits,
            int bit,
            float before,
            float[] sums) {
        if (!hidesDropped) {
            return exponentials(x, at, elements, scale, before, true, bits, bit, x, at, sums);
        }
        hide(x, at, elements, scale, bits, bit, x, at);
        return exponentials(x, at, elements, 1, before, true, bits, bit, x, at, sums);
    }

    /** The scaled scores, with minus infinity for dropped ones. */
    private static void hide(
            float[] scores, int at, int elements, float scale, byte[] bits, int bit, float[] dst, int dstAt) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            long keepBits = VectorKeepBits.kept(bits, bit + i);
            VectorMask<Float> kept = FROM_LONG
                    ? VectorMask.fromLong(FLOATS, keepBits)
                    : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(keepBits));
            HIDDEN.blend(FloatVector.fromArray(FLOATS, scores, at + i).mul(scales), kept)
                    .intoArray(dst, dstAt + i);
        }
        ScalarSoftmax.scale(scores, at, i, elements, scale, true, bits, bit, Float.NEGATIVE_INFINITY, dst, dstAt);
    }

    // Long enough, more than 325 bytes, that C2 compiles it by itself: inlined into a loop over rows it would be cut in
    // two by the limit of nodes, and vectors be boxed there.
    private static float exponentials(
            float[] scores,
            int at,
            int elements,
            float scale,
            float before,
            boolean selects,
            byte[] bits,
            int bit,
            float[] dst,
            int dstAt,
            float[] sums) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        FloatVector max = FloatVector.broadcast(FLOATS, before);
        FloatVector otherMax = max;
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, scores, at + i).mul(scales);
            x.intoArray(dst, dstAt + i);
            FloatVector newMax = max.blend(x, x.compare(GT, max));
            max = otherMax; // in turn, since each waits for the one before
            otherMax = newMax;
        }
        max = max.blend(otherMax, otherMax.compare(GT, max));
        // as integers in the order of the floats, since the greatest of floats, minding NaN and -0, takes 38 ns
        IntVector order = max.viewAsIntegralLanes();
        order = order.lanewise(XOR, order.lanewise(ASHR, 31).lanewise(LSHR, 1));
        int greatestOrder = order.reduceLanes(MAX);
        float greatest = Float.intBitsToFloat(greatestOrder ^ ((greatestOrder >> 31) >>> 1));
        greatest = ScalarSoftmax.scale(scores, at, i, elements, scale, false, bits, bit, greatest, dst, dstAt);
        if (greatest == Float.NEGATIVE_INFINITY) {
            greatest = ScalarSoftmax.orNaN(dst, dstAt, elements);
            if (greatest == Float.NEGATIVE_INFINITY) {
                return greatest;
            }
        }
        int end = (elements + (PARTIAL_SUMS - 1)) & -PARTIAL_SUMS;
        for (i = elements; i < end; i++) {
            dst[dstAt + i] = Float.NEGATIVE_INFINITY; // whose exponential adds nothing
        }
        FloatVector all = FloatVector.broadcast(FLOATS, greatest);
        for (int group = 0; group < PARTIAL_SUMS; group += LANES) {
            FloatVector sum = FloatVector.fromArray(FLOATS, sums, group);
            for (i = group; i < end; i += PARTIAL_SUMS) {
                FloatVector e = VectorMath.decay(all.sub(FloatVector.fromArray(FLOATS, dst, dstAt + i)));
                sum = e.add(sum);
                if (selects) {
                    long keepBits = VectorKeepBits.kept(bits, bit + i);
                    VectorMask<Float> kept = FROM_LONG
                            ? VectorMask.fromLong(FLOATS, keepBits)
                            : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(keepBits));
                    ZERO.blend(e, kept).intoArray(dst, dstAt + i);
                } else {
                    e.intoArray(dst, dstAt + i);
                }
            }
            sum.intoArray(sums, group);
        }
        return greatest;
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
            long keepBits = VectorKeepBits.kept(bits, bit + i);
            VectorMask<Float> kept = FROM_LONG
                    ? VectorMask.fromLong(FLOATS, keepBits)
                    : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(keepBits));
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
                long keepBits = VectorKeepBits.kept(bits, bit + i);
                VectorMask<Float> kept = FROM_LONG
                        ? VectorMask.fromLong(FLOATS, keepBits)
                        : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(keepBits));
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
            long keepBits = VectorKeepBits.kept(bits, bit + i);
            VectorMask<Float> kept = FROM_LONG
                    ? VectorMask.fromLong(FLOATS, keepBits)
                    : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(keepBits));
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

    /**
     * As {@link ScalarSoftmax#backward}.
     *
     * @param scores holds the scores; receives the probabilities after dropout
     * @param gradient holds the gradient with respect to these; receives that with respect to the scores
     * @param rows the rows
     * @param seen how many columns each row sees, 0 to 64
     * @param scale the scores' scale
     * @param logSums of each row the logarithm of the sum of its exponentials; no scaled score that counts is greater, but
     *     for rounding
     * @param dots of each row its output times the gradient with respect to that
     * @param row the index of the first row's log-sum and dot
     * @param maskScale the mask's scale
     * @param renormalized whether rows are
     * @param bits the keep bits, and 8 bytes after them
     * @param bit the first row's first
     * @param bitStride from one row to the next
     */
    // Long enough as well that C2 compiles it by itself.
    public static void backward(
            float[] scores,
            float[] gradient,
            int rows,
            int[] seen,
            float scale,
            float[] logSums,
            float[] dots,
            int row,
            float maskScale,
            boolean renormalized,
            byte[] bits,
            int bit,
            int bitStride) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        FloatVector negatedScales = FloatVector.broadcast(FLOATS, -scale);
        FloatVector maskScales = FloatVector.broadcast(FLOATS, maskScale);
        for (int r = 0; r < rows; r++) {
            int first = r * STRIDE;
            int firstBit = bit + (r * bitStride);
            int counting = logSums[row + r] == Float.NEGATIVE_INFINITY ? 0 : seen[r];
            FloatVector greatest = FloatVector.broadcast(FLOATS, logSums[row + r]);
            FloatVector dot = FloatVector.broadcast(FLOATS, dots[row + r]);
            for (int i = 0; i < counting; i += LANES) {
                FloatVector p = VectorMath.decay(
                        FloatVector.fromArray(FLOATS, scores, first + i).fma(negatedScales, greatest));
                long keepBits = VectorKeepBits.kept(bits, firstBit + i);
                VectorMask<Float> kept = FROM_LONG
                        ? VectorMask.fromLong(FLOATS, keepBits)
                        : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(keepBits));
                FloatVector ofProbability = ZERO.blend(
                        FloatVector.fromArray(FLOATS, gradient, first + i).mul(maskScales), kept);
                FloatVector ofScore = p.mul(scales).mul(ofProbability.sub(dot));
                ZERO.blend(p.mul(maskScales), kept).intoArray(scores, first + i);
                if (renormalized) {
                    ZERO.blend(ofScore, kept).intoArray(gradient, first + i);
                } else {
                    ofScore.intoArray(gradient, first + i);
                }
            }
            if (counting < STRIDE) {
                Arrays.fill(scores, first + counting, first + STRIDE, 0f);
                Arrays.fill(gradient, first + counting, first + STRIDE, 0f);
            }
        }
    }
}
