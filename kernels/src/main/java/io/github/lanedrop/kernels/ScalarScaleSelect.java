package io.github.lanedrop.kernels;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** {@code dst = kept ? src * scale : +0}, element by element: the definition. */
final class ScalarScaleSelect {
    /** How floats lie in memory. */
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ScalarScaleSelect() {}

    /** Elements {@code start} to {@code end}, exclusive, of a chunk whose bit 0 is in {@code bits[bitsAt]}. */
    static void apply(
            float[] src, int srcAt, float[] dst, int dstAt, int start, int end, float scale, byte[] bits, int bitsAt) {
        for (int i = start; i < end; i++) {
            dst[dstAt + i] = select(src[srcAt + i] * scale, bits, bitsAt, i);
        }
    }

    /** {@code kept ? scaled : +0}, by bits: a branch on random ones would be guessed wrong at the rate. */
    private static float select(float scaled, byte[] bits, int bitsAt, int element) {
        int kept = (bits[bitsAt + (element >>> 3)] >>> (element & 7)) & 1;
        return Float.intBitsToFloat(Float.floatToRawIntBits(scaled) & -kept);
    }
}
