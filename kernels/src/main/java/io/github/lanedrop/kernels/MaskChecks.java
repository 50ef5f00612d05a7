package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Refuses what a mask source cannot serve, and memory that it shares with what is written. */
final class MaskChecks {
    private MaskChecks() {}

    /** The first check of whoever takes a mask: elements {@code offset} to {@code offset + elements} can be had, by all workers. */
    static void readable(MaskSource mask, long offset, long elements, Workers workers) {
        Objects.requireNonNull(mask, "mask");
        Check.range(offset, elements);
        Filler.of(mask).readable(mask, offset, elements, workers);
    }

    /** Memory that a mask reads. */
    static void memory(String name, MemorySegment segment, long bytes, long elements, String unit, Workers workers) {
        Check.readable(name, segment, bytes, elements, unit);
        Check.sharedWith(workers, name, segment);
    }

    /** Of so many floats; more than any memory has where a long cannot say how many. */
    static long float32Bytes(long floats) {
        return floats > Long.MAX_VALUE / Float.BYTES ? Long.MAX_VALUE : floats * Float.BYTES;
    }

    /** A mask has elements up to {@code end}. */
    static void within(MaskSource mask, long end) {
        if (end > mask.elements()) {
            throw new IllegalArgumentException(
                    "offset + elements must be at most " + mask.elements() + ", the elements of the mask, got " + end);
        }
    }

    /** What is written shares no byte with what the mask reads for elements up to {@code end}. */
    static void disjoint(MaskSource mask, long end, String name, MemorySegment written, long bytes) {
        Filler.of(mask).disjoint(mask, end, name, written, bytes);
    }
}
