package io.github.lanedrop.kernels.learned;

import io.github.lanedrop.kernels.math.ScalarMath;

/**
 * Molchanov's divergence and pruning on a chunk, element by element: the definition.
 *
 * <p>Source: D. Molchanov, A. Ashukha, D. Vetrov, "Variational Dropout Sparsifies Deep Neural Networks", ICML 2017,
 * equation 14.
 */
public final class ScalarSparse {
    static final float K1 = 0.63576f;
    static final float K2 = 1.87320f;
    static final float K3 = 1.48695f;
    /** Log alpha is clamped to -8 to 8, as the authors' code does. */
    public static final float MOST = 8;
    /** Is added to squared means: a mean of 0 has a logarithm. */
    static final float EPSILON = 1e-8f;

    private ScalarSparse() {}

    /**
     * {@code dst = log variance - log(mean^2 + epsilon)}, not clamped.
     *
     * @param mean the means
     * @param logVariance log sigma^2
     * @param dst receives the result
     * @param count how many elements
     */
    public static void logAlpha(float[] mean, float[] logVariance, float[] dst, int count) {
        for (int i = 0; i < count; i++) {
            dst[i] = logVariance[i] - ScalarMath.log(mean[i] * mean[i] + EPSILON);
        }
    }

    /**
     * {@code terms = log(1 + 1/alpha) / 2 + k1 - k1 sigmoid(k2 + k3 l)}, where {@code l} is log alpha, clamped.
     *
     * @param logAlpha log alpha of each element
     * @param terms receives the terms
     * @param count how many elements
     */
    public static void divergence(float[] logAlpha, float[] terms, int count) {
        for (int i = 0; i < count; i++) {
            float l = Math.max(Math.min(logAlpha[i], MOST), -MOST);
            float inverse = ScalarMath.exp(-l);
            // log(1 + x), with what 1 + x loses of a small x put right
            float sum = 1 + inverse;
            float log = ScalarMath.log(sum) * (inverse / (sum - 1));
            terms[i] = 0.5f * log + K1 / (1 + ScalarMath.exp(K3 * l + K2));
        }
    }

    /**
     * Its derivative with respect to log alpha: {@code -sigmoid(-l) / 2 - k1 k3 s (1 - s)} with
     * {@code s = sigmoid(k2 + k3 l)}; 0 where log alpha is not between -8 and 8, as it is clamped there.
     *
     * @param logAlpha log alpha of each element
     * @param slopes receives the slopes
     * @param count how many elements
     */
    public static void divergenceGradient(float[] logAlpha, float[] slopes, int count) {
        for (int i = 0; i < count; i++) {
            float l = Math.max(Math.min(logAlpha[i], MOST), -MOST);
            float e = ScalarMath.exp(K3 * l + K2);
            float sum = 1 + e;
            float slope = -(0.5f / (1 + ScalarMath.exp(l)) + K1 * K3 * (e / (sum * sum)));
            slopes[i] = Math.abs(logAlpha[i]) >= MOST ? 0 : slope;
        }
    }

    /**
     * Passes the slope of log alpha on, weighted: {@code logVarianceGradient += weight * slope}, and
     * {@code meanGradient -= weight * slope * 2 mean / (mean^2 + epsilon)}.
     *
     * @param weight the weight
     * @param mean the means
     * @param slopes the slopes
     * @param meanGradient the sums so far of the means' gradient
     * @param logVarianceGradient the sums so far of its gradient
     * @param count how many elements
     */
    public static void addGradients(
            float weight, float[] mean, float[] slopes, float[] meanGradient, float[] logVarianceGradient, int count) {
        for (int i = 0; i < count; i++) {
            float slope = weight * slopes[i];
            logVarianceGradient[i] += slope;
            meanGradient[i] -= slope * (2 * mean[i] / (mean[i] * mean[i] + EPSILON));
        }
    }

    /**
     * {@code mean = log alpha > threshold ? +0 : mean}.
     *
     * @param mean the means
     * @param logAlpha log alpha of each element
     * @param threshold the threshold
     * @param count how many elements
     */
    public static void prune(float[] mean, float[] logAlpha, float threshold, int count) {
        for (int i = 0; i < count; i++) {
            mean[i] = logAlpha[i] > threshold ? 0 : mean[i];
        }
    }
}
