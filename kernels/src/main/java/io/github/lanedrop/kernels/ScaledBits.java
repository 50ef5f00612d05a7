package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** Keep bits of a mask with another scale: those of the mask. */
final class ScaledBits extends Filler<ScaledMask> {
    static final ScaledBits FILLER = new ScaledBits();

    private ScaledBits() {}

    @Override
    int fill(ScaledMask mask, long first, int elements, Scratch scratch) {
        return of(mask.mask()).fill(mask.mask(), first, elements, scratch);
    }

    @Override
    int span(ScaledMask mask, long first, int elements, Scratch scratch) {
        return of(mask.mask()).span(mask.mask(), first, elements, scratch);
    }

    @Override
    boolean keepsAll(ScaledMask mask) {
        return mask.scale() == 1 && of(mask.mask()).keepsAll(mask.mask());
    }

    @Override
    void readable(ScaledMask mask, long offset, long elements, Workers workers) {
        of(mask.mask()).readable(mask.mask(), offset, elements, workers);
    }

    @Override
    void disjoint(ScaledMask mask, long end, String name, MemorySegment written, long bytes) {
        of(mask.mask()).disjoint(mask.mask(), end, name, written, bytes);
    }
}
