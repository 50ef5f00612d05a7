package io.github.lanedrop.layers;

import io.github.lanedrop.kernels.Matrix;

/**
 * The mean cross-entropy of softmax probabilities with class labels.
 *
 * <pre>
 * p[n][c] = exp(z[n][c]) / sum_k exp(z[n][k])
 * loss    = -1/N sum_n ln p[n][label n]
 * dz[n][c] = (p[n][c] - (c == label n ? 1 : 0)) / N
 * </pre>
 *
 * <p>Computed in double after taking each row's maximum off it, so that nothing overflows, and with
 * {@link StrictMath}, so that the bits are the same on every machine.
 *
 * <p><b>NaN.</b> Nothing is hidden and nothing thrown: a row with NaN, with +infinity or with nothing but -infinity has
 * NaN probabilities and gradients, and the loss is NaN. A single -infinity is a probability of 0; as the label's logit it
 * makes the loss +infinity. Without any rows the loss is NaN, the mean of nothing.
 *
 * @param loss the mean over the rows, in nats
 * @param probabilities {@code [N, C]}
 * @param logitsGradient the gradient of {@code loss} with respect to the logits, {@code [N, C]}
 */
public record SoftmaxCrossEntropy(double loss, Tensor probabilities, Tensor logitsGradient) {
    /**
     * Computes loss, probabilities and gradient.
     *
     * @param logits {@code [N, C]}
     * @param labels N classes, each 0 to C - 1
     * @return all three
     * @throws IllegalArgumentException if the shapes do not fit or a label is out of range
     */
    public static SoftmaxCrossEntropy of(Tensor logits, int[] labels) {
        Matrix matrix = logits.matrix("logits", "[N, C]");
        int rows = matrix.rows();
        int classes = matrix.columns();
        check(labels, rows, classes);
        Tensor probabilities = Tensor.zeros(rows, classes);
        Tensor gradient = Tensor.zeros(rows, classes);
        double[] row = new double[classes];
        double sum = 0;
        for (int n = 0; n < rows; n++) {
            sum += Softmax.row(logits, n, row) - logits.get((long) n * classes + labels[n]);
            for (int c = 0; c < classes; c++) {
                long at = (long) n * classes + c;
                probabilities.set(at, (float) row[c]);
                gradient.set(at, (float) ((row[c] - (c == labels[n] ? 1 : 0)) / rows));
            }
        }
        return new SoftmaxCrossEntropy(sum / rows, probabilities, gradient);
    }

    private static void check(int[] labels, int rows, int classes) {
        if (labels.length != rows) {
            throw new IllegalArgumentException("labels must be " + rows + ", one for each row, got " + labels.length);
        }
        for (int n = 0; n < rows; n++) {
            if (labels[n] < 0 || labels[n] >= classes) {
                throw new IllegalArgumentException(
                        "labels must be in [0, " + classes + "), got " + labels[n] + " for row " + n);
            }
        }
    }
}
