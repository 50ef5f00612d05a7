package io.github.lanedrop.kernels;

/**
 * Where real-valued noise comes from: element {@code i} has one value, whoever asks, in whatever order.
 *
 * <p>A source is a few immutable fields. It is also the handle that a backward pass needs: the same source and offset give
 * the same values. Values are float32, whatever the type of the data.
 */
public sealed interface NoiseSource permits GaussianNoise, UniformNoise, StoredNoise, BroadcastNoise {}
