package io.github.lanedrop.rng.simd;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.lanedrop.rng.Philox4x32;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Philox4x32, SIMD: one block a lane of a {@code LongVector}, each word in the high half of a 64-bit lane.
 *
 * <p>Half the blocks of a group sit in the even lanes and half in the odd, so that pairing neighbours (one swap, one
 * blend) turns word-major lanes into blocks in natural byte order, at every width.
 */
public final class PhiloxVectors {
    /** Blocks that one vector of words makes. */
    public static final int GROUP_BLOCKS = LONGS.length();

    private static final int VECTOR_BYTES = BYTES.length();
    private static final int GROUP_BYTES = 2 * VECTOR_BYTES;
    private static final long LOW = 0xFFFFFFFFL;
    private static final long HIGH = 0xFFFFFFFF00000000L;
    private static final LongVector BLOCK_OF_LANE = blockOfLane();
    // pairs of ints, since shuffles of longs are slow at 128 bits
    private static final VectorShuffle<Integer> SWAP_PAIRS = VectorShuffle.fromOp(INTS, i -> i ^ 2);
    private static final VectorMask<Integer> ODD_PAIRS = VectorMask.fromLong(INTS, 0xCCCCCCCCCCCCCCCCL);

    private PhiloxVectors() {}

    private static LongVector blockOfLane() {
        long[] block = new long[LONGS.length()];
        for (int lane = 0; lane < block.length; lane++) {
            block[lane] = (lane & 1) == 0 ? lane / 2 : (block.length + lane) / 2;
        }
        return LongVector.fromArray(LONGS, block, 0);
    }

    /** Not final: C2 would unroll a constant number of rounds, and then spill the keys. */
    @SuppressWarnings("NonFinalStaticField")
    private static int standardRounds = Philox4x32.ROUNDS;

    /**
     * Ten rounds of {@link #fill(long, long, long, int, byte[], int, int)}.
     *
     * @param key the key
     * @param counterHigh the counter words c2 and c3
     * @param counterLow the counter words c0 and c1 of the first block
     * @param dst must have room for the blocks rounded up to groups
     * @param offset the index in {@code dst} of the first byte written
     * @param blocks how many blocks are needed
     */
    public static void fill(long key, long counterHigh, long counterLow, byte[] dst, int offset, int blocks) {
        fill(key, counterHigh, counterLow, standardRounds, dst, offset, blocks);
    }

    /**
     * As {@link Philox4x32#fill}, but writes whole groups of {@link #GROUP_BLOCKS}.
     *
     * @param key the key
     * @param counterHigh the counter words c2 and c3
     * @param counterLow the counter words c0 and c1 of the first block
     * @param rounds the rounds
     * @param dst must have room for the blocks rounded up to groups
     * @param offset the index in {@code dst} of the first byte written
     * @param blocks how many blocks are needed
     */
    public static void fill(
            long key, long counterHigh, long counterLow, int rounds, byte[] dst, int offset, int blocks) {
        int done = 0;
        for (; done + 3 * GROUP_BLOCKS < blocks; done += 4 * GROUP_BLOCKS) {
            fourGroups(key, counterHigh, counterLow + done, rounds, dst, offset + done * Philox4x32.BLOCK_BYTES);
        }
        for (; done < blocks; done += GROUP_BLOCKS) {
            oneGroup(key, counterHigh, counterLow + done, rounds, dst, offset + done * Philox4x32.BLOCK_BYTES);
        }
    }

    /**
     * Word {@code w0} of scattered blocks after ten rounds, as {@link Philox4x32#word0}.
     *
     * @param key the key
     * @param counterHigh the counter words c2 and c3
     * @param base is added to the counters
     * @param counters the counter words c0 and c1 of each block, less the base; read up to whole groups
     * @param words receives the words, zero-extended; written up to whole groups
     * @param blocks how many blocks are needed
     */
    public static void words0(long key, long counterHigh, long base, long[] counters, long[] words, int blocks) {
        for (int done = 0; done < blocks; done += GROUP_BLOCKS) {
            scatteredGroup(key, counterHigh, base, standardRounds, counters, words, done);
        }
    }

    // No helper methods below: C2 gives up inlining them at its node count, and then boxes every vector.
    private static void oneGroup(long key, long counterHigh, long counterLow, int rounds, byte[] dst, int at) {
        LongVector m0 = LongVector.broadcast(LONGS, Philox4x32.M0 & LOW);
        LongVector m1 = LongVector.broadcast(LONGS, Philox4x32.M1 & LOW);
        LongVector a1 = BLOCK_OF_LANE.add(counterLow);
        LongVector a0 = a1.lanewise(LSHL, 32);
        a1 = a1.and(HIGH);
        LongVector a2 = LongVector.broadcast(LONGS, counterHigh << 32);
        LongVector a3 = LongVector.broadcast(LONGS, counterHigh & HIGH);
        LongVector k0 = LongVector.broadcast(LONGS, key << 32);
        LongVector k1 = LongVector.broadcast(LONGS, key & HIGH);
        for (int round = 0; round < rounds; round++) {
            LongVector p0;
            LongVector p1;
            p0 = a0.lanewise(LSHR, 32).mul(m0);
            p1 = a2.lanewise(LSHR, 32).mul(m1);
            a0 = p1.lanewise(XOR, a1).lanewise(XOR, k0);
            a2 = p0.lanewise(XOR, a3).lanewise(XOR, k1);
            a1 = p1.lanewise(LSHL, 32);
            a3 = p0.lanewise(LSHL, 32);
            k0 = k0.add((long) Philox4x32.W0 << 32); // bumpKey
            k1 = k1.add((long) Philox4x32.W1 << 32);
        }
        IntVector a01 = a0.lanewise(LSHR, 32).lanewise(OR, a1).reinterpretAsInts();
        IntVector a23 = a2.lanewise(LSHR, 32).lanewise(OR, a3).reinterpretAsInts();
        a01.blend(a23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretAsBytes().intoArray(dst, at);
        a01.rearrange(SWAP_PAIRS).blend(a23, ODD_PAIRS).reinterpretAsBytes().intoArray(dst, at + VECTOR_BYTES);
    }

    private static void scatteredGroup(
            long key, long counterHigh, long base, int rounds, long[] counters, long[] words, int at) {
        LongVector m0 = LongVector.broadcast(LONGS, Philox4x32.M0 & LOW);
        LongVector m1 = LongVector.broadcast(LONGS, Philox4x32.M1 & LOW);
        LongVector a1 = LongVector.fromArray(LONGS, counters, at).add(base);
        LongVector a0 = a1.lanewise(LSHL, 32);
        a1 = a1.and(HIGH);
        LongVector a2 = LongVector.broadcast(LONGS, counterHigh << 32);
        LongVector a3 = LongVector.broadcast(LONGS, counterHigh & HIGH);
        LongVector k0 = LongVector.broadcast(LONGS, key << 32);
        LongVector k1 = LongVector.broadcast(LONGS, key & HIGH);
        for (int round = 0; round < rounds; round++) {
            LongVector p0;
            LongVector p1;
            p0 = a0.lanewise(LSHR, 32).mul(m0);
            p1 = a2.lanewise(LSHR, 32).mul(m1);
            a0 = p1.lanewise(XOR, a1).lanewise(XOR, k0);
            a2 = p0.lanewise(XOR, a3).lanewise(XOR, k1);
            a1 = p1.lanewise(LSHL, 32);
            a3 = p0.lanewise(LSHL, 32);
            k0 = k0.add((long) Philox4x32.W0 << 32); // bumpKey
            k1 = k1.add((long) Philox4x32.W1 << 32);
        }
        a0.lanewise(LSHR, 32).intoArray(words, at);
    }

    // Four groups in flight hide the latency of the multiplications; more would spill.
    private static void fourGroups(long key, long counterHigh, long counterLow, int rounds, byte[] dst, int at) {
        LongVector m0 = LongVector.broadcast(LONGS, Philox4x32.M0 & LOW);
        LongVector m1 = LongVector.broadcast(LONGS, Philox4x32.M1 & LOW);
        LongVector a1 = BLOCK_OF_LANE.add(counterLow);
        LongVector a0 = a1.lanewise(LSHL, 32);
        a1 = a1.and(HIGH);
        LongVector b1 = BLOCK_OF_LANE.add(counterLow + GROUP_BLOCKS);
        LongVector b0 = b1.lanewise(LSHL, 32);
        b1 = b1.and(HIGH);
        LongVector c1 = BLOCK_OF_LANE.add(counterLow + 2L * GROUP_BLOCKS);
        LongVector c0 = c1.lanewise(LSHL, 32);
        c1 = c1.and(HIGH);
        LongVector d1 = BLOCK_OF_LANE.add(counterLow + 3L * GROUP_BLOCKS);
        LongVector d0 = d1.lanewise(LSHL, 32);
        d1 = d1.and(HIGH);
        LongVector a2 = LongVector.broadcast(LONGS, counterHigh << 32);
        LongVector a3 = LongVector.broadcast(LONGS, counterHigh & HIGH);
        LongVector b2 = a2;
        LongVector b3 = a3;
        LongVector c2 = a2;
        LongVector c3 = a3;
        LongVector d2 = a2;
        LongVector d3 = a3;
        LongVector k0 = LongVector.broadcast(LONGS, key << 32);
        LongVector k1 = LongVector.broadcast(LONGS, key & HIGH);
        for (int round = 0; round < rounds; round++) {
            LongVector p0;
            LongVector p1;
            p0 = a0.lanewise(LSHR, 32).mul(m0);
            p1 = a2.lanewise(LSHR, 32).mul(m1);
            a0 = p1.lanewise(XOR, a1).lanewise(XOR, k0);
            a2 = p0.lanewise(XOR, a3).lanewise(XOR, k1);
            a1 = p1.lanewise(LSHL, 32);
            a3 = p0.lanewise(LSHL, 32);
            p0 = b0.lanewise(LSHR, 32).mul(m0);
            p1 = b2.lanewise(LSHR, 32).mul(m1);
            b0 = p1.lanewise(XOR, b1).lanewise(XOR, k0);
            b2 = p0.lanewise(XOR, b3).lanewise(XOR, k1);
            b1 = p1.lanewise(LSHL, 32);
            b3 = p0.lanewise(LSHL, 32);
            p0 = c0.lanewise(LSHR, 32).mul(m0);
            p1 = c2.lanewise(LSHR, 32).mul(m1);
            c0 = p1.lanewise(XOR, c1).lanewise(XOR, k0);
            c2 = p0.lanewise(XOR, c3).lanewise(XOR, k1);
            c1 = p1.lanewise(LSHL, 32);
            c3 = p0.lanewise(LSHL, 32);
            p0 = d0.lanewise(LSHR, 32).mul(m0);
            p1 = d2.lanewise(LSHR, 32).mul(m1);
            d0 = p1.lanewise(XOR, d1).lanewise(XOR, k0);
            d2 = p0.lanewise(XOR, d3).lanewise(XOR, k1);
            d1 = p1.lanewise(LSHL, 32);
            d3 = p0.lanewise(LSHL, 32);
            k0 = k0.add((long) Philox4x32.W0 << 32); // bumpKey
            k1 = k1.add((long) Philox4x32.W1 << 32);
        }
        IntVector a01 = a0.lanewise(LSHR, 32).lanewise(OR, a1).reinterpretAsInts();
        IntVector a23 = a2.lanewise(LSHR, 32).lanewise(OR, a3).reinterpretAsInts();
        a01.blend(a23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretAsBytes().intoArray(dst, at);
        a01.rearrange(SWAP_PAIRS).blend(a23, ODD_PAIRS).reinterpretAsBytes().intoArray(dst, at + VECTOR_BYTES);
        IntVector b01 = b0.lanewise(LSHR, 32).lanewise(OR, b1).reinterpretAsInts();
        IntVector b23 = b2.lanewise(LSHR, 32).lanewise(OR, b3).reinterpretAsInts();
        b01.blend(b23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretAsBytes().intoArray(dst, at + GROUP_BYTES);
        b01.rearrange(SWAP_PAIRS)
                .blend(b23, ODD_PAIRS)
                .reinterpretAsBytes()
                .intoArray(dst, at + GROUP_BYTES + VECTOR_BYTES);
        IntVector c01 = c0.lanewise(LSHR, 32).lanewise(OR, c1).reinterpretAsInts();
        IntVector c23 = c2.lanewise(LSHR, 32).lanewise(OR, c3).reinterpretAsInts();
        c01.blend(c23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretAsBytes().intoArray(dst, at + 2 * GROUP_BYTES);
        c01.rearrange(SWAP_PAIRS)
                .blend(c23, ODD_PAIRS)
                .reinterpretAsBytes()
                .intoArray(dst, at + 2 * GROUP_BYTES + VECTOR_BYTES);
        IntVector d01 = d0.lanewise(LSHR, 32).lanewise(OR, d1).reinterpretAsInts();
        IntVector d23 = d2.lanewise(LSHR, 32).lanewise(OR, d3).reinterpretAsInts();
        d01.blend(d23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretAsBytes().intoArray(dst, at + 3 * GROUP_BYTES);
        d01.rearrange(SWAP_PAIRS)
                .blend(d23, ODD_PAIRS)
                .reinterpretAsBytes()
                .intoArray(dst, at + 3 * GROUP_BYTES + VECTOR_BYTES);
    }
}
