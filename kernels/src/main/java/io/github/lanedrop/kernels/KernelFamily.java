package io.github.lanedrop.kernels;

/** Kernels that are used together, of which {@link Kernels#warmUp(java.util.Set)} warms up those that a program needs. */
public enum KernelFamily {
    /** {@link DropoutKernel} on a {@link BernoulliMask}, which it draws or exports, and on a {@link StoredMask}. */
    DROPOUT,

    /** {@link StandardDropout}, {@link AlphaDropout}, {@link ResidualDropout} and {@link Zoneout}. */
    OPERATIONS,

    /**
     * Masks of groups of elements, blocks, rows, token types, exact counts and varying rates, those with a scale of their own,
     * and those that are read as bytes or floats.
     */
    MASKS,

    /** {@link NoiseKernel} with normals, uniform and stored noise, for each element or for groups. */
    NOISE,

    /** {@link BiasKernel}, and {@link BiasActivationDropout} with {@link Activation#IDENTITY}. */
    BIAS,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#RELU}. */
    RELU,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#SIGMOID}. */
    SIGMOID,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#TANH}. */
    TANH,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#SILU}. */
    SILU,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#GELU}. */
    GELU,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#GELU_TANH}. */
    GELU_TANH,

    /** {@link LayerNormKernel} and {@link DropoutResidualLayerNorm}. */
    LAYER_NORM,

    /** {@link MatrixProduct} as a linear layer calls it, and with an {@link Epilogue}. */
    PRODUCTS,

    /** {@link DropConnectProduct}. */
    DROP_CONNECT,

    /** {@link SoftmaxDropout} and {@link Attention}. */
    ATTENTION,

    /**
     * {@link ConcreteDropout}, {@link VariationalDropout}, {@link SparseVariationalDropout} and
     * {@link LocalReparameterization}.
     */
    LEARNED;

    /**
     * The kernels that compute an activation.
     *
     * @param activation the activation
     * @return their family
     */
    public static KernelFamily of(Activation activation) {
        return switch (activation) {
            case IDENTITY -> BIAS;
            case RELU -> RELU;
            case SIGMOID -> SIGMOID;
            case TANH -> TANH;
            case SILU -> SILU;
            case GELU -> GELU;
            case GELU_TANH -> GELU_TANH;
        };
    }
}
