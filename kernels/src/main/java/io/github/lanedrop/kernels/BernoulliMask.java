package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.Objects;

/**
 * Independent elements: element {@code i} is dropped with probability {@code rate}, decided by nothing but
 * {@code (key, rate, i)}.
 *
 * <p>The mask is MaskStream version 1: eight elements are one of 256 patterns, drawn from an alias table by 16 bits of
 * the Philox4x32-10 byte stream of {@code key}, exact to 2^-32. It takes a few bytes and is never stored. MASKSTREAM.md, at
 * the top of the sources, says it bit by bit.
 *
 * @param rate the probability to drop
 * @param key the address of this mask
 */
public record BernoulliMask(Rate rate, Key key) implements MaskSource {
    /** Refuses null. */
    public BernoulliMask {
        Objects.requireNonNull(rate, "rate");
        Objects.requireNonNull(key, "key");
    }
}
