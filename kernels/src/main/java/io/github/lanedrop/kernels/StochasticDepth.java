package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.List;

/**
 * Residual layers that are skipped at random: their rates, and for each step a plan of who skips what, known before the
 * forward pass.
 *
 * <pre>
 * h_l = h_(l-1) + kept_l * f_l(h_(l-1)) / keep_l        f_l need not be evaluated where it is not kept
 * linear rule:  keep_l = 1 - l / L * (1 - keep_L)       l = 1 ... L
 * </pre>
 *
 * <p>Layer {@code l}, counted from 0 here, decides about sample {@code n} as element {@code n} of
 * {@code new BernoulliMask(rate_l, key.named("depth " + l).step(step))}: a sample's plan does not depend on the others in its
 * batch. Immutable; make it once a model. Safe for use by any number of threads.
 *
 * <p>Source: G. Huang, Y. Sun, Z. Liu, D. Sedra, K. Weinberger, "Deep Networks with Stochastic Depth", ECCV 2016.
 */
public final class StochasticDepth {
    private final List<BernoulliMask> layers;

    private StochasticDepth(List<BernoulliMask> layers) {
        this.layers = layers;
    }

    /**
     * Layers with rates of their own.
     *
     * @param rates the probability to skip each layer, from the first on
     * @param key the address of the model's plans
     * @return the layers
     */
    public static StochasticDepth of(List<Rate> rates, Key key) {
        BernoulliMask[] layers = new BernoulliMask[rates.size()];
        for (int layer = 0; layer < layers.length; layer++) {
            layers[layer] = new BernoulliMask(rates.get(layer), key.named("depth " + layer));
        }
        return new StochasticDepth(List.of(layers));
    }

    /**
     * Layers by the linear rule: the first is nearly always there, the last one is skipped with a rate.
     *
     * @param layers how many, 0 or more
     * @param last the probability to skip the last one; the paper has one half
     * @param key the address of the model's plans
     * @return the layers
     * @throws IllegalArgumentException if {@code layers} is negative
     */
    public static StochasticDepth linear(int layers, Rate last, Key key) {
        if (layers < 0) {
            throw new IllegalArgumentException("layers must be 0 or more, got " + layers);
        }
        Rate[] rates = new Rate[layers];
        for (int layer = 0; layer < layers; layer++) {
            rates[layer] = Rate.drop(last.nominal() * (layer + 1) / layers);
        }
        return of(List.of(rates), key);
    }

    /**
     * How many layers there are.
     *
     * @return the layers
     */
    public int layers() {
        return layers.size();
    }

    /**
     * The probability to skip a layer.
     *
     * @param layer its number, from 0
     * @return its rate
     */
    public Rate rate(int layer) {
        return layers.get(layer).rate();
    }

    /**
     * How many layers a sample passes on average.
     *
     * @return the sum of the probabilities to keep a layer; {@code (3 L - 1) / 4} for the linear rule with one half
     */
    public double expectedDepth() {
        double depth = 0;
        for (BernoulliMask layer : layers) {
            depth += 1 - layer.rate().effective();
        }
        return depth;
    }

    /**
     * The plan of a step, drawn now.
     *
     * @param step the training step, as in {@link Key#step}
     * @param samples of the batch; 1 for one decision about all of them
     * @return who skips what
     * @throws IllegalArgumentException if {@code step} or {@code samples} is out of range
     */
    public DepthPlan plan(long step, int samples) {
        return DepthPlan.draw(layers, step, samples);
    }
}
