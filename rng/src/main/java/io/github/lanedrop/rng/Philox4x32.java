package io.github.lanedrop.rng;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Philox4x32: the scalar definition of the counter-based generator that every mask is drawn from.
 *
 * <p>A block is four 32-bit words, a bijection of a 128-bit counter under a 64-bit key:
 *
 * <pre>
 * round:    (c0, c1, c2, c3) -> (hi(M1 * c2) ^ c1 ^ k0, lo(M1 * c2), hi(M0 * c0) ^ c3 ^ k1, lo(M0 * c0))
 * bumpKey:  (k0, k1) -> (k0 + W0, k1 + W1), between rounds
 * </pre>
 *
 * <p>The <em>byte stream</em> of blocks {@code b, b+1, ...} is their words in order, little endian. This class reads
 * like the formula and uses nothing of the SIMD code; it is what the SIMD twin is tested against, and what runs where
 * the vector module is missing.
 *
 * <p>All methods are static, pure and safe for use by any number of threads.
 *
 * <p>Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
 * Constants and words are named as in the authors' Random123.
 */
public final class Philox4x32 {
    /** Multiplier of counter word 0. */
    public static final int M0 = 0xD2511F53;
    /** Multiplier of counter word 2. */
    public static final int M1 = 0xCD9E8D57;
    /** Weyl constant of key word 0, the golden ratio. */
    public static final int W0 = 0x9E3779B9;
    /** Weyl constant of key word 1, sqrt(3) - 1. */
    public static final int W1 = 0xBB67AE85;
    /** Rounds of the standard generator. Seven is the least that the authors found Crush-resistant. */
    public static final int ROUNDS = 10;
    /** Bytes of a block. */
    public static final int BLOCK_BYTES = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Philox4x32() {}

    /**
     * Writes blocks {@code counterLow, counterLow + 1, ...} of the byte stream.
     *
     * <p>The low 64 bits of the counter wrap without a carry into the high 64 bits.
     *
     * @param key the key, {@code k0} in its low 32 bits, {@code k1} in its high
     * @param counterHigh the counter words {@code c2} (low 32 bits) and {@code c3} (high 32 bits)
     * @param counterLow the counter words {@code c0} (low 32 bits) and {@code c1} (high 32 bits) of the first block
     * @param rounds the rounds, 1 or more; {@link #ROUNDS} everywhere outside tests
     * @param dst receives {@code 16 * blocks} bytes
     * @param offset the index in {@code dst} of the first byte written
     * @param blocks how many blocks, 0 or more
     * @throws IndexOutOfBoundsException if {@code dst} is too short; the blocks that fit may have been written
     */
    public static void fill(
            long key, long counterHigh, long counterLow, int rounds, byte[] dst, int offset, int blocks) {
        for (int b = 0; b < blocks; b++) {
            int c0 = (int) (counterLow + b);
            int c1 = (int) ((counterLow + b) >>> 32);
            int c2 = (int) counterHigh;
            int c3 = (int) (counterHigh >>> 32);
            int k0 = (int) key;
            int k1 = (int) (key >>> 32);
            for (int round = 0; round < rounds; round++) {
                long p0 = product(M0, c0);
                long p1 = product(M1, c2);
                c0 = high(p1) ^ c1 ^ k0;
                c1 = (int) p1;
                c2 = high(p0) ^ c3 ^ k1;
                c3 = (int) p0;
                k0 += W0; // bumpKey
                k1 += W1;
            }
            int at = offset + b * BLOCK_BYTES;
            LONG.set(dst, at, pair(c0, c1));
            LONG.set(dst, at + Long.BYTES, pair(c2, c3));
        }
    }

    /**
     * Word {@code w0} of one block after ten rounds: what a single refinement decision reads, without a buffer.
     *
     * @param key the key, {@code k0} in its low 32 bits, {@code k1} in its high
     * @param counterHigh the counter words {@code c2} (low 32 bits) and {@code c3} (high 32 bits)
     * @param counterLow the counter words {@code c0} (low 32 bits) and {@code c1} (high 32 bits)
     * @return the word
     */
    public static int word0(long key, long counterHigh, long counterLow) {
        int c0 = (int) counterLow;
        int c1 = (int) (counterLow >>> 32);
        int c2 = (int) counterHigh;
        int c3 = (int) (counterHigh >>> 32);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = product(M0, c0);
            long p1 = product(M1, c2);
            c0 = high(p1) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = high(p0) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        return c0;
    }

    private static long product(int multiplier, int word) {
        return (multiplier & 0xFFFFFFFFL) * (word & 0xFFFFFFFFL);
    }

    private static int high(long product) {
        return (int) (product >>> 32);
    }

    private static long pair(int low, int high) {
        return (low & 0xFFFFFFFFL) | ((long) high << 32);
    }
}
