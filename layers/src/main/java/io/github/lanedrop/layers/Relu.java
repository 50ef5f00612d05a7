package io.github.lanedrop.layers;

/**
 * The rectified linear unit.
 *
 * <pre>
 * y = max(x, 0)          dx = dy where y &gt; 0, else +0
 * </pre>
 *
 * <p>NaN stays NaN, and lets the gradient through, as in PyTorch. Because a scale is not negative, dropout before and
 * after it give the same bits.
 */
public final class Relu extends Elementwise {
    /** The only kind. */
    public Relu() {}

    @Override
    void apply(float[] values, int elements) {
        for (int i = 0; i < elements; i++) {
            values[i] = Math.max(values[i], 0f);
        }
    }

    @Override
    void differentiate(float[] outputs, float[] gradients, int elements) {
        for (int i = 0; i < elements; i++) {
            gradients[i] = outputs[i] <= 0 ? 0f : gradients[i];
        }
    }
}
