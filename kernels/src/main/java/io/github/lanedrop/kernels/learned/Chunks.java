package io.github.lanedrop.kernels.learned;

/**
 * Plain arithmetic on a chunk. It needs no twins: additions, multiplications, least and greatest, element by element,
 * which the JVM's compiler turns into vectors by itself and which are the same bits in both.
 */
public final class Chunks {
    private Chunks() {}

    /**
     * {@code a = a^2}.
     *
     * @param a the factors
     * @param count how many elements
     */
    public static void square(float[] a, int count) {
        for (int i = 0; i < count; i++) {
            a[i] = a[i] * a[i];
        }
    }

    /**
     * {@code sum = sum + factor * a}.
     *
     * @param sum the sums so far
     * @param factor the factor
     * @param a the factors
     * @param count how many elements
     */
    public static void addScaled(float[] sum, float factor, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += factor * a[i];
        }
    }

    /**
     * {@code sum = sum + 2 * a * b}.
     *
     * @param sum the sums so far
     * @param a the factors
     * @param b the other factors
     * @param count how many elements
     */
    public static void addTwiceProduct(float[] sum, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += 2 * a[i] * b[i];
        }
    }

    /**
     * {@code sum = sum + a * b}.
     *
     * @param sum the sums so far
     * @param a the factors
     * @param b the other factors
     * @param count how many elements
     */
    public static void addProduct(float[] sum, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += a[i] * b[i];
        }
    }

    /**
     * {@code mean = alpha * mean^2}, the variance of multiplicative noise.
     *
     * @param mean the means
     * @param alpha alpha of each element
     * @param count how many elements
     */
    public static void variance(float[] mean, float[] alpha, int count) {
        for (int i = 0; i < count; i++) {
            mean[i] = alpha[i] * (mean[i] * mean[i]);
        }
    }

    /**
     * The gradients of {@link #variance}: {@code meanGradient += 2 * alpha * mean * gradient}, and with respect to log
     * alpha {@code gradient = alpha * mean^2 * gradient}.
     *
     * @param mean the means
     * @param alpha alpha of each element
     * @param gradient the gradient of what came out
     * @param meanGradient the sums so far of the means' gradient
     * @param count how many elements
     */
    public static void varianceBackward(
            float[] mean, float[] alpha, float[] gradient, float[] meanGradient, int count) {
        for (int i = 0; i < count; i++) {
            float alphaMean = alpha[i] * mean[i];
            meanGradient[i] += 2 * alphaMean * gradient[i];
            gradient[i] = alphaMean * mean[i] * gradient[i];
        }
    }

    /**
     * {@code x = x * (1 + deviation * normal)}.
     *
     * @param x the elements
     * @param deviation {@code sqrt(alpha)} of each element
     * @param normals a standard normal for each element
     * @param count how many elements
     */
    public static void multiplyNoise(float[] x, float[] deviation, float[] normals, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = x[i] * (1 + deviation[i] * normals[i]);
        }
    }

    /**
     * The gradients of {@link #multiplyNoise}: with respect to {@code x} in {@code gradient}, and with respect to log
     * alpha, where {@code deviation = sqrt(alpha)}, in {@code x}.
     *
     * @param x the elements
     * @param deviation {@code sqrt(alpha)} of each element
     * @param normals a standard normal for each element
     * @param gradient the gradient of what came out
     * @param count how many elements
     */
    public static void multiplyNoiseBackward(
            float[] x, float[] deviation, float[] normals, float[] gradient, int count) {
        for (int i = 0; i < count; i++) {
            float noise = deviation[i] * normals[i];
            x[i] = 0.5f * (gradient[i] * x[i] * noise);
            gradient[i] = gradient[i] * (1 + noise);
        }
    }

    /**
     * {@code values} clamped to {@code -most} to {@code most}; NaN stays.
     *
     * @param values the values
     * @param most the bound
     * @param count how many elements
     */
    public static void clamp(float[] values, float most, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = Math.max(Math.min(values[i], most), -most);
        }
    }

    /**
     * How many are above a threshold.
     *
     * @param values the values
     * @param threshold the threshold
     * @param count how many elements
     * @return how many
     */
    public static int above(float[] values, float threshold, int count) {
        int above = 0;
        for (int i = 0; i < count; i++) {
            above += values[i] > threshold ? 1 : 0;
        }
        return above;
    }
}
