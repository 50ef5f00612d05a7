package io.github.lanedrop.bench.demo;

/**
 * How well a network does on some images, with dropout off.
 *
 * @param loss mean cross-entropy in nats
 * @param accuracy share of right answers, 0 to 1
 */
public record Scores(double loss, double accuracy) {
    static Scores of(Calibration calibration) {
        return new Scores(calibration.nll(), calibration.accuracy());
    }
}
