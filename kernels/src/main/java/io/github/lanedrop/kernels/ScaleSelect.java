package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.ScalarScaleSelect.FLOAT;

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
            // through L1, since reading and writing memory float by float takes longer than copying it
            float[] values = scratch.spare;
            MemorySegment.copy(src, FLOAT, firstByte, values, 0, elements);
            ScalarScaleSelect.apply(values, 0, values, 0, 0, elements, scale, bits, bitsAt);
            MemorySegment.copy(values, 0, dst, FLOAT, firstByte, elements);
        }
    }
}
