package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.attention.ScalarSoftmax;
import io.github.lanedrop.kernels.attention.VectorSoftmax;

/** The steps of a softmax with dropout on a row, by the live path; {@link ScalarSoftmax} defines them. */
final class SoftmaxRows {
    private SoftmaxRows() {}

    /** Scales a row, which hides the dropped ones if it is to be renormalised; gives the greatest. */
    static float scale(
            float[] src, int srcAt, int elements, AttentionScores shape, byte[] bits, int bit, float[] dst) {
        if (shape.renormalized()) {
            return Live.VECTOR
                    ? VectorSoftmax.scaleKept(src, srcAt, elements, shape.scale(), bits, bit, dst)
                    : ScalarSoftmax.scaleKept(src, srcAt, elements, shape.scale(), bits, bit, dst);
        }
        return Live.VECTOR
                ? VectorSoftmax.scale(src, srcAt, elements, shape.scale(), dst)
                : ScalarSoftmax.scale(src, srcAt, elements, shape.scale(), dst);
    }

    static void exponentials(float[] x, int elements, float max, float[] sums) {
        if (Live.VECTOR) {
            VectorSoftmax.exponentials(x, elements, max, sums);
        } else {
            ScalarSoftmax.exponentials(x, elements, max, sums);
        }
    }

    static void select(float[] x, int elements, float factor, byte[] bits, int bit, float[] dst, int dstAt) {
        if (Live.VECTOR) {
            VectorSoftmax.select(x, elements, factor, bits, bit, dst, dstAt);
        } else {
            ScalarSoftmax.select(x, elements, factor, bits, bit, dst, dstAt);
        }
    }

    static void dot(float[] x, int elements, float[] gradient, int gradientAt, byte[] bits, int bit, float[] sums) {
        if (Live.VECTOR) {
            VectorSoftmax.dot(x, elements, gradient, gradientAt, bits, bit, sums);
        } else {
            ScalarSoftmax.dot(x, elements, gradient, gradientAt, bits, bit, sums);
        }
    }

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
            int gradientAt) {
        if (Live.VECTOR) {
            VectorSoftmax.gradient(x, elements, factor, maskScale, dot, renormalized, bits, bit, gradient, gradientAt);
        } else {
            ScalarSoftmax.gradient(x, elements, factor, maskScale, dot, renormalized, bits, bit, gradient, gradientAt);
        }
    }
}
