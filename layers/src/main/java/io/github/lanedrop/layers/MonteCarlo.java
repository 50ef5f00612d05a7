package io.github.lanedrop.layers;

import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Monte-Carlo dropout: a model's predictions and their uncertainty from several passes with dropout on and everything else
 * as in inference.
 *
 * <p>Pass {@code t} of a prediction is {@code model.forward(input, Pass.mc(key.pass(t)))}, whose masks are addressed by
 * pass, row and column. So the numbers of a row depend on nothing but the row, its index, the passes and the key: however
 * the rows are split over calls, with {@code rowOffset} saying where each call begins, every bit is the same.
 *
 * <p>Rows are worked off in blocks, so the memory for activations does not grow with the input. All sums are in double.
 *
 * <p>Source: Y. Gal and Z. Ghahramani, "Dropout as a Bayesian Approximation", ICML 2016.
 */
public final class MonteCarlo {
    private static final int BLOCK_ROWS = 1024;

    private MonteCarlo() {}

    /**
     * A classification and how sure the model is of it.
     *
     * @param probabilities the mean over the passes of the softmax probabilities, {@code [N, C]}
     * @param std their standard deviation over the passes, with the divisor {@code passes - 1}, {@code [N, C]}; NaN for a
     *     single pass
     * @param uncertainties one for each row
     */
    public record Prediction(Tensor probabilities, Tensor std, List<Uncertainty> uncertainties) {
        /** Copies the list. */
        public Prediction {
            uncertainties = List.copyOf(uncertainties);
        }
    }

    /**
     * How unsure the model is of one row, in nats; {@code 0 ln 0} counts as 0.
     *
     * @param predictiveEntropy the entropy of the mean probabilities: all uncertainty
     * @param expectedEntropy the mean over the passes of the entropy: the part that is in the data (aleatoric)
     */
    public record Uncertainty(double predictiveEntropy, double expectedEntropy) {
        /**
         * The part that is in the model (epistemic), by which BALD picks what to label next.
         *
         * @return predictive minus expected entropy: 0 to {@code ln C}, but for rounding
         */
        public double mutualInformation() {
            return predictiveEntropy - expectedEntropy;
        }
    }

    /**
     * The moments of a model's outputs.
     *
     * @param mean the mean over the passes, of the output's shape
     * @param variance the variance with the divisor {@code passes - 1}; NaN for a single pass
     */
    public record Moments(Tensor mean, Tensor variance) {}

    /**
     * Classifies.
     *
     * @param model gives logits {@code [N, C]}
     * @param input {@code [N, ...]}
     * @param passes how many, 1 to 65,536; 10 to 100 are usual
     * @param key the prediction's own key, such as {@code key.named("predict")}; its pass is overwritten
     * @param workers who does the work
     * @return mean probabilities and uncertainties
     * @throws IllegalArgumentException if {@code passes} is out of range or a shape does not fit
     * @throws IllegalStateException if nothing in the model is stochastic
     */
    public static Prediction predict(Layer model, Tensor input, int passes, Key key, Workers workers) {
        return predict(model, input, passes, key, workers, 0);
    }

    /**
     * Classifies a part of a larger input.
     *
     * @param model gives logits {@code [N, C]}
     * @param input {@code [N, ...]}
     * @param passes how many, 1 to 65,536
     * @param key the prediction's own key, such as {@code key.named("predict")}; its pass is overwritten
     * @param workers who does the work
     * @param rowOffset the index of the input's first row in the whole, 0 to 2^63 - 1 - N
     * @return the same bits as these rows have in the prediction of the whole
     * @throws IllegalArgumentException if {@code passes} or {@code rowOffset} is out of range, the latter also for the
     *     masks' index, or if a shape does not fit
     * @throws IllegalStateException if nothing in the model is stochastic
     */
    public static Prediction predict(Layer model, Tensor input, int passes, Key key, Workers workers, long rowOffset) {
        check(model, passes);
        List<Prediction> parts = new ArrayList<>();
        for (Block block : blocks(model, input, key, workers, rowOffset)) {
            parts.add(classify(block, passes));
        }
        return new Prediction(
                Tensor.concatenate(parts.stream().map(Prediction::probabilities).toList()),
                Tensor.concatenate(parts.stream().map(Prediction::std).toList()),
                parts.stream().flatMap(part -> part.uncertainties().stream()).toList());
    }

    /**
     * Mean and variance of the outputs as they are, for regression.
     *
     * @param model any model whose output has the input's rows
     * @param input {@code [N, ...]}
     * @param passes how many, 1 to 65,536
     * @param key the prediction's own key, such as {@code key.named("predict")}; its pass is overwritten
     * @param workers who does the work
     * @return the moments
     * @throws IllegalArgumentException if {@code passes} is out of range or a shape does not fit
     * @throws IllegalStateException if nothing in the model is stochastic
     */
    public static Moments moments(Layer model, Tensor input, int passes, Key key, Workers workers) {
        check(model, passes);
        List<Tensor> means = new ArrayList<>();
        List<Tensor> variances = new ArrayList<>();
        for (Block block : blocks(model, input, key, workers, 0)) {
            var moments = new Welford();
            int[] shape = {};
            for (int pass = 0; pass < passes; pass++) {
                Tensor output = block.output(pass);
                shape = output.shape();
                moments.add(doubles(output));
            }
            means.add(tensor(moments.mean, shape));
            variances.add(tensor(moments.variance(), shape));
        }
        return new Moments(Tensor.concatenate(means), Tensor.concatenate(variances));
    }

    private static void check(Layer model, int passes) {
        if (passes < 1 || passes > Key.PASSES) {
            throw new IllegalArgumentException("passes must be in [1, " + Key.PASSES + "], got " + passes);
        }
        if (!model.isStochastic()) {
            throw new IllegalStateException(
                    "model must have at least one dropout layer with a rate above 0 and below 1,"
                            + " or all passes are the same; got " + model);
        }
    }

    /** Some rows of the input and how to run the model on them. */
    private record Block(Layer model, Tensor rows, long rowOffset, Key key, Workers workers) {
        Tensor output(int pass) {
            Tensor output = model.forward(rows, new Pass(Mode.MC, key.pass(pass), workers, rowOffset))
                    .output();
            if (output.rank() == 0 || output.dimension(0) != rows.dimension(0)) {
                throw new IllegalArgumentException("the model's output must have one row for each of the "
                        + rows.dimension(0) + " rows of the input, got " + output);
            }
            return output;
        }
    }

    private static List<Block> blocks(Layer model, Tensor input, Key key, Workers workers, long rowOffset) {
        if (input.rank() == 0) {
            throw new IllegalArgumentException("input must have the shape [N, ...], got a scalar");
        }
        int rows = input.dimension(0);
        if (rowOffset < 0 || rowOffset > Long.MAX_VALUE - rows) {
            throw new IllegalArgumentException(
                    "rowOffset must be in [0, 2^63 - 1 - rows], got " + rowOffset + " with " + rows + " rows");
        }
        List<Block> blocks = new ArrayList<>();
        int from = 0;
        do { // an empty input is one empty block, whose output tells the shape
            int to = Math.min(rows, from + BLOCK_ROWS);
            blocks.add(new Block(model, input.rows(from, to), rowOffset + from, key, workers));
            from = to;
        } while (from < rows);
        return blocks;
    }

    private static Prediction classify(Block block, int passes) {
        int rows = block.rows.dimension(0);
        int classes = 0;
        var moments = new Welford();
        double[] expected = new double[rows];
        for (int pass = 0; pass < passes; pass++) {
            Tensor logits = block.output(pass);
            classes = logits.matrix("the model's output", "[N, C]").columns();
            double[] probabilities = softmax(logits);
            moments.add(probabilities);
            for (int n = 0; n < rows; n++) {
                expected[n] += entropy(probabilities, n, classes);
            }
        }
        List<Uncertainty> uncertainties = new ArrayList<>();
        for (int n = 0; n < rows; n++) {
            uncertainties.add(new Uncertainty(entropy(moments.mean, n, classes), expected[n] / passes));
        }
        double[] std = Arrays.stream(moments.variance()).map(Math::sqrt).toArray();
        return new Prediction(tensor(moments.mean, rows, classes), tensor(std, rows, classes), uncertainties);
    }

    private static double[] softmax(Tensor logits) {
        double[] row = new double[logits.dimension(1)];
        double[] probabilities = new double[Math.toIntExact(logits.elements())];
        for (int n = 0; n < logits.dimension(0); n++) {
            Softmax.row(logits, n, row);
            System.arraycopy(row, 0, probabilities, n * row.length, row.length);
        }
        return probabilities;
    }

    private static double entropy(double[] probabilities, int row, int classes) {
        double entropy = 0;
        for (int c = 0; c < classes; c++) {
            double p = probabilities[row * classes + c];
            entropy -= p == 0 ? 0 : p * StrictMath.log(p);
        }
        return entropy;
    }

    /** Mean and squared deviations of each element, updated one pass at a time. */
    private static final class Welford {
        private double[] mean = {};
        private double[] squares = {};
        private int count;

        void add(double[] values) {
            if (count == 0) {
                mean = new double[values.length];
                squares = new double[values.length];
            }
            count++;
            for (int i = 0; i < values.length; i++) {
                double deviation = values[i] - mean[i];
                mean[i] += deviation / count;
                squares[i] += deviation * (values[i] - mean[i]);
            }
        }

        /** NaN for a single pass. */
        double[] variance() {
            return Arrays.stream(squares).map(sum -> sum / (count - 1)).toArray();
        }
    }

    private static double[] doubles(Tensor tensor) {
        double[] values = new double[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.get(i);
        }
        return values;
    }

    private static Tensor tensor(double[] values, int... shape) {
        Tensor tensor = Tensor.zeros(shape);
        for (int i = 0; i < values.length; i++) {
            tensor.set(i, (float) values[i]);
        }
        return tensor;
    }
}
