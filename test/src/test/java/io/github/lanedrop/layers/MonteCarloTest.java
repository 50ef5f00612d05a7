package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.dropout;
import static io.github.lanedrop.layers.Samples.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.layers.MonteCarlo.Moments;
import io.github.lanedrop.layers.MonteCarlo.Prediction;
import io.github.lanedrop.layers.MonteCarlo.Uncertainty;
import io.github.lanedrop.rng.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class MonteCarloTest {
    private static final Key KEY = Key.of(99);

    private static Sequential model(double rate) {
        return Sequential.of(
                dropout(rate, 0),
                Linear.he(6, 16, KEY.named("1")),
                new Relu(),
                dropout(rate, 1),
                Linear.he(16, 4, KEY.named("4")));
    }

    private static void assertSame(Prediction actual, Prediction expected) {
        assertThat(bits(actual.probabilities())).isEqualTo(bits(expected.probabilities()));
        assertThat(bits(actual.std())).isEqualTo(bits(expected.std()));
        assertThat(actual.uncertainties()).isEqualTo(expected.uncertainties());
    }

    @Test
    void isTheMeanOfThePassesOneByOne() {
        Sequential model = model(0.4);
        Tensor x = tensor(1, 9, 6);
        int passes = 5;
        Prediction prediction = MonteCarlo.predict(model, x, passes, KEY, Workers.NONE);
        double[][] p = new double[passes][];
        for (int t = 0; t < passes; t++) {
            Tensor logits = model.forward(x, Pass.mc(KEY.pass(t))).output();
            p[t] = Samples.doubles(SoftmaxCrossEntropy.of(logits, new int[9]).probabilities());
        }
        for (int n = 0; n < 9; n++) {
            double total = 0;
            double expected = 0;
            for (int c = 0; c < 4; c++) {
                double mean = 0;
                for (double[] pass : p) {
                    mean += pass[n * 4 + c] / passes;
                    expected -= pass[n * 4 + c] * Math.log(pass[n * 4 + c]) / passes;
                }
                double squares = 0;
                for (double[] pass : p) {
                    squares += Math.pow(pass[n * 4 + c] - mean, 2);
                }
                total -= mean * Math.log(mean);
                assertThat((double) prediction.probabilities().get(n * 4 + c)).isCloseTo(mean, within(1e-6));
                assertThat((double) prediction.std().get(n * 4 + c))
                        .isCloseTo(Math.sqrt(squares / (passes - 1)), within(1e-6));
            }
            Uncertainty uncertainty = prediction.uncertainties().get(n);
            assertThat(uncertainty.predictiveEntropy()).isCloseTo(total, within(1e-6));
            assertThat(uncertainty.expectedEntropy()).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void partsInAnyOrderHaveTheBitsOfTheWhole() {
        Sequential model = model(0.3);
        int rows = 2500; // more than two of its own blocks
        Tensor x = tensor(2, rows, 6);
        Prediction whole = MonteCarlo.predict(model, x, 4, KEY, Workers.NONE);
        for (int[] cut : new int[][] {{0, 1000, 1001, 2500}, {0, 1024, 2048, 2500}, {0, 7, 2499, 2500}}) {
            List<Prediction> parts = new ArrayList<>();
            for (int part = 2; part >= 0; part--) {
                parts.addFirst(
                        MonteCarlo.predict(model, x.rows(cut[part], cut[part + 1]), 4, KEY, Workers.NONE, cut[part]));
            }
            assertThat(bits(Tensor.concatenate(
                            parts.stream().map(Prediction::probabilities).toList())))
                    .isEqualTo(bits(whole.probabilities()));
            assertThat(bits(Tensor.concatenate(
                            parts.stream().map(Prediction::std).toList())))
                    .isEqualTo(bits(whole.std()));
            assertThat(parts.stream()
                            .flatMap(part -> part.uncertainties().stream())
                            .toList())
                    .isEqualTo(whole.uncertainties());
        }
    }

    @Test
    void workersDoNotChangeTheBits() {
        Tensor x = tensor(3, 50, 6);
        Prediction expected = MonteCarlo.predict(model(0.5), x, 8, KEY, Workers.NONE);
        try (var threads = Executors.newFixedThreadPool(3)) {
            for (int tasks = 1; tasks <= 3; tasks++) {
                assertSame(MonteCarlo.predict(model(0.5), x, 8, KEY, new Workers(threads, tasks)), expected);
            }
        }
    }

    @Test
    void mutualInformationIsWithinItsBounds() {
        Prediction prediction = MonteCarlo.predict(model(0.5), tensor(4, 300, 6), 30, KEY, Workers.NONE);
        assertThat(prediction.uncertainties()).hasSize(300).allSatisfy(uncertainty -> {
            assertThat(uncertainty.mutualInformation()).isBetween(-1e-12, Math.log(4));
            assertThat(uncertainty.predictiveEntropy()).isBetween(0.0, Math.log(4) + 1e-12);
        });
        assertThat(prediction.uncertainties())
                .as("a model with dropout is unsure of something")
                .anySatisfy(uncertainty ->
                        assertThat(uncertainty.mutualInformation()).isGreaterThan(0.01));
    }

    @Test
    void aProbabilityOfZeroHasNoEntropy() {
        Layer certain = Sequential.of(dropout(0.5, 0), (input, pass) -> {
            Tensor logits = Tensor.of(new float[] {0, Float.NEGATIVE_INFINITY}, 1, 2);
            return Result.identity(logits);
        });
        Prediction prediction = MonteCarlo.predict(certain, Tensor.zeros(1, 2), 3, KEY, Workers.NONE);
        assertThat(prediction.uncertainties()).containsExactly(new Uncertainty(0, 0));
        assertThat(prediction.probabilities().toArray()).containsExactly(1, 0);
        assertThat(prediction.std().toArray()).containsExactly(0, 0);
    }

    @Test
    void onePassHasNoSpread() {
        Prediction prediction = MonteCarlo.predict(model(0.5), tensor(4, 2, 6), 1, KEY, Workers.NONE);
        assertThat(prediction.std().toArray()).containsOnly(Float.NaN);
        assertThat(prediction.uncertainties())
                .allSatisfy(uncertainty ->
                        assertThat(uncertainty.mutualInformation()).isZero());
    }

    @Test
    void noRowsAreNoPredictions() {
        Prediction prediction = MonteCarlo.predict(model(0.5), Tensor.zeros(0, 6), 3, KEY, Workers.NONE);
        assertThat(prediction.probabilities().shape()).containsExactly(0, 4);
        assertThat(prediction.uncertainties()).isEmpty();
    }

    /** Exactly, a linear model with dropout p on its input has the variance p/q * sum (w x)^2. */
    @Test
    void momentsOfALinearModelAreThoseOfTheTheory() {
        int passes = 10_000;
        int in = 64;
        for (double rate : new double[] {0.1, 0.5, 0.8}) {
            Linear linear = Linear.he(in, 1, KEY.named("e10"));
            Tensor x = tensor(5, 1, in);
            Moments moments =
                    MonteCarlo.moments(Sequential.of(dropout(rate, 0), linear), x, passes, KEY.step(1), Workers.NONE);
            double mean = 0;
            double squares = 0;
            double fourth = 0;
            for (int i = 0; i < in; i++) {
                double term = (double) linear.weight().value().get(i) * x.get(i);
                mean += term;
                squares += term * term;
                fourth += Math.pow(term, 4);
            }
            double variance = rate / (1 - rate) * squares;
            // kurtosis of a sum of scaled Bernoulli variables: 3 + sum w^4 (m4 - 3 m2^2) / variance^2
            double q = 1 - rate;
            double excess = fourth * (rate / q) * ((1 - 6 * rate * q) / (q * q)) / (variance * variance);
            double relativeError = Math.sqrt(2.0 / (passes - 1) + Math.max(0, excess) / passes);
            assertThat((double) moments.mean().get(0)).isCloseTo(mean, within(6 * Math.sqrt(variance / passes)));
            assertThat(moments.variance().get(0) / variance).isCloseTo(1, within(6 * relativeError));
        }
    }

    @Test
    void refusesModelsThatDrawNothing() {
        for (double rate : new double[] {0, 1}) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> MonteCarlo.predict(model(rate), tensor(1, 2, 6), 3, KEY, Workers.NONE))
                    .withMessageStartingWith(
                            "model must have at least one dropout layer with a rate above 0 and below 1")
                    .withMessageContaining("Linear(6 -> 16), Relu, Dropout(" + rate + ", site 1)");
        }
    }

    @Test
    void errors() {
        Tensor x = tensor(1, 2, 6);
        for (int passes : new int[] {0, -1, 65537}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MonteCarlo.predict(model(0.5), x, passes, KEY, Workers.NONE))
                    .withMessage("passes must be in [1, 65536], got " + passes);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MonteCarlo.predict(model(0.5), Tensor.zeros(), 3, KEY, Workers.NONE))
                .withMessage("input must have the shape [N, ...], got a scalar");
        for (long rowOffset : new long[] {-1, Long.MAX_VALUE - 1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MonteCarlo.predict(model(0.5), x, 3, KEY, Workers.NONE, rowOffset))
                    .withMessage("rowOffset must be in [0, 2^63 - 1 - rows], got " + rowOffset + " with 2 rows");
        }
        assertThatIllegalArgumentException()
                .as("the last of several blocks is where it would overflow")
                .isThrownBy(() -> MonteCarlo.predict(
                        model(0.5), Tensor.zeros(1025, 0), 3, KEY, Workers.NONE, Long.MAX_VALUE - 1024))
                .withMessageStartingWith("rowOffset must be in ");
        Layer flat = Sequential.of(dropout(0.5, 0), (input, pass) -> Result.identity(input.reshape(12)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MonteCarlo.moments(flat, x, 3, KEY, Workers.NONE))
                .withMessage(
                        "the model's output must have one row for each of the 2 rows of the input, got Tensor[12]");
        Layer deep = Sequential.of(dropout(0.5, 0), (input, pass) -> Result.identity(input.reshape(2, 3, 2)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MonteCarlo.predict(deep, x, 3, KEY, Workers.NONE))
                .withMessage("the model's output must have the shape [N, C], got [2, 3, 2]");
    }
}
