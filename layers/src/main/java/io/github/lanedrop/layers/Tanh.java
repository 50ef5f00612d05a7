package io.github.lanedrop.layers;

/**
 * The hyperbolic tangent, computed in double and rounded once.
 *
 * <pre>
 * y = tanh(x)          dx = dy * (1 - y^2)
 * </pre>
 *
 * <p><b>Edges.</b> NaN gives NaN, forward and back; zeros keep their signs; -infinity gives -1 and +infinity 1, and
 * from there, as from everything that rounds to -1 or 1, a finite gradient goes back as 0.
 *
 * <p>The input has any shape, output and gradients have the same; an empty input gives an empty output. Both have
 * memory of their own, and the way back keeps the output. No state: safe for any number of threads, with the same bits
 * on every machine. {@link IllegalArgumentException} on the way back if the gradient has another shape.
 *
 * <p>Source: Y. LeCun et al., "Efficient BackProp", Neural Networks: Tricks of the Trade, 1998.
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
