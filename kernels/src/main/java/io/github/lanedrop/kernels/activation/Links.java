package io.github.lanedrop.kernels.activation;

/**
 * What a chain is made of.
 *
 * @param activation the activation
 * @param bias whether a bias is added before it
 * @param dropout whether elements are dropped after it
 */
public record Links(ScalarActivation activation, boolean bias, boolean dropout) {}
