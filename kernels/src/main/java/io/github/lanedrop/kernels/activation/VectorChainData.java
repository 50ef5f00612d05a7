package io.github.lanedrop.kernels.activation;

/**
 * What a chain's vector loop is defined for.
 *
 * @param links what the chain is made of
 * @param memory the class of the segments
 */
record VectorChainData(Links links, Class<?> memory) {}
