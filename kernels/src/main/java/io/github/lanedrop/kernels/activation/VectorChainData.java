package io.github.lanedrop.kernels.activation;

/**
 * What a chain's vector loop is defined for.
 *
 * @param activation the activation on vectors
 * @param relu whether it is the one that is a selection
 * @param links what there is
 * @param memory the class of the segments
 */
record VectorChainData(VectorActivation activation, boolean relu, Links links, Class<?> memory) {
    static VectorChainData of(Links links, Class<?> memory) {
        ScalarActivation twin = links.activation();
        return new VectorChainData(VectorActivation.of(twin), twin == ScalarActivation.RELU, links, memory);
    }
}
