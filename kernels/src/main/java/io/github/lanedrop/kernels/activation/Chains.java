package io.github.lanedrop.kernels.activation;

import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.invoke.MethodHandles;

/** Defines the vector loops of chains. */
public final class Chains {
    private Chains() {}

    /**
     * A vector loop; to be asked for only where the vector module is.
     *
     * @param links what the chain is made of
     * @param memory the class of the segments
     * @return the loop
     */
    public static ChainLoop vectors(Links links, Class<?> memory) {
        var data = new VectorChainData(links, memory);
        return switch (links.activation()) {
            case IDENTITY, RELU ->
                Specialised.define(MethodHandles.lookup(), ChainLoop.class, VectorChainLoop.class, data);
            case SIGMOID, TANH, GELU, GELU_TANH, SILU ->
                Specialised.define(MethodHandles.lookup(), ChainLoop.class, VectorCurveLoop.class, data);
        };
    }
}
