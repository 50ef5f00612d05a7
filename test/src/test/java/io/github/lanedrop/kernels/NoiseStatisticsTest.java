package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.InverseErfc;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Noise has the distribution that it says, and its elements know nothing of each other. Bounds are six standard errors, or
 * p-values above 1e-6; with the seeds fixed, a test passes always or never.
 */
final class NoiseStatisticsTest {
    private static final double SIGMAS = 6;
    private static final int N = 1 << 21;
    private static final float[] NORMALS = new float[N];

    @BeforeAll
    static void draw() {
        fill(GaussianNoise.centred(1, Key.of(2026)), NORMALS);
    }

    private static void fill(NoiseSource noise, float[] values) {
        NoiseKernel.fill(noise, 0, MemorySegment.ofArray(values), values.length, Workers.NONE);
    }

    private static double moment(float[] values, int power) {
        double sum = 0;
        for (float value : values) {
            double term = 1;
            for (int i = 0; i < power; i++) {
                term *= value;
            }
            sum += term;
        }
        return sum / values.length;
    }

    /** {@code E[z^k]} is {@code (k-1)!!} for even {@code k}, else 0; its variance is {@code E[z^2k] - E[z^k]^2}. */
    @ParameterizedTest
    @CsvSource({"1, 0, 1", "2, 1, 2", "3, 0, 15", "4, 3, 96", "5, 0, 945", "6, 15, 10170"})
    void momentsOfTheNormal(int power, double expected, double variance) {
        double bound = SIGMAS * Math.sqrt(variance / N);
        assertThat(moment(NORMALS, power)).isBetween(expected - bound, expected + bound);
    }

    /** A bias of the polynomials would show here: 1e8 values, ten times closer than above. */
    @Test
    void momentsOfAHundredMillionNormals() {
        long n = 100L << 20;
        NoiseSource noise = GaussianNoise.centred(1, Key.of(2027));
        float[] values = new float[1 << 20];
        double[] sums = new double[4];
        for (long at = 0; at < n; at += values.length) {
            NoiseKernel.fill(noise, at, MemorySegment.ofArray(values), values.length, Workers.NONE);
            for (float value : values) {
                double z = value;
                double square = z * z;
                sums[0] += z;
                sums[1] += square - 1;
                sums[2] += z * square;
                sums[3] += square * square - 3;
            }
        }
        double[] variances = {1, 2, 15, 96};
        for (int k = 0; k < 4; k++) {
            double bound = SIGMAS * Math.sqrt(variances[k] * n);
            assertThat(sums[k]).as("moment %d", k + 1).isBetween(-bound, bound);
        }
    }

    @Test
    void kolmogorovAndSmirnovAgreeWithTheNormal() {
        double[] sample = new double[300_000];
        Arrays.setAll(sample, i -> NORMALS[i]);
        assertThat(ks(sample, NoiseStatisticsTest::normal)).isGreaterThan(1e-6);
        assertThat(ks(sample, x -> normal(x / 1.03))).isLessThan(1e-6); // it would notice
    }

    @Test
    void kolmogorovAndSmirnovAgreeWithTheUniform() {
        float[] values = new float[300_000];
        fill(new UniformNoise(0, 1, Key.of(4)), values);
        double[] sample = new double[values.length];
        Arrays.setAll(sample, i -> values[i]);
        assertThat(ks(sample, x -> (x + 1) / 2)).isGreaterThan(1e-6);
    }

    /** The distribution function. */
    private static double normal(double x) {
        return Erfc.value(-x / Math.sqrt(2)) / 2;
    }

    private static double inverseNormal(double p) {
        return -InverseErfc.value(2 * p) * Math.sqrt(2);
    }

    private static double ks(double[] sample, DoubleUnaryOperator distribution) {
        return KolmogorovSmirnovTest.withDefaults().test(sample, distribution).getPValue();
    }

    /** 512 bins of equal probability, the tails cut fine by 40 more. */
    @Test
    void chiSquareOfTheNormal() {
        double[] edges = new double[551];
        for (int i = 0; i < 20; i++) {
            edges[i] = inverseNormal((i + 1) * 0x1p-9 / 21);
            edges[550 - i] = -edges[i];
        }
        for (int i = 0; i < 511; i++) {
            edges[20 + i] = inverseNormal((i + 1) * 0x1p-9);
        }
        long[] observed = new long[552];
        for (float value : NORMALS) {
            int bin = Arrays.binarySearch(edges, value);
            observed[bin < 0 ? -bin - 1 : bin]++;
        }
        double[] expected = new double[552];
        for (int bin = 0; bin < 552; bin++) {
            double below = bin == 0 ? 0 : normal(edges[bin - 1]);
            double upTo = bin == 551 ? 1 : normal(edges[bin]);
            expected[bin] = N * (upTo - below);
        }
        double p = ChiSquareTest.withDefaults().test(expected, observed).getPValue();
        assertThat(p).isBetween(1e-6, 1 - 1e-6);
    }

    /** The two of a pair, neighbours of different pairs, and elements further apart: no correlation, nor of squares. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8, 16, 32, 64, 1024, 4096})
    void elementsAreUncorrelated(int lag) {
        double[] sums = new double[4]; // the first of a pair with another, the second with another; values, squares
        int terms = 0;
        for (int i = 0; i + 1 + lag < N; i += 2, terms++) {
            for (int k = 0; k < 2; k++) {
                double a = NORMALS[i + k];
                double b = NORMALS[i + k + lag];
                sums[k] += a * b;
                sums[2 + k] += (a * a - 1) * (b * b - 1); // of variance 4
            }
        }
        double bound = SIGMAS * Math.sqrt(terms);
        assertThat(sums[0]).isBetween(-bound, bound);
        assertThat(sums[1]).isBetween(-bound, bound);
        assertThat(sums[2]).isBetween(-2 * bound, 2 * bound);
        assertThat(sums[3]).isBetween(-2 * bound, 2 * bound);
    }

    /** Streams, seeds and far parts of one stream know nothing of each other. */
    @Test
    void neighbouringKeysAreUncorrelated() {
        float[] other = new float[1 << 20];
        for (Key key :
                new Key[] {new Key(2026, 1), new Key(2026, 1L << 32), new Key(2027, 0), new Key(2026, 1L << 62)}) {
            fill(GaussianNoise.centred(1, key), other);
            double sum = 0;
            for (int i = 0; i < other.length; i++) {
                sum += other[i] * NORMALS[i];
            }
            double bound = SIGMAS * Math.sqrt(other.length);
            assertThat(sum).as("%s", key).isBetween(-bound, bound);
        }
    }

    /** FEATURES C1, C4: {@code E[y] = x}, {@code Var(y) = x^2 p / q}, the same as those of inverted dropout. */
    @ParameterizedTest
    @CsvSource({".5, 1", ".2, .25", ".1, .11111111111", ".9, 9"})
    void gaussianDropoutHasTheMomentsOfDropout(double rate, double variance) {
        float x = 3;
        float[] gaussian = new float[N];
        float[] bernoulli = new float[N];
        Arrays.fill(gaussian, x);
        Arrays.fill(bernoulli, x);
        MemorySegment segment = MemorySegment.ofArray(gaussian);
        NoiseKernel.multiply(GaussianNoise.dropout(Rate.drop(rate), Key.of(5)), 0, segment, segment, N);
        segment = MemorySegment.ofArray(bernoulli);
        DropoutKernel.forward(new BernoulliMask(Rate.drop(rate), Key.of(6)), 0, segment, segment, N);
        // the fourth central moment: 3 v^2 of the normal; p + p^4 / q^3 of the two points, 0 and 1 / q
        assertMoments(gaussian, x, variance, 3 * variance * variance);
        assertMoments(bernoulli, x, variance, rate + Math.pow(rate, 4) / Math.pow(1 - rate, 3));
    }

    /** The mean is {@code x}, the variance and the fourth central moment are those given, times powers of {@code x}. */
    private static void assertMoments(float[] y, float x, double variance, double fourth) {
        double bound = SIGMAS * x * Math.sqrt(variance / N) + 1e-6;
        assertThat(moment(y, 1)).isBetween(x - bound, x + bound);
        double spread = 0;
        for (float value : y) {
            spread += (value - x) * (value - x);
        }
        double spreadBound = SIGMAS * Math.sqrt((fourth - variance * variance) / N) + 1e-6;
        assertThat(spread / ((double) N * x * x)).isBetween(variance - spreadBound, variance + spreadBound);
    }

    /** FEATURES C2: the variance without noise over that with, {@code 3 / (3 + beta^2)}. */
    @ParameterizedTest
    @CsvSource({".1, .99668", ".5, .92308", "1, .75"})
    void uoutHasItsVarianceRatio(double beta, double ratio) {
        assertThat(3 / (3 + beta * beta)).isBetween(ratio - 5e-6, ratio + 5e-6);
        float[] y = new float[N];
        NoiseKernel.multiply(
                UniformNoise.uout(beta, Key.of(7)), 0, MemorySegment.ofArray(NORMALS), MemorySegment.ofArray(y), N);
        double actual = moment(NORMALS, 2) / moment(y, 2);
        // Var(x^2 ((1 + r)^2 - 1 - beta^2 / 3)) is 3 (4 beta^2 / 3 + 4 beta^4 / 45) for x ~ N(0, 1)
        double sigma = Math.sqrt((4 * beta * beta + 4 * Math.pow(beta, 4) / 15) / N);
        assertThat(actual).isBetween(ratio - SIGMAS * sigma - 5e-6, ratio + SIGMAS * sigma + 5e-6);
        // and E[y] = x
        double bound = SIGMAS * Math.sqrt((1 + beta * beta / 3) / N);
        assertThat(moment(y, 1)).isBetween(-bound, bound);
    }

    /** FEATURES C3: {@code y = x + deviation * normal}, deviations above 1 included. */
    @ParameterizedTest
    @ValueSource(doubles = {.01, 1, 7.5})
    void additiveNoiseHasItsMeanAndVariance(double deviation) {
        float x = -2;
        float[] y = new float[N];
        Arrays.fill(y, x);
        MemorySegment segment = MemorySegment.ofArray(y);
        NoiseKernel.add(GaussianNoise.centred(deviation, Key.of(8)), 0, segment, segment, N);
        double mean = moment(y, 1);
        double bound = SIGMAS * deviation / Math.sqrt(N) + 1e-7;
        assertThat(mean).isBetween(x - bound, x + bound);
        double spread = 0;
        for (float value : y) {
            spread += (value - x) * (value - x);
        }
        assertThat(spread / N / (deviation * deviation))
                .isBetween(1 - SIGMAS * Math.sqrt(2.0 / N) - 1e-4, 1 + SIGMAS * Math.sqrt(2.0 / N) + 1e-4);
    }
}
