package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.dropout;
import static io.github.lanedrop.layers.Samples.forward;
import static io.github.lanedrop.layers.Samples.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import org.junit.jupiter.api.Test;

final class SequentialTest {
    private static final Key KEY = Key.of(1);

    /** The model of the PyTorch tutorials: dropout at one half after the activation. */
    private static Sequential mlp() {
        return Sequential.of(
                Linear.he(128, 64, KEY.named("0")), new Relu(), dropout(0.5, 0), Linear.he(64, 10, KEY.named("3")));
    }

    private static Sequential mnist() {
        return Sequential.of(
                Linear.he(784, 512, KEY.named("0")),
                new Relu(),
                dropout(0.5, 0),
                Linear.he(512, 256, KEY.named("3")),
                new Relu(),
                dropout(0.5, 1),
                Linear.he(256, 10, KEY.named("6")));
    }

    @Test
    void parameterCountsOfTheTutorialsModels() {
        assertThat(mlp().parameterCount()).isEqualTo(8_906);
        assertThat(mnist().parameterCount()).isEqualTo(535_818);
    }

    @Test
    void inferenceIsDeterministicAndTrainingIsNot() {
        Sequential model = mlp();
        Tensor x = tensor(2, 4, 128);
        int[] eval = bits(forward(model, x, Pass.eval()));
        int[] train = bits(forward(model, x, Pass.train(KEY)));
        assertThat(bits(forward(model, x, Pass.eval()))).isEqualTo(eval);
        assertThat(train).isNotEqualTo(eval);
        assertThat(bits(forward(model, x, Pass.train(KEY.step(1))))).isNotEqualTo(train);
        assertThat(bits(forward(model, x, Pass.train(KEY)))).isEqualTo(train);
    }

    @Test
    void inferenceIsTheModelWithoutDropout() {
        Linear first = Linear.he(6, 5, KEY.named("a"));
        Linear last = Linear.he(5, 3, KEY.named("b"));
        Tensor x = tensor(2, 4, 6);
        assertThat(bits(forward(
                        Sequential.of(dropout(0.2, 0), first, new Tanh(), dropout(0.5, 1), last), x, Pass.eval())))
                .isEqualTo(bits(forward(Sequential.of(first, new Tanh(), last), x, Pass.eval())));
    }

    @Test
    void namesParametersByPosition() {
        assertThat(mlp().parameters())
                .extracting(Parameter::name)
                .containsExactly("0.weight", "0.bias", "3.weight", "3.bias");
        assertThat(Sequential.of(new Relu(), mlp()).parameters())
                .extracting(Parameter::name)
                .containsExactly("1.0.weight", "1.0.bias", "1.3.weight", "1.3.bias");
    }

    @Test
    void aParameterIsTheSameUnderEveryName() {
        Linear linear = Linear.he(3, 2, KEY);
        Sequential model = Sequential.of(linear);
        Gradients gradients = new Gradients();
        model.forward(tensor(1, 4, 3), Pass.eval()).backward().backward(tensor(2, 4, 2), gradients);
        assertThat(gradients.of(model.parameters().getFirst())).isSameAs(gradients.of(linear.weight()));
        assertThat(gradients.of(linear.weight()).toArray()).doesNotContain(0);
    }

    @Test
    void aLayerUsedTwiceIsListedAndCountedOnce() {
        Linear shared = Linear.he(3, 3, KEY);
        Sequential model = Sequential.of(shared, new Tanh(), Sequential.of(new Relu(), shared), Linear.he(3, 2, KEY));
        assertThat(model.parameters())
                .extracting(Parameter::name)
                .containsExactly("0.weight", "0.bias", "3.weight", "3.bias");
        assertThat(model.parameterCount()).isEqualTo(12 + 8);
        assertThat(model.describe()).endsWith("20 parameters\n");
    }

    @Test
    void aLayerUsedTwiceHasTheSumOfBothGradientsAndTakesOneStep() {
        Linear shared = Linear.he(3, 3, KEY);
        Linear first = Linear.he(3, 3, KEY);
        Linear last = Linear.he(3, 3, KEY);
        Tensor x = tensor(1, 5, 3);
        Tensor dy = tensor(2, 5, 3);
        Sequential model = Sequential.of(shared, new Tanh(), shared);
        Gradients both = new Gradients();
        model.forward(x, Pass.eval()).backward().backward(dy, both);
        Gradients apart = new Gradients();
        Sequential.of(first, new Tanh(), last)
                .forward(x, Pass.eval())
                .backward()
                .backward(dy, apart);
        float[] before = shared.weight().value().toArray();
        float[] sum = both.of(shared.weight()).toArray();
        new Sgd(0.1).step(model.parameters(), both);
        for (int i = 0; i < 9; i++) {
            double expected = (double) apart.of(first.weight()).get(i)
                    + apart.of(last.weight()).get(i);
            assertThat((double) sum[i]).isCloseTo(expected, within(1e-5));
            assertThat(shared.weight().value().get(i)).isEqualTo(before[i] - 0.1f * sum[i]);
        }
    }

    @Test
    void refusesSharedSitesEvenIfNested() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sequential.of(dropout(0.5, 3), new Relu(), Sequential.of(dropout(0.1, 3))))
                .withMessage("dropout layers must have sites of their own, got site 3 for both"
                        + " 0: Dropout(0.5, site 3) and 2.0: Dropout(0.1, site 3)");
        Dropout twice = dropout(0.5, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> Sequential.of(twice, new Relu(), twice));
    }

    @Test
    void warnsOfDropoutOnTheOutput() {
        assertThat(mnist().warnings()).isEmpty();
        assertThat(Sequential.of(dropout(0.5, 0)).warnings()).isEmpty();
        assertThat(Sequential.of(mlp(), dropout(0.5, 9)).warnings())
                .containsExactly("1: Dropout(0.5, site 9) comes after the last linear layer, 0.3: Linear(64 -> 10):"
                        + " it drops the model's outputs themselves");
    }

    @Test
    void isStochasticIfALayerIs() {
        assertThat(Sequential.of(new Relu(), mlp()).isStochastic()).isTrue();
        assertThat(Sequential.of(new Relu(), dropout(0, 0)).isStochastic()).isFalse();
        assertThat(Sequential.of().isStochastic()).isFalse();
    }

    @Test
    void withoutLayersIsTheIdentity() {
        Tensor x = tensor(1, 2, 2);
        Result result = Sequential.of().forward(x, Pass.eval());
        assertThat(result.output()).isSameAs(x);
        assertThat(result.backward().backward(x, new Gradients())).isSameAs(x);
    }

    @Test
    void describesItself() {
        assertThat(mlp().describe()).isEqualTo("""
                0  Linear(128 -> 64)            8,256
                1  Relu                             0
                2  Dropout(0.5, site 0)             0
                3  Linear(64 -> 10)               650
                8,906 parameters
                """);
        assertThat(mlp()).hasToString("Sequential[Linear(128 -> 64), Relu, Dropout(0.5, site 0), Linear(64 -> 10)]");
    }
}
