package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** What attention asks of a mask source. */
final class AttentionMask {
    private AttentionMask() {}

    /** Refuses a mask that is too small, closed or of another thread. */
    static void check(MaskSource mask, long offset, long elements, Workers workers) {
        Check.range(offset, elements);
        if (mask instanceof StoredMask stored) {
            long bits = offset + elements;
            Check.readable("the mask's keepBits", stored.keepBits(), Check.keepBitsBytes(bits), bits, "bits");
            Check.sharedWith(workers, "the mask's keepBits", stored.keepBits());
        }
    }

    /** Refuses a mask that overlaps what is written. */
    static void checkDisjoint(
            MaskSource mask, long offset, long elements, String name, MemorySegment dst, long bytes) {
        if (mask instanceof StoredMask stored) {
            long bitsBytes = Check.keepBitsBytes(offset + elements);
            Check.disjoint("the mask's keepBits", stored.keepBits(), bitsBytes, name, dst, bytes);
        }
    }

    /** Whether nothing is dropped, so that nothing is drawn. */
    static boolean keepsAll(MaskSource mask) {
        return mask.rate().keepsAll() && mask instanceof BernoulliMask;
    }

    /** What a kept probability is multiplied by: a renormalised one by its row's sum alone. */
    static double scale(MaskSource mask, AttentionScores shape) {
        return shape.renormalized() ? 1 : mask.scale();
    }

    /**
     * The keep bits of a chunk, to {@code scratch.keepBits}.
     *
     * @return the index of the byte whose bit 0 is the first element
     */
    static int fill(MaskSource mask, long first, int elements, Scratch scratch) {
        if (keepsAll(mask)) {
            Arrays.fill(scratch.keepBits, 0, (int) Check.keepBitsBytes(elements), (byte) -1);
            return 0;
        }
        return KeepBits.fill(mask, first, elements, scratch);
    }
}
