package io.github.lanedrop.rng.simd;

import io.github.lanedrop.rng.Philox4x32;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Philox4x32 in loops over arrays that C2 turns into vectors by itself, for JVMs without the vector module: a round of all
 * blocks of a group, then the next round. Compiled to scalar code it takes no longer than block after block.
 */
public final class PhiloxArrays {
    /** Blocks of a group. */
    private static final int GROUP = 64;

    /** Fewer are faster one by one. */
    private static final int FEWEST = 16;

    /** Longs that a state takes: words c0 and c1 of each block of a group, then c2 and c3 of each. */
    public static final int STATE = 2 * GROUP;

    private static final long LOW = 0xFFFFFFFFL;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private PhiloxArrays() {}

    /**
     * As {@link Philox4x32#fill} with the standard rounds.
     *
     * @param key the key
     * @param counterHigh the counter words c2 and c3
     * @param counterLow the counter words c0 and c1 of the first block
     * @param dst receives {@code 16 * blocks} bytes
     * @param offset the index in {@code dst} of the first byte written
     * @param blocks how many blocks
     * @param state scratch memory, {@link #STATE} longs
     */
    public static void fill(
            long key, long counterHigh, long counterLow, byte[] dst, int offset, int blocks, long[] state) {
        int done = 0;
        while (done <= blocks - FEWEST) {
            int count = Math.min(GROUP, blocks - done);
            group(key, counterHigh, counterLow + done, state, count);
            store(state, dst, offset + done * Philox4x32.BLOCK_BYTES, count);
            done += count;
        }
        int at = offset + done * Philox4x32.BLOCK_BYTES;
        Philox4x32.fill(key, counterHigh, counterLow + done, Philox4x32.ROUNDS, dst, at, blocks - done);
    }

    private static void group(long key, long counterHigh, long counterLow, long[] state, int count) {
        for (int b = 0; b < count; b++) {
            state[b] = counterLow + b;
            state[GROUP + b] = counterHigh;
        }
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < Philox4x32.ROUNDS; round++) {
            round(state, count, k0 & LOW, k1 & LOW);
            k0 += Philox4x32.W0; // bumpKey
            k1 += Philox4x32.W1;
        }
    }

    private static void round(long[] state, int count, long k0, long k1) {
        for (int b = 0; b < count; b++) {
            long c01 = state[b];
            long c23 = state[GROUP + b];
            long p0 = (Philox4x32.M0 & LOW) * (c01 & LOW);
            long p1 = (Philox4x32.M1 & LOW) * (c23 & LOW);
            state[b] = (((p1 ^ c01) >>> 32) ^ k0) | (p1 << 32);
            state[GROUP + b] = (((p0 ^ c23) >>> 32) ^ k1) | (p0 << 32);
        }
    }

    private static void store(long[] state, byte[] dst, int at, int count) {
        for (int b = 0; b < count; b++) {
            LONG.set(dst, at + b * Philox4x32.BLOCK_BYTES, state[b]);
            LONG.set(dst, at + b * Philox4x32.BLOCK_BYTES + Long.BYTES, state[GROUP + b]);
        }
    }
}
