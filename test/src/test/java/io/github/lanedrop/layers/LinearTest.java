package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.captured;
import static io.github.lanedrop.layers.Samples.dropout;
import static io.github.lanedrop.layers.Samples.filled;
import static io.github.lanedrop.layers.Samples.kept;
import static io.github.lanedrop.layers.Samples.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.lanedrop.kernels.Matrix;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.util.BitSet;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class LinearTest {
    private static final Key KEY = Key.of(11);

    private static Linear small() {
        Linear linear = new Linear(3, 2);
        linear.weight()
                .value()
                .segment()
                .copyFrom(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 6).segment());
        linear.bias()
                .value()
                .segment()
                .copyFrom(Tensor.of(new float[] {10, 20}, 2).segment());
        return linear;
    }

    @Test
    void forwardAndBackwardByHand() {
        Linear linear = small();
        Result result = linear.forward(Tensor.of(new float[] {1, 0, -1, 2, 1, 0}, 2, 3), Pass.eval());
        assertThat(result.output().toArray()).containsExactly(8, 18, 14, 33);
        Gradients gradients = new Gradients();
        Tensor dx = result.backward().backward(Tensor.of(new float[] {1, 0, 2, -1}, 2, 2), gradients);
        assertThat(dx.toArray()).containsExactly(1, 2, 3, -2, -1, 0);
        assertThat(gradients.of(linear.weight()).toArray()).containsExactly(5, 2, -1, -2, -1, 0);
        assertThat(gradients.of(linear.bias()).toArray()).containsExactly(3, -1);
    }

    @Test
    void gradientsAddUpUntilCleared() {
        Linear linear = small();
        Backward backward = linear.forward(filled(1, 2, 3), Pass.eval()).backward();
        Gradients gradients = new Gradients();
        backward.backward(filled(1, 2, 2), gradients);
        Tensor sum = gradients.of(linear.weight());
        assertThat(sum.toArray()).containsOnly(2);
        backward.backward(filled(1, 2, 2), gradients);
        assertThat(sum.toArray()).containsOnly(4);
        gradients.clear();
        assertThat(gradients.of(linear.weight())).isSameAs(sum);
        assertThat(sum.toArray()).containsOnly(0);
    }

    @Test
    void leadingAxesAreOneBatch() {
        Linear linear = Linear.he(5, 4, KEY);
        Tensor x = tensor(1, 2, 3, 5);
        Result result = linear.forward(x, Pass.eval());
        assertThat(result.output().shape()).containsExactly(2, 3, 4);
        assertThat(bits(result.output()))
                .isEqualTo(bits(linear.forward(x.reshape(6, 5), Pass.eval()).output()));
        assertThat(result.backward()
                        .backward(tensor(2, 2, 3, 4), new Gradients())
                        .shape())
                .containsExactly(2, 3, 5);
    }

    @Test
    void theKernelsReadTheWeightsAndLeaveThem() {
        Linear linear = Linear.he(6, 4, KEY);
        int[] before = bits(linear.weight().value());
        Layer model = Sequential.of(dropout(0.5, 0), linear, dropout(0.5, 1));
        Result result = model.forward(tensor(1, 3, 6), Pass.train(KEY));
        result.backward().backward(tensor(2, 3, 4), new Gradients());
        assertThat(bits(linear.weight().value())).isEqualTo(before);
    }

    @Test
    void weightsOfDroppedInputsGetExactlyNoGradient() {
        Dropout dropout = dropout(0.5, 0);
        Linear linear = Linear.he(40, 6, KEY);
        Gradients gradients = new Gradients();
        Result result = Sequential.of(dropout, linear).forward(tensor(3, 1, 40), Pass.train(KEY));
        result.backward().backward(tensor(4, 1, 6), gradients);
        BitSet kept = kept(dropout, KEY, 0, 40);
        assertThat(kept.cardinality()).isBetween(1, 39);
        int[] dw = bits(gradients.of(linear.weight()));
        for (int j = 0; j < 6; j++) {
            for (int i = 0; i < 40; i++) {
                if (kept.get(i)) {
                    assertThat(dw[j * 40 + i]).isNotZero();
                } else {
                    assertThat(dw[j * 40 + i])
                            .as("the bits of +0.0, column %d", i)
                            .isZero();
                }
            }
        }
    }

    @Test
    void workersDoNotChangeTheBits() {
        Sequential model = Sequential.of(
                Linear.he(33, 50, KEY.named("0")), new Relu(), dropout(0.3, 0), Linear.he(50, 7, KEY.named("3")));
        Tensor x = tensor(1, 29, 33);
        Tensor dy = tensor(2, 29, 7);
        int[][] expected = run(model, x, dy, Workers.NONE);
        try (var threads = Executors.newFixedThreadPool(3)) {
            for (int tasks = 1; tasks <= 3; tasks++) {
                assertThat(run(model, x, dy, new Workers(threads, tasks)))
                        .as("%d tasks", tasks)
                        .isDeepEqualTo(expected);
            }
        }
    }

    private static int[][] run(Layer model, Tensor x, Tensor dy, Workers workers) {
        Gradients gradients = new Gradients();
        Result result = model.forward(x, Pass.train(KEY).withWorkers(workers));
        Tensor dx = result.backward().backward(dy, gradients);
        int[][] all = new int[2 + model.parameters().size()][];
        all[0] = bits(result.output());
        all[1] = bits(dx);
        for (int i = 2; i < all.length; i++) {
            all[i] = bits(gradients.of(model.parameters().get(i - 2)));
        }
        return all;
    }

    @Test
    void theWayBackKeepsTheInputAndNotTheOutput() throws IllegalAccessException {
        Tensor x = filled(1, 2, 3);
        Result result = small().forward(x, Pass.eval());
        assertThat(captured(result.backward()))
                .contains(x)
                .doesNotContain(result.output())
                .noneMatch(value -> value instanceof Matrix matrix
                        && matrix.segment().equals(result.output().segment()));
    }

    @Test
    void emptySizes() {
        Linear linear = small();
        Gradients gradients = new Gradients();
        Result none = linear.forward(Tensor.zeros(0, 3), Pass.eval());
        assertThat(none.output().shape()).containsExactly(0, 2);
        assertThat(none.backward().backward(Tensor.zeros(0, 2), gradients).shape())
                .containsExactly(0, 3);
        assertThat(gradients.of(linear.weight()).toArray()).containsOnly(0);
        Linear constant = new Linear(0, 2);
        assertThat(constant.forward(Tensor.zeros(4, 0), Pass.eval()).output().toArray())
                .containsOnly(0)
                .hasSize(8);
        assertThat(small().forward(Tensor.zeros(1 << 16, 1 << 16, 0, 3), Pass.eval())
                        .output()
                        .shape())
                .containsExactly(1 << 16, 1 << 16, 0, 2);
    }

    @Test
    void errors() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> small().forward(Tensor.zeros(2, 4), Pass.eval()))
                .withMessage("input must have the shape [..., 3] with a batch axis, got [2, 4]");
        assertThatIllegalArgumentException().isThrownBy(() -> small().forward(Tensor.zeros(3), Pass.eval()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Linear(-1, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Linear(0, 1).forward(Tensor.zeros(1 << 15, 1 << 16, 0), Pass.eval()))
                .withMessage("input must have fewer than 2^31 rows in its leading axes, got the shape"
                        + " [32768, 65536, 0]");
        Backward backward = small().forward(Tensor.zeros(2, 3), Pass.eval()).backward();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backward.backward(Tensor.zeros(2, 3), new Gradients()))
                .withMessage("outputGradient must have the shape [2, 2], got [2, 3]");
    }
}
