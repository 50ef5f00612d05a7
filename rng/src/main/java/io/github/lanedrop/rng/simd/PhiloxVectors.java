package io.github.lanedrop.rng.simd;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;

import io.github.lanedrop.rng.Philox4x32;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Philox4x32, SIMD: one block a lane of a {@code LongVector}, each word in the low half of a 64-bit lane.
 *
 * <p>Half the blocks of a group sit in the even lanes and half in the odd, so that pairing neighbours (one swap, one
 * blend) turns word-major lanes into blocks in natural byte order, at every width.
 */
public final class PhiloxVectors {
    /** Blocks that one vector of words makes. */
    public static final int GROUP_BLOCKS = LONGS.length();

    /** Bytes that {@link #fill} may write beyond the blocks asked for, plus one: it writes whole groups. */
    public static final int SLACK_BYTES = GROUP_BLOCKS * Philox4x32.BLOCK_BYTES;

    private static final int VECTOR_BYTES = BYTES.length();
    private static final long LOW = 0xFFFFFFFFL;
    private static final LongVector BLOCK_OF_LANE = blockOfLane();
    private static final VectorShuffle<Integer> SWAP_NEIGHBOURS =
            VectorShuffle.fromOp(INTS, i -> i ^ 2); // two ints are a long: long shuffles are slow at 128 bits
    private static final VectorMask<Long> ODD_LANES = VectorMask.fromLong(LONGS, 0xAAAAAAAAAAAAAAAAL);

    private PhiloxVectors() {}

    private static LongVector blockOfLane() {
        long[] block = new long[LONGS.length()];
        for (int lane = 0; lane < block.length; lane++) {
            block[lane] = (lane & 1) == 0 ? lane / 2 : (block.length + lane) / 2;
        }
        return LongVector.fromArray(LONGS, block, 0);
    }

    /**
     * As {@link Philox4x32#fill}, but writes whole groups of {@link #GROUP_BLOCKS}.
     *
     * @param key the key
     * @param counterHigh the counter words c2 and c3
     * @param counterLow the counter words c0 and c1 of the first block
     * @param rounds the rounds; a variable, since C2 unrolls a constant and then spills the keys
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

    private static LongVector words(long word) {
        return LongVector.broadcast(LONGS, word & LOW);
    }

    private static LongVector product(LongVector word, LongVector multiplier) {
        return word.and(LOW).mul(multiplier); // VPMULUDQ
    }

    private static LongVector high(LongVector product) {
        return product.lanewise(VectorOperators.LSHR, 32);
    }

    private static LongVector pair(LongVector low, LongVector high) {
        return low.and(LOW).or(high.lanewise(VectorOperators.LSHL, 32));
    }

    private static LongVector swapNeighbours(LongVector v) {
        return v.reinterpretAsInts().rearrange(SWAP_NEIGHBOURS).reinterpretAsLongs();
    }

    private static void store(LongVector w01, LongVector w23, byte[] dst, int at) {
        w01.blend(swapNeighbours(w23), ODD_LANES).reinterpretAsBytes().intoArray(dst, at);
        swapNeighbours(w01).blend(w23, ODD_LANES).reinterpretAsBytes().intoArray(dst, at + VECTOR_BYTES);
    }

    private static void oneGroup(long key, long counterHigh, long counterLow, int rounds, byte[] dst, int at) {
        LongVector m0 = words(Philox4x32.M0);
        LongVector m1 = words(Philox4x32.M1);
        LongVector counter = BLOCK_OF_LANE.add(counterLow);
        LongVector c0 = counter;
        LongVector c1 = high(counter);
        LongVector c2 = words(counterHigh);
        LongVector c3 = words(counterHigh >>> 32);
        LongVector k0 = words(key);
        LongVector k1 = words(key >>> 32);
        for (int round = 0; round < rounds; round++) {
            LongVector p0 = product(c0, m0);
            LongVector p1 = product(c2, m1);
            c0 = high(p1).lanewise(VectorOperators.XOR, c1).lanewise(VectorOperators.XOR, k0);
            c1 = p1;
            c2 = high(p0).lanewise(VectorOperators.XOR, c3).lanewise(VectorOperators.XOR, k1);
            c3 = p0;
            k0 = k0.add(Philox4x32.W0 & LOW);
            k1 = k1.add(Philox4x32.W1 & LOW);
        }
        store(pair(c0, c1), pair(c2, c3), dst, at);
    }

    // Four groups in flight hide the latency of the multiplications; five spill.
    private static void fourGroups(long key, long counterHigh, long counterLow, int rounds, byte[] dst, int at) {
        LongVector m0 = words(Philox4x32.M0);
        LongVector m1 = words(Philox4x32.M1);
        LongVector a0 = BLOCK_OF_LANE.add(counterLow);
        LongVector b0 = a0.add(GROUP_BLOCKS);
        LongVector d0 = a0.add(2L * GROUP_BLOCKS);
        LongVector e0 = a0.add(3L * GROUP_BLOCKS);
        LongVector a1 = high(a0);
        LongVector b1 = high(b0);
        LongVector d1 = high(d0);
        LongVector e1 = high(e0);
        LongVector a2 = words(counterHigh);
        LongVector b2 = a2;
        LongVector d2 = a2;
        LongVector e2 = a2;
        LongVector a3 = words(counterHigh >>> 32);
        LongVector b3 = a3;
        LongVector d3 = a3;
        LongVector e3 = a3;
        LongVector k0 = words(key);
        LongVector k1 = words(key >>> 32);
        for (int round = 0; round < rounds; round++) {
            LongVector p0 = product(a0, m0);
            LongVector p1 = product(a2, m1);
            a0 = high(p1).lanewise(VectorOperators.XOR, a1).lanewise(VectorOperators.XOR, k0);
            a1 = p1;
            a2 = high(p0).lanewise(VectorOperators.XOR, a3).lanewise(VectorOperators.XOR, k1);
            a3 = p0;
            p0 = product(b0, m0);
            p1 = product(b2, m1);
            b0 = high(p1).lanewise(VectorOperators.XOR, b1).lanewise(VectorOperators.XOR, k0);
            b1 = p1;
            b2 = high(p0).lanewise(VectorOperators.XOR, b3).lanewise(VectorOperators.XOR, k1);
            b3 = p0;
            p0 = product(d0, m0);
            p1 = product(d2, m1);
            d0 = high(p1).lanewise(VectorOperators.XOR, d1).lanewise(VectorOperators.XOR, k0);
            d1 = p1;
            d2 = high(p0).lanewise(VectorOperators.XOR, d3).lanewise(VectorOperators.XOR, k1);
            d3 = p0;
            p0 = product(e0, m0);
            p1 = product(e2, m1);
            e0 = high(p1).lanewise(VectorOperators.XOR, e1).lanewise(VectorOperators.XOR, k0);
            e1 = p1;
            e2 = high(p0).lanewise(VectorOperators.XOR, e3).lanewise(VectorOperators.XOR, k1);
            e3 = p0;
            k0 = k0.add(Philox4x32.W0 & LOW);
            k1 = k1.add(Philox4x32.W1 & LOW);
        }
        store(pair(a0, a1), pair(a2, a3), dst, at);
        store(pair(b0, b1), pair(b2, b3), dst, at + 2 * VECTOR_BYTES);
        store(pair(d0, d1), pair(d2, d3), dst, at + 4 * VECTOR_BYTES);
        store(pair(e0, e1), pair(e2, e3), dst, at + 6 * VECTOR_BYTES);
    }
}
