package io.github.lanedrop.kernels;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The scores of an attention, one matrix a plane, and which of them count.
 *
 * <pre>
 * score[p][r][c], row-major: element (p * rows + r) * columns + c, which is also its index in the mask
 * it counts where c &lt; keyLengths[p] and, if causal, c &lt;= r + (columns - rows)
 * </pre>
 *
 * <p>What does not count is never read, so padding may hold anything; its probability is +0. A causal row sees the columns
 * up to its own, counted from the end, so that the last row sees all and a few new queries see all earlier keys.
 *
 * <p>Immutable, but for what the caller does to the key lengths.
 *
 * @param planes the matrices, batch x heads of them, 0 or more
 * @param rows the queries of a plane, 0 to 2^31 - 4096
 * @param columns the keys of a plane, 0 to 2^31 - 4096
 * @param scale what a score is multiplied by before its exponential; finite
 * @param causal whether a row sees no later column
 * @param keyLengths how many keys of each plane count, 0 to {@code columns}: {@code planes} little-endian 32-bit
 *     integers; or {@link MemorySegment#NULL}, if all do
 * @param renormalized whether the kept probabilities of a row are divided by their sum, instead of scaled by the mask's
 *     expectation
 */
public record AttentionScores(
        int planes,
        int rows,
        int columns,
        float scale,
        boolean causal,
        MemorySegment keyLengths,
        boolean renormalized) {
    private static final ValueLayout.OfInt LENGTH = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Refuses sizes and scales that mean nothing.
     *
     * @throws IllegalArgumentException if a size is out of range, the scale not finite, there are 2^61 scores or more, or
     *     {@code keyLengths} is too small
     */
    public AttentionScores {
        Objects.requireNonNull(keyLengths, "keyLengths");
        if (planes < 0 || rows < 0 || columns < 0) {
            throw new IllegalArgumentException(
                    "planes, rows and columns must be 0 or more, got " + planes + " x " + rows + " x " + columns);
        }
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("scale must be finite, got " + scale);
        }
        if (planes > 0 && (long) rows * columns >= (1L << 61) / planes) {
            throw new IllegalArgumentException(
                    "planes x rows x columns must be below 2^61, got " + planes + " x " + rows + " x " + columns);
        }
        if (rows > Shapes.MOST || columns > Shapes.MOST) {
            throw new IllegalArgumentException(
                    "rows and columns must be at most " + Shapes.MOST + ", got " + rows + " x " + columns);
        }
        if (limitsKeys(keyLengths)) {
            Check.holds("keyLengths", keyLengths, (long) planes * Integer.BYTES, planes, "int32 elements");
        }
    }

    /**
     * Scores that all count, as they are.
     *
     * @param planes the matrices, 0 or more
     * @param rows the queries of a plane, 0 or more
     * @param columns the keys of a plane, 0 or more
     * @return neither causal nor limited nor renormalised, of scale 1
     */
    public static AttentionScores of(int planes, int rows, int columns) {
        return new AttentionScores(planes, rows, columns, 1f, false, MemorySegment.NULL, false);
    }

    /**
     * The same with another scale.
     *
     * @param scale the scale, finite
     * @return the scores
     */
    public AttentionScores scaledBy(float scale) {
        return new AttentionScores(planes, rows, columns, scale, causal, keyLengths, renormalized);
    }

    /**
     * The same, where a row sees no later column.
     *
     * @return the scores
     */
    public AttentionScores causally() {
        return new AttentionScores(planes, rows, columns, scale, true, keyLengths, renormalized);
    }

    /**
     * The same with some keys of each plane alone.
     *
     * @param keyLengths how many, {@code planes} little-endian 32-bit integers in [0, columns]
     * @return the scores
     */
    public AttentionScores withKeyLengths(MemorySegment keyLengths) {
        return new AttentionScores(planes, rows, columns, scale, causal, keyLengths, renormalized);
    }

    /**
     * The same, where the kept probabilities of a row add up to 1 in every sample, not in expectation alone.
     *
     * @return the scores
     */
    public AttentionScores renormalizing() {
        return new AttentionScores(planes, rows, columns, scale, causal, keyLengths, true);
    }

    /** How many. */
    long elements() {
        return (long) planes * rows * columns;
    }

    /** How many columns of a row count, 0 to {@code columns}. */
    int limit(int plane, int row) {
        int limit = keyLength(plane);
        if (causal) {
            limit = Math.min(limit, row + 1 + (columns - rows));
        }
        return Math.max(0, limit);
    }

    /** How many keys of a plane count; in range whatever memory says by now. */
    int keyLength(int plane) {
        return limitsKeys(keyLengths) ? Math.clamp(storedLength(plane), 0, columns) : columns;
    }

    /** Refuses what else the key lengths may be: of another thread, closed, out of range. */
    void check(Workers workers) {
        if (!limitsKeys(keyLengths)) {
            return;
        }
        Check.readable("keyLengths", keyLengths, (long) planes * Integer.BYTES, planes, "int32 elements");
        Check.sharedWith(workers, "keyLengths", keyLengths);
        for (int plane = 0; plane < planes; plane++) {
            int length = storedLength(plane);
            if (length < 0 || length > columns) {
                throw new IllegalArgumentException(
                        "keyLengths[" + plane + "] must be in [0, " + columns + "], got " + length);
            }
        }
    }

    /** Refuses key lengths that overlap what is written. */
    void checkDisjoint(String name, MemorySegment dst, long bytes) {
        if (limitsKeys(keyLengths)) {
            Check.disjoint("keyLengths", keyLengths, (long) planes * Integer.BYTES, name, dst, bytes);
        }
    }

    private int storedLength(int plane) {
        return keyLengths.get(LENGTH, (long) plane * Integer.BYTES);
    }

    private static boolean limitsKeys(MemorySegment keyLengths) {
        return keyLengths.address() != 0 || keyLengths.byteSize() != 0 || !keyLengths.isNative();
    }
}
