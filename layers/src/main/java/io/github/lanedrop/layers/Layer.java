package io.github.lanedrop.layers;

import java.util.List;

/**
 * A differentiable function with parameters.
 *
 * <p>A layer holds nothing but its parameters and settings. What the backward pass needs is in the {@link Result}, so a
 * layer may be used several times in a model and from several threads at once, as long as nobody changes the parameters
 * meanwhile.
 */
@FunctionalInterface
public interface Layer {
    /**
     * Computes the output.
     *
     * @param input the input; it is not changed, and must stay unchanged until the last backward pass
     * @param pass mode, key and workers
     * @return the output, which is the input itself where a layer has nothing to do, and the way back
     * @throws IllegalArgumentException if the input's shape does not fit
     */
    Result forward(Tensor input, Pass pass);

    /**
     * What training changes.
     *
     * @return the parameters in a fixed order, with names unique in this layer
     */
    default List<Parameter> parameters() {
        return List.of();
    }

    /**
     * The layers that this one is made of.
     *
     * @return the layers in the order of the forward pass, empty for a layer that is not a container
     */
    default List<Layer> layers() {
        return List.of();
    }

    /**
     * Whether the output depends on the key in {@link Mode#TRAIN} and {@link Mode#MC}.
     *
     * @return true if this layer or one inside it draws
     */
    default boolean isStochastic() {
        return layers().stream().anyMatch(Layer::isStochastic);
    }
}
