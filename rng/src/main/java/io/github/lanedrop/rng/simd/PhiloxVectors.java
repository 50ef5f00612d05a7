package io.github.lanedrop.rng.simd;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.LONGS;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.lanedrop.rng.Philox4x32;
import jdk.incubator.vector.ByteVector;
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
    private static final LongVector HIGH_BLOCK_OF_LANE = BLOCK_OF_LANE.lanewise(LSHL, 32);
    // pairs of ints, since shuffles of longs are slow at 128 bits
    private static final VectorShuffle<Integer> SWAP_PAIRS = VectorShuffle.fromOp(INTS, i -> i ^ 2);
    private static final VectorMask<Integer> ODD_PAIRS = VectorMask.fromLong(INTS, 0xCCCCCCCCCCCCCCCCL);

    /** Whether one instruction takes any ints of two vectors. */
    private static final boolean PERMUTES_PAIRS = Simd.MASK_REGISTERS && Simd.BITS == 512;
    /** Where the words of the first half of a group's blocks are, in c0 with c1 and c2 with c3 of all of them. */
    private static final IntVector FIRST_BLOCKS = wordsOfBlocks(0);

    private static final IntVector LAST_BLOCKS = wordsOfBlocks(GROUP_BLOCKS / 2);

    private PhiloxVectors() {}

    private static IntVector wordsOfBlocks(int first) {
        int[] at = new int[INTS.length()];
        for (int i = 0; i < at.length; i++) {
            int block = first + i / 4;
            int lane = block < GROUP_BLOCKS / 2 ? 2 * block : 2 * block - GROUP_BLOCKS + 1;
            int word = i % 4;
            at[i] = word / 2 * INTS.length() + 2 * lane + (1 - word % 2); // c0 is above c1, c2 above c3
        }
        return IntVector.fromArray(INTS, at, 0);
    }

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
            long first = counterLow + done;
            if (rounds < 3 || (first >>> 32) != ((first + 4L * GROUP_BLOCKS - 1) >>> 32)) {
                break; // c1 is not the same for all, or there is no round after those two
            }
            fourGroups(key, counterHigh, first, rounds, dst, offset + done * Philox4x32.BLOCK_BYTES);
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
        // shifted, not masked: C2 multiplies 32 bits by 32 only where it sees the shift on both sides
        LongVector m0 = LongVector.broadcast(LONGS, (long) Philox4x32.M0 << 32).lanewise(LSHR, 32);
        LongVector m1 = LongVector.broadcast(LONGS, (long) Philox4x32.M1 << 32).lanewise(LSHR, 32);
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
        if (PERMUTES_PAIRS && rounds > 0) { // then the lower half of a0 is a1, and that of a2 is a3
            IntVector words02 = (IntVector) a0.reinterpretShape(INTS, 0);
            IntVector words13 = (IntVector) a2.reinterpretShape(INTS, 0);
            ((ByteVector) FIRST_BLOCKS.selectFrom(words02, words13).reinterpretShape(BYTES, 0)).intoArray(dst, at);
            ((ByteVector) LAST_BLOCKS.selectFrom(words02, words13).reinterpretShape(BYTES, 0))
                    .intoArray(dst, at + VECTOR_BYTES);
            return;
        }
        IntVector a01 = (IntVector) a0.lanewise(LSHR, 32).lanewise(OR, a1).reinterpretShape(INTS, 0);
        IntVector a23 = (IntVector) a2.lanewise(LSHR, 32).lanewise(OR, a3).reinterpretShape(INTS, 0);
        ((ByteVector) a01.blend(a23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretShape(BYTES, 0)).intoArray(dst, at);
        ((ByteVector) a01.rearrange(SWAP_PAIRS).blend(a23, ODD_PAIRS).reinterpretShape(BYTES, 0))
                .intoArray(dst, at + VECTOR_BYTES);
    }

    private static void scatteredGroup(
            long key, long counterHigh, long base, int rounds, long[] counters, long[] words, int at) {
        LongVector m0 = LongVector.broadcast(LONGS, (long) Philox4x32.M0 << 32).lanewise(LSHR, 32);
        LongVector m1 = LongVector.broadcast(LONGS, (long) Philox4x32.M1 << 32).lanewise(LSHR, 32);
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

    /**
     * Four groups in flight hide the latency of the multiplications; more would spill. The counter words differ between
     * blocks in c0 alone, so that in each of the first two rounds one of the two products is the same for all: a number.
     */
    private static void fourGroups(long key, long counterHigh, long counterLow, int rounds, byte[] dst, int at) {
        // shifted, not masked: C2 multiplies 32 bits by 32 only where it sees the shift on both sides
        LongVector m0 = LongVector.broadcast(LONGS, (long) Philox4x32.M0 << 32).lanewise(LSHR, 32);
        LongVector m1 = LongVector.broadcast(LONGS, (long) Philox4x32.M1 << 32).lanewise(LSHR, 32);
        long product1 = (Philox4x32.M1 & LOW) * (counterHigh & LOW);
        long product0 = (Philox4x32.M0 & LOW) * ((product1 ^ counterLow ^ (key << 32)) >>> 32);
        LongVector firstC2 = LongVector.broadcast(LONGS, (counterHigh ^ key) & HIGH);
        LongVector secondC0 = LongVector.broadcast(LONGS, (product1 ^ (key + Philox4x32.W0)) << 32);
        LongVector secondC2 = LongVector.broadcast(LONGS, (product0 ^ (key + ((long) Philox4x32.W1 << 32))) & HIGH);
        LongVector secondC3 = LongVector.broadcast(LONGS, product0 << 32);
        LongVector p0 =
                HIGH_BLOCK_OF_LANE.add((counterLow << 32)).lanewise(LSHR, 32).mul(m0);
        LongVector a3 = p0.lanewise(LSHL, 32);
        LongVector p1 = p0.lanewise(XOR, firstC2).lanewise(LSHR, 32).mul(m1);
        LongVector a0 = p1.lanewise(XOR, secondC0);
        LongVector a1 = p1.lanewise(LSHL, 32);
        LongVector a2 = a3.lanewise(XOR, secondC2);
        a3 = secondC3;
        p0 = HIGH_BLOCK_OF_LANE
                .add((counterLow << 32) + ((long) GROUP_BLOCKS << 32))
                .lanewise(LSHR, 32)
                .mul(m0);
        LongVector b3 = p0.lanewise(LSHL, 32);
        p1 = p0.lanewise(XOR, firstC2).lanewise(LSHR, 32).mul(m1);
        LongVector b0 = p1.lanewise(XOR, secondC0);
        LongVector b1 = p1.lanewise(LSHL, 32);
        LongVector b2 = b3.lanewise(XOR, secondC2);
        b3 = secondC3;
        p0 = HIGH_BLOCK_OF_LANE
                .add((counterLow << 32) + ((2L * GROUP_BLOCKS) << 32))
                .lanewise(LSHR, 32)
                .mul(m0);
        LongVector c3 = p0.lanewise(LSHL, 32);
        p1 = p0.lanewise(XOR, firstC2).lanewise(LSHR, 32).mul(m1);
        LongVector c0 = p1.lanewise(XOR, secondC0);
        LongVector c1 = p1.lanewise(LSHL, 32);
        LongVector c2 = c3.lanewise(XOR, secondC2);
        c3 = secondC3;
        p0 = HIGH_BLOCK_OF_LANE
                .add((counterLow << 32) + ((3L * GROUP_BLOCKS) << 32))
                .lanewise(LSHR, 32)
                .mul(m0);
        LongVector d3 = p0.lanewise(LSHL, 32);
        p1 = p0.lanewise(XOR, firstC2).lanewise(LSHR, 32).mul(m1);
        LongVector d0 = p1.lanewise(XOR, secondC0);
        LongVector d1 = p1.lanewise(LSHL, 32);
        LongVector d2 = d3.lanewise(XOR, secondC2);
        d3 = secondC3;
        LongVector k0 = LongVector.broadcast(LONGS, (key + 2L * Philox4x32.W0) << 32);
        LongVector k1 = LongVector.broadcast(LONGS, (key & HIGH) + ((2L * Philox4x32.W1) << 32));
        for (int round = 2; round < rounds; round++) {
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
        // the lower half of c0 is c1 by now, and that of c2 is c3: they were the lower halves of the same products
        if (PERMUTES_PAIRS) {
            IntVector a01 = (IntVector) a0.reinterpretShape(INTS, 0);
            IntVector a23 = (IntVector) a2.reinterpretShape(INTS, 0);
            ((ByteVector) FIRST_BLOCKS.selectFrom(a01, a23).reinterpretShape(BYTES, 0)).intoArray(dst, at);
            ((ByteVector) LAST_BLOCKS.selectFrom(a01, a23).reinterpretShape(BYTES, 0))
                    .intoArray(dst, at + VECTOR_BYTES);
            IntVector b01 = (IntVector) b0.reinterpretShape(INTS, 0);
            IntVector b23 = (IntVector) b2.reinterpretShape(INTS, 0);
            ((ByteVector) FIRST_BLOCKS.selectFrom(b01, b23).reinterpretShape(BYTES, 0))
                    .intoArray(dst, at + GROUP_BYTES);
            ((ByteVector) LAST_BLOCKS.selectFrom(b01, b23).reinterpretShape(BYTES, 0))
                    .intoArray(dst, at + GROUP_BYTES + VECTOR_BYTES);
            IntVector c01 = (IntVector) c0.reinterpretShape(INTS, 0);
            IntVector c23 = (IntVector) c2.reinterpretShape(INTS, 0);
            ((ByteVector) FIRST_BLOCKS.selectFrom(c01, c23).reinterpretShape(BYTES, 0))
                    .intoArray(dst, at + 2 * GROUP_BYTES);
            ((ByteVector) LAST_BLOCKS.selectFrom(c01, c23).reinterpretShape(BYTES, 0))
                    .intoArray(dst, at + 2 * GROUP_BYTES + VECTOR_BYTES);
            IntVector d01 = (IntVector) d0.reinterpretShape(INTS, 0);
            IntVector d23 = (IntVector) d2.reinterpretShape(INTS, 0);
            ((ByteVector) FIRST_BLOCKS.selectFrom(d01, d23).reinterpretShape(BYTES, 0))
                    .intoArray(dst, at + 3 * GROUP_BYTES);
            ((ByteVector) LAST_BLOCKS.selectFrom(d01, d23).reinterpretShape(BYTES, 0))
                    .intoArray(dst, at + 3 * GROUP_BYTES + VECTOR_BYTES);
            return;
        }
        IntVector a01 = (IntVector) a0.lanewise(ROL, 32).reinterpretShape(INTS, 0);
        IntVector a23 = (IntVector) a2.lanewise(ROL, 32).reinterpretShape(INTS, 0);
        ((ByteVector) a01.blend(a23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretShape(BYTES, 0)).intoArray(dst, at);
        ((ByteVector) a01.rearrange(SWAP_PAIRS).blend(a23, ODD_PAIRS).reinterpretShape(BYTES, 0))
                .intoArray(dst, at + VECTOR_BYTES);
        IntVector b01 = (IntVector) b0.lanewise(ROL, 32).reinterpretShape(INTS, 0);
        IntVector b23 = (IntVector) b2.lanewise(ROL, 32).reinterpretShape(INTS, 0);
        ((ByteVector) b01.blend(b23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretShape(BYTES, 0))
                .intoArray(dst, at + GROUP_BYTES);
        ((ByteVector) b01.rearrange(SWAP_PAIRS).blend(b23, ODD_PAIRS).reinterpretShape(BYTES, 0))
                .intoArray(dst, at + GROUP_BYTES + VECTOR_BYTES);
        IntVector c01 = (IntVector) c0.lanewise(ROL, 32).reinterpretShape(INTS, 0);
        IntVector c23 = (IntVector) c2.lanewise(ROL, 32).reinterpretShape(INTS, 0);
        ((ByteVector) c01.blend(c23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretShape(BYTES, 0))
                .intoArray(dst, at + 2 * GROUP_BYTES);
        ((ByteVector) c01.rearrange(SWAP_PAIRS).blend(c23, ODD_PAIRS).reinterpretShape(BYTES, 0))
                .intoArray(dst, at + 2 * GROUP_BYTES + VECTOR_BYTES);
        IntVector d01 = (IntVector) d0.lanewise(ROL, 32).reinterpretShape(INTS, 0);
        IntVector d23 = (IntVector) d2.lanewise(ROL, 32).reinterpretShape(INTS, 0);
        ((ByteVector) d01.blend(d23.rearrange(SWAP_PAIRS), ODD_PAIRS).reinterpretShape(BYTES, 0))
                .intoArray(dst, at + 3 * GROUP_BYTES);
        ((ByteVector) d01.rearrange(SWAP_PAIRS).blend(d23, ODD_PAIRS).reinterpretShape(BYTES, 0))
                .intoArray(dst, at + 3 * GROUP_BYTES + VECTOR_BYTES);
    }
}
