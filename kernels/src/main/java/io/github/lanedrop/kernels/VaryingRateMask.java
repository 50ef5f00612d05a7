package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A rate that differs from element to element, as where it is learned for each unit or computed from the input.
 *
 * <pre>
 * T = floor(rate * 2^32 + 1/2)        rate = rates[sharing.index(i)]
 * element i is kept when word i of the key's Philox word stream, unsigned, is at least T
 * </pre>
 *
 * <p>A rate of 0 or less keeps, one of 1 or more drops, and so does NaN. Kept elements are not scaled: in Standout, the
 * test's outputs are multiplied by the probabilities to keep instead; {@link ScaledMask} gives a scale for all.
 *
 * <p>Source: L. J. Ba, B. Frey, "Adaptive Dropout for Training Deep Neural Networks", NIPS 2013.
 *
 * @param rates the probabilities to drop, 32-bit floats, little endian; their lifetime and threads are the caller's
 * @param sharing which elements share a rate: {@link Sharing#NONE}, or a unit's
 * @param key the address of this mask
 */
public record VaryingRateMask(MemorySegment rates, Sharing sharing, Key key) implements MaskSource {
    private static final Rate UNSCALED = Rate.drop(0);

    /** Refuses null. */
    public VaryingRateMask {
        Objects.requireNonNull(rates, "rates");
        Objects.requireNonNull(sharing, "sharing");
        Objects.requireNonNull(key, "key");
    }

    /**
     * A rate for each element.
     *
     * @param rates the probabilities to drop
     * @param key the address of this mask
     */
    public VaryingRateMask(MemorySegment rates, Key key) {
        this(rates, Sharing.NONE, key);
    }

    /**
     * No rate is that of all elements: the one that scales nothing.
     *
     * @return rate 0
     */
    @Override
    public Rate rate() {
        return UNSCALED;
    }

    /**
     * No share is that of all elements.
     *
     * @return NaN
     */
    @Override
    public double dropShare() {
        return Double.NaN;
    }

    @Override
    public long elements() {
        long groups = rates.byteSize() / Float.BYTES / sharing.inner();
        long group = sharing.shared() * sharing.inner();
        return groups > Long.MAX_VALUE / group ? Long.MAX_VALUE : groups * group;
    }
}
