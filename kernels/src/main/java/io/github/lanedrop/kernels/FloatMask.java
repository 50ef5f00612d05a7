package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A mask kept in memory, a float32 an element, little endian, as code that multiplies by masks keeps it: 0 and 1, or 0 and
 * {@code 1 / (1 - rate)}. Element {@code i} is kept where float {@code i} is not 0.
 *
 * <p>-0 is 0 and drops; NaN is not and keeps, as {@code !=} has it. The floats only decide: a dropped element becomes +0 where
 * multiplying would make NaN of infinities and NaN, and -0 of negative elements, and a kept one is multiplied by the scale
 * of the rate, which other libraries round differently at times. {@link ScaledMask} has their scale, and
 * {@link StoredNoise} multiplies by the floats themselves.
 *
 * <p>It takes 32 times the memory of a {@link StoredMask}; {@link MaskBits} converts one into the other.
 *
 * @param rate the rate that the mask was drawn with; only its scale is used: a rate of 0 multiplies what the floats keep by
 *     1, and a rate of 1, which has no scale, drops everything whatever the floats say
 * @param factors the floats; their lifetime and threads are the caller's
 */
public record FloatMask(Rate rate, MemorySegment factors) implements MaskSource {
    /** Refuses null. */
    public FloatMask {
        Objects.requireNonNull(rate, "rate");
        Objects.requireNonNull(factors, "factors");
    }

    @Override
    public long elements() {
        return factors.byteSize() / Float.BYTES;
    }
}
