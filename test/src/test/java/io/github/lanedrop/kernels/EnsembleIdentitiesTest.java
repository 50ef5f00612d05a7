package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Dropout as an ensemble of {@code 2^n} networks that share their weights: what scaling weights by {@code q} averages,
 * exactly or nearly, and what passes with dropout on estimate.
 */
final class EnsembleIdentitiesTest {
    private static final int N = 10;
    private static final int CLASSES = 4;

    /** A layer on ten inputs. */
    private static final class Layer {
        private final double[] h;
        private final double[][] w;
        private final double[] b;

        private Layer(double[] h, double[][] w, double[] b) {
            this.h = h;
            this.w = w;
            this.b = b;
        }

        static Layer random(int seed, int units, double scale) {
            Random random = new Random(seed);
            double[] h = new double[N];
            Arrays.setAll(h, _ -> random.nextGaussian());
            double[][] w = new double[units][N];
            for (double[] row : w) {
                Arrays.setAll(row, _ -> scale * random.nextGaussian());
            }
            return new Layer(h, w, random.doubles(units, -1, 1).toArray());
        }

        double[] apply(double[] x) {
            double[] z = b.clone();
            for (int unit = 0; unit < z.length; unit++) {
                for (int i = 0; i < N; i++) {
                    z[unit] += w[unit][i] * x[i];
                }
            }
            return z;
        }

        double[] scaled(double q) {
            double[] x = new double[N];
            Arrays.setAll(x, i -> q * h[i]);
            return x;
        }
    }

    private static double[] softmax(double[] z) {
        double max = Arrays.stream(z).max().orElseThrow();
        double[] y = Arrays.stream(z).map(v -> Math.exp(v - max)).toArray();
        double sum = Arrays.stream(y).sum();
        return Arrays.stream(y).map(v -> v / sum).toArray();
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    /**
     * E4: the normalised geometric mean over all masks of {@code softmax(W (m * h) + b)} is {@code softmax(W (q h) + b)};
     * the arithmetic mean is not.
     */
    @ParameterizedTest
    @ValueSource(doubles = {.2, .5, .7})
    void e4ScaledWeightsGiveTheGeometricMeanOfSoftmax(double rate) {
        Rate drop = Rate.drop(rate);
        Layer layer = Layer.random(1, CLASSES, 1);
        double[] logGeometric = new double[CLASSES];
        double[] arithmetic = new double[CLASSES];
        AllMasks.forEach(N, drop, mask -> {
            double[] y = softmax(layer.apply(mask.standard(layer.h)));
            for (int c = 0; c < CLASSES; c++) {
                logGeometric[c] += mask.probability() * Math.log(y[c]);
                arithmetic[c] += mask.probability() * y[c];
            }
        });
        double[] geometric = softmax(logGeometric); // the exponentials, normalised
        double[] scaled = softmax(layer.apply(layer.scaled(1 - drop.effective())));
        double greatest = 0;
        for (int c = 0; c < CLASSES; c++) {
            assertThat(geometric[c]).isCloseTo(scaled[c], within(1e-12));
            greatest = Math.max(greatest, Math.abs(arithmetic[c] - scaled[c]));
        }
        assertThat(greatest).as("what the arithmetic mean differs by").isBetween(.01, .5);
    }

    /**
     * E4 and E15: the normalised geometric mean {@code G / (G + G')} of sigmoid units is {@code sigmoid(E z)}, and the
     * arithmetic mean E is at most {@code 2 E (1 - E) |1 - 2 E|} away.
     */
    @ParameterizedTest
    @CsvSource({"0.5, 0.3", "0.5, 1", "0.2, 0.5", "0.7, 0.5"})
    void e15TheGeometricMeanOfSigmoidIsExactAndTheArithmeticNear(double rate, double scale) {
        Rate drop = Rate.drop(rate);
        Layer layer = Layer.random(2, 20, scale);
        for (int unit = 0; unit < 20; unit++) {
            int u = unit;
            double meanOfZ = AllMasks.mean(N, drop, mask -> layer.apply(mask.standard(layer.h))[u]);
            double kept =
                    Math.exp(AllMasks.mean(N, drop, mask -> Math.log(sigmoid(layer.apply(mask.standard(layer.h))[u]))));
            double dropped = Math.exp(
                    AllMasks.mean(N, drop, mask -> Math.log(sigmoid(-layer.apply(mask.standard(layer.h))[u]))));
            double geometric = kept / (kept + dropped);
            assertThat(geometric).isCloseTo(sigmoid(meanOfZ), within(1e-12));
            double mean = AllMasks.mean(N, drop, mask -> sigmoid(layer.apply(mask.standard(layer.h))[u]));
            assertThat(Math.abs(mean - geometric))
                    .isLessThanOrEqualTo(2 * mean * (1 - mean) * Math.abs(1 - 2 * mean) + 1e-12);
        }
    }

    /** E5: scaling weights is exact for linear networks of any depth, here four layers of three units. */
    @Test
    void e5ScaledWeightsAreExactForDeepLinearNetworks() {
        int width = 3;
        int depth = 4;
        Random random = new Random(3);
        double[][][] w = new double[depth][width][width];
        for (double[][] layer : w) {
            for (double[] row : layer) {
                Arrays.setAll(row, _ -> random.nextGaussian());
            }
        }
        double[] x = {1, -2, .5};
        Rate drop = Rate.drop(.3);
        double q = 1 - drop.effective();
        double[] scaled = x;
        for (double[][] layer : w) {
            scaled = product(layer, scaled, _ -> q);
        }
        for (int unit = 0; unit < width; unit++) {
            int u = unit;
            double mean = AllMasks.mean(width * depth, drop, mask -> {
                double[] h = x;
                for (int l = 0; l < depth; l++) {
                    int first = l * width;
                    h = product(w[l], h, i -> mask.kept(first + i) ? 1 : 0);
                }
                return h[u];
            });
            assertThat(mean).isCloseTo(scaled[u], within(1e-12));
        }
    }

    /** What an input is multiplied by. */
    private interface Factor {
        double of(int i);
    }

    private static double[] product(double[][] w, double[] x, Factor factor) {
        double[] z = new double[w.length];
        for (int unit = 0; unit < w.length; unit++) {
            for (int i = 0; i < x.length; i++) {
                z[unit] += w[unit][i] * factor.of(i) * x[i];
            }
        }
        return z;
    }

    /** E10: the variance of a linear model's passes is {@code p / q sum w_i^2 x_i^2}. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .3, .5})
    void e10VarianceOfALinearModel(double rate) {
        Rate drop = Rate.drop(rate);
        double p = drop.effective();
        Layer layer = Layer.random(4, 1, 1);
        double closed = 0;
        for (int i = 0; i < N; i++) {
            closed += p / (1 - p) * layer.w[0][i] * layer.w[0][i] * layer.h[i] * layer.h[i];
        }
        double enumerated = AllMasks.variance(N, drop, mask -> layer.apply(mask.inverted(layer.h))[0]);
        assertThat(enumerated).isCloseTo(closed, within(1e-12 * closed));
    }

    /**
     * E10: the variance that T passes estimate has the relative standard error {@code sqrt(2 / (T - 1))}: 47 % for 10
     * passes, 14 % for 100. Over 2,000 estimates, whose own standard error is 1.6 % of it; by the kernel.
     */
    @ParameterizedTest
    @CsvSource({"10, 0.4714", "100, 0.1421"})
    void e10StandardErrorOfTheEstimatedVariance(int passes, double relative) {
        assertThat(Math.sqrt(2d / (passes - 1))).isCloseTo(relative, within(5e-5));
        int estimates = 2000;
        int elements = 512; // so that sums are nearly normal
        Rate drop = Rate.drop(.5);
        float[] x = new float[elements];
        double variance = 0;
        for (int i = 0; i < elements; i++) {
            x[i] = 1 + i % 3;
            variance += x[i] * x[i];
        }
        float[] y = new float[elements];
        double squares = 0;
        double mean = 0;
        for (int estimate = 0; estimate < estimates; estimate++) {
            double[] outputs = new double[passes];
            for (int pass = 0; pass < passes; pass++) {
                var mask = new BernoulliMask(drop, Key.of(5).step(estimate).pass(pass));
                DropoutKernel.forward(mask, 0, MemorySegment.ofArray(x), MemorySegment.ofArray(y), elements);
                for (float v : y) {
                    outputs[pass] += v;
                }
            }
            double average = Arrays.stream(outputs).average().orElseThrow();
            double estimated = Arrays.stream(outputs)
                            .map(v -> (v - average) * (v - average))
                            .sum()
                    / (passes - 1);
            mean += estimated / estimates;
            squares += (estimated / variance - 1) * (estimated / variance - 1) / estimates;
        }
        double sixSigmas = 6 * relative / Math.sqrt(estimates);
        assertThat(mean / variance).isCloseTo(1, within(sixSigmas));
        assertThat(Math.sqrt(squares)).isCloseTo(relative, within(sixSigmas));
    }
}
