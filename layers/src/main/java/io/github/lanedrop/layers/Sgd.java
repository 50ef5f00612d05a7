package io.github.lanedrop.layers;

import java.util.IdentityHashMap;
import java.util.List;

/**
 * Stochastic gradient descent with momentum, as PyTorch defines it.
 *
 * <pre>
 * g = dw + weightDecay * w
 * v = momentum * v + g            v starts at 0
 * w = w - learningRate * v
 * </pre>
 *
 * <p>Computed in float, in this order. The weight decay is an L2 penalty: part of the gradient. Not thread-safe.
 *
 * <p>Source: I. Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013, with the
 * learning rate outside the velocity as in {@code torch.optim.SGD} with dampening 0.
 */
public final class Sgd implements Optimizer {
    private final float learningRate;
    private final float momentum;
    private final float weightDecay;
    private final IdentityHashMap<Tensor, Tensor> velocities = new IdentityHashMap<>();

    /**
     * An optimiser without momentum and weight decay.
     *
     * @param learningRate 0 or more
     */
    public Sgd(double learningRate) {
        this(learningRate, 0, 0);
    }

    /**
     * An optimiser.
     *
     * @param learningRate 0 or more
     * @param momentum in [0, 1)
     * @param weightDecay 0 or more
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Sgd(double learningRate, double momentum, double weightDecay) {
        this.learningRate = (float) Settings.notNegative("learningRate", learningRate);
        this.momentum = (float) Settings.fraction("momentum", momentum);
        this.weightDecay = (float) Settings.notNegative("weightDecay", weightDecay);
    }

    @Override
    public void step(List<Parameter> parameters, Gradients gradients) {
        for (Parameter parameter : Parameter.distinct(parameters)) {
            Tensor value = parameter.value();
            if (momentum == 0) {
                Chunks.update(this::update, value, gradients.of(parameter));
            } else {
                Tensor velocity = velocities.computeIfAbsent(value, key -> Tensor.zeros(key.shape()));
                Chunks.update(this::updateWithMomentum, value, velocity, gradients.of(parameter));
            }
        }
    }

    private void update(float[][] chunk, int elements) {
        float[] w = chunk[0];
        float[] dw = chunk[1];
        for (int i = 0; i < elements; i++) {
            w[i] -= learningRate * (dw[i] + weightDecay * w[i]);
        }
    }

    private void updateWithMomentum(float[][] chunk, int elements) {
        float[] w = chunk[0];
        float[] v = chunk[1];
        float[] dw = chunk[2];
        for (int i = 0; i < elements; i++) {
            v[i] = momentum * v[i] + (dw[i] + weightDecay * w[i]);
            w[i] -= learningRate * v[i];
        }
    }
}
