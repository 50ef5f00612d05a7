package io.github.lanedrop.kernels.mask;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Strings of keep bits in byte arrays, lowest bit first, 64 bits at a time.
 *
 * <p>Strings are written from their beginning to their end: a method keeps what lies before the bits that it writes and
 * may overwrite up to {@value #SLACK} bytes after them, for which arrays must have room. Reading, too, may go that far.
 */
public final class Bits {
    /** Bytes that an array must have beyond its last bit. */
    public static final int SLACK = 16;

    /** Bits from which on a call to fill them is faster than a loop. */
    private static final int FILL = 512;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Bits() {}

    /**
     * Bytes that hold this many bits.
     *
     * @param bits how many
     * @return {@code ceil(bits / 8)}
     */
    public static int bytes(int bits) {
        return (bits + 7) >>> 3;
    }

    /**
     * One bit.
     *
     * @param bits a string
     * @param index the bit's
     * @return 0 or 1
     */
    public static int get(byte[] bits, int index) {
        return (bits[index >>> 3] >>> (index & 7)) & 1;
    }

    /**
     * 64 bits, from any one on.
     *
     * @param bits a string
     * @param index the first bit's
     * @return the bits, the first one lowest
     */
    public static long word(byte[] bits, int index) {
        int at = index >>> 6 << 3;
        // shifted twice, since a shift by 64 is none
        return ((long) LONG.get(bits, at) >>> index) | (((long) LONG.get(bits, at + Long.BYTES) << 1) << ~index);
    }

    /**
     * Copies bits; {@code dst} may be {@code src} where the copy begins at or after the end of the original.
     *
     * @param src a string
     * @param srcBit the first bit to read
     * @param dst receives the bits
     * @param dstBit the first bit to write
     * @param count how many, 0 or more
     */
    public static void copy(byte[] src, int srcBit, byte[] dst, int dstBit, int count) {
        int shift = dstBit & 7;
        if (shift == 0) {
            copyToByte(src, srcBit, dst, dstBit >>> 3, count);
            return;
        }
        int at = dstBit >>> 3;
        dst[at] = (byte) ((dst[at] & lowest(shift)) | (word(src, srcBit) << shift));
        copyToByte(src, srcBit + 8 - shift, dst, at + 1, count - (8 - shift));
    }

    private static void copyToByte(byte[] src, int srcBit, byte[] dst, int at, int count) {
        int from = srcBit >>> 3;
        int shift = srcBit & 7;
        if (count <= 0) {
            return;
        }
        if (shift == 0) {
            System.arraycopy(src, from, dst, at, bytes(count));
            return;
        }
        long low = (long) LONG.get(src, from) >>> shift;
        for (int i = 0; i < bytes(count); i += Long.BYTES) {
            long next = (long) LONG.get(src, from + i + Long.BYTES);
            LONG.set(dst, at + i, low | (next << -shift));
            low = next >>> shift;
        }
    }

    /**
     * Copies bits of words, each turned over.
     *
     * @param src a string, lowest bit of the first word first; a word more than its bits need
     * @param srcBit the first bit to read
     * @param dst receives the bits
     * @param dstBit the first bit to write
     * @param count how many, 0 or more
     */
    public static void copyInverted(long[] src, int srcBit, byte[] dst, int dstBit, int count) {
        int at = dstBit >>> 3;
        int from = srcBit;
        int shift = dstBit & 7;
        if (shift != 0) {
            dst[at] = (byte) ((dst[at] & lowest(shift)) | (~word(src, from) << shift));
            from += 8 - shift;
            at++;
        }
        int word = from >>> 6;
        long low = src[word] >>> from;
        for (int i = 0; i < srcBit + count - from; i += Long.SIZE) {
            long next = src[++word];
            LONG.set(dst, at + (i >>> 3), ~(low | ((next << 1) << ~from)));
            low = next >>> from;
        }
    }

    private static long word(long[] words, int index) {
        int at = index >>> 6;
        return (words[at] >>> index) | ((words[at + 1] << 1) << ~index);
    }

    /**
     * Writes a string again and again behind itself, until there are {@code count} bits, the first ones included.
     *
     * @param bits holds the string and receives the others
     * @param first the string's first bit
     * @param period bits of the string, 1 or more
     * @param count bits there are to be
     */
    public static void repeat(byte[] bits, int first, int period, int count) {
        int done = Math.min(period, count);
        if (period <= Long.SIZE && done < count) {
            long word = word(bits, first) & (-1L >>> -period);
            for (int width = period; width < Long.SIZE; width *= 2) {
                word |= word << width;
            }
            if ((first & 7) == 0 && Long.SIZE % period == 0) {
                for (int i = 0; i < count; i += Long.SIZE) {
                    LONG.set(bits, (first + i) >>> 3, word);
                }
                return;
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

    /**
     * Writes one value many times.
     *
     * @param bits receives the bits
     * @param first the first bit to write
     * @param count how many, 0 or more
     * @param value true for ones
     */
    public static void run(byte[] bits, int first, int count, boolean value) {
        byte fill = (byte) (value ? -1 : 0);
        int at = first >>> 3;
        int shift = first & 7;
        if (shift != 0) {
            bits[at] = (byte) ((bits[at] & lowest(shift)) | (fill << shift));
            at++;
        }
        int end = bytes(first + count);
        if (at < end) {
            Arrays.fill(bits, at, end, fill);
        }
    }

    /**
     * Writes each bit of a string many times: the {@code j}-th run is {@code width} times bit {@code srcBit + j}.
     *
     * @param src a string
     * @param srcBit the bit of the first run
     * @param width of a run, 1 or more
     * @param skip bits of the first run that are left out, less than {@code width}
     * @param dst receives the bits
     * @param dstBit the first bit to write
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
            if (end >= Long.SIZE) {
                LONG.set(dst, at, word);
                at += Long.BYTES;
                end -= Long.SIZE;
                if (end >= FILL) {
                    int bytes = (int) (end / Long.SIZE) * Long.BYTES;
                    Arrays.fill(dst, at, at + bytes, (byte) fill);
                    at += bytes;
                    end %= Long.SIZE;
                }
                for (; end >= Long.SIZE; end -= Long.SIZE) {
                    LONG.set(dst, at, fill);
                    at += Long.BYTES;
                }
                word = fill;
            }
            filled = (int) end;
            word &= lowest(filled);
            length = Math.min(width, left);
        }
        LONG.set(dst, at, word);
    }

    /**
     * Moves bits down, so that bit {@code shift} of byte {@code at} becomes bit 0.
     *
     * @param bits holds the string
     * @param at a byte
     * @param shift by how many, 1 to 7
     * @param count how many bits are moved
     */
    public static void shiftDown(byte[] bits, int at, int shift, int count) {
        copyToByte(bits, 8 * at + shift, bits, at, count);
    }

    /**
     * How many of the bits are 1.
     *
     * @param bits a string
     * @param first the first bit to count
     * @param count how many, 0 or more
     * @return the number of ones
     */
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
