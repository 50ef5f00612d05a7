package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.doubles;
import static io.github.lanedrop.layers.Samples.dropout;
import static io.github.lanedrop.layers.Samples.kept;
import static io.github.lanedrop.layers.Samples.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The gradients of a whole model with its loss, under a frozen mask.
 *
 * <p>Floats are too coarse for finite differences, so the model is written a second time, in double and by the formula:
 * its analytic gradients must agree with its central differences, and the float layers with its analytic gradients.
 */
final class GradientCheckTest {
    private static final int ROWS = 4;
    private static final int IN = 5;
    private static final int HIDDEN = 8;
    private static final int CLASSES = 3;
    private static final int[] LABELS = {2, 0, 1, 1};
    private static final Key KEY = Key.of(77).step(5);

    /** Dropout, linear, ReLU, dropout, linear and softmax cross-entropy, in double. */
    private static final class Reference {
        /** Input, first weights and bias, second weights and bias. */
        final double[][] values;

        final double[][] gradients;
        final BitSet keptInputs;
        final BitSet keptHidden;
        final double scale;

        Reference(double[][] values, BitSet keptInputs, BitSet keptHidden, double scale) {
            this.values = values;
            this.keptInputs = keptInputs;
            this.keptHidden = keptHidden;
            this.scale = scale;
            gradients = Arrays.stream(values).map(v -> new double[v.length]).toArray(double[][]::new);
        }

        /** The loss; with the gradients added if asked for. */
        double run(boolean backward) {
            double loss = 0;
            for (int n = 0; n < ROWS; n++) {
                double[] x = drop(Arrays.copyOfRange(values[0], n * IN, (n + 1) * IN), keptInputs, n);
                double[] z = linear(x, values[1], values[2]);
                double[] h = drop(Arrays.stream(z).map(v -> Math.max(v, 0)).toArray(), keptHidden, n);
                double[] logits = linear(h, values[3], values[4]);
                double sum = Arrays.stream(logits).map(Math::exp).sum();
                loss -= (logits[LABELS[n]] - Math.log(sum)) / ROWS;
                if (backward) {
                    int label = LABELS[n];
                    double[] dLogits = new double[CLASSES];
                    for (int c = 0; c < CLASSES; c++) {
                        dLogits[c] = (Math.exp(logits[c]) / sum - (c == label ? 1 : 0)) / ROWS;
                    }
                    double[] dh = drop(backLinear(h, dLogits, 3), keptHidden, n);
                    for (int j = 0; j < HIDDEN; j++) {
                        dh[j] = z[j] > 0 ? dh[j] : 0;
                    }
                    double[] dx = drop(backLinear(x, dh, 1), keptInputs, n);
                    System.arraycopy(dx, 0, gradients[0], n * IN, IN);
                }
            }
            return loss;
        }

        private double[] drop(double[] row, BitSet kept, int n) {
            double[] y = new double[row.length];
            for (int i = 0; i < row.length; i++) {
                y[i] = kept.get(n * row.length + i) ? row[i] * scale : 0;
            }
            return y;
        }

        private static double[] linear(double[] x, double[] w, double[] b) {
            double[] y = b.clone();
            for (int j = 0; j < y.length; j++) {
                for (int i = 0; i < x.length; i++) {
                    y[j] += w[j * x.length + i] * x[i];
                }
            }
            return y;
        }

        private double[] backLinear(double[] x, double[] dy, int weights) {
            double[] dx = new double[x.length];
            for (int j = 0; j < dy.length; j++) {
                gradients[weights + 1][j] += dy[j];
                for (int i = 0; i < x.length; i++) {
                    gradients[weights][j * x.length + i] += dy[j] * x[i];
                    dx[i] += dy[j] * values[weights][j * x.length + i];
                }
            }
            return dx;
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.25, 0.5})
    void layersAgreeWithTheFormulaAndTheFormulaWithFiniteDifferences(double rate) {
        Dropout onInput = dropout(rate, 0);
        Dropout onHidden = dropout(rate, 1);
        Sequential model = Sequential.of(
                onInput,
                Linear.he(IN, HIDDEN, KEY.named("1")),
                new Relu(),
                onHidden,
                Linear.he(HIDDEN, CLASSES, KEY.named("4")));
        Tensor x = tensor(1, ROWS, IN);
        double[][] values = {
            doubles(x),
            doubles(model.parameters().get(0).value()),
            doubles(model.parameters().get(1).value()),
            doubles(model.parameters().get(2).value()),
            doubles(model.parameters().get(3).value())
        };
        var reference = new Reference(
                values,
                kept(onInput, KEY, 0, ROWS * IN),
                kept(onHidden, KEY, 0, ROWS * HIDDEN),
                onInput.rate().scale());
        double loss = reference.run(true);
        for (int tensor = 0; tensor < values.length; tensor++) {
            for (int i = 0; i < values[tensor].length; i++) {
                assertThat(reference.gradients[tensor][i])
                        .as("tensor %d, element %d", tensor, i)
                        .isCloseTo(centralDifference(reference, tensor, i), within(1e-7));
            }
            assertRelative(reference, tensor);
        }

        Gradients gradients = new Gradients();
        Result result = model.forward(x, Pass.train(KEY));
        SoftmaxCrossEntropy head = SoftmaxCrossEntropy.of(result.output(), LABELS);
        Tensor dx = result.backward().backward(head.logitsGradient(), gradients);
        assertThat(head.loss()).isCloseTo(loss, within(1e-6));
        assertClose(dx, reference.gradients[0]);
        for (int i = 0; i < 4; i++) {
            assertClose(gradients.of(model.parameters().get(i)), reference.gradients[i + 1]);
        }
    }

    private static double centralDifference(Reference reference, int tensor, int i) {
        double[] values = reference.values[tensor];
        double step = 1e-5;
        double value = values[i];
        values[i] = value + step;
        double above = reference.run(false);
        values[i] = value - step;
        double below = reference.run(false);
        values[i] = value;
        return (above - below) / (2 * step);
    }

    /** A relative error below 1e-6 over the whole tensor. */
    private static void assertRelative(Reference reference, int tensor) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < reference.gradients[tensor].length; i++) {
            double analytic = reference.gradients[tensor][i];
            difference += Math.pow(analytic - centralDifference(reference, tensor, i), 2);
            norm += analytic * analytic;
        }
        assertThat(norm).isPositive();
        assertThat(Math.sqrt(difference / norm)).as("tensor %d", tensor).isLessThan(1e-6);
    }

    /** 64 units in the last place of the tensor's largest element: sums of at most 8 float products, two deep. */
    private static void assertClose(Tensor actual, double[] expected) {
        double bound = 64
                * Math.ulp((float) Arrays.stream(expected).map(Math::abs).max().orElse(0));
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual.get(i)).as("element %d of %s", i, actual).isCloseTo(expected[i], within(bound));
        }
    }
}
