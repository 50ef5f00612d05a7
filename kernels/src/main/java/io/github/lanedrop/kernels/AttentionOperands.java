package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Queries, keys and values of an attention, or the gradients with respect to them: little-endian 32-bit floats, row-major.
 *
 * @param queries planes x rows x depth
 * @param keys planes x columns x depth
 * @param values planes x columns x valueDepth
 */
public record AttentionOperands(MemorySegment queries, MemorySegment keys, MemorySegment values) {
    /** Refuses null. */
    public AttentionOperands {
        Objects.requireNonNull(queries, "queries");
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(values, "values");
    }
}
