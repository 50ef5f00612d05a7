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
            long at = firstByte + (long) Float.BYTES * i;
            dst.set(FLOAT, at, kept(bits, bitsAt, i) ? src.get(FLOAT, at) * scale : 0f);
        }
    }

    static boolean kept(byte[] bits, int bitsAt, int element) {
        return ((bits[bitsAt + (element >>> 3)] >>> (element & 7)) & 1) != 0;
    }
}
