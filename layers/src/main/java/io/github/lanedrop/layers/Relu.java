package io.github.lanedrop.layers;

/**
 * The rectified linear unit.
 *
 * <pre>
 * y = max(x, 0)          dx = dy where y &gt; 0, else +0
 * </pre>
 *
 * <p><b>Edges.</b> NaN stays NaN, and lets the gradient through, as in PyTorch; -0 becomes +0. Because a scale is not
 * negative, dropout before and after it give the same bits.
 *
 * <p>The input has any shape, output and gradients have the same; an empty input gives an empty output. Both have
 * memory of their own, and the way back keeps the output. No state: safe for any number of threads, with the same bits
 * on every machine. {@link IllegalArgumentException} on the way back if the gradient has another shape.
 *
 * <p>Source: V. Nair and G. Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", ICML 2010.
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
