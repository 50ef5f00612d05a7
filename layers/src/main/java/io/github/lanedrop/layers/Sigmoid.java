package io.github.lanedrop.layers;

/**
 * The logistic function, computed in double and rounded once.
 *
 * <pre>
 * y = 1 / (1 + exp(-x))          dx = dy * y * (1 - y)
 * </pre>
 *
 * <p><b>Edges.</b> NaN gives NaN, forward and back; -infinity gives 0 and +infinity 1, and from there, as from
 * everything that rounds to 0 or 1, a finite gradient goes back as 0.
 *
 * <p>The input has any shape, output and gradients have the same; an empty input gives an empty output. Both have
 * memory of their own, and the way back keeps the output. No state: safe for any number of threads, with the same bits
 * on every machine. {@link IllegalArgumentException} on the way back if the gradient has another shape.
 *
 * <p>Source: D. Rumelhart, G. Hinton and R. Williams, "Learning representations by back-propagating errors", Nature 323
 * (1986).
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
