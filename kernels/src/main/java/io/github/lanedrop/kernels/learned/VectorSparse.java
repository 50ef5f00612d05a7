package io.github.lanedrop.kernels.learned;

import static io.github.lanedrop.kernels.learned.ScalarSparse.EPSILON;
import static io.github.lanedrop.kernels.learned.ScalarSparse.K1;
import static io.github.lanedrop.kernels.learned.ScalarSparse.K2;
import static io.github.lanedrop.kernels.learned.ScalarSparse.K3;
import static io.github.lanedrop.kernels.learned.ScalarSparse.MOST;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import io.github.lanedrop.kernels.math.VectorMath;
import jdk.incubator.vector.FloatVector;

/** {@link ScalarSparse}, a vector at a time. Arrays hold whole vectors: lanes past {@code count} are garbage. */
public final class VectorSparse {
    private static final int LANES = FLOATS.length();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final FloatVector HALF = FloatVector.broadcast(FLOATS, 0.5f);
    private static final FloatVector K1S = FloatVector.broadcast(FLOATS, K1);

    private VectorSparse() {}

    /**
     * As {@link ScalarSparse#logAlpha}.
     *
     * @param mean the means
     * @param logVariance log sigma^2
     * @param dst receives the result
     * @param count how many elements
     */
    public static void logAlpha(float[] mean, float[] logVariance, float[] dst, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector m = FloatVector.fromArray(FLOATS, mean, i);
            m.mul(m).add(EPSILON).intoArray(dst, i);
        }
        VectorMath.log(dst, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, logVariance, i)
                    .sub(FloatVector.fromArray(FLOATS, dst, i))
                    .intoArray(dst, i);
        }
    }

    /**
     * As {@link ScalarSparse#divergence}.
     *
     * @param logAlpha log alpha of each element
     * @param terms receives the terms
     * @param inverses receives 1 / alpha, clamped
     * @param logarithms receives the logarithms of 1 + 1 / alpha, not yet put right
     * @param count how many elements
     */
    public static void divergence(float[] logAlpha, float[] terms, float[] inverses, float[] logarithms, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logAlpha, i).min(MOST).max(-MOST);
            l.neg().intoArray(inverses, i);
            l.mul(K3).add(K2).intoArray(terms, i);
        }
        VectorMath.exp(inverses, count);
        VectorMath.exp(terms, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, inverses, i).add(1).intoArray(logarithms, i);
        }
        VectorMath.log(logarithms, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector inverse = FloatVector.fromArray(FLOATS, inverses, i);
            FloatVector sigmoid =
                    K1S.div(FloatVector.fromArray(FLOATS, terms, i).add(1));
            FloatVector.fromArray(FLOATS, logarithms, i)
                    .mul(inverse.div(inverse.add(1).sub(1)))
                    .mul(0.5f)
                    .add(sigmoid)
                    .intoArray(terms, i);
        }
    }

    /**
     * As {@link ScalarSparse#divergenceGradient}.
     *
     * @param logAlpha log alpha of each element
     * @param slopes receives the slopes
     * @param alphas receives alpha, clamped
     * @param count how many elements
     */
    public static void divergenceGradient(float[] logAlpha, float[] slopes, float[] alphas, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logAlpha, i).min(MOST).max(-MOST);
            l.intoArray(alphas, i);
            l.mul(K3).add(K2).intoArray(slopes, i);
        }
        VectorMath.exp(alphas, count);
        VectorMath.exp(slopes, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector e = FloatVector.fromArray(FLOATS, slopes, i);
            FloatVector sum = e.add(1);
            HALF.div(FloatVector.fromArray(FLOATS, alphas, i).add(1))
                    .add(e.div(sum.mul(sum)).mul(K1 * K3))
                    .neg()
                    .blend(
                            ZERO,
                            FloatVector.fromArray(FLOATS, logAlpha, i).abs().compare(GE, MOST))
                    .intoArray(slopes, i);
        }
    }

    /**
     * As {@link ScalarSparse#addGradients}.
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
        for (int i = 0; i < count; i += LANES) {
            FloatVector m = FloatVector.fromArray(FLOATS, mean, i);
            FloatVector slope = FloatVector.fromArray(FLOATS, slopes, i).mul(weight);
            FloatVector.fromArray(FLOATS, logVarianceGradient, i).add(slope).intoArray(logVarianceGradient, i);
            FloatVector.fromArray(FLOATS, meanGradient, i)
                    .sub(slope.mul(m.mul(2).div(m.mul(m).add(EPSILON))))
                    .intoArray(meanGradient, i);
        }
    }

    /**
     * As {@link ScalarSparse#prune}.
     *
     * @param mean the means
     * @param logAlpha log alpha of each element
     * @param threshold the threshold
     * @param count how many elements
     */
    public static void prune(float[] mean, float[] logAlpha, float threshold, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, mean, i)
                    .blend(ZERO, FloatVector.fromArray(FLOATS, logAlpha, i).compare(GT, threshold))
                    .intoArray(mean, i);
        }
    }
}
