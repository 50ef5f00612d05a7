package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Learned.ones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.learned.ScalarConcrete;
import io.github.lanedrop.rng.Key;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers of concrete dropout: its probability, its expectation, its regulariser. */
final class ConcreteRateTest {
    private static final int WORDS = 1 << 24;

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** {@code z} by the formula. */
    private static double noise(double logit, double temperature, double u) {
        return sigmoid((logit + Math.log(u) - Math.log1p(-u)) / temperature);
    }

    private static double logit(double p) {
        return Math.log(p) - Math.log1p(-p);
    }

    private static float[] forward(ConcreteRate rate, int elements) {
        float[] dst = new float[elements];
        ConcreteDropout.forward(
                new ConcreteMask(rate, Key.of(2026)), 0, Learned.of(ones(elements)), Learned.of(dst), elements);
        return dst;
    }

    /** For a u above 1 - p and no other: an identity in u, so all 2^24 words are tried. */
    @ParameterizedTest
    @CsvSource({".1, .1", ".1, .5", ".7, .01"})
    void noiseIsAboveHalfWithProbabilityPExactly(double p, double temperature) {
        int chunk = 1 << 16;
        byte[] words = new byte[4 * chunk];
        float[] kept = new float[chunk];
        float inverse = (float) (1 / temperature);
        int above = 0;
        for (int first = 0; first < WORDS; first += chunk) {
            for (int i = 0; i < chunk; i++) {
                int word = (first + i) << 8;
                for (int b = 0; b < 4; b++) {
                    words[4 * i + b] = (byte) (word >>> (8 * b));
                }
            }
            ScalarConcrete.kept(words, 0, kept, chunk, (float) logit(p), inverse);
            for (float share : kept) {
                above += share < .5f ? 1 : 0;
            }
        }
        assertThat((double) above).isCloseTo(p * WORDS, within(2.0)); // the rounding of floats next to 1 - p
    }

    @ParameterizedTest
    @CsvSource({
        ".1, .05, .05071", ".1, .1, .10118", ".1, .2, .20156", ".1, .5, .5",
        ".5, .05, .0685", ".5, .1, .1275", ".5, .2, .2314", ".5, .5, .5"
    })
    void meanNoiseIsNotP(double temperature, double p, String table) {
        int steps = 200_000;
        double sum = 0;
        for (int i = 0; i < steps; i++) {
            sum += noise(logit(p), temperature, (i + .5) / steps);
        }
        int digits = table.length() - 1;
        double mean = ConcreteRate.ofLogit(logit(p), temperature).meanNoise();
        assertThat(mean).isCloseTo(Double.parseDouble(table), within(.5001 * Math.pow(10, -digits)));
        assertThat(mean).isCloseTo(sum / steps, within(1e-8));
    }

    /** By a far finer rule, for temperatures on both sides of 1. */
    @ParameterizedTest
    @CsvSource({".001, 0", ".1, -3", ".5, 2", "1, -1", "1.5, 4", "20, -5", "1000, 13", ".1, -13.8", ".1, 13.8"})
    void meanNoiseIsItsIntegral(double temperature, double logit) {
        double step = Math.min(.01, temperature / 20);
        double sum = 0;
        for (double v = -45; v <= 45; v += step) {
            sum += step * sigmoid(v) * sigmoid(-v) * sigmoid((logit + v) / temperature);
        }
        assertThat(ConcreteRate.ofLogit(logit, temperature).meanNoise()).isCloseTo(sum, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({".05, .1", ".1, .1", ".2, .5", ".5, .1", ".9, .5"})
    void exactMeanKeepsTheExpectation(double p, double temperature) {
        ConcreteRate paper = ConcreteRate.ofLogit(logit(p), temperature);
        int elements = 1 << 18;
        double variance = 0;
        double sum = 0;
        ConcreteRate exact = paper.exactMean();
        for (float y : forward(exact, elements)) {
            sum += y;
            variance += (y - 1.) * (y - 1.) / elements;
        }
        assertThat(sum / elements).isCloseTo(1, within(6 * Math.sqrt(variance / elements)));
        assertThat(exact.scale() * (1 - exact.meanNoise())).isCloseTo(1, within(1e-14));
        assertThat(paper.scale() * (1 - p)).isCloseTo(1, within(1e-12));
    }

    @Test
    void regularizerAndItsGradients() {
        float[] weights = Learned.gaussian(new Random(6), 2500, 0, .3);
        double norm = 0;
        for (float weight : weights) {
            norm += (double) weight * weight;
        }
        double squaredNorm = ConcreteDropout.squaredNorm(Learned.of(weights), weights.length, Workers.NONE);
        assertThat(squaredNorm).isCloseTo(norm, within(1e-12 * norm));
        double w = 1e-4 / 1000;
        double d = 2. / 1000;
        for (double p : new double[] {1e-6, .05, .5, .9}) {
            double q = 1 - p;
            ConcreteRate rate = ConcreteRate.ofLogit(logit(p), .1);
            double expected = w * norm / q + d * 50 * (p * Math.log(p) + q * Math.log(q));
            assertThat(ConcreteDropout.regularizer(rate, squaredNorm, 50, w, d))
                    .isCloseTo(expected, within(1e-12 * Math.abs(expected)));
            double slope = Learned.differences(
                    new double[] {logit(Math.max(p, 2e-6))},
                    logit -> ConcreteDropout.regularizer(ConcreteRate.ofLogit(logit[0], .1), squaredNorm, 50, w, d))[0];
            assertThat(ConcreteDropout.regularizerGradient(
                            ConcreteRate.ofLogit(logit(Math.max(p, 2e-6)), .1), squaredNorm, 50, w, d))
                    .isCloseTo(slope, within(1e-6 * Math.abs(slope)));
        }
        float[] gradient = ones(weights.length);
        ConcreteDropout.addRegularizerGradient(
                ConcreteRate.drop(.2), .01, Learned.of(weights), Learned.of(gradient), weights.length, Workers.NONE);
        for (int i = 0; i < weights.length; i++) {
            assertThat((double) gradient[i]).isCloseTo(1 + 2 * .01 * weights[i] / .8, within(2e-7));
        }
    }

    @Test
    void logitIsClamped() {
        for (double p : new double[] {0, 1e-9, 1e-6}) {
            assertThat(ConcreteRate.drop(p).p()).isCloseTo(1e-6, within(1e-18));
            assertThat(ConcreteRate.drop(1 - p).p()).isCloseTo(1 - 1e-6, within(1e-15));
        }
        assertThat(ConcreteRate.ofLogit(Double.POSITIVE_INFINITY, .1).logit())
                .isEqualTo(ConcreteRate.drop(1).logit());
        assertThat(ConcreteRate.ofLogit(-14, .1).logit())
                .isEqualTo(-ConcreteRate.drop(1).logit());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 9e-4, 1001, Double.NaN, Double.POSITIVE_INFINITY})
    void temperatureOutOfRange(double temperature) {
        assertThatThrownBy(() -> ConcreteRate.ofLogit(0, temperature))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("temperature must be in [0.001, 1000], got " + temperature);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-.1, 1.1, Double.NaN})
    void probabilityOutOfRange(double p) {
        assertThatThrownBy(() -> ConcreteRate.drop(p))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("p must be in [0, 1], got " + p);
    }

    @Test
    void logitThatIsNoNumber() {
        assertThatThrownBy(() -> ConcreteRate.ofLogit(Double.NaN, .1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("logit must be a number, got NaN");
    }
}
