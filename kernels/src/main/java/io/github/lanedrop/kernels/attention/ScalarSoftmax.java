package io.github.lanedrop.kernels.attention;

import io.github.lanedrop.kernels.math.ScalarMath;

/**
 * The steps of a softmax with dropout on a row, and of its gradient: the definition.
 *
 * <p>A row's sum is 16 partial sums, of the elements {@code l}, {@code l + 16}, {@code l + 32} ... each, in this order; then
 * eight sums of partial sums {@code l} and {@code l + 8}, then four, two and one; so that vectors of any width up to 16 lanes
 * add in the same order. Keep bit {@code i} of a row is bit {@code bit + i} of an array of bytes, lowest bit first.
 */
public final class ScalarSoftmax {
    /** Partial sums of a row. */
    public static final int PARTIAL_SUMS = 16;

    private ScalarSoftmax() {}

    /**
     * The exponentials of a row's scores, or of some of them, less the greatest, and their sum.
     *
     * <pre>
     * s[i]    = (kept or not hidesDropped) ? scores[at + i] * scale : -Infinity
     * max     = the greatest of before, s[0], s[1] ..., of those that are no NaN
     * dst[i]  = exp(s[i] - max), as {@link ScalarMath#decay} has it
     * sums[i modulo 16] = sums[i modulo 16] + dst[i]
     * </pre>
     *
     * <p>Only the maximum, if that is minus infinity and none is NaN. One that is makes the sum NaN, even if all others are
     * minus infinity, when it is the maximum.
     *
     * @param scores holds the scores
     * @param at the index of the first one
     * @param elements how many
     * @param scale the scale
     * @param hidesDropped whether the dropped ones count as minus infinity
     * @param bits the keep bits
     * @param bit the first element's
     * @param before the greatest so far, or minus infinity
     * @param dst receives the exponentials, from index 0; has room up to a multiple of 16
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
        float max = scale(scores, at, 0, elements, scale, hidesDropped, bits, bit, before, dst, 0);
        return exponentials(dst, 0, elements, max, sums);
    }

    /**
     * {@link #exponentials} of a row in place, of which the kept ones stay and the dropped ones, which are summed as well,
     * become +0.
     *
     * @param x holds the scores; receives the exponentials; has room up to a multiple of 16
     * @param at the index of the first one
     * @param elements how many
     * @param scale the scale
     * @param hidesDropped whether the dropped ones count as minus infinity
     * @param bits the keep bits
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
        float max = scale(x, at, 0, elements, scale, hidesDropped, bits, bit, before, x, at);
        max = exponentials(x, at, elements, max, sums);
        if (max != Float.NEGATIVE_INFINITY) {
            for (int i = 0; i < elements; i++) {
                x[at + i] = kept(bits, bit + i) ? x[at + i] : 0f;
            }
        }
        return max;
    }

    /** Of what is scaled, and has this maximum. */
    private static float exponentials(float[] x, int at, int elements, float greatest, float[] sums) {
        float max = greatest == Float.NEGATIVE_INFINITY ? orNaN(x, at, elements) : greatest;
        if (max != Float.NEGATIVE_INFINITY) {
            for (int i = 0; i < elements; i++) {
                x[at + i] = ScalarMath.decay(max - x[at + i]);
                sums[i % PARTIAL_SUMS] += x[at + i];
            }
        }
        return max;
    }

    static float scale(
            float[] scores,
            int at,
            int start,
            int end,
            float scale,
            boolean hidesDropped,
            byte[] bits,
            int bit,
            float before,
            float[] dst,
            int dstAt) {
        float max = before;
        for (int i = start; i < end; i++) {
            boolean hidden = hidesDropped && !kept(bits, bit + i);
            float x = hidden ? Float.NEGATIVE_INFINITY : scores[at + i] * scale;
            dst[dstAt + i] = x;
            max = x > max ? x : max;
        }
        return max + 0f; // not -0, which would depend on the order
    }

    /** The maximum of what holds nothing above minus infinity. */
    static float orNaN(float[] x, int at, int elements) {
        for (int i = at; i < at + elements; i++) {
            if (Float.isNaN(x[i])) {
                return Float.NaN;
            }
        }
        return Float.NEGATIVE_INFINITY;
    }

    /**
     * The sum of 16 partial sums.
     *
     * @param sums the partial sums
     * @return the sum
     */
    public static float total(float[] sums) {
        float even = sum(sums, 0) + sum(sums, 2);
        float odd = sum(sums, 1) + sum(sums, 3);
        return even + odd;
    }

    /** Of every fourth. */
    private static float sum(float[] sums, int first) {
        return (sums[first] + sums[first + 8]) + (sums[first + 4] + sums[first + 12]);
    }

    /**
     * {@code dst[dstAt + i] = kept ? x[i] * factor : +0}.
     *
     * @param x the exponentials
     * @param elements how many
     * @param factor the mask's scale over the row's sum
     * @param bits the keep bits
     * @param bit the first element's
     * @param dst receives the probabilities
     * @param dstAt the index of the first one
     */
    public static void select(float[] x, int elements, float factor, byte[] bits, int bit, float[] dst, int dstAt) {
        select(x, 0, elements, factor, bits, bit, dst, dstAt);
    }

    static void select(float[] x, int start, int end, float factor, byte[] bits, int bit, float[] dst, int dstAt) {
        for (int i = start; i < end; i++) {
            dst[dstAt + i] = kept(bits, bit + i) ? x[i] * factor : 0f;
        }
    }

    /**
     * Adds {@code kept ? x[i] * gradient[gradientAt + i] : 0} to partial sums, in fused multiply-adds.
     *
     * @param x the exponentials
     * @param elements how many
     * @param gradient holds the gradient with respect to the row's output
     * @param gradientAt the index of the first one
     * @param bits the keep bits
     * @param bit the first element's
     * @param sums the row's partial sums so far; receives those with these elements
     */
    public static void dot(
            float[] x, int elements, float[] gradient, int gradientAt, byte[] bits, int bit, float[] sums) {
        dot(x, 0, elements, gradient, gradientAt, bits, bit, sums);
    }

    static void dot(
            float[] x, int start, int end, float[] gradient, int gradientAt, byte[] bits, int bit, float[] sums) {
        for (int i = start; i < end; i++) {
            float kept = kept(bits, bit + i) ? gradient[gradientAt + i] : 0f;
            sums[i % PARTIAL_SUMS] = Math.fma(x[i], kept, sums[i % PARTIAL_SUMS]);
        }
    }

    /**
     * The gradient with respect to the scores, over that with respect to the row's output.
     *
     * <pre>
     * gradient[i] = x[i] * factor * ((kept ? gradient[i] * maskScale : 0) - dot)
     * </pre>
     *
     * <p>Of a row that is renormalised, +0 where dropped.
     *
     * @param x the exponentials
     * @param elements how many
     * @param factor the scores' scale over the row's sum
     * @param maskScale the mask's scale
     * @param dot the output times its gradient, summed over the row
     * @param renormalized whether the row is
     * @param bits the keep bits
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
        gradient(x, 0, elements, factor, maskScale, dot, renormalized, bits, bit, gradient, gradientAt);
    }

    static void gradient(
            float[] x,
            int start,
            int end,
            float factor,
            float maskScale,
            float dot,
            boolean renormalized,
            byte[] bits,
            int bit,
            float[] gradient,
            int gradientAt) {
        for (int i = start; i < end; i++) {
            boolean kept = kept(bits, bit + i);
            float ofProbability = kept ? gradient[gradientAt + i] * maskScale : 0f;
            float ofScore = (x[i] * factor) * (ofProbability - dot);
            gradient[gradientAt + i] = kept || !renormalized ? ofScore : 0f;
        }
    }

    /**
     * The probabilities of a tile after dropout, made again from its scores, and the gradient with respect to these. Of each
     * row {@code r}, with {@code at = r * ScalarTile.STRIDE + i}:
     *
     * <pre>
     * p            = exp(scores[at] * scale - logSums[row + r]), as {@link ScalarMath#decay} has it; the difference is rounded once
     * scores[at]   = kept ? p * maskScale : +0
     * gradient[at] = p * scale * ((kept ? gradient[at] * maskScale : 0) - dots[row + r])
     * </pre>
     *
     * <p>Of rows that are renormalised, the gradient is +0 where dropped. Both are +0 from {@code seen[r]} on, and everywhere if
     * the log-sum is minus infinity.
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
     * @param bits the keep bits
     * @param bit the first row's first
     * @param bitStride from one row to the next
     */
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
        for (int r = 0; r < rows; r++) {
            int counting = logSums[row + r] == Float.NEGATIVE_INFINITY ? 0 : seen[r];
            for (int c = 0; c < ScalarTile.STRIDE; c++) {
                int at = (r * ScalarTile.STRIDE) + c;
                if (c >= counting) {
                    scores[at] = 0f;
                    gradient[at] = 0f;
                    continue;
                }
                boolean kept = kept(bits, bit + (r * bitStride) + c);
                float p = ScalarMath.decay(Math.fma(scores[at], -scale, logSums[row + r]));
                float ofProbability = kept ? gradient[at] * maskScale : 0f;
                float ofScore = (p * scale) * (ofProbability - dots[row + r]);
                scores[at] = kept ? p * maskScale : 0f;
                gradient[at] = kept || !renormalized ? ofScore : 0f;
            }
        }
    }

    private static boolean kept(byte[] bits, int bit) {
        return ((bits[bit >>> 3] >>> (bit & 7)) & 1) != 0;
    }
}
