package io.github.lanedrop.bench.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.bench.data.Dataset;
import io.github.lanedrop.bench.data.Digits;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.layers.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the demo promises about its two runs. */
final class DemoTest {
    private static final Dataset DATA = Digits.load().withTrain(300);
    private static final Settings SETTINGS = new Settings(7, Rate.drop(.5), List.of(16, 12), 3, 32, .01, 20);

    @Test
    void bothRunsStartFromTheSameWeights() {
        List<Parameter> plain =
                new Network(SETTINGS, Rate.drop(0), DATA, Workers.NONE).model().parameters();
        List<Parameter> dropped = new Network(SETTINGS, SETTINGS.rate(), DATA, Workers.NONE)
                .model()
                .parameters();
        assertThat(plain).hasSize(6);
        for (int i = 0; i < plain.size(); i++) {
            assertThat(plain.get(i).name()).isEqualTo(dropped.get(i).name());
            assertThat(plain.get(i).value().toArray())
                    .isEqualTo(dropped.get(i).value().toArray());
        }
    }

    @Test
    void dropoutChangesTheTrainingAndTheLossFalls() {
        Network plain = new Network(SETTINGS, Rate.drop(0), DATA, Workers.NONE);
        Network dropped = new Network(SETTINGS, SETTINGS.rate(), DATA, Workers.NONE);
        List<Epoch> history = plain.train(() -> {});
        assertThat(history).hasSize(3).isNotEqualTo(dropped.train(() -> {}));
        assertThat(history.getLast().train().loss())
                .isLessThan(history.getFirst().train().loss());
    }

    @Test
    void replayDrawsWhatTheWholePredictionDrew() {
        Network network = new Network(SETTINGS, SETTINGS.rate(), DATA, Workers.NONE);
        network.train(() -> {});
        MonteCarloPredictions whole = network.predictMonteCarlo(DATA.test(), () -> {});
        for (int image : new int[] {0, 255, 496}) {
            double[][] passes = network.replayMonteCarlo(DATA.test(), image);
            assertThat(passes).hasNumberOfRows(20);
            for (int c = 0; c < 10; c++) {
                double mean = 0;
                for (double[] pass : passes) {
                    mean += pass[c] / passes.length;
                }
                // float rounding of probabilities; another draw would be off by hundredths
                assertThat(mean).isCloseTo(whole.predictions().probability(image, c), within(1e-6));
            }
        }
    }

    @Test
    void doubtsAreSortedAndConsistent() {
        Findings findings = Demo.run(DATA, SETTINGS, Workers.NONE, Demo.Progress.SILENT);
        assertThat(findings.doubts()).hasSize(12);
        double previous = Double.POSITIVE_INFINITY;
        for (Doubt doubt : findings.doubts()) {
            assertThat(doubt.entropy()).isBetween(0.0, Math.log(10) + 1e-12).isLessThanOrEqualTo(previous);
            assertThat(doubt.information()).isBetween(-1e-12, doubt.entropy());
            assertThat(doubt.label()).isEqualTo(DATA.test().label(doubt.image()));
            assertThat(doubt.classes()).hasSize(10);
            assertThat(doubt.classes().stream().mapToDouble(Doubt.Opinion::mean).sum())
                    .isCloseTo(1, within(1e-5));
            for (Doubt.Opinion opinion : doubt.classes()) {
                assertThat(opinion.low()).isBetween(0.0, opinion.high());
                assertThat(opinion.high()).isLessThanOrEqualTo(1);
            }
            previous = doubt.entropy();
        }
        assertThat(findings.parameters()).isEqualTo(64 * 16 + 16 + 16 * 12 + 12 + 12 * 10 + 10);
        assertThat(findings.plain().epochs()).hasSize(3);
    }

    /** The sizes of the source text's network B4. */
    @Test
    void architectureOfFashion() {
        assertThat(new Settings(0, Rate.drop(.5), List.of(512, 256), 1, 1, .001, 1).architecture(784, 10))
                .isEqualTo("784-512-256-10");
    }
}
