package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Refuses what a mask source cannot serve, and memory that it shares with what is written. */
final class MaskChecks {
    private MaskChecks() {}

    /** Elements {@code offset} to {@code offset + elements} can be had, by all workers. */
    static void readable(MaskSource mask, long offset, long elements, Workers workers) {
        Objects.requireNonNull(mask, "mask");
        long end = offset + elements;
        switch (mask) {
            case BernoulliMask _, DropBlockMask _ -> {}
            case StoredMask(Rate _, MemorySegment bits) ->
                memory("the mask's keepBits", bits, Check.keepBitsBytes(end), end, "bits", workers);
            case ByteMask(Rate _, MemorySegment bytes) ->
                memory("the mask's bytes", bytes, end, end, "elements", workers);
            case BroadcastMask(MaskSource decisions, BroadcastShape shape) -> {
                within(mask, end);
                readable(decisions, 0, shape.decisions(), workers);
            }
            case RowKeyedMask _, ExactCountMask _ -> within(mask, end);
            case TokenTypeMask(MaskSource types, MemorySegment ids, long features) -> {
                long tokens = end / features + (end % features == 0 ? 0 : 1);
                long bytes = tokens > Long.MAX_VALUE / Integer.BYTES ? Long.MAX_VALUE : tokens * Integer.BYTES;
                memory("the mask's ids", ids, bytes, tokens, "ids", workers);
                readable(types, 0, TokenTypeBits.types((TokenTypeMask) mask, offset, elements), workers);
            }
            case VaryingRateMask(MemorySegment rates, Sharing sharing, Key _) -> {
                long values = sharing.values(end);
                memory("the mask's rates", rates, rateBytes(values), values, "float32 elements", workers);
            }
            case ScaledMask(MaskSource scaled, double _) -> readable(scaled, offset, elements, workers);
        }
    }

    private static long rateBytes(long rates) {
        return rates > Long.MAX_VALUE / Float.BYTES ? Long.MAX_VALUE : rates * Float.BYTES;
    }

    private static void memory(
            String name, MemorySegment segment, long bytes, long elements, String unit, Workers workers) {
        Check.readable(name, segment, bytes, elements, unit);
        Check.sharedWith(workers, name, segment);
    }

    private static void within(MaskSource mask, long end) {
        if (end > mask.elements()) {
            throw new IllegalArgumentException(
                    "offset + elements must be at most " + mask.elements() + ", the elements of the mask, got " + end);
        }
    }

    /** What is written shares no byte with what the mask reads for elements up to {@code end}. */
    static void disjoint(MaskSource mask, long end, String name, MemorySegment written, long bytes) {
        switch (mask) {
            case BernoulliMask _, DropBlockMask _, RowKeyedMask _, ExactCountMask _ -> {}
            case StoredMask(Rate _, MemorySegment bits) ->
                Check.disjoint("the mask's keepBits", bits, Check.keepBitsBytes(end), name, written, bytes);
            case ByteMask(Rate _, MemorySegment mine) ->
                Check.disjoint("the mask's bytes", mine, end, name, written, bytes);
            case BroadcastMask(MaskSource decisions, BroadcastShape shape) ->
                disjoint(decisions, shape.decisions(), name, written, bytes);
            case TokenTypeMask(MaskSource types, MemorySegment ids, long features) -> {
                Check.disjoint("the mask's ids", ids, ids.byteSize(), name, written, bytes);
                disjoint(types, types.elements(), name, written, bytes);
            }
            case VaryingRateMask(MemorySegment rates, Sharing sharing, Key _) ->
                Check.disjoint("the mask's rates", rates, rateBytes(sharing.values(end)), name, written, bytes);
            case ScaledMask(MaskSource scaled, double _) -> disjoint(scaled, end, name, written, bytes);
        }
    }
}
