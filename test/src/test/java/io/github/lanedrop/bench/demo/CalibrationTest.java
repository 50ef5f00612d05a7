package io.github.lanedrop.bench.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Calibration numbers worked out by hand. */
final class CalibrationTest {
    @Test
    void fourImagesByHand() {
        // confidences .9 right, .9 wrong, .6 right, .5 (a tie: the first class) right
        Calibration calibration = Calibration.of(
                new Predictions(new double[] {.9, .1, .1, .9, .6, .4, .5, .5}, new int[] {0, 0, 0, 0}, 2));
        assertThat(calibration.accuracy()).isEqualTo(.75);
        double nll = -(Math.log(.9) + Math.log(.1) + Math.log(.6) + Math.log(.5)) / 4;
        assertThat(calibration.nll()).isCloseTo(nll, within(1e-12));
        assertThat(calibration.brier()).isCloseTo((.02 + 1.62 + .32 + .5) / 4, within(1e-12));
        // bins: (.8667, .9333] holds both .9 with accuracy .5; (.5333, .6] one; (.4667, .5333] one
        assertThat(calibration.ece()).isCloseTo((2 * Math.abs(.5 - .9) + .4 + .5) / 4, within(1e-12));
        assertThat(calibration.bins()).hasSize(15);
        assertThat(calibration.bins().get(13)).isEqualTo(new Calibration.Bin(2, .9, .5));
        assertThat(calibration.bins().get(8)).isEqualTo(new Calibration.Bin(1, .6, 1));
        assertThat(calibration.bins().get(7)).isEqualTo(new Calibration.Bin(1, .5, 1));
        assertThat(calibration.bins().get(0).count()).isZero();
        assertThat(calibration.bins().get(0).accuracy()).isNaN();
    }

    @Test
    void perfectAnswersCostNothing() {
        Calibration calibration = Calibration.of(new Predictions(new double[] {1, 0, 0, 0, 0, 1}, new int[] {0, 2}, 3));
        assertThat(calibration.accuracy()).isEqualTo(1);
        assertThat(calibration.nll()).isZero();
        assertThat(calibration.brier()).isZero();
        assertThat(calibration.ece()).isZero();
    }

    @Test
    void impossibleTruthIsFinite() {
        Calibration calibration = Calibration.of(new Predictions(new double[] {1, 0}, new int[] {1}, 2));
        assertThat(calibration.nll()).isCloseTo(149 * Math.log(2), within(1e-9));
        assertThat(calibration.brier()).isEqualTo(2);
        assertThat(calibration.ece()).isEqualTo(1);
    }

    @Test
    void noPredictionsAreNotANumber() {
        Calibration calibration = Calibration.of(new Predictions(new double[0], new int[0], 2));
        assertThat(calibration.nll()).isNaN();
        assertThat(calibration.ece()).isNaN();
    }

    @Test
    void lengthsMustFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Predictions(new double[5], new int[3], 2))
                .withMessage("probabilities must hold 3 rows of 2, got 5 numbers");
    }
}
