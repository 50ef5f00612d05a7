package io.github.lanedrop.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.lanedrop.kernels.mask.Bits;
import java.lang.foreign.MemorySegment;

/** Keep bits from memory. */
final class StoredBits extends Filler<StoredMask> {
    static final StoredBits FILLER = new StoredBits();

    private StoredBits() {}

    @Override
    int fill(StoredMask mask, long first, int elements, Scratch scratch) {
        byte[] keepBits = scratch.keepBits;
        if (mask.rate().dropsAll()) { // whatever memory says
            Bits.run(keepBits, 0, elements, false);
            return 0;
        }
        int shift = (int) (first & 7);
        MemorySegment.copy(mask.keepBits(), JAVA_BYTE, first >>> 3, keepBits, 0, Bits.bytes(shift + elements));
        if (shift != 0) {
            Bits.shiftDown(keepBits, 0, shift, elements);
        }
        return 0;
    }

    @Override
    void readable(StoredMask mask, long offset, long elements, Workers workers) {
        long end = offset + elements;
        MaskChecks.memory("the mask's keepBits", mask.keepBits(), Check.keepBitsBytes(end), end, "bits", workers);
    }

    @Override
    void disjoint(StoredMask mask, long end, String name, MemorySegment written, long bytes) {
        Check.disjoint("the mask's keepBits", mask.keepBits(), Check.keepBitsBytes(end), name, written, bytes);
    }
}
