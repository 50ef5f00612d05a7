package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.activation.ScalarActivation;

/**
 * A function of each element alone, applied between a layer's sum and its dropout.
 *
 * <p>All are computed in float32, in the order of operations that their formula shows, with the elementary functions of
 * this library: the same bits on every path. NaN gives NaN; infinities give the limit of the formula. Where
 * {@code -infinity} has the limit 0 the value is -0.
 *
 * <p>The backward pass is from {@code z}, the function's input: {@code dz = dy * f'(z)}.
 */
public enum Activation {
    /**
     * Nothing.
     *
     * <pre>
     * f(z) = z          f'(z) = 1
     * </pre>
     */
    IDENTITY(ScalarActivation.IDENTITY),

    /**
     * The rectified linear unit. NaN passes, and lets the gradient through. A dropped gradient is +0, by selection.
     *
     * <pre>
     * f(z) = z &lt;= 0 ? +0 : z          f'(z) = z &lt;= 0 ? 0 : 1
     * </pre>
     */
    RELU(ScalarActivation.RELU),

    /**
     * The logistic function.
     *
     * <pre>
     * f(z) = s = 1 / (1 + exp(-z))          f'(z) = s (1 - s)
     * </pre>
     */
    SIGMOID(ScalarActivation.SIGMOID),

    /**
     * The hyperbolic tangent.
     *
     * <pre>
     * f(z) = t = tanh(z)          f'(z) = 1 - t^2
     * </pre>
     */
    TANH(ScalarActivation.TANH),

    /**
     * The Gaussian error linear unit, by the error function: what other libraries call exact, and their default.
     *
     * <pre>
     * f(z) = z Phi(z)          f'(z) = Phi(z) + z phi(z)
     * Phi(z) = (1 + erf(z / sqrt(2))) / 2          phi(z) = exp(-z^2 / 2) / sqrt(2 pi)
     * </pre>
     *
     * <p>Source: D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units (GELUs)", 2016.
     */
    GELU(ScalarActivation.GELU),

    /**
     * The same paper's approximation of {@link #GELU} by a hyperbolic tangent, for models that were trained with it; it
     * differs by up to 5e-4.
     *
     * <pre>
     * f(z) = z s          f'(z) = s + z s (1 - s) sqrt(8 / pi) (1 + .134145 z^2)
     * s = (1 + tanh(u)) / 2 = 1 / (1 + exp(-2 u))          u = sqrt(2 / pi) (z + .044715 z^3)
     * </pre>
     */
    GELU_TANH(ScalarActivation.GELU_TANH),

    /**
     * The sigmoid linear unit, also called swish.
     *
     * <pre>
     * f(z) = z s          f'(z) = s (1 + z (1 - s))          s = 1 / (1 + exp(-z))
     * </pre>
     *
     * <p>Source: S. Elfwing, E. Uchibe, K. Doya, "Sigmoid-Weighted Linear Units for Neural Network Function Approximation
     * in Reinforcement Learning", 2017.
     */
    SILU(ScalarActivation.SILU);

    final ScalarActivation definition;

    Activation(ScalarActivation definition) {
        this.definition = definition;
    }
}
