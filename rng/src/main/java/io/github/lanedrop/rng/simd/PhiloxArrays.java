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

    /** Longs that a state takes: the four counter words of a group. */
    public static final int STATE = 4 * GROUP;

    private static final int C0 = 0;
    private static final int C1 = GROUP;
    private static final int C2 = 2 * GROUP;
    private static final int C3 = 3 * GROUP;

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
        for (; done <= blocks - 3 * GROUP / 8; done += GROUP) {
            group(key, counterHigh, counterLow + done, state);
            store(state, dst, offset + done * Philox4x32.BLOCK_BYTES, Math.min(GROUP, blocks - done));
        }
        if (done < blocks) {
            int at = offset + done * Philox4x32.BLOCK_BYTES;
            Philox4x32.fill(key, counterHigh, counterLow + done, Philox4x32.ROUNDS, dst, at, blocks - done);
        }
    }

    private static void group(long key, long counterHigh, long counterLow, long[] state) {
        for (int b = 0; b < GROUP; b++) {
            long counter = counterLow + b;
            state[C0 + b] = counter;
            state[C1 + b] = counter >>> 32;
            state[C2 + b] = counterHigh;
            state[C3 + b] = counterHigh >>> 32;
        }
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < Philox4x32.ROUNDS; round++) {
            round(state, k0, k1);
            k0 += Philox4x32.W0; // bumpKey
            k1 += Philox4x32.W1;
        }
    }

    /** Words are the lower halves of longs; what is in the upper halves does not matter. */
    private static void round(long[] state, long k0, long k1) {
        for (int b = 0; b < GROUP; b++) {
            long p0 = (Philox4x32.M0 & LOW) * (state[C0 + b] & LOW);
            long p1 = (Philox4x32.M1 & LOW) * (state[C2 + b] & LOW);
            state[C0 + b] = (p1 >>> 32) ^ state[C1 + b] ^ k0;
            state[C1 + b] = p1;
            state[C2 + b] = (p0 >>> 32) ^ state[C3 + b] ^ k1;
            state[C3 + b] = p0;
        }
    }

    private static void store(long[] state, byte[] dst, int at, int blocks) {
        for (int b = 0; b < blocks; b++) {
            LONG.set(dst, at + b * Philox4x32.BLOCK_BYTES, (state[C0 + b] & LOW) | (state[C1 + b] << 32));
            LONG.set(dst, at + b * Philox4x32.BLOCK_BYTES + Long.BYTES, (state[C2 + b] & LOW) | (state[C3 + b] << 32));
        }
    }
}
