package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.learned.Chunks;
import io.github.lanedrop.kernels.learned.ScalarConcrete;
import io.github.lanedrop.kernels.learned.ScalarGaussian;
import io.github.lanedrop.kernels.learned.ScalarRates;
import io.github.lanedrop.kernels.learned.ScalarSparse;
import io.github.lanedrop.kernels.learned.VectorConcrete;
import io.github.lanedrop.kernels.learned.VectorGaussian;
import io.github.lanedrop.kernels.learned.VectorRates;
import io.github.lanedrop.kernels.learned.VectorSparse;
import io.github.lanedrop.rng.Philox4x32;
import java.util.Arrays;

/** Holds the vector code of learned rates against its scalar twin, on a few vectors of any width. */
final class LearnedSelfTest {
    private static final int COUNT = 32;

    /** Whether the vector code runs: the SIMD path is live, and it agrees with its twin. Decided when first needed. */
    static final boolean VECTOR = Live.trusted("learned rates", LearnedSelfTest::agrees);

    private LearnedSelfTest() {}

    static boolean agrees() {
        return concreteAgrees() && gaussianAgrees() && sparseAgrees() && ratesAgree();
    }

    /** From {@code -reach} to {@code reach}, with 0 and a NaN. */
    private static float[] ramp(float reach) {
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = reach * (i - COUNT / 2) / (COUNT / 2);
        }
        values[3] = Float.NaN;
        return values;
    }

    private static boolean concreteAgrees() {
        byte[] words = new byte[COUNT * Integer.BYTES];
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, words, 0, COUNT / 4);
        float[] kept = new float[COUNT];
        float[] keptTwin = new float[COUNT];
        VectorConcrete.kept(words, 0, kept, COUNT, -1.5f, 10);
        ScalarConcrete.kept(words, 0, keptTwin, COUNT, -1.5f, 10);
        boolean agree = same(kept, keptTwin);
        kept[5] = 0;
        keptTwin[5] = 0;
        float[] x = ramp(3);
        float[] xTwin = ramp(3);
        VectorConcrete.apply(x, kept, 1.25f, COUNT);
        ScalarConcrete.apply(xTwin, keptTwin, 1.25f, COUNT);
        agree &= same(x, xTwin);
        float[] gradient = ramp(2);
        float[] gradientTwin = ramp(2);
        float[] terms = new float[COUNT];
        float[] termsTwin = new float[COUNT];
        VectorConcrete.backward(x, gradient, kept, 1.25f, .2f, 10, terms, COUNT);
        ScalarConcrete.backward(xTwin, gradientTwin, keptTwin, 1.25f, .2f, 10, termsTwin, COUNT);
        return agree && same(gradient, gradientTwin) && same(terms, termsTwin);
    }

    private static boolean gaussianAgrees() {
        float[] vector = ramp(5);
        float[] scalar = ramp(5);
        VectorGaussian.exp(vector, .5f, COUNT);
        ScalarGaussian.exp(scalar, .5f, COUNT);
        boolean agree = same(vector, scalar);
        VectorGaussian.sample(vector, ramp(1), ramp(2), COUNT);
        ScalarGaussian.sample(scalar, ramp(1), ramp(2), COUNT);
        agree &= same(vector, scalar);
        VectorGaussian.sampleBackward(vector, ramp(1), ramp(2), COUNT);
        ScalarGaussian.sampleBackward(scalar, ramp(1), ramp(2), COUNT);
        agree &= same(vector, scalar);
        VectorGaussian.divergence(ramp(6), vector, COUNT);
        ScalarGaussian.divergence(ramp(6), scalar, COUNT);
        agree &= same(vector, scalar);
        VectorGaussian.divergenceGradient(ramp(6), vector, COUNT);
        ScalarGaussian.divergenceGradient(ramp(6), scalar, COUNT);
        return agree && same(vector, scalar);
    }

    private static boolean sparseAgrees() {
        float[] vector = new float[COUNT];
        float[] scalar = new float[COUNT];
        VectorSparse.logAlpha(ramp(1), ramp(9), vector, COUNT);
        ScalarSparse.logAlpha(ramp(1), ramp(9), scalar, COUNT);
        boolean agree = same(vector, scalar);
        float[] logAlpha = scalar.clone();
        VectorSparse.divergence(ramp(1), ramp(9), vector, COUNT);
        ScalarSparse.divergence(logAlpha, scalar, COUNT);
        agree &= same(vector, scalar);
        float[] slopes = new float[COUNT];
        float[] meanSlopes = new float[COUNT];
        VectorSparse.divergenceGradients(.3f, ramp(1), ramp(9), slopes, meanSlopes, COUNT);
        Chunks.addScaled(vector, -1, meanSlopes, COUNT);
        float[] slopesTwin = new float[COUNT];
        float[] sumsTwin = new float[COUNT];
        ScalarSparse.divergenceGradient(logAlpha, slopesTwin, COUNT);
        ScalarSparse.addGradients(.3f, ramp(1), slopesTwin, scalar, sumsTwin, COUNT);
        agree &= same(vector, scalar) && same(slopes, sumsTwin);
        VectorSparse.prune(vector, ramp(8), 3, COUNT);
        ScalarSparse.prune(scalar, ramp(8), 3, COUNT);
        return agree && same(vector, scalar);
    }

    private static boolean ratesAgree() {
        byte[] words = new byte[2 * COUNT * Integer.BYTES];
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, words, 0, 2 * COUNT / 4);
        float[] rates = Arrays.copyOf(ramp(1.1f), 2 * COUNT);
        byte[] vector = new byte[Long.BYTES];
        byte[] scalar = new byte[Long.BYTES];
        VectorRates.keep(words, 0, rates, 2 * COUNT, vector, 0);
        ScalarRates.keep(words, 0, rates, 2 * COUNT, scalar, 0);
        return Arrays.equals(vector, scalar);
    }

    /** By bits, all NaNs alike: which operand's payload stays is the hardware's choice. */
    private static boolean same(float[] a, float[] b) {
        return Arrays.equals(a, b);
    }
}
