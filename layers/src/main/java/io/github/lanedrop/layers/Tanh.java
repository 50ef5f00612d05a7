package io.github.lanedrop.layers;

/**
 * The hyperbolic tangent, computed in double and rounded once.
 *
 * <pre>
 * y = tanh(x)          dx = dy * (1 - y^2)
 * </pre>
 */
public final class Tanh extends Elementwise {
    /** The only kind. */
    public Tanh() {}

    @Override
    void apply(float[] values, int elements) {
        for (int i = 0; i < elements; i++) {
            values[i] = (float) StrictMath.tanh(values[i]);
        }
    }

    @Override
    void differentiate(float[] outputs, float[] gradients, int elements) {
        for (int i = 0; i < elements; i++) {
            gradients[i] *= 1 - outputs[i] * outputs[i];
        }
    }
}
