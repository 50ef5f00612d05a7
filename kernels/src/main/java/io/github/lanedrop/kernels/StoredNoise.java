package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Values kept in memory, a float32 each, little endian: noise made elsewhere, or a mask of factors such as 0 and
 * {@code 1 / q}.
 *
 * <p>Multiplying by a 0 is not dropping: infinities and NaN become NaN, and negative elements -0. {@link FloatMask} drops
 * where a factor is 0.
 *
 * @param values the values; their lifetime and threads are the caller's
 */
public record StoredNoise(MemorySegment values) implements NoiseSource {
    /** Refuses null. */
    public StoredNoise {
        Objects.requireNonNull(values, "values");
    }
}
