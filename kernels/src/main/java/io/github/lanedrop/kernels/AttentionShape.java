package io.github.lanedrop.kernels;

import java.util.Objects;

/**
 * The sizes of an attention.
 *
 * <pre>
 * queries  planes x rows x depth
 * keys     planes x columns x depth
 * values   planes x columns x valueDepth
 * output   planes x rows x valueDepth
 * </pre>
 *
 * @param scores the scores, their scale, and which of them count
 * @param depth floats of a query and of a key, 1 to {@value #MAX_DEPTH}
 * @param valueDepth floats of a value, 1 to {@value #MAX_DEPTH}
 */
public record AttentionShape(AttentionScores scores, int depth, int valueDepth) {
    /** The greatest depth: blocks of rows of this many floats stay in L2. */
    public static final int MAX_DEPTH = 256;

    /**
     * Refuses depths out of range.
     *
     * @throws IllegalArgumentException if a depth is, or there are 2^61 floats or more in an operand
     */
    public AttentionShape {
        Objects.requireNonNull(scores, "scores");
        if (depth < 1 || depth > MAX_DEPTH || valueDepth < 1 || valueDepth > MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "depth and valueDepth must be in [1, " + MAX_DEPTH + "], got " + depth + " and " + valueDepth);
        }
        long most = (long) Math.max(scores.rows(), scores.columns()) * Math.max(depth, valueDepth);
        if (scores.planes() > 0 && most >= (1L << 61) / scores.planes()) {
            throw new IllegalArgumentException("operands must have less than 2^61 floats, got " + scores.planes()
                    + " planes of " + scores.rows() + " x " + depth + " queries and " + scores.columns() + " x "
                    + valueDepth + " values");
        }
    }

    /**
     * Queries, keys and values of one depth, with scores divided by its square root; all scores count.
     *
     * @param planes batch x heads, 0 or more
     * @param rows the queries of a plane, 0 or more
     * @param columns the keys of a plane, 0 or more
     * @param depth floats of a query, a key and a value, 1 to {@value #MAX_DEPTH}
     * @return the shape
     */
    public static AttentionShape of(int planes, int rows, int columns, int depth) {
        return of(AttentionScores.of(planes, rows, columns), depth);
    }

    /**
     * Queries, keys and values of one depth, with scores divided by its square root.
     *
     * @param scores the scores and which of them count; their scale is replaced
     * @param depth floats of a query, a key and a value, 1 to {@value #MAX_DEPTH}
     * @return the shape
     */
    public static AttentionShape of(AttentionScores scores, int depth) {
        return new AttentionShape(scores.scaledBy((float) (1 / Math.sqrt(Math.max(1, depth)))), depth, depth);
    }

    long queryFloats() {
        return (long) scores.planes() * scores.rows() * depth;
    }

    long keyFloats() {
        return (long) scores.planes() * scores.columns() * depth;
    }

    long valueFloats() {
        return (long) scores.planes() * scores.columns() * valueDepth;
    }

    long outputFloats() {
        return (long) scores.planes() * scores.rows() * valueDepth;
    }

    long allRows() {
        return (long) scores.planes() * scores.rows();
    }
}
