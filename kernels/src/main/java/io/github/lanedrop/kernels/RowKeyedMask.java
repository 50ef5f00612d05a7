package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.Arrays;
import java.util.Objects;

/**
 * Rows with keys of their own: what a row gets does not depend on the batch that it is in, nor on its place there.
 *
 * <pre>
 * kept(row, column) = new BernoulliMask(rate, keys[row]).kept(column)
 * </pre>
 *
 * <p>For batches that are put together anew at every step (continuous batching), and for samples that are to be repeated by
 * themselves. Element {@code row * rowElements + column} is that column of that row. Immutable; safe for use by any number of
 * threads.
 */
public final class RowKeyedMask implements MaskSource {
    private final Rate rate;
    private final long rowElements;
    private final Key[] keys;

    private RowKeyedMask(Rate rate, long rowElements, Key[] keys) {
        this.rate = rate;
        this.rowElements = rowElements;
        this.keys = keys;
    }

    /**
     * The mask of some rows.
     *
     * @param rate the probability to drop
     * @param rowElements elements of a row, 1 or more
     * @param keys a key for each row, in order; two rows with one key get one mask
     * @return the mask
     * @throws IllegalArgumentException if {@code rowElements} is less than 1, or there are more than 2^63 - 1 elements
     */
    public static RowKeyedMask of(Rate rate, long rowElements, Key... keys) {
        Objects.requireNonNull(rate, "rate");
        if (rowElements < 1) {
            throw new IllegalArgumentException("rowElements must be 1 or more, got " + rowElements);
        }
        if (keys.length > Long.MAX_VALUE / rowElements) {
            throw new IllegalArgumentException(
                    "keys times rowElements must be less than 2^63, got " + keys.length + " times " + rowElements);
        }
        Key[] rows = keys.clone();
        for (Key key : rows) {
            Objects.requireNonNull(key, "key");
        }
        return new RowKeyedMask(rate, rowElements, rows);
    }

    @Override
    public Rate rate() {
        return rate;
    }

    @Override
    public long elements() {
        return keys.length * rowElements;
    }

    /**
     * Elements of a row.
     *
     * @return how many, 1 or more
     */
    public long rowElements() {
        return rowElements;
    }

    /**
     * How many rows there are.
     *
     * @return the rows, 0 or more
     */
    public int rows() {
        return keys.length;
    }

    /**
     * The key of a row.
     *
     * @param row its number, from 0
     * @return the key
     */
    public Key key(int row) {
        return keys[row];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowKeyedMask mask
                && rate.equals(mask.rate)
                && rowElements == mask.rowElements
                && Arrays.equals(keys, mask.keys);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rate.hashCode() + Long.hashCode(rowElements)) + Arrays.hashCode(keys);
    }

    @Override
    public String toString() {
        return keys.length + " rows of " + rowElements + " with their own keys, " + rate;
    }
}
