package io.github.lanedrop.bench.demo;

import io.github.lanedrop.bench.data.Dataset;
import io.github.lanedrop.layers.Sequential;
import java.util.List;

/**
 * All that the demo found out; a function of data and settings alone, to the last bit.
 *
 * @param data what was learned and judged by
 * @param settings what decided the numbers
 * @param parameters how many numbers the network has
 * @param plain the run without dropout
 * @param dropped the run with dropout
 * @param monteCarlo what the network with dropout says with dropout on
 * @param doubts the images with the largest predictive entropy, the most doubtful first
 * @param model the network with dropout
 */
public record Findings(
        Dataset data,
        Settings settings,
        long parameters,
        Run plain,
        Run dropped,
        MonteCarloPredictions monteCarlo,
        List<Doubt> doubts,
        Sequential model) {
    /** Keeps the doubts as they are. */
    public Findings {
        doubts = List.copyOf(doubts);
    }

    /**
     * One training.
     *
     * @param epochs the scores after each epoch
     * @param predictions of the test images after the last one, with dropout off
     */
    public record Run(List<Epoch> epochs, Predictions predictions) {
        /** Keeps the epochs as they are. */
        public Run {
            epochs = List.copyOf(epochs);
        }

        /**
         * The scores after the last epoch.
         *
         * @return the scores
         */
        public Epoch last() {
            return epochs.getLast();
        }
    }
}
