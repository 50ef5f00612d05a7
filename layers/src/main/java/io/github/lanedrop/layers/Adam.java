package io.github.lanedrop.layers;

import java.util.IdentityHashMap;
import java.util.List;

/**
 * Adam, as PyTorch defines it.
 *
 * <pre>
 * g = dw + weightDecay * w
 * m = beta1 * m + (1 - beta1) * g          v = beta2 * v + (1 - beta2) * g^2          both start at 0
 * w = w - learningRate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 * </pre>
 *
 * <p>{@code t} counts a parameter's steps from 1. Elements are computed in float, the factors that all of them share in
 * double. The weight decay is an L2 penalty, part of the gradient, and not that of AdamW. Not thread-safe.
 *
 * <p>Source: D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, in the form of {@code
 * torch.optim.Adam}.
 */
public final class Adam implements Optimizer {
    private final double learningRate;
    private final double beta1;
    private final double beta2;
    private final float epsilon;
    private final float weightDecay;
    private final IdentityHashMap<Tensor, State> states = new IdentityHashMap<>();

    /**
     * An optimiser with the paper's settings: betas 0.9 and 0.999, epsilon 1e-8, no weight decay.
     *
     * @param learningRate 0 or more
     */
    public Adam(double learningRate) {
        this(learningRate, 0.9, 0.999, 1e-8, 0);
    }

    /**
     * An optimiser.
     *
     * @param learningRate 0 or more
     * @param beta1 in [0, 1)
     * @param beta2 in [0, 1)
     * @param epsilon 0 or more
     * @param weightDecay 0 or more
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Adam(double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {
        this.learningRate = Settings.notNegative("learningRate", learningRate);
        this.beta1 = Settings.fraction("beta1", beta1);
        this.beta2 = Settings.fraction("beta2", beta2);
        this.epsilon = (float) Settings.notNegative("epsilon", epsilon);
        this.weightDecay = (float) Settings.notNegative("weightDecay", weightDecay);
    }

    private static final class State {
        private final Tensor first;
        private final Tensor second;
        private long steps;

        private State(int... shape) {
            first = Tensor.zeros(shape);
            second = Tensor.zeros(shape);
        }
    }

    @Override
    public void step(List<Parameter> parameters, Gradients gradients) {
        for (Parameter parameter : Parameter.distinct(parameters)) {
            State state = states.computeIfAbsent(parameter.value(), key -> new State(key.shape()));
            state.steps++;
            float stepSize = (float) (learningRate / (1 - StrictMath.pow(beta1, (double) state.steps)));
            float root = (float) Math.sqrt(1 - StrictMath.pow(beta2, (double) state.steps));
            Chunks.update(
                    (chunk, elements) -> update(chunk, elements, stepSize, root),
                    parameter.value(),
                    state.first,
                    state.second,
                    gradients.of(parameter));
        }
    }

    private void update(float[][] chunk, int elements, float stepSize, float root) {
        float[] w = chunk[0];
        float[] m = chunk[1];
        float[] v = chunk[2];
        float[] dw = chunk[3];
        float keep1 = (float) beta1;
        float keep2 = (float) beta2;
        float take1 = (float) (1 - beta1);
        float take2 = (float) (1 - beta2);
        for (int i = 0; i < elements; i++) {
            float g = dw[i] + weightDecay * w[i];
            m[i] = keep1 * m[i] + take1 * g;
            v[i] = keep2 * v[i] + take2 * g * g;
            w[i] -= stepSize * m[i] / ((float) Math.sqrt(v[i]) / root + epsilon);
        }
    }
}
