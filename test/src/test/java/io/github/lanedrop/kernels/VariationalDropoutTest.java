package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Learned.assertSameBits;
import static io.github.lanedrop.kernels.Learned.differences;
import static io.github.lanedrop.kernels.Learned.doubles;
import static io.github.lanedrop.kernels.Learned.gaussian;
import static io.github.lanedrop.kernels.Learned.relative;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.learned.ScalarGaussian;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kingma's variational dropout: identities, gradients of whole layers by finite differences, the scalar definition's bits. */
@Tag("paths")
final class VariationalDropoutTest {
    private static final Key KEY = new Key(2026, 12);
    private static final Workers ONE = Workers.NONE;

    // noise

    @Test
    void normalsAreBoxAndMullers() {
        int elements = 4000;
        float[] e = normals(KEY, 0, elements);
        for (int i = 0; i < elements; i += 2) {
            double radius = Math.sqrt(-2 * Math.log(Learned.open(KEY, i)));
            double angle = 2 * Math.PI * (Learned.word(KEY, i + 1) >>> 8) * 0x1p-24;
            double bound = 2e-6 * Math.max(1, radius); // of the project's own polynomials
            assertThat((double) e[i]).isCloseTo(radius * Math.cos(angle), within(bound));
            assertThat((double) e[i + 1]).isCloseTo(radius * Math.sin(angle), within(bound));
        }
    }

    private static float[] normals(Key key, long offset, int elements) {
        float[] e = new float[elements];
        LocalReparameterization.sample(
                key,
                offset,
                Learned.of(new float[elements]),
                Learned.of(Learned.ones(elements)),
                Learned.of(e),
                elements,
                ONE);
        return e;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 1023, 1024, 4097})
    void aSliceHasTheNoiseOfTheWhole(long offset) {
        float[] whole = normals(KEY, 0, 9000);
        float[] slice = normals(KEY, offset, 4000);
        assertSameBits(slice, Arrays.copyOfRange(whole, (int) offset, (int) offset + 4000), "offset " + offset);
    }

    /** Gaussian dropout with alpha = p / (1 - p) has the mean and variance of inverted dropout with rate p. */
    @ParameterizedTest
    @CsvSource({".5, 1", ".2, .25", ".1, .11111111"})
    void gaussianDropoutHasAlphaPOverQ(double rate, double alpha) {
        assertThat(Math.exp(VariationalDropout.logAlpha(rate))).isCloseTo(alpha, within(1e-8));
        assertThat(VariationalDropout.rate(VariationalDropout.logAlpha(rate))).isCloseTo(rate, within(1e-15));
        int elements = 1 << 16;
        float[] src = new float[elements];
        Arrays.fill(src, 3);
        float[] dst = new float[elements];
        float[] logAlpha = {(float) VariationalDropout.logAlpha(rate)};
        VariationalDropout.forward(
                KEY, 0, Sharing.ALL, Learned.of(logAlpha), Learned.of(src), Learned.of(dst), elements, ONE);
        double sum = 0;
        double squares = 0;
        for (float y : dst) {
            sum += y;
            squares += (y - 3.) * (y - 3.);
        }
        double variance = 9 * rate / (1 - rate); // x^2 p / q
        assertThat(sum / elements).isCloseTo(3, within(6 * Math.sqrt(variance / elements)));
        assertThat(squares / elements).isCloseTo(variance, within(6 * variance * Math.sqrt(2. / elements)));
    }

    @Test
    void logAlphaOfTheEnds() {
        assertThat(VariationalDropout.logAlpha(0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(VariationalDropout.logAlpha(1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(VariationalDropout.rate(Double.NEGATIVE_INFINITY)).isZero();
        for (double rate : new double[] {-.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> VariationalDropout.logAlpha(rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rate must be in [0, 1], got " + rate);
        }
    }

    @Test
    void alphaZeroChangesNothing() {
        float[] src = gaussian(new Random(1), 500, 0, 1);
        float[] dst = new float[500];
        float[] none = {Float.NEGATIVE_INFINITY};
        VariationalDropout.forward(KEY, 0, Sharing.ALL, Learned.of(none), Learned.of(src), Learned.of(dst), 500, ONE);
        assertSameBits(dst, src, "noise");
        VariationalDropout.variance(Sharing.ALL, Learned.of(none), Learned.of(src), Learned.of(dst), 500, ONE);
        assertThat(dst).containsOnly(0);
        LocalReparameterization.sample(KEY, 0, Learned.of(src), Learned.of(dst), Learned.of(dst), 500, ONE);
        assertSameBits(dst, src, "sample");
    }

    @Test
    void aVarianceOfZeroHasAGradientOfZeroAndANegativeOneIsNaN() {
        float[] gradient = new float[3];
        float[] variance = {0, -0f, -1};
        LocalReparameterization.varianceGradient(
                KEY, 0, Learned.of(variance), Learned.of(1, Float.POSITIVE_INFINITY, 1), Learned.of(gradient), 3, ONE);
        assertThat(gradient).containsExactly(0f, 0f, Float.NaN);
        float[] dst = new float[3];
        LocalReparameterization.sample(KEY, 0, Learned.of(5, 6, 7), Learned.of(variance), Learned.of(dst), 3, ONE);
        assertThat(dst).containsExactly(5, 6, Float.NaN);
    }

    // the divergence

    @ParameterizedTest
    @CsvSource({"0.01", "0.05", "0.1", "0.25", "0.5", "0.75", "1"})
    void divergenceIsThePolynomialAndCloseToTheExactOne(double alpha) {
        float[] logAlpha = {(float) Math.log(alpha)};
        double polynomial = .5 * Math.log(alpha)
                + 1.16145124 * alpha
                - 1.50204118 * alpha * alpha
                + .58629921 * alpha * alpha * alpha;
        double divergence = VariationalDropout.divergence(Learned.of(logAlpha), 1, ONE);
        assertThat(divergence).isCloseTo(-polynomial, within(4e-7));
        assertThat(-divergence).isCloseTo(ExactDivergence.negative(alpha), within(POLYNOMIAL));
    }

    /** How far the polynomial is from the exact divergence, measured: 0.036 from 0.1 on, 0.004 less or more; 0 at 0. */
    private static final double POLYNOMIAL = .04;

    @Test
    void divergenceAboveAlphaOneIsThatOfOne() {
        double atOne = VariationalDropout.divergence(Learned.of(0), 1, ONE);
        assertThat(atOne).isCloseTo(-(1.16145124 - 1.50204118 + .58629921), within(1e-7));
        assertThat(VariationalDropout.divergence(Learned.of(.1f, 5, Float.POSITIVE_INFINITY), 3, ONE))
                .isEqualTo(3 * atOne);
        float[] gradient = {1, 1, 1};
        VariationalDropout.addDivergenceGradient(2, Learned.of(0, .1f, 5), Learned.of(gradient), 3, ONE);
        assertThat((double) gradient[0])
                .isCloseTo(1 - 2 * (.5 + 1.16145124 - 2 * 1.50204118 + 3 * .58629921), within(1e-6));
        assertThat(gradient[1]).isEqualTo(1);
        assertThat(gradient[2]).isEqualTo(1);
    }

    @Test
    void divergenceGradientIsItsFiniteDifference() {
        float[] logAlpha = gaussian(new Random(2), 400, -3, 1);
        double[] expected = differences(doubles(logAlpha), x -> {
            double sum = 0;
            for (double l : x) {
                double alpha = Math.exp(Math.min(l, 0));
                sum -= .5 * Math.min(l, 0) + alpha * (1.16145124 + alpha * (-1.50204118 + alpha * .58629921));
            }
            return .25 * sum;
        });
        float[] gradient = new float[400];
        VariationalDropout.addDivergenceGradient(.25f, Learned.of(logAlpha), Learned.of(gradient), 400, ONE);
        assertThat(relative(gradient, expected)).isLessThan(1e-6);
    }

    // gradients of layers

    private static final int EXAMPLES = 6;
    private static final int INPUTS = 9;
    private static final int OUTPUTS = 7;
    private static final int WEIGHTS = INPUTS * OUTPUTS;

    static Stream<Sharing> sharings() {
        return Stream.of(Sharing.ALL, Sharing.row(OUTPUTS), Sharing.column(INPUTS, OUTPUTS), Sharing.NONE);
    }

    /** Type B in double: {@code sum(gradient * (A M + sqrt(A^2 (alpha M^2)) e))} for frozen noise. */
    private static double lossOfB(
            double[] a, double[] mean, double[] logAlpha, Sharing sharing, float[] e, float[] gradient) {
        double loss = 0;
        for (int m = 0; m < EXAMPLES; m++) {
            for (int j = 0; j < OUTPUTS; j++) {
                double gamma = 0;
                double delta = 0;
                for (int i = 0; i < INPUTS; i++) {
                    double input = a[m * INPUTS + i];
                    double theta = mean[i * OUTPUTS + j];
                    gamma += input * theta;
                    delta += input * input * Math.exp(logAlpha[(int) sharing.index(i * OUTPUTS + j)]) * theta * theta;
                }
                int output = m * OUTPUTS + j;
                loss += gradient[output] * (gamma + Math.sqrt(delta) * e[output]);
            }
        }
        return loss;
    }

    @ParameterizedTest
    @MethodSource("sharings")
    void gradientsOfALayerWithNoiseOnItsOutputs(Sharing sharing) {
        var random = new Random(3);
        float[] a = gaussian(random, EXAMPLES * INPUTS, 0, 1);
        float[] mean = gaussian(random, WEIGHTS, 0, 1);
        int alphas = (int) sharing.values(WEIGHTS);
        float[] logAlpha = gaussian(random, alphas, -1, .5);
        float[] gradient = gaussian(random, EXAMPLES * OUTPUTS, 0, 1);
        float[] e = normals(KEY, 5, EXAMPLES * OUTPUTS);

        // forward
        Matrix inputs = Matrix.of(Learned.of(a), EXAMPLES, INPUTS);
        Matrix means = Matrix.of(Learned.of(mean), INPUTS, OUTPUTS);
        Matrix squares = Matrix.of(Learned.of(new float[a.length]), EXAMPLES, INPUTS);
        Matrix variances = Matrix.of(Learned.of(new float[WEIGHTS]), INPUTS, OUTPUTS);
        Matrix gamma = Matrix.of(Learned.of(new float[EXAMPLES * OUTPUTS]), EXAMPLES, OUTPUTS);
        Matrix delta = Matrix.of(Learned.of(new float[EXAMPLES * OUTPUTS]), EXAMPLES, OUTPUTS);
        LocalReparameterization.square(inputs.segment(), squares.segment(), a.length, ONE);
        VariationalDropout.variance(sharing, Learned.of(logAlpha), means.segment(), variances.segment(), WEIGHTS, ONE);
        MatrixProduct.multiply(inputs, means, gamma);
        MatrixProduct.multiply(squares, variances, delta);
        float[] dst = new float[e.length];
        LocalReparameterization.sample(KEY, 5, gamma.segment(), delta.segment(), Learned.of(dst), dst.length, ONE);
        double loss = 0;
        for (int i = 0; i < dst.length; i++) {
            loss += dst[i] * gradient[i];
        }
        double expectedLoss = lossOfB(doubles(a), doubles(mean), doubles(logAlpha), sharing, e, gradient);
        assertThat(loss).isCloseTo(expectedLoss, within(1e-4));

        // backward
        Matrix g = Matrix.of(Learned.of(gradient), EXAMPLES, OUTPUTS);
        Matrix h = Matrix.of(Learned.of(new float[e.length]), EXAMPLES, OUTPUTS);
        LocalReparameterization.varianceGradient(KEY, 5, delta.segment(), g.segment(), h.segment(), e.length, ONE);
        float[] meanGradient = new float[WEIGHTS];
        float[] alphaElements = new float[WEIGHTS];
        float[] alphaGradient = new float[alphas];
        MatrixProduct.multiply(inputs.transpose(), g, Matrix.of(Learned.of(meanGradient), INPUTS, OUTPUTS));
        MatrixProduct.multiply(squares.transpose(), h, Matrix.of(Learned.of(alphaElements), INPUTS, OUTPUTS));
        VariationalDropout.addVarianceGradient(
                sharing,
                Learned.of(logAlpha),
                Learned.of(mean),
                Learned.of(alphaElements),
                Learned.of(meanGradient),
                Learned.of(alphaElements),
                WEIGHTS,
                ONE);
        SharedSum.sum(sharing, Learned.of(alphaElements), Learned.of(alphaGradient), WEIGHTS);
        float[] inputGradient = new float[a.length];
        Matrix squareGradient = Matrix.of(Learned.of(new float[a.length]), EXAMPLES, INPUTS);
        MatrixProduct.multiply(g, means.transpose(), Matrix.of(Learned.of(inputGradient), EXAMPLES, INPUTS));
        MatrixProduct.multiply(h, variances.transpose(), squareGradient);
        LocalReparameterization.addSquareGradient(
                Learned.of(a), squareGradient.segment(), Learned.of(inputGradient), a.length, ONE);

        double[] da = doubles(a);
        double[] dm = doubles(mean);
        double[] dl = doubles(logAlpha);
        assertThat(relative(inputGradient, differences(da, x -> lossOfB(x, dm, dl, sharing, e, gradient))))
                .isLessThan(1e-6);
        assertThat(relative(meanGradient, differences(dm, x -> lossOfB(da, x, dl, sharing, e, gradient))))
                .isLessThan(1e-6);
        assertThat(relative(alphaGradient, differences(dl, x -> lossOfB(da, dm, x, sharing, e, gradient))))
                .isLessThan(1e-6);
    }

    @ParameterizedTest
    @MethodSource("sharings")
    void gradientsOfNoiseOnInputs(Sharing sharing) {
        var random = new Random(4);
        float[] src = gaussian(random, WEIGHTS, 0, 1);
        float[] gradient = gaussian(random, WEIGHTS, 0, 1);
        int alphas = (int) sharing.values(WEIGHTS);
        float[] logAlpha = gaussian(random, alphas, -1, 1);
        float[] e = normals(KEY, 0, WEIGHTS);
        float[] srcGradient = new float[WEIGHTS];
        float[] elements = new float[WEIGHTS];
        float[] alphaGradient = new float[alphas];
        VariationalDropout.backward(
                KEY,
                0,
                sharing,
                Learned.of(logAlpha),
                Learned.of(src),
                Learned.of(gradient),
                Learned.of(srcGradient),
                Learned.of(elements),
                WEIGHTS,
                ONE);
        SharedSum.sum(sharing, Learned.of(elements), Learned.of(alphaGradient), WEIGHTS);
        double[] x = doubles(src);
        double[] l = doubles(logAlpha);
        assertThat(relative(srcGradient, differences(x, v -> lossOfA(v, l, sharing, e, gradient))))
                .isLessThan(1e-6);
        assertThat(relative(alphaGradient, differences(l, v -> lossOfA(x, v, sharing, e, gradient))))
                .isLessThan(1e-6);
    }

    private static double lossOfA(double[] src, double[] logAlpha, Sharing sharing, float[] e, float[] gradient) {
        double loss = 0;
        for (int i = 0; i < src.length; i++) {
            loss += gradient[i] * src[i] * (1 + Math.exp(logAlpha[(int) sharing.index(i)] / 2) * e[i]);
        }
        return loss;
    }

    /**
     * The point of local reparameterisation: with a loss that all examples pull one way, the gradient with respect to log
     * alpha of one draw of the weights for a whole batch varies far more than that of a draw for each output.
     * Both variances are known: {@code sum V (A'G)^2 / 4} and {@code sum (A^2 V) G^2 / 4}.
     */
    @Test
    void localNoiseMakesTheGradientVaryLess() {
        int draws = 2000;
        int examples = 32;
        var random = new Random(5);
        float[] a = gaussian(random, examples * INPUTS, 0, 1);
        for (int i = 0; i < a.length; i++) {
            a[i] = Math.max(a[i], 0); // after a ReLU
        }
        float[] variances = gaussian(random, WEIGHTS, 0, 1);
        for (int i = 0; i < WEIGHTS; i++) {
            variances[i] *= variances[i];
        }
        float[] gradient = gaussian(random, examples * OUTPUTS, 1, .5);
        int outputs = gradient.length;
        float[] squares = new float[a.length];
        float[] delta = new float[outputs];
        LocalReparameterization.square(Learned.of(a), Learned.of(squares), a.length, ONE);
        Matrix v = Matrix.of(Learned.of(variances), INPUTS, OUTPUTS);
        MatrixProduct.multiply(
                Matrix.of(Learned.of(squares), examples, INPUTS), v, Matrix.of(Learned.of(delta), examples, OUTPUTS));
        float[] pulled = new float[WEIGHTS]; // A' G
        MatrixProduct.multiply(
                Matrix.of(Learned.of(a), examples, INPUTS).transpose(),
                Matrix.of(Learned.of(gradient), examples, OUTPUTS),
                Matrix.of(Learned.of(pulled), INPUTS, OUTPUTS));
        double localVariance = 0;
        double weightVariance = 0;
        float[] h = new float[outputs];
        float[] noise = new float[WEIGHTS];
        for (int draw = 0; draw < draws; draw++) {
            LocalReparameterization.varianceGradient(
                    KEY.step(draw), 0, Learned.of(delta), Learned.of(gradient), Learned.of(h), outputs, ONE);
            double local = 0; // one alpha for all: sum of V * (A^2)' H is sum of delta * H
            for (int i = 0; i < outputs; i++) {
                local += (double) delta[i] * h[i];
            }
            localVariance += local * local / draws; // its mean is 0
            LocalReparameterization.sample(
                    KEY.site(1).step(draw),
                    0,
                    Learned.of(new float[WEIGHTS]),
                    Learned.of(variances),
                    Learned.of(noise),
                    WEIGHTS,
                    ONE);
            double shared = 0;
            for (int i = 0; i < WEIGHTS; i++) {
                shared += .5 * noise[i] * pulled[i];
            }
            weightVariance += shared * shared / draws;
        }
        double expectedLocal = 0;
        for (int i = 0; i < outputs; i++) {
            expectedLocal += .25 * delta[i] * gradient[i] * gradient[i];
        }
        double expectedWeight = 0;
        for (int i = 0; i < WEIGHTS; i++) {
            expectedWeight += .25 * variances[i] * pulled[i] * pulled[i];
        }
        double sigma = Math.sqrt(2. / draws);
        assertThat(localVariance).isCloseTo(expectedLocal, within(6 * sigma * expectedLocal));
        assertThat(weightVariance).isCloseTo(expectedWeight, within(6 * sigma * expectedWeight));
        assertThat(weightVariance / localVariance).as("measured: 9.4").isBetween(8., 11.);
    }

    // the scalar definition

    @Test
    void specialValuesAgreeWithTheScalarDefinition() {
        var random = new Random(6);
        for (int count : Learned.COUNTS) {
            float[] a = Learned.read(bits(random, count), count);
            float[] b = Learned.read(bits(random, count), count);
            float[] e = normals(KEY, 3, count);
            float[] dst = new float[count];

            float[] expected = a.clone();
            ScalarGaussian.sample(expected, b, e, count);
            LocalReparameterization.sample(KEY, 3, Learned.of(a), Learned.of(b), Learned.of(dst), count, ONE);
            assertSameBits(dst, expected, "sample of " + count);

            expected = a.clone();
            ScalarGaussian.sampleBackward(expected, b, e, count);
            LocalReparameterization.varianceGradient(KEY, 3, Learned.of(b), Learned.of(a), Learned.of(dst), count, ONE);
            assertSameBits(dst, expected, "variance gradient of " + count);

            float[] terms = new float[count];
            ScalarGaussian.divergence(a, terms, count);
            assertThat(VariationalDropout.divergence(Learned.of(a), count, ONE))
                    .isEqualTo(Double.valueOf(Learned.sum(terms)));
            for (int i = 0; i < Math.min(count, 65); i++) { // NaN would hide all else
                double one = VariationalDropout.divergence(Learned.of(a[i]), 1, ONE);
                assertThat(one).isEqualTo(Double.valueOf(0. + terms[i]));
            }

            ScalarGaussian.divergenceGradient(a, terms, count);
            dst = new float[count];
            VariationalDropout.addDivergenceGradient(1, Learned.of(a), Learned.of(dst), count, ONE);
            for (int i = 0; i < count; i++) {
                terms[i] += 0;
            }
            assertSameBits(dst, terms, "divergence gradient of " + count);
        }
    }

    private static MemorySegment bits(Random random, int count) {
        MemorySegment segment = Learned.of(new float[count]);
        Memory.fill(segment, Memory.floatBits(random, count));
        return segment;
    }
}
