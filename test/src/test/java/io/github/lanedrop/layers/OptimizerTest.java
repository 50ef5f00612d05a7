package io.github.lanedrop.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OptimizerTest {
    /** More than one chunk, so that its seams are tested too. */
    private static final int ELEMENTS = 5000;

    private final Parameter parameter = new Parameter("w", Samples.filled(1, ELEMENTS));
    private final Gradients gradients = new Gradients();

    private float step(Optimizer optimizer, float gradient) {
        Tensor sum = gradients.of(parameter);
        for (int i = 0; i < ELEMENTS; i++) {
            sum.set(i, gradient);
        }
        optimizer.step(List.of(parameter), gradients);
        float[] values = parameter.value().toArray();
        assertThat(values).containsOnly(values[0]);
        assertThat(sum.toArray()).containsOnly(gradient);
        return values[0];
    }

    @Test
    void plainSgdByHand() {
        Sgd sgd = new Sgd(0.1);
        assertThat(step(sgd, 0.5f)).isCloseTo(0.95f, within(1e-7f));
        assertThat(step(sgd, -1f)).isCloseTo(1.05f, within(2e-7f));
    }

    @Test
    void sgdWithMomentumAndWeightDecayByHand() {
        Sgd sgd = new Sgd(0.1, 0.9, 0.01);
        // g = .51, v = .51
        assertThat(step(sgd, 0.5f)).isCloseTo(0.949f, within(1e-7f));
        // g = .50949, v = .9 * .51 + .50949 = .96849
        assertThat(step(sgd, 0.5f)).isCloseTo(0.852151f, within(2e-7f));
    }

    @Test
    void adamByHand() {
        Adam adam = new Adam(0.1);
        // m / (1 - .9) = .5, v / (1 - .999) = .25: a step of .1 whatever the gradient's size
        assertThat(step(adam, 0.5f)).isCloseTo(0.9f, within(1e-7f));
        // m = .02, v = .00031225: .1 * (.02 / .19) / sqrt(.00031225 / .001999)
        assertThat(step(adam, -0.25f)).isCloseTo(0.8733663f, within(1e-6f));
    }

    @Test
    void adamWithWeightDecayByHand() {
        // g = 0 + .5 * 1: the first step is .1 again, but for epsilon, .1 * .5 / (.5 + .5)
        assertThat(step(new Adam(0.1, 0.9, 0.999, 0.5, 0.5), 0)).isCloseTo(0.95f, within(1e-7f));
    }

    @Test
    void eachParameterHasItsOwnState() {
        Adam adam = new Adam(0.1);
        step(adam, 0.5f);
        Parameter late = new Parameter("late", Samples.filled(1, 3));
        gradients.of(late).segment().copyFrom(Samples.filled(7, 3).segment());
        adam.step(List.of(late), gradients);
        assertThat(late.value().toArray()).containsExactly(new float[] {.9f, .9f, .9f}, within(1e-7f));
    }

    @Test
    void whatIsListedTwiceTakesOneStep() {
        List<List<Optimizer>> pairs = List.of(
                List.of(new Sgd(0.1), new Sgd(0.1)),
                List.of(new Sgd(0.1, 0.9, 0.01), new Sgd(0.1, 0.9, 0.01)),
                List.of(new Adam(0.1), new Adam(0.1)));
        for (List<Optimizer> pair : pairs) {
            Parameter once = new Parameter("w", Samples.tensor(1, 600));
            Parameter twice = new Parameter("0.w", once.value().copy());
            gradients.of(once).segment().copyFrom(Samples.tensor(2, 600).segment());
            gradients.of(twice).segment().copyFrom(Samples.tensor(2, 600).segment());
            for (int step = 0; step < 3; step++) {
                pair.getFirst().step(List.of(once), gradients);
                pair.getLast().step(List.of(twice, parameter, new Parameter("2.w", twice.value())), gradients);
            }
            assertThat(Samples.bits(twice.value())).isEqualTo(Samples.bits(once.value()));
            assertThat(Samples.bits(twice.value())).isNotEqualTo(Samples.bits(Samples.tensor(1, 600)));
        }
    }

    @Test
    void errors() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sgd(Double.NaN))
                .withMessage("learningRate must be finite and 0 or more, got NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sgd(0.1, 1, 0))
                .withMessage("momentum must be in [0, 1), got 1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Adam(0.1, 0.9, 0.999, -1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Adam(0.1, -0.1, 0.999, 1e-8, 0));
    }
}
