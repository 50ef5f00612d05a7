package io.github.lanedrop.kernels.learned;

/**
 * Plain arithmetic on a chunk. It needs no twins: additions, multiplications, least and greatest, element by element,
 * which the JVM's compiler turns into vectors by itself and which are the same bits in both.
 */
public final class Chunks {
    private Chunks() {}

    /** {@code a = a^2}. */
    public static void square(float[] a, int count) {
        for (int i = 0; i < count; i++) {
            a[i] = a[i] * a[i];
        }
    }

    /** {@code sum = sum + factor * a}. */
    public static void addScaled(float[] sum, float factor, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += factor * a[i];
        }
    }

    /** {@code sum = sum + 2 * a * b}. */
    public static void addTwiceProduct(float[] sum, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += 2 * a[i] * b[i];
        }
    }

    /** {@code sum = sum + a * b}. */
    public static void addProduct(float[] sum, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] += a[i] * b[i];
        }
    }

    /** {@code mean = alpha * mean^2}, the variance of multiplicative noise. */
    public static void variance(float[] mean, float[] alpha, int count) {
        for (int i = 0; i < count; i++) {
            mean[i] = alpha[i] * (mean[i] * mean[i]);
        }
    }

    /**
     * The gradients of {@link #variance}: {@code meanGradient += 2 * alpha * mean * gradient}, and with respect to log
     * alpha {@code gradient = alpha * mean^2 * gradient}.
     */
    public static void varianceBackward(
            float[] mean, float[] alpha, float[] gradient, float[] meanGradient, int count) {
        for (int i = 0; i < count; i++) {
            float alphaMean = alpha[i] * mean[i];
            meanGradient[i] += 2 * alphaMean * gradient[i];
            gradient[i] = alphaMean * mean[i] * gradient[i];
        }
    }

    /** {@code x = x * (1 + deviation * normal)}. */
    public static void multiplyNoise(float[] x, float[] deviation, float[] normals, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = x[i] * (1 + deviation[i] * normals[i]);
        }
    }

    /**
     * The gradients of {@link #multiplyNoise}: with respect to {@code x} in {@code gradient}, and with respect to log
     * alpha, where {@code deviation = sqrt(alpha)}, in {@code x}.
     */
    public static void multiplyNoiseBackward(
            float[] x, float[] deviation, float[] normals, float[] gradient, int count) {
        for (int i = 0; i < count; i++) {
            float noise = deviation[i] * normals[i];
            x[i] = 0.5f * (gradient[i] * x[i] * noise);
            gradient[i] = gradient[i] * (1 + noise);
        }
    }

    /** {@code values} clamped to {@code -most} to {@code most}; NaN stays. */
    public static void clamp(float[] values, float most, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = Math.max(Math.min(values[i], most), -most);
        }
    }

    /** How many are above a threshold. */
    public static int above(float[] values, float threshold, int count) {
        int above = 0;
        for (int i = 0; i < count; i++) {
            above += values[i] > threshold ? 1 : 0;
        }
        return above;
    }
}
