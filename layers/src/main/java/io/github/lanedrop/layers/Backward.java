package io.github.lanedrop.layers;

/** The way back of one forward pass. It can be taken several times; each time adds to the gradients again. */
@FunctionalInterface
public interface Backward {
    /**
     * Computes the gradient with respect to the input, and adds those with respect to the parameters.
     *
     * @param outputGradient the gradient with respect to the output, of its shape; it is not changed
     * @param gradients receives the parameters' gradients, by addition
     * @return the gradient with respect to the input, which is {@code outputGradient} itself where the layer was the
     *     identity
     * @throws IllegalArgumentException if the shape does not fit
     */
    Tensor backward(Tensor outputGradient, Gradients gradients);
}
