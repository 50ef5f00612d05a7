package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A mask kept in memory, one byte an element, as other libraries exchange masks: element {@code i} is kept where byte
 * {@code i} is not 0.
 *
 * <p>It takes eight times the memory of a {@link StoredMask}; {@link MaskBits} converts one into the other.
 *
 * @param rate the rate that the mask was drawn with; only its scale is used: a rate of 0 multiplies what the bytes keep by
 *     1, and a rate of 1, which has no scale, drops everything whatever the bytes say
 * @param bytes the bytes; their lifetime and threads are the caller's
 */
public record ByteMask(Rate rate, MemorySegment bytes) implements MaskSource {
    /** Refuses null. */
    public ByteMask {
        Objects.requireNonNull(rate, "rate");
        Objects.requireNonNull(bytes, "bytes");
    }

    @Override
    public long elements() {
        return bytes.byteSize();
    }
}
