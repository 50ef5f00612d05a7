package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Learned.assertSameBits;
import static io.github.lanedrop.kernels.Learned.differences;
import static io.github.lanedrop.kernels.Learned.doubles;
import static io.github.lanedrop.kernels.Learned.gaussian;
import static io.github.lanedrop.kernels.Learned.relative;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.learned.ScalarSparse;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Molchanov's sparse variational dropout: the divergence's values, pruning, gradients by finite differences. */
@Tag("paths")
final class SparseVariationalDropoutTest {
    private static final Workers ONE = Workers.NONE;
    private static final double K1 = 0.63576;
    private static final double K2 = 1.87320;
    private static final double K3 = 1.48695;

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** {@code -KL} by the paper's formula. */
    private static double negative(double logAlpha) {
        return K1 * sigmoid(K2 + K3 * logAlpha) - .5 * Math.log1p(Math.exp(-logAlpha)) - K1;
    }

    /** The divergence of one weight with a log alpha: a mean of 1 has one, less 1e-8. */
    private static double divergence(double logAlpha) {
        return SparseVariationalDropout.divergence(Learned.of(1), Learned.of((float) logAlpha), 1, ONE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-8, -6, -4, -2, -1, 0, 1, 2, 3, 4, 6, 8})
    void divergenceIsTheFormula(double logAlpha) {
        double expected = -negative(logAlpha);
        assertThat(divergence(logAlpha)).isCloseTo(expected, within(4e-7 * expected + 2e-10));
    }

    @Test
    void divergenceIsTheExactOneButForAConstant() {
        double offset = .5 * (ExactDivergence.EULER + Math.log(2));
        assertThat(offset).isCloseTo(.6352, within(5e-5));
        double most = 0;
        for (int logAlpha : new int[] {-8, -4, -2, 0, 2, 4, 8}) {
            double difference = ExactDivergence.negative(Math.exp(logAlpha)) + divergence(logAlpha);
            most = Math.max(most, Math.abs(difference - offset));
        }
        assertThat(most).isBetween(.008, .01); // about .009
    }

    @Test
    void theThresholdOfThreeIsARateOf95PerCent() {
        assertThat(SparseVariationalDropout.THRESHOLD).isEqualTo(3);
        assertThat(VariationalDropout.rate(SparseVariationalDropout.THRESHOLD)).isCloseTo(.95257, within(5e-6));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 0",
        "2, 0, -1.386294",
        "0, 0, 8",
        "0, -20, -1.579319",
        "0.001, -10, 3.805561",
        "1, -30, -8",
        "1, 30, 8"
    })
    void logAlphaIsClamped(float mean, float logVariance, double expected) {
        float[] dst = new float[1];
        SparseVariationalDropout.logAlpha(Learned.of(mean), Learned.of(logVariance), Learned.of(dst), 1, ONE);
        assertThat((double) dst[0]).isCloseTo(expected, within(2e-6));
    }

    @Test
    void varianceIsTheExponential() {
        float[] logVariance = gaussian(new Random(1), 1000, -5, 3);
        float[] dst = new float[1000];
        SparseVariationalDropout.variance(Learned.of(logVariance), Learned.of(dst), 1000, ONE);
        for (int i = 0; i < 1000; i++) {
            double expected = Math.exp(logVariance[i]);
            assertThat((double) dst[i]).isCloseTo(expected, within(2e-7 * expected));
        }
    }

    // pruning

    @Test
    void whatIsAboveTheThresholdIsPruned() {
        float[] mean = {1, 1, 1, -1, Float.NaN, Float.POSITIVE_INFINITY, 0, 1};
        float[] logVariance = {2.9f, 3, 3.1f, 3.1f, 9, 9, -10, Float.NaN};
        float[] dst = new float[8];
        SparseVariationalDropout.prune(Learned.of(mean), Learned.of(logVariance), 3, Learned.of(dst), 8, ONE);
        assertThat(dst).containsExactly(1, 1, 0f, 0f, Float.NaN, Float.POSITIVE_INFINITY, 0f, 1);
        assertThat(SparseVariationalDropout.pruned(Learned.of(mean), Learned.of(logVariance), 3, 8))
                .isEqualTo(3);
        SparseVariationalDropout.prune(Learned.of(mean), Learned.of(logVariance), 3, Learned.of(mean), 8, ONE);
        assertSameBits(mean, dst, "in place");
    }

    @Test
    void sparsityIsTheShareOfZeros() {
        float[] mean = gaussian(new Random(2), 5000, 0, 1);
        float[] logVariance = gaussian(new Random(3), 5000, 1, 3);
        float[] dst = new float[5000];
        SparseVariationalDropout.prune(Learned.of(mean), Learned.of(logVariance), 3, Learned.of(dst), 5000, ONE);
        int zeros = 0;
        for (int i = 0; i < 5000; i++) {
            double logAlpha = logVariance[i] - Math.log((double) mean[i] * mean[i] + 1e-8);
            assertThat(dst[i]).isEqualTo(logAlpha > 3 ? 0 : mean[i]);
            zeros += dst[i] == 0 ? 1 : 0;
        }
        assertThat(zeros).isBetween(2000, 3000);
        assertThat(SparseVariationalDropout.pruned(Learned.of(mean), Learned.of(logVariance), 3, 5000))
                .isEqualTo(zeros);
        assertThat(SparseVariationalDropout.pruned(Learned.of(mean), Learned.of(logVariance), 8, 5000))
                .isZero(); // the clamp
    }

    // gradients

    private static double divergence(double[] mean, double[] logVariance) {
        double sum = 0;
        for (int i = 0; i < mean.length; i++) {
            double logAlpha = logVariance[i] - Math.log(mean[i] * mean[i] + 1e-8);
            sum -= negative(Math.clamp(logAlpha, -8, 8));
        }
        return sum;
    }

    @Test
    void divergenceGradientsAreFiniteDifferences() {
        float[] mean = gaussian(new Random(4), 1500, 0, .5);
        float[] logVariance = gaussian(new Random(5), 1500, -2, 2);
        mean[0] = 0;
        logVariance[1] = -30; // both clamped
        logVariance[2] = 30;
        double[] m = doubles(mean);
        double[] l = doubles(logVariance);
        float[] meanGradient = new float[1500];
        float[] logVarianceGradient = new float[1500];
        SparseVariationalDropout.addDivergenceGradient(
                1,
                Learned.of(mean),
                Learned.of(logVariance),
                Learned.of(meanGradient),
                Learned.of(logVarianceGradient),
                1500,
                ONE);
        double[] expected = new double[1500];
        double[] expectedLog = new double[1500];
        for (int i = 0; i < 1500; i++) {
            double[] mi = {m[i]};
            double[] li = {l[i]};
            expected[i] = differences(mi, x -> divergence(x, li))[0];
            expectedLog[i] = differences(li, x -> divergence(mi, x))[0];
        }
        assertThat(relative(meanGradient, expected)).isLessThan(1e-6);
        assertThat(relative(logVarianceGradient, expectedLog)).isLessThan(1e-6);
        assertThat(meanGradient).startsWith(0f, 0f, 0f);
        assertThat(logVarianceGradient[1]).isZero();
        assertThat(logVarianceGradient[2]).isZero();

        float[] before = meanGradient.clone();
        SparseVariationalDropout.addDivergenceGradient(
                2,
                Learned.of(mean),
                Learned.of(logVariance),
                Learned.of(meanGradient),
                Learned.of(logVarianceGradient),
                1500,
                ONE);
        for (int i = 0; i < 1500; i++) {
            assertThat(meanGradient[i]).isCloseTo(3 * before[i], within(4e-7f * Math.abs(before[i])));
        }
    }

    private static final int EXAMPLES = 5;
    private static final int INPUTS = 8;
    private static final int OUTPUTS = 6;
    private static final int WEIGHTS = INPUTS * OUTPUTS;
    private static final float KL = .05f;

    private static double loss(double[] a, double[] mean, double[] logVariance, float[] e, float[] gradient) {
        double loss = KL * divergence(mean, logVariance);
        for (int m = 0; m < EXAMPLES; m++) {
            for (int j = 0; j < OUTPUTS; j++) {
                double gamma = 0;
                double delta = 0;
                for (int i = 0; i < INPUTS; i++) {
                    double input = a[m * INPUTS + i];
                    gamma += input * mean[i * OUTPUTS + j];
                    delta += input * input * Math.exp(logVariance[i * OUTPUTS + j]);
                }
                int output = m * OUTPUTS + j;
                loss += gradient[output] * (gamma + Math.sqrt(delta) * e[output]);
            }
        }
        return loss;
    }

    @Test
    void gradientsOfALayerWithItsDivergence() {
        var random = new Random(6);
        float[] a = gaussian(random, EXAMPLES * INPUTS, 0, 1);
        float[] mean = gaussian(random, WEIGHTS, 0, .5);
        float[] logVariance = gaussian(random, WEIGHTS, -3, 1);
        float[] gradient = gaussian(random, EXAMPLES * OUTPUTS, 0, 1);
        int outputs = gradient.length;
        Key key = new Key(4, 4);
        float[] e = new float[outputs];
        LocalReparameterization.sample(
                key, 1, Learned.of(new float[outputs]), Learned.of(Learned.ones(outputs)), Learned.of(e), outputs, ONE);

        Matrix inputs = Matrix.of(Learned.of(a), EXAMPLES, INPUTS);
        Matrix means = Matrix.of(Learned.of(mean), INPUTS, OUTPUTS);
        Matrix squares = Matrix.of(Learned.of(new float[a.length]), EXAMPLES, INPUTS);
        Matrix variances = Matrix.of(Learned.of(new float[WEIGHTS]), INPUTS, OUTPUTS);
        Matrix delta = Matrix.of(Learned.of(new float[outputs]), EXAMPLES, OUTPUTS);
        LocalReparameterization.square(inputs.segment(), squares.segment(), a.length, ONE);
        SparseVariationalDropout.variance(Learned.of(logVariance), variances.segment(), WEIGHTS, ONE);
        MatrixProduct.multiply(squares, variances, delta);

        Matrix g = Matrix.of(Learned.of(gradient), EXAMPLES, OUTPUTS);
        Matrix h = Matrix.of(Learned.of(new float[outputs]), EXAMPLES, OUTPUTS);
        LocalReparameterization.varianceGradient(key, 1, delta.segment(), g.segment(), h.segment(), outputs, ONE);
        float[] meanGradient = new float[WEIGHTS];
        float[] varianceGradient = new float[WEIGHTS];
        float[] logVarianceGradient = new float[WEIGHTS];
        MatrixProduct.multiply(inputs.transpose(), g, Matrix.of(Learned.of(meanGradient), INPUTS, OUTPUTS));
        MatrixProduct.multiply(squares.transpose(), h, Matrix.of(Learned.of(varianceGradient), INPUTS, OUTPUTS));
        SparseVariationalDropout.addVarianceGradient(
                Learned.of(logVariance), Learned.of(varianceGradient), Learned.of(logVarianceGradient), WEIGHTS, ONE);
        SparseVariationalDropout.addDivergenceGradient(
                KL,
                Learned.of(mean),
                Learned.of(logVariance),
                Learned.of(meanGradient),
                Learned.of(logVarianceGradient),
                WEIGHTS,
                ONE);
        float[] inputGradient = new float[a.length];
        Matrix squareGradient = Matrix.of(Learned.of(new float[a.length]), EXAMPLES, INPUTS);
        MatrixProduct.multiply(g, means.transpose(), Matrix.of(Learned.of(inputGradient), EXAMPLES, INPUTS));
        MatrixProduct.multiply(h, variances.transpose(), squareGradient);
        LocalReparameterization.addSquareGradient(
                Learned.of(a), squareGradient.segment(), Learned.of(inputGradient), a.length, ONE);

        double[] da = doubles(a);
        double[] dm = doubles(mean);
        double[] dl = doubles(logVariance);
        assertThat(relative(inputGradient, differences(da, x -> loss(x, dm, dl, e, gradient))))
                .isLessThan(1e-6);
        assertThat(relative(meanGradient, differences(dm, x -> loss(da, x, dl, e, gradient))))
                .isLessThan(1e-6);
        assertThat(relative(logVarianceGradient, differences(dl, x -> loss(da, dm, x, e, gradient))))
                .isLessThan(1e-6);
    }

    // the scalar definition

    @Test
    void specialValuesAgreeWithTheScalarDefinition() {
        var random = new Random(7);
        for (int count : Learned.COUNTS) {
            float[] mean = special(random, count);
            float[] logVariance = special(random, count);
            float[] logAlpha = new float[count];
            ScalarSparse.logAlpha(mean, logVariance, logAlpha, count);
            float[] terms = new float[count];
            ScalarSparse.divergence(logAlpha, terms, count);
            for (int i = 0; i < Math.min(count, 65); i++) { // NaN would hide all else
                assertThat(SparseVariationalDropout.divergence(Learned.of(mean[i]), Learned.of(logVariance[i]), 1, ONE))
                        .isEqualTo(Double.valueOf(terms[i]));
            }
            assertThat(SparseVariationalDropout.divergence(Learned.of(mean), Learned.of(logVariance), count, ONE))
                    .isEqualTo(Double.valueOf(Learned.sum(terms)));

            float[] slopes = new float[count];
            ScalarSparse.divergenceGradient(logAlpha, slopes, count);
            float[] expectedMean = special(random, count);
            float[] expectedLog = special(random, count);
            float[] actualMean = expectedMean.clone();
            float[] actualLog = expectedLog.clone();
            ScalarSparse.addGradients(.3f, mean, slopes, expectedMean, expectedLog, count);
            SparseVariationalDropout.addDivergenceGradient(
                    .3f,
                    Learned.of(mean),
                    Learned.of(logVariance),
                    Learned.of(actualMean),
                    Learned.of(actualLog),
                    count,
                    ONE);
            assertSameBits(actualMean, expectedMean, "mean of " + count);
            assertSameBits(actualLog, expectedLog, "log variance of " + count);
        }
    }

    private static float[] special(Random random, int count) {
        MemorySegment segment = Learned.of(new float[count]);
        Memory.fill(segment, Memory.floatBits(random, count));
        return Learned.read(segment, count);
    }
}
