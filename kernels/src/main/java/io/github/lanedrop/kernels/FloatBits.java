package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import java.lang.foreign.MemorySegment;

/** Keep bits from floats in memory. */
final class FloatBits extends Filler<FloatMask> {
    static final FloatBits FILLER = new FloatBits();

    private FloatBits() {}

    @Override
    int fill(FloatMask mask, long first, int elements, Scratch scratch) {
        if (mask.rate().dropsAll()) { // whatever memory says
            Bits.run(scratch.keepBits, 0, elements, false);
            return 0;
        }
        KeepBits.packFloats(mask.factors(), first, elements, scratch);
        return 0;
    }

    @Override
    void readable(FloatMask mask, long offset, long elements, Workers workers) {
        long end = offset + elements;
        MaskChecks.memory(
                "the mask's factors", mask.factors(), MaskChecks.float32Bytes(end), end, "float32 elements", workers);
    }

    @Override
    void disjoint(FloatMask mask, long end, String name, MemorySegment written, long bytes) {
        Check.disjoint("the mask's factors", mask.factors(), MaskChecks.float32Bytes(end), name, written, bytes);
    }
}
