package io.github.lanedrop.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.lanedrop.kernels.mask.Bits;
import java.lang.foreign.MemorySegment;

/** Keep bits from bytes in memory. */
final class ByteBits extends Filler<ByteMask> {
    static final ByteBits FILLER = new ByteBits();

    private ByteBits() {}

    @Override
    int fill(ByteMask mask, long first, int elements, Scratch scratch) {
        if (mask.rate().dropsAll()) { // whatever memory says
            Bits.run(scratch.keepBits, 0, elements, false);
            return 0;
        }
        byte[] chunk = scratch.ofMask.bytes;
        MemorySegment.copy(mask.bytes(), JAVA_BYTE, first, chunk, 0, elements);
        KeepBits.pack(chunk, elements, scratch.keepBits);
        return 0;
    }

    @Override
    void readable(ByteMask mask, long offset, long elements, Workers workers) {
        long end = offset + elements;
        MaskChecks.memory("the mask's bytes", mask.bytes(), end, end, "elements", workers);
    }

    @Override
    void disjoint(ByteMask mask, long end, String name, MemorySegment written, long bytes) {
        Check.disjoint("the mask's bytes", mask.bytes(), end, name, written, bytes);
    }
}
