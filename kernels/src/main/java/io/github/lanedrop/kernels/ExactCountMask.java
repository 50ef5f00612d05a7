package io.github.lanedrop.kernels;

import static java.lang.Integer.toUnsignedLong;

import io.github.lanedrop.rng.Key;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;

/**
 * Exactly so many elements dropped, every set of that many as likely as any other.
 *
 * <pre>
 * dropped   the elements with the least (word i of the key's word stream, i), unsigned
 * count     floor(elements * rate + 1/2)
 * scale     elements / (elements - count)
 * </pre>
 *
 * <p>Equivalently element {@code i} is kept when its word is at least {@code cut + 1} for {@code i <= tie} and at least
 * {@code cut} beyond, where {@code (cut, tie)} is the last of the dropped pairs. Making the mask finds it in two passes over
 * the words, without storing them; from then on any element can be had by itself. The sets are equally likely except where
 * words tie, which adds a bias of at most about {@code elements / 2^32} to who goes first at the cut.
 *
 * <p>{@code E[y] = x} holds exactly, and the count does not vary; pairs of elements are correlated by
 * {@code -1 / (elements - 1)}. A draw takes 32 random bits an element. Immutable; safe for use by any number of threads.
 */
public final class ExactCountMask implements MaskSource {
    private static final long MAX_ELEMENTS = 1L << 40;
    private static final int MAX_BUCKET_BITS = 16;

    private final Rate rate;
    private final Key key;
    private final long elements;
    private final long dropped;
    private final long cut;
    private final long tie;

    private ExactCountMask(Rate rate, Key key, long elements, long dropped, long cut, long tie) {
        this.rate = rate;
        this.key = key;
        this.elements = elements;
        this.dropped = dropped;
        this.cut = cut;
        this.tie = tie;
    }

    /**
     * Draws the mask of a tensor.
     *
     * @param rate the share to drop, rounded to a whole number of elements, half upwards
     * @param key the address of this mask
     * @param elements how many there are, 0 to 2^40
     * @return the mask
     * @throws IllegalArgumentException if {@code elements} is out of range
     */
    public static ExactCountMask of(Rate rate, Key key, long elements) {
        Objects.requireNonNull(rate, "rate");
        Objects.requireNonNull(key, "key");
        if (elements < 0 || elements > MAX_ELEMENTS) {
            throw new IllegalArgumentException("elements must be in [0, 2^40], got " + elements);
        }
        long dropped = BigInteger.valueOf(elements)
                .multiply(BigInteger.valueOf(rate.threshold()))
                .add(BigInteger.ONE.shiftLeft(31))
                .shiftRight(32)
                .longValueExact();
        if (dropped == 0) {
            return new ExactCountMask(rate, key, elements, 0, 0, -1); // no word is below 0
        }
        // words fall into buckets of 64 or so by their highest bits; all that is in the cut's own bucket is sorted
        int bits = Math.clamp(Long.SIZE - Long.numberOfLeadingZeros(elements >>> 6), 0, MAX_BUCKET_BITS);
        Scratch scratch = Scratch.POOL.borrow();
        long[] histogram = new long[1 << bits];
        for (long at = 0; at < elements; at += ExactCountBits.BATCH) {
            int count = ExactCountBits.words(key, at, elements, scratch);
            for (int k = 0; k < count; k++) {
                histogram[bucket(ExactCountBits.word(scratch, k), bits)]++;
            }
        }
        int bucket = 0;
        long before = 0; // words in lower buckets
        while (before + histogram[bucket] < dropped) {
            before += histogram[bucket++];
        }
        long[] pairs = new long[Math.toIntExact(histogram[bucket])]; // the word's other bits above those of the index
        int found = 0;
        for (long at = 0; at < elements; at += ExactCountBits.BATCH) {
            int count = ExactCountBits.words(key, at, elements, scratch);
            for (int k = 0; k < count; k++) {
                int word = ExactCountBits.word(scratch, k);
                if (bucket(word, bits) == bucket) {
                    pairs[found++] = (((long) word << bits << 32) ^ Long.MIN_VALUE) | (at + k); // sorts as if unsigned
                }
            }
        }
        Scratch.POOL.giveBack(scratch);
        Arrays.sort(pairs);
        long last = pairs[(int) (dropped - before - 1)] ^ Long.MIN_VALUE;
        long cut = ((long) bucket << (32 - bits)) | (last >>> (32 + bits));
        return new ExactCountMask(rate, key, elements, dropped, cut, last & ((1L << (32 + bits)) - 1));
    }

    private static int bucket(int word, int bits) {
        return (int) (toUnsignedLong(word) >>> (32 - bits));
    }

    @Override
    public Rate rate() {
        return rate;
    }

    @Override
    public double dropShare() {
        return dropped == 0 ? 0 : (double) dropped / elements;
    }

    @Override
    public double scale() {
        return dropped == 0 ? 1 : (double) elements / (elements - dropped);
    }

    @Override
    public long elements() {
        return elements;
    }

    /**
     * How many elements are dropped.
     *
     * @return the count, 0 to {@link #elements()}
     */
    public long dropped() {
        return dropped;
    }

    Key key() {
        return key;
    }

    /** The least word that is kept up to element {@link #tie()}, as an unsigned number; one less beyond it. */
    long leastKept() {
        return cut + 1;
    }

    long tie() {
        return tie;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExactCountMask mask
                && key.equals(mask.key)
                && elements == mask.elements
                && dropped == mask.dropped
                && rate.equals(mask.rate);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * key.hashCode() + Long.hashCode(elements)) + Long.hashCode(dropped);
    }

    @Override
    public String toString() {
        return dropped + " dropped of " + elements + ", " + key;
    }
}
