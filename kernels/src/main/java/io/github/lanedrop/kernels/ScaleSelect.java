package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** {@code dst = kept ? src * scale : +0} on a chunk, by the live path. */
final class ScaleSelect {
    private ScaleSelect() {}

    static void apply(
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int elements,
            float scale,
            Scratch scratch,
            int bitsAt) {
        byte[] bits = scratch.keepBits;
        if (Live.VECTOR) {
            VectorScaleSelect.apply(src, dst, firstByte, elements, scale, bits, bitsAt, scratch.spare);
        } else {
            ScalarScaleSelect.apply(src, dst, firstByte, 0, elements, scale, bits, bitsAt);
        }
    }
}
