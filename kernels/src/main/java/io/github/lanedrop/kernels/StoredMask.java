package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A mask kept in memory, one bit an element: element {@code i} is kept where bit {@code i mod 8} of byte {@code i / 8}
 * is 1.
 *
 * <p>Use it for masks made elsewhere, or where reading a bit is cheaper than drawing it again.
 *
 * <p><b>Edges.</b> Any segment will do, heap or native, read-only, of any alignment, also an empty one, for no
 * elements; the unused bits of the last byte count as elements that nobody need ask for. <b>Threads.</b> Immutable but
 * for the bits: calls see what is in memory at their time, so nobody may change them meanwhile, and the way back wants
 * them as they were on the way forward. <b>Errors.</b> Those of the calls: too few bits, a closed arena, another
 * thread's memory, overlap with what is written.
 *
 * <p>Source: N. Srivastava et al., "Dropout", JMLR 15 (2014), keep a mask for the way back; one bit an element, the
 * first in the lowest, is the order of NumPy's {@code packbits(..., bitorder='little')}.
 *
 * @param rate the rate that the mask was drawn with; only its scale is used: a rate of 0 multiplies what the bits keep by
 *     1, and a rate of 1, which has no scale, drops everything whatever the bits say
 * @param keepBits the bits; their lifetime and threads are the caller's
 */
public record StoredMask(Rate rate, MemorySegment keepBits) implements MaskSource {
    /** Refuses null. */
    public StoredMask {
        Objects.requireNonNull(rate, "rate");
        Objects.requireNonNull(keepBits, "keepBits");
    }

    @Override
    public long elements() {
        return keepBits.byteSize() > Long.MAX_VALUE / 8 ? Long.MAX_VALUE : 8 * keepBits.byteSize();
    }
}
