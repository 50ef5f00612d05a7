package io.github.lanedrop.kernels.learned;

import io.github.lanedrop.kernels.math.ScalarMath;

/**
 * Gaussian weights and Kingma's divergence on a chunk, element by element: the definition.
 *
 * <p>Source: D. P. Kingma, T. Salimans, M. Welling, "Variational Dropout and the Local Reparameterization Trick", NIPS
 * 2015, and the coefficients of its appendix C.
 */
public final class ScalarGaussian {
    static final float C1 = 1.1614512f;
    static final float C2 = -1.5020412f;
    static final float C3 = 0.5862992f;

    private ScalarGaussian() {}

    /**
     * {@code values = exp(factor * values)}.
     *
     * @param values the values
     * @param factor the factor
     * @param count how many elements
     */
    public static void exp(float[] values, float factor, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = ScalarMath.exp(factor * values[i]);
        }
    }

    /**
     * {@code mean = mean + sqrt(variance) * normal}.
     *
     * @param mean the means
     * @param variance the variances
     * @param normals a standard normal for each element
     * @param count how many elements
     */
    public static void sample(float[] mean, float[] variance, float[] normals, int count) {
        for (int i = 0; i < count; i++) {
            mean[i] = mean[i] + (float) Math.sqrt(variance[i]) * normals[i];
        }
    }

    /**
     * {@code gradient = gradient * normal / (2 sqrt(variance))}, and +0 where the variance is 0.
     *
     * @param gradient the gradient of what came out
     * @param variance the variances
     * @param normals a standard normal for each element
     * @param count how many elements
     */
    public static void sampleBackward(float[] gradient, float[] variance, float[] normals, int count) {
        for (int i = 0; i < count; i++) {
            float passed = gradient[i] * normals[i] / (2 * (float) Math.sqrt(variance[i]));
            gradient[i] = variance[i] == 0 ? 0 : passed;
        }
    }

    /**
     * {@code terms = -(l / 2 + c1 alpha + c2 alpha^2 + c3 alpha^3)} with {@code l = min(log alpha, 0)}.
     *
     * @param logAlpha log alpha of each element
     * @param terms receives the terms
     * @param count how many elements
     */
    public static void divergence(float[] logAlpha, float[] terms, int count) {
        for (int i = 0; i < count; i++) {
            float l = Math.min(logAlpha[i], 0);
            float alpha = ScalarMath.exp(l);
            terms[i] = -(0.5f * l + ((C3 * alpha + C2) * alpha + C1) * alpha);
        }
    }

    /**
     * Its derivative: {@code -(1/2 + c1 alpha + 2 c2 alpha^2 + 3 c3 alpha^3)}, 0 where log alpha is above 0.
     *
     * @param logAlpha log alpha of each element
     * @param slopes receives the slopes
     * @param count how many elements
     */
    public static void divergenceGradient(float[] logAlpha, float[] slopes, int count) {
        for (int i = 0; i < count; i++) {
            float alpha = ScalarMath.exp(Math.min(logAlpha[i], 0));
            float slope = -(0.5f + ((3 * C3 * alpha + 2 * C2) * alpha + C1) * alpha);
            slopes[i] = logAlpha[i] > 0 ? 0 : slope;
        }
    }
}
