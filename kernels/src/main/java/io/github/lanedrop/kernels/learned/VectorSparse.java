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
            FloatVector.fromArray(FLOATS, logVariance, i)
                    .sub(VectorMath.log(m.mul(m).add(EPSILON)))
                    .intoArray(dst, i);
        }
    }

    /**
     * As {@link ScalarSparse#divergence}.
     *
     * @param logAlpha log alpha of each element
     * @param terms receives the terms
     * @param work receives what comes between
     * @param count how many elements
     */
    public static void divergence(float[] logAlpha, float[] terms, float[] work, int count) {
        sigmoids(logAlpha, terms, count);
        inverses(logAlpha, work, count);
        addLogarithms(work, terms, count);
    }

    // a loop, and a method, for each function: C2 would box the vectors of a second one

    private static void sigmoids(float[] logAlpha, float[] terms, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logAlpha, i).min(MOST).max(-MOST);
            K1S.div(VectorMath.exp(l.mul(K3).add(K2)).add(1)).intoArray(terms, i);
        }
    }

    private static void inverses(float[] logAlpha, float[] inverses, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logAlpha, i).min(MOST).max(-MOST);
            VectorMath.exp(l.neg()).intoArray(inverses, i);
        }
    }

    private static void addLogarithms(float[] inverses, float[] terms, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector inverse = FloatVector.fromArray(FLOATS, inverses, i);
            FloatVector sum = inverse.add(1);
            VectorMath.log(sum)
                    .mul(inverse.div(sum.sub(1)))
                    .mul(0.5f)
                    .add(FloatVector.fromArray(FLOATS, terms, i))
                    .intoArray(terms, i);
        }
    }

    /**
     * As {@link ScalarSparse#divergenceGradient}.
     *
     * @param logAlpha log alpha of each element
     * @param slopes receives, or holds, the slopes
     * @param count how many elements
     */
    public static void divergenceGradient(float[] logAlpha, float[] slopes, int count) {
        sigmoidSlopes(logAlpha, slopes, count);
        addLogarithmSlopes(logAlpha, slopes, count);
    }

    private static void sigmoidSlopes(float[] logAlpha, float[] slopes, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector l = FloatVector.fromArray(FLOATS, logAlpha, i).min(MOST).max(-MOST);
            FloatVector e = VectorMath.exp(l.mul(K3).add(K2));
            FloatVector sum = e.add(1);
            e.div(sum.mul(sum)).mul(K1 * K3).intoArray(slopes, i);
        }
    }

    private static void addLogarithmSlopes(float[] logAlpha, float[] slopes, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector unclamped = FloatVector.fromArray(FLOATS, logAlpha, i);
            FloatVector l = unclamped.min(MOST).max(-MOST);
            HALF.div(VectorMath.exp(l).add(1))
                    .add(FloatVector.fromArray(FLOATS, slopes, i))
                    .neg()
                    .blend(ZERO, unclamped.abs().compare(GE, MOST))
                    .intoArray(slopes, i);
        }
    }

    /**
     * As {@link ScalarSparse#addGradients}.
     *
     * @param weight the weight
     * @param mean the means
     * @param slopes receives, or holds, the slopes
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
