package io.github.lanedrop.kernels;

/** Kernels that are used together, of which {@link Kernels#warmUp(java.util.Set)} warms up those that a program needs. */
public enum KernelFamily {
    /** {@link DropoutKernel} on a {@link BernoulliMask}, which it draws or exports, and on a {@link StoredMask}. */
    DROPOUT,

    /** {@link StandardDropout}, {@link AlphaDropout}, {@link ResidualDropout} and {@link Zoneout}. */
    OPERATIONS,

    /** Masks of groups of elements, blocks, rows, token types and exact counts, and those that are read as bytes or floats. */
    MASKS,

    /** {@link NoiseKernel} with normals and uniform noise, for each element or for groups. */
    NOISE,

    /** {@link BiasKernel}, and {@link BiasActivationDropout} with {@link Activation#IDENTITY}. */
    BIAS,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#RELU}. */
    RELU,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#TANH}. */
    TANH,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#SILU}. */
    SILU,

    /** {@link BiasActivationDropout} and {@link ActivationKernel} with {@link Activation#GELU}. */
    GELU,

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
    LEARNED
}
