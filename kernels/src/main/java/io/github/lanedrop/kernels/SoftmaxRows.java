package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.attention.ScalarSoftmax;
import io.github.lanedrop.kernels.attention.VectorSoftmax;

/** The steps of a softmax with dropout, on a row or a tile, by the live path; {@link ScalarSoftmax} defines them. */
final class SoftmaxRows {
    private SoftmaxRows() {}

    /** {@link ScalarSoftmax#exponentials}. */
    static float exponentials(
            float[] scores,
            int at,
            int elements,
            AttentionScores shape,
            byte[] bits,
            int bit,
            float before,
            float[] dst,
            float[] sums) {
        float scale = shape.scale();
        boolean hidesDropped = shape.renormalized();
        return AttentionSelfTest.VECTOR
                ? VectorSoftmax.exponentials(scores, at, elements, scale, hidesDropped, bits, bit, before, dst, sums)
                : ScalarSoftmax.exponentials(scores, at, elements, scale, hidesDropped, bits, bit, before, dst, sums);
    }

    /** {@link ScalarSoftmax#keptExponentials}. */
    static float keptExponentials(
            float[] x, int at, int elements, AttentionScores shape, byte[] bits, int bit, float before, float[] sums) {
        float scale = shape.scale();
        boolean hidesDropped = shape.renormalized();
        return AttentionSelfTest.VECTOR
                ? VectorSoftmax.keptExponentials(x, at, elements, scale, hidesDropped, bits, bit, before, sums)
                : ScalarSoftmax.keptExponentials(x, at, elements, scale, hidesDropped, bits, bit, before, sums);
    }

    /** {@link ScalarSoftmax#select}. */
    static void select(float[] x, int elements, float factor, byte[] bits, int bit, float[] dst, int dstAt) {
        if (AttentionSelfTest.VECTOR) {
            VectorSoftmax.select(x, elements, factor, bits, bit, dst, dstAt);
        } else {
            ScalarSoftmax.select(x, elements, factor, bits, bit, dst, dstAt);
        }
    }

    /** {@link ScalarSoftmax#dot}. */
    static void dot(float[] x, int elements, float[] gradient, int gradientAt, byte[] bits, int bit, float[] sums) {
        if (AttentionSelfTest.VECTOR) {
            VectorSoftmax.dot(x, elements, gradient, gradientAt, bits, bit, sums);
        } else {
            ScalarSoftmax.dot(x, elements, gradient, gradientAt, bits, bit, sums);
        }
    }

    /** {@link ScalarSoftmax#backward}. */
    static void backward(
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
        if (AttentionSelfTest.VECTOR) {
            VectorSoftmax.backward(
                    scores,
                    gradient,
                    rows,
                    seen,
                    scale,
                    logSums,
                    dots,
                    row,
                    maskScale,
                    renormalized,
                    bits,
                    bit,
                    bitStride);
        } else {
            ScalarSoftmax.backward(
                    scores,
                    gradient,
                    rows,
                    seen,
                    scale,
                    logSums,
                    dots,
                    row,
                    maskScale,
                    renormalized,
                    bits,
                    bit,
                    bitStride);
        }
    }

    /** {@link ScalarSoftmax#gradient}. */
    static void gradient(
            float[] x,
            int elements,
            float factor,
            float maskScale,
            float dot,
            boolean renormalized,
            byte[] bits,
            int bit,
            float[] gradient,
            int at) {
        if (AttentionSelfTest.VECTOR) {
            VectorSoftmax.gradient(x, elements, factor, maskScale, dot, renormalized, bits, bit, gradient, at);
        } else {
            ScalarSoftmax.gradient(x, elements, factor, maskScale, dot, renormalized, bits, bit, gradient, at);
        }
    }
}
