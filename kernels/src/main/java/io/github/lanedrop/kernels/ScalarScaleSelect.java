package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** {@code dst = kept ? src * scale : +0}, element by element: the definition. */
final class ScalarScaleSelect {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ScalarScaleSelect() {}

    /** Elements {@code start} to {@code end}, exclusive, of a chunk whose bit 0 is in {@code bits[bitsAt]}. */
    static void apply(
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int start,
            int end,
            float scale,
            byte[] bits,
            int bitsAt) {
        for (int i = start; i < end; i++) {
            boolean kept = ((bits[bitsAt + (i >>> 3)] >>> (i & 7)) & 1) != 0;
            long at = firstByte + (long) Float.BYTES * i;
            dst.set(FLOAT, at, kept ? src.get(FLOAT, at) * scale : 0f);
        }
    }
}
