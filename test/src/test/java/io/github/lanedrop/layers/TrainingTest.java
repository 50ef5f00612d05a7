package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.dropout;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Exclusive or, which no linear model can learn, with dropout on the hidden layer. */
final class TrainingTest {
    private static final Tensor INPUT = Tensor.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
    private static final int[] LABELS = {0, 1, 1, 0};
    private static final Key KEY = Key.of(3);

    private static Sequential model() {
        return Sequential.of(
                Linear.he(2, 32, KEY.named("0")), new Tanh(), dropout(0.2, 0), Linear.he(32, 2, KEY.named("3")));
    }

    private static double loss(Sequential model) {
        return SoftmaxCrossEntropy.of(model.forward(INPUT, Pass.eval()).output(), LABELS)
                .loss();
    }

    private static Sequential train(Optimizer optimizer, int steps, Workers workers) {
        Sequential model = model();
        Gradients gradients = new Gradients();
        for (int step = 0; step < steps; step++) {
            gradients.clear();
            Result result = model.forward(INPUT, Pass.train(KEY.step(step)).withWorkers(workers));
            Tensor gradient = SoftmaxCrossEntropy.of(result.output(), LABELS).logitsGradient();
            result.backward().backward(gradient, gradients);
            optimizer.step(model.parameters(), gradients);
        }
        return model;
    }

    private static void assertLearns(Supplier<Optimizer> optimizer) {
        double before = loss(model());
        Sequential trained = train(optimizer.get(), 300, Workers.NONE);
        assertThat(before).isGreaterThan(0.3);
        assertThat(loss(trained)).isLessThan(0.05);
        Tensor logits = trained.forward(INPUT, Pass.eval()).output();
        for (int n = 0; n < 4; n++) {
            assertThat(logits.get(2 * n + LABELS[n])).isGreaterThan(logits.get(2 * n + 1 - LABELS[n]));
        }
    }

    @Test
    void sgdLearns() {
        assertLearns(() -> new Sgd(0.3, 0.9, 0));
    }

    @Test
    void adamLearns() {
        assertLearns(() -> new Adam(0.02));
    }

    @Test
    void aRunIsRepeatedBitForBitOnAnyNumberOfThreads() {
        int[] expected = bits(
                train(new Adam(0.02), 20, Workers.NONE).parameters().getFirst().value());
        try (var threads = Executors.newFixedThreadPool(3)) {
            for (int tasks = 1; tasks <= 3; tasks++) {
                Sequential model = train(new Adam(0.02), 20, new Workers(threads, tasks));
                assertThat(bits(model.parameters().getFirst().value())).isEqualTo(expected);
            }
        }
    }
}
