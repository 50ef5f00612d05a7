package io.github.lanedrop.kernels.mask;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Strings of keep bits in byte arrays, lowest bit first, 64 bits at a time.
 *
 * <p>Strings are written from their beginning to their end: a method keeps what lies before the bits that it writes and
 * may overwrite up to {@value #SLACK} bytes after them, for which arrays must have room. Reading, too, may go that far.
 */
public final class Bits {
    /** Bytes that an array must have beyond its last bit. */
    public static final int SLACK = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Bits() {}

    /** Bytes that hold this many bits. */
    public static int bytes(int bits) {
        return (bits + 7) >>> 3;
    }

    /** One bit. */
    public static int get(byte[] bits, int index) {
        return (bits[index >>> 3] >>> (index & 7)) & 1;
    }

    /** 64 bits, from any one on. */
    public static long word(byte[] bits, int index) {
        int shift = index & 7;
        int at = index >>> 3;
        // shifted twice, since a shift by 64 is none
        return ((long) LONG.get(bits, at) >>> shift) | (((long) bits[at + Long.BYTES] << 1) << (63 - shift));
    }

    /** Copies bits; {@code dst} may be {@code src} where the copy begins at or after the end of the original. */
    public static void copy(byte[] src, int srcBit, byte[] dst, int dstBit, int count) {
        int from = srcBit;
        int at = dstBit >>> 3;
        int left = count;
        int shift = dstBit & 7;
        if (shift != 0) {
            dst[at] = (byte) ((dst[at] & lowest(shift)) | (word(src, from) << shift));
            from += 8 - shift;
            left -= 8 - shift;
            at++;
        }
        if (left <= 0) {
            return;
        }
        if ((from & 7) == 0) {
            System.arraycopy(src, from >>> 3, dst, at, bytes(left));
            return;
        }
        for (int i = 0; i < left; i += Long.SIZE) {
            LONG.set(dst, at + (i >>> 3), word(src, from + i));
        }
    }

    /** Copies bits of words, each turned over. */
    public static void copyInverted(long[] src, int srcBit, byte[] dst, int dstBit, int count) {
        int shift = srcBit & 63;
        int at = srcBit >>> 6;
        for (int i = 0; i < count; i += Long.SIZE, at++) {
            put(dst, dstBit + i, ~((src[at] >>> shift) | ((src[at + 1] << 1) << (63 - shift))));
        }
    }

    /** Writes a string again and again behind itself, until there are {@code count} bits, the first ones included. */
    public static void repeat(byte[] bits, int first, int period, int count) {
        int done = Math.min(period, count);
        if (period < Long.SIZE && done < count) {
            long word = word(bits, first) & lowest(period);
            for (int width = period; width < Long.SIZE; width *= 2) {
                word |= word << width;
            }
            put(bits, first, word);
            done = Math.min(Long.SIZE / period * period, count);
        }
        while (done < count) {
            int more = Math.min(done, count - done);
            copy(bits, first, bits, first + done, more);
            done += more;
        }
    }

    /** Writes one value many times. */
    public static void run(byte[] bits, int first, int count, boolean value) {
        long fill = value ? -1 : 0;
        for (int i = 0; i < count; ) {
            put(bits, first + i, fill);
            i += Long.SIZE - (first + i & 7); // now at a byte's beginning, where it stays
        }
    }

    /**
     * Writes each bit of a string many times: the {@code j}-th run is {@code width} times bit {@code srcBit + j}.
     *
     * @param width of a run, 1 or more
     * @param skip bits of the first run that are left out, less than {@code width}
     * @param count bits to write
     */
    public static void runs(byte[] src, int srcBit, long width, long skip, byte[] dst, int dstBit, int count) {
        int at = dstBit >>> 3;
        int filled = dstBit & 7; // of the word at hand
        long word = dst[at] & lowest(filled);
        long length = Math.min(width - skip, count);
        int left = count;
        for (int bit = srcBit; left > 0; bit++) {
            left -= (int) length;
            long fill = -get(src, bit);
            long end = filled + length;
            word |= fill << filled;
            for (; end >= Long.SIZE; end -= Long.SIZE) {
                LONG.set(dst, at, word);
                at += Long.BYTES;
                word = fill;
            }
            filled = (int) end;
            word &= lowest(filled);
            length = Math.min(width, left);
        }
        LONG.set(dst, at, word);
    }

    /** Moves bits down, so that bit {@code shift} of byte {@code at} becomes bit 0. */
    public static void shiftDown(byte[] bits, int at, int shift, int count) {
        for (int i = 0; i < count; i += Long.SIZE) {
            LONG.set(bits, at + (i >>> 3), word(bits, 8 * at + shift + i));
        }
    }

    /** How many of the bits are 1. */
    public static int ones(byte[] bits, int first, int count) {
        int ones = 0;
        int i = 0;
        for (; i <= count - Long.SIZE; i += Long.SIZE) {
            ones += Long.bitCount(word(bits, first + i));
        }
        return i < count ? ones + Long.bitCount(word(bits, first + i) & lowest(count - i)) : ones;
    }

    /** Writes 64 bits. */
    private static void put(byte[] bits, int first, long word) {
        int at = first >>> 3;
        int shift = first & 7;
        long before = bits[at] & lowest(shift);
        LONG.set(bits, at, before | (word << shift));
        bits[at + Long.BYTES] = (byte) ((word >>> 1) >>> (63 - shift));
    }

    /** A word whose lowest bits are 1, fewer than 64 of them. */
    private static long lowest(int bits) {
        return (1L << bits) - 1;
    }
}
