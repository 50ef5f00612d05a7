package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.dropout;
import static io.github.lanedrop.layers.Samples.forward;
import static io.github.lanedrop.layers.Samples.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ActivationTest {
    private static final Pass TRAIN = Pass.train(Key.of(7));

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 5000})
    void functionsAndDerivativesOfEveryElement(int elements) {
        Tensor x = tensor(1, elements);
        Tensor dy = tensor(2, elements);
        Result relu = new Relu().forward(x, TRAIN);
        Result sigmoid = new Sigmoid().forward(x, TRAIN);
        Result tanh = new Tanh().forward(x, TRAIN);
        Tensor dRelu = relu.backward().backward(dy, new Gradients());
        Tensor dSigmoid = sigmoid.backward().backward(dy, new Gradients());
        Tensor dTanh = tanh.backward().backward(dy, new Gradients());
        for (int i = 0; i < elements; i++) {
            double v = x.get(i);
            double s = 1 / (1 + Math.exp(-v));
            assertThat(relu.output().get(i)).isEqualTo((float) Math.max(v, 0));
            assertThat((double) sigmoid.output().get(i)).isCloseTo(s, within(1e-7));
            assertThat((double) tanh.output().get(i)).isCloseTo(Math.tanh(v), within(1e-7));
            assertThat(dRelu.get(i)).isEqualTo(v > 0 ? dy.get(i) : 0f);
            assertThat((double) dSigmoid.get(i)).isCloseTo(dy.get(i) * s * (1 - s), within(1e-6));
            assertThat((double) dTanh.get(i)).isCloseTo(dy.get(i) / Math.pow(Math.cosh(v), 2), within(1e-6));
        }
    }

    @Test
    void reluOfSpecialValues() {
        Tensor x = Tensor.of(
                new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE}, 5);
        Result result = new Relu().forward(x, TRAIN);
        assertThat(result.output().toArray())
                .containsExactly(Float.NaN, Float.POSITIVE_INFINITY, 0, 0, Float.MIN_VALUE);
        assertThat(bits(result.output())[3]).isZero();
        assertThat(result.backward()
                        .backward(Samples.filled(-3, 5), new Gradients())
                        .toArray())
                .containsExactly(-3, -3, 0, 0, -3);
    }

    @Test
    void sigmoidAndTanhSaturateWithoutNan() {
        Tensor x = Tensor.of(new float[] {-1000, 1000}, 2);
        assertThat(forward(new Sigmoid(), x, TRAIN).toArray()).containsExactly(0, 1);
        assertThat(forward(new Tanh(), x, TRAIN).toArray()).containsExactly(-1, 1);
    }

    @Test
    void sigmoidAndTanhOfSpecialValues() {
        Tensor x = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 0f}, 5);
        Result sigmoid = new Sigmoid().forward(x, TRAIN);
        Result tanh = new Tanh().forward(x, TRAIN);
        assertThat(sigmoid.output().toArray()).containsExactly(Float.NaN, 1, 0, .5f, .5f);
        assertThat(tanh.output().toArray()).containsExactly(Float.NaN, 1, -1, -0f, 0f);
        Tensor dy = Samples.filled(3, 5);
        assertThat(sigmoid.backward().backward(dy, new Gradients()).toArray())
                .containsExactly(Float.NaN, 0, 0, .75f, .75f);
        assertThat(tanh.backward().backward(dy, new Gradients()).toArray()).containsExactly(Float.NaN, 0, 0, 3, 3);
    }

    @Test
    void dropoutCommutesWithReluAloneBitForBit() {
        Tensor x = tensor(3, 64, 65);
        x.set(0, -0f);
        x.set(1, Float.MIN_VALUE);
        x.set(2, Float.MAX_VALUE);
        Dropout dropout = dropout(0.3, 0);
        assertThat(bits(forward(Sequential.of(new Relu(), dropout), x, TRAIN)))
                .isEqualTo(bits(forward(Sequential.of(dropout, new Relu()), x, TRAIN)));
        for (Layer other : new Layer[] {new Sigmoid(), new Tanh()}) {
            assertThat(bits(forward(Sequential.of(other, dropout), x, TRAIN)))
                    .as(other.toString())
                    .isNotEqualTo(bits(forward(Sequential.of(dropout, other), x, TRAIN)));
        }
    }
}
