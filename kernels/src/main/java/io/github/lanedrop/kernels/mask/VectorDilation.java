package io.github.lanedrop.kernels.mask;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/** Spreads the ones of a string of bits, a vector at a time. */
public final class VectorDilation {
    /** Words that are written, or read, beyond the last one. */
    public static final int SLACK = 16;

    private static final int LANES = LONGS.length();

    private VectorDilation() {}

    /**
     * As {@link ScalarDilation#shiftOr}, but writes whole vectors.
     *
     * @param words the string from index {@code at}; before it {@code shift / 64 + 1} zeros or more
     * @param at of the first word
     * @param count words of the string
     * @param shift by how many bits, 0 or more
     */
    public static void shiftOr(long[] words, int at, int count, int shift) {
        int whole = shift >>> 6;
        int part = shift & 63;
        for (int i = at + (count - 1) / LANES * LANES; i >= at; i -= LANES) {
            LongVector carried = LongVector.fromArray(LONGS, words, i - whole - 1)
                    .lanewise(VectorOperators.LSHR, 1)
                    .lanewise(VectorOperators.LSHR, 63 - part);
            LongVector.fromArray(LONGS, words, i - whole)
                    .lanewise(VectorOperators.LSHL, part)
                    .lanewise(VectorOperators.OR, carried)
                    .lanewise(VectorOperators.OR, LongVector.fromArray(LONGS, words, i))
                    .intoArray(words, i);
        }
    }

    /**
     * As {@link Bits#copyInverted} to a whole byte, but reads and writes whole vectors.
     *
     * @param src a string, lowest bit of the first word first
     * @param srcBit the first bit to read
     * @param dst receives the bits
     * @param dstByte the first byte to write
     * @param count how many, 0 or more
     */
    public static void copyInverted(long[] src, int srcBit, byte[] dst, int dstByte, int count) {
        int from = srcBit >>> 6;
        int shift = srcBit & 63;
        for (int i = 0; i < (count + 63) >>> 6; i += LANES) {
            LongVector next = LongVector.fromArray(LONGS, src, from + i + 1)
                    .lanewise(VectorOperators.LSHL, 1)
                    .lanewise(VectorOperators.LSHL, 63 - shift);
            ((ByteVector) LongVector.fromArray(LONGS, src, from + i)
                            .lanewise(VectorOperators.LSHR, shift)
                            .lanewise(VectorOperators.OR, next)
                            .not()
                            .reinterpretShape(BYTES, 0))
                    .intoArray(dst, dstByte + (i << 3));
        }
    }
}
