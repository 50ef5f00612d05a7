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

/**
 * {@link ScalarSparse}, a vector at a time. Arrays hold whole vectors: lanes past {@code count} are garbage.
 *
 * <p>The divergence and its gradients are made from the weights, in methods longer than C2 inlines: each has more nodes than
 * its callers have room for.
 */
public final class VectorSparse {
    private static final int LANES = FLOATS.length();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);

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
     * As {@link ScalarSparse#logAlpha}, and {@link ScalarSparse#divergence} of the result.
     *
     * @param mean the means; then 1 / alpha, clamped
     * @param logVariance log sigma^2; then the logarithms of 1 + 1 / alpha, not yet put right
     * @param terms receives the terms
     * @param count how many elements
     */
    public static void divergence(float[] mean, float[] logVariance, float[] terms, int count) {
        float[] inverses = mean; // few arrays stay in L1
        float[] logarithms = logVariance;
        FloatVector epsilon = FloatVector.broadcast(FLOATS, EPSILON);
        FloatVector most = FloatVector.broadcast(FLOATS, MOST);
        FloatVector least = FloatVector.broadcast(FLOATS, -MOST);
        FloatVector k1 = FloatVector.broadcast(FLOATS, K1);
        FloatVector k2 = FloatVector.broadcast(FLOATS, K2);
        FloatVector k3 = FloatVector.broadcast(FLOATS, K3);
        FloatVector half = FloatVector.broadcast(FLOATS, 0.5f);
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        for (int i = 0; i < count; i += LANES) {
            FloatVector m = FloatVector.fromArray(FLOATS, mean, i);
            m.mul(m).add(epsilon).intoArray(terms, i);
        }
        VectorMath.log(terms, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logVariance, i)
                    .sub(FloatVector.fromArray(FLOATS, terms, i))
                    .min(most)
                    .max(least);
            l.neg().intoArray(inverses, i);
            l.mul(k3).add(k2).intoArray(terms, i);
        }
        VectorMath.exp(inverses, count);
        VectorMath.exp(terms, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, inverses, i).add(one).intoArray(logarithms, i);
        }
        VectorMath.log(logarithms, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector inverse = FloatVector.fromArray(FLOATS, inverses, i);
            FloatVector sigmoid = k1.div(FloatVector.fromArray(FLOATS, terms, i).add(one));
            FloatVector.fromArray(FLOATS, logarithms, i)
                    .mul(inverse.div(inverse.add(one).sub(one)))
                    .mul(half)
                    .add(sigmoid)
                    .intoArray(terms, i);
        }
    }

    /**
     * As {@link ScalarSparse#logAlpha}, {@link ScalarSparse#divergenceGradient} of the result, and what
     * {@link ScalarSparse#addGradients} adds for that.
     *
     * @param weight the weight
     * @param mean the means
     * @param logVariance log sigma^2; then log alpha, not clamped
     * @param slopes receives what is added to its gradient
     * @param meanSlopes receives what is subtracted from that of the means
     * @param count how many elements
     */
    public static void divergenceGradients(
            float weight, float[] mean, float[] logVariance, float[] slopes, float[] meanSlopes, int count) {
        float[] logAlpha = logVariance; // few arrays stay in L1
        float[] odds = slopes;
        float[] alphas = meanSlopes;
        FloatVector epsilon = FloatVector.broadcast(FLOATS, EPSILON);
        FloatVector most = FloatVector.broadcast(FLOATS, MOST);
        FloatVector least = FloatVector.broadcast(FLOATS, -MOST);
        FloatVector k2 = FloatVector.broadcast(FLOATS, K2);
        FloatVector k3 = FloatVector.broadcast(FLOATS, K3);
        FloatVector k1k3 = FloatVector.broadcast(FLOATS, K1 * K3);
        FloatVector half = FloatVector.broadcast(FLOATS, 0.5f);
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        FloatVector weights = FloatVector.broadcast(FLOATS, weight);
        for (int i = 0; i < count; i += LANES) {
            FloatVector m = FloatVector.fromArray(FLOATS, mean, i);
            m.mul(m).add(epsilon).intoArray(odds, i);
        }
        VectorMath.log(odds, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logVariance, i).sub(FloatVector.fromArray(FLOATS, odds, i));
            l.intoArray(logAlpha, i);
            FloatVector clamped = l.min(most).max(least);
            clamped.intoArray(alphas, i);
            clamped.mul(k3).add(k2).intoArray(odds, i);
        }
        VectorMath.exp(alphas, count);
        VectorMath.exp(odds, count);
        for (int i = 0; i < count; i += LANES) {
            FloatVector e = FloatVector.fromArray(FLOATS, odds, i);
            FloatVector sum = e.add(one);
            half.div(FloatVector.fromArray(FLOATS, alphas, i).add(one))
                    .add(e.div(sum.mul(sum)).mul(k1k3))
                    .neg()
                    .blend(
                            ZERO,
                            FloatVector.fromArray(FLOATS, logAlpha, i).abs().compare(GE, most))
                    .mul(weights)
                    .intoArray(slopes, i);
        }
        for (int i = 0; i < count; i += LANES) {
            FloatVector m = FloatVector.fromArray(FLOATS, mean, i);
            FloatVector.fromArray(FLOATS, slopes, i)
                    .mul(m.add(m).div(m.mul(m).add(epsilon)))
                    .intoArray(meanSlopes, i);
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
