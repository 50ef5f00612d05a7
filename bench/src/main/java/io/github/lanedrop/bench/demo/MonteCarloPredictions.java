package io.github.lanedrop.bench.demo;

import io.github.lanedrop.layers.MonteCarlo.Uncertainty;
import java.util.List;

/**
 * What many stochastic passes say together.
 *
 * @param predictions the mean over the passes
 * @param uncertainties one for each image
 */
public record MonteCarloPredictions(Predictions predictions, List<Uncertainty> uncertainties) {
    /**
     * Keeps the uncertainties as they are.
     *
     * @throws IllegalArgumentException if they are not as many as the images
     */
    public MonteCarloPredictions {
        uncertainties = List.copyOf(uncertainties);
        if (uncertainties.size() != predictions.size()) {
            throw new IllegalArgumentException(
                    "uncertainties must be " + predictions.size() + ", got " + uncertainties.size());
        }
    }

    /**
     * The entropy of the mean distribution.
     *
     * @param image 0 to {@code predictions().size() - 1}
     * @return nats, 0 to {@code ln classes}
     */
    public double entropy(int image) {
        return uncertainties.get(image).predictiveEntropy();
    }
}
