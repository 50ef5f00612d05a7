package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.Objects;

/**
 * Soft noise between 0 and 1 that stands for a mask: what {@link ConcreteDropout} draws, forward and backward.
 *
 * <p>Value {@code j} of the noise is decided by nothing but {@code (rate, key, j)}: with {@code w} word {@code j} of the
 * key's Philox word stream, {@code u = ((w >>> 8) + 0.5) * 2^-24}.
 *
 * @param rate the learned rate
 * @param key the address of this noise; no other mask may have it
 * @param sharing which elements share a value of the noise: {@link Sharing#NONE}, or a channel's
 */
public record ConcreteMask(ConcreteRate rate, Key key, Sharing sharing) {
    /** Refuses null. */
    public ConcreteMask {
        Objects.requireNonNull(rate, "rate");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(sharing, "sharing");
    }

    /**
     * Noise for each element.
     *
     * @param rate the learned rate
     * @param key the address of this noise
     */
    public ConcreteMask(ConcreteRate rate, Key key) {
        this(rate, key, Sharing.NONE);
    }
}
