package io.github.lanedrop.kernels.learned;

import static io.github.lanedrop.kernels.learned.ScalarGaussian.C1;
import static io.github.lanedrop.kernels.learned.ScalarGaussian.C2;
import static io.github.lanedrop.kernels.learned.ScalarGaussian.C3;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;

import io.github.lanedrop.kernels.math.VectorMath;
import jdk.incubator.vector.FloatVector;

/** {@link ScalarGaussian}, a vector at a time. Arrays hold whole vectors: lanes past {@code count} are garbage. */
public final class VectorGaussian {
    private static final int LANES = FLOATS.length();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);

    private VectorGaussian() {}

    /**
     * As {@link ScalarGaussian#exp}.
     *
     * @param values the values
     * @param factor the factor
     * @param count how many elements
     */
    public static void exp(float[] values, float factor, int count) {
        VectorMath.exp(values, factor, count);
    }

    /**
     * As {@link ScalarGaussian#sample}.
     *
     * @param mean the means
     * @param variance the variances
     * @param normals a standard normal for each element
     * @param count how many elements
     */
    public static void sample(float[] mean, float[] variance, float[] normals, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector noise =
                    FloatVector.fromArray(FLOATS, variance, i).sqrt().mul(FloatVector.fromArray(FLOATS, normals, i));
            FloatVector.fromArray(FLOATS, mean, i).add(noise).intoArray(mean, i);
        }
    }

    /**
     * As {@link ScalarGaussian#sampleBackward}.
     *
     * @param gradient the gradient of what came out
     * @param variance the variances
     * @param normals a standard normal for each element
     * @param count how many elements
     */
    public static void sampleBackward(float[] gradient, float[] variance, float[] normals, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, variance, i);
            FloatVector.fromArray(FLOATS, gradient, i)
                    .mul(FloatVector.fromArray(FLOATS, normals, i))
                    .div(v.sqrt().mul(2))
                    .blend(ZERO, v.compare(EQ, 0))
                    .intoArray(gradient, i);
        }
    }

    /**
     * As {@link ScalarGaussian#divergence}.
     *
     * @param logAlpha log alpha of each element
     * @param terms receives the terms
     * @param count how many elements
     */
    public static void divergence(float[] logAlpha, float[] terms, int count) {
        alphas(logAlpha, terms, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logAlpha, i).min(0);
            FloatVector alpha = FloatVector.fromArray(FLOATS, terms, i);
            l.mul(0.5f)
                    .add(alpha.mul(C3).add(C2).mul(alpha).add(C1).mul(alpha))
                    .neg()
                    .intoArray(terms, i);
        }
    }

    /** Fills {@code alphas} with alpha, at most 1. */
    private static void alphas(float[] logAlpha, float[] alphas, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, logAlpha, i).min(0).intoArray(alphas, i);
        }
        VectorMath.exp(alphas, count);
    }

    /**
     * As {@link ScalarGaussian#divergenceGradient}.
     *
     * @param logAlpha log alpha of each element
     * @param slopes receives the slopes
     * @param count how many elements
     */
    public static void divergenceGradient(float[] logAlpha, float[] slopes, int count) {
        alphas(logAlpha, slopes, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logAlpha, i);
            FloatVector alpha = FloatVector.fromArray(FLOATS, slopes, i);
            alpha.mul(3 * C3)
                    .add(2 * C2)
                    .mul(alpha)
                    .add(C1)
                    .mul(alpha)
                    .add(0.5f)
                    .neg()
                    .blend(ZERO, l.compare(GT, 0))
                    .intoArray(slopes, i);
        }
    }
}
