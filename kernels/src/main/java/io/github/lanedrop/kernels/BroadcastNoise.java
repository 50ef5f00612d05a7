package io.github.lanedrop.kernels;

import java.util.Objects;

/**
 * Values that several elements share: noise per row, column, channel, sequence, or along any axes of a tensor.
 *
 * <pre>
 * value(i_1, ..., i_r) = values.value(row-major index of (i_k : axis k not shared))
 * </pre>
 *
 * <p>What {@link BroadcastMask} is to decisions: Gaussian dropout of whole feature maps, or one that is locked for a sequence.
 *
 * <pre>
 * new BroadcastNoise(GaussianNoise.dropout(rate, key), BroadcastShape.channelsFirst(32, 64, 56, 56))
 * new BroadcastNoise(GaussianNoise.dropout(rate, key), BroadcastShape.of(4, 5, 6).noise(4, 1, 6))
 * </pre>
 *
 * @param values the values, one for each group of elements; must have at least {@link BroadcastShape#decisions()} of them
 * @param shape the shape of what the noise is applied to, and its shared axes
 */
public record BroadcastNoise(NoiseSource values, BroadcastShape shape) implements NoiseSource {
    /**
     * Refuses null, and values that are broadcast already.
     *
     * @throws IllegalArgumentException if {@code values} are a {@code BroadcastNoise}
     */
    public BroadcastNoise {
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(shape, "shape");
        if (values instanceof BroadcastNoise) {
            throw new IllegalArgumentException(
                    "values must not be a BroadcastNoise: share more axes of one BroadcastShape instead");
        }
    }
}
