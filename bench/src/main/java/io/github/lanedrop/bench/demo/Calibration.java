package io.github.lanedrop.bench.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * How good predicted probabilities are.
 *
 * <pre>
 * accuracy = mean [top class is the true one]
 * nll      = mean -ln p(true class), with p no smaller than 2^-149, the least 32-bit float
 * brier    = mean sum_c (p_c - [c is the true class])^2        0 to 2
 * ece      = sum over bins: share of images * |accuracy - mean confidence|
 * </pre>
 *
 * <p>Confidence is the probability of the top class; the bins divide [0, 1] into equal parts, each without its lower end
 * but the first. Of no predictions every number is NaN.
 *
 * <p>Source: C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017; G. W. Brier (1950).
 *
 * @param accuracy share of right answers, 0 to 1
 * @param nll negative log likelihood in nats, 0 or more
 * @param brier Brier score, 0 to 2
 * @param ece expected calibration error, 0 to 1
 * @param bins the bins of the reliability diagram, from confidence 0 to 1
 */
public record Calibration(double accuracy, double nll, double brier, double ece, List<Bin> bins) {
    /** Bins of the reliability diagram. */
    public static final int BINS = 15;

    /**
     * The images whose confidence lies in one part of [0, 1].
     *
     * @param count how many images
     * @param confidence their mean confidence, NaN if there are none
     * @param accuracy their share of right answers, NaN if there are none
     */
    public record Bin(int count, double confidence, double accuracy) {}

    /** Keeps the bins as they are. */
    public Calibration {
        bins = List.copyOf(bins);
    }

    /**
     * Judges predictions.
     *
     * @param predictions what was predicted and what is true
     * @return the numbers
     */
    public static Calibration of(Predictions predictions) {
        int size = predictions.size();
        int[] count = new int[BINS];
        int[] right = new int[BINS];
        double[] confidence = new double[BINS];
        double logs = 0;
        double squares = 0;
        for (int i = 0; i < size; i++) {
            int label = predictions.label(i);
            int top = predictions.top(i);
            double p = predictions.probability(i, top);
            int bin = Math.clamp((long) Math.ceil(p * BINS) - 1, 0, BINS - 1);
            count[bin]++;
            confidence[bin] += p;
            right[bin] += top == label ? 1 : 0;
            logs -= StrictMath.log(Math.max(predictions.probability(i, label), Float.MIN_VALUE));
            for (int c = 0; c < predictions.classes(); c++) {
                double miss = predictions.probability(i, c) - (c == label ? 1 : 0);
                squares += miss * miss;
            }
        }
        double ece = 0;
        int allRight = 0;
        List<Bin> bins = new ArrayList<>();
        for (int b = 0; b < BINS; b++) {
            Bin bin = new Bin(count[b], confidence[b] / count[b], (double) right[b] / count[b]);
            bins.add(bin);
            allRight += right[b];
            ece += count[b] == 0 ? 0 : Math.abs(bin.accuracy() - bin.confidence()) * count[b];
        }
        double images = size;
        return new Calibration(allRight / images, logs / images, squares / images, ece / images, bins);
    }
}
