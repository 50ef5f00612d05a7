package io.github.lanedrop.layers;

/**
 * The logistic function, computed in double and rounded once.
 *
 * <pre>
 * y = 1 / (1 + exp(-x))          dx = dy * y * (1 - y)
 * </pre>
 */
public final class Sigmoid extends Elementwise {
    /** The only kind. */
    public Sigmoid() {}

    @Override
    void apply(float[] values, int elements) {
        for (int i = 0; i < elements; i++) {
            values[i] = (float) (1 / (1 + StrictMath.exp(-values[i])));
        }
    }

    @Override
    void differentiate(float[] outputs, float[] gradients, int elements) {
        for (int i = 0; i < elements; i++) {
            gradients[i] *= outputs[i] * (1 - outputs[i]);
        }
    }
}
