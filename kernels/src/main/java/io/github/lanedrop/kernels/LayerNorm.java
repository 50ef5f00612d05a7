package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * The parameters of a layer normalisation over rows.
 *
 * @param gamma holds a scale for each column
 * @param beta holds a shift for each column
 * @param columns the length of a row, 1 or more
 * @param epsilon is added to the variance, so that rows of equal elements do not divide by zero; 0 or more, 1e-5 as a rule
 */
public record LayerNorm(MemorySegment gamma, MemorySegment beta, int columns, float epsilon) {
    /**
     * Refuses sizes and an epsilon that are out of range, and segments that are too small.
     *
     * @throws IllegalArgumentException if it does
     */
    public LayerNorm {
        Shapes.elements(1, columns, 1);
        if (!(epsilon >= 0 && epsilon < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon must be 0 or more and finite, got " + epsilon);
        }
        long bytes = (long) columns * Float.BYTES;
        Check.holds("gamma", gamma, bytes, columns, "float32 elements");
        Check.holds("beta", beta, bytes, columns, "float32 elements");
    }

    /** Refuses parameters that cannot be read. */
    void checkReadable(Workers workers) {
        Shapes.readable("gamma", gamma, 1, columns, workers);
        Shapes.readable("beta", beta, 1, columns, workers);
    }

    /** Refuses to write a result over the parameters. */
    void checkApart(String name, MemorySegment segment, long bytes) {
        long parameterBytes = (long) columns * Float.BYTES;
        Check.disjoint("gamma", gamma, parameterBytes, name, segment, bytes);
        Check.disjoint("beta", beta, parameterBytes, name, segment, bytes);
    }
}
