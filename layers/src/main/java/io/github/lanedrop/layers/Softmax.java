package io.github.lanedrop.layers;

/** Softmax of one row of logits, in double. */
final class Softmax {
    private Softmax() {}

    /**
     * Fills the probabilities of a row and returns the logarithm of the sum of the logits' exponentials.
     *
     * @param logits {@code [N, C]}
     * @param row 0 to N - 1
     * @param probabilities receives C values
     */
    static double row(Tensor logits, int row, double[] probabilities) {
        long start = (long) row * probabilities.length;
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < probabilities.length; c++) {
            max = Math.max(max, logits.get(start + c));
        }
        double sum = 0;
        for (int c = 0; c < probabilities.length; c++) {
            probabilities[c] = StrictMath.exp(logits.get(start + c) - max);
            sum += probabilities[c];
        }
        for (int c = 0; c < probabilities.length; c++) {
            probabilities[c] /= sum;
        }
        return max + StrictMath.log(sum);
    }
}
