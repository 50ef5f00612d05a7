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
    /** How much greater the product of the first round is in each lane than in the first. */
    private static final LongVector PRODUCT_OF_LANE = BLOCK_OF_LANE.mul(Philox4x32.M0 & LOW);

    private static final LongVector PRODUCT_OF_GROUP =
            LongVector.broadcast(LONGS, GROUP_BLOCKS * (Philox4x32.M0 & LOW));

    /** The multipliers. Shifted where they are used, not masked: C2 multiplies 32 bits by 32 only where it sees that. */
    private static final LongVector HIGH_M0 = LongVector.broadcast(LONGS, (long) Philox4x32.M0 << 32);

    private static final LongVector HIGH_M1 = LongVector.broadcast(LONGS, (long) Philox4x32.M1 << 32);
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
            if (rounds < 2 || (first >>> 32) != ((first + 4L * GROUP_BLOCKS - 1) >>> 32)) {
                break; // c1 is not the same for all
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

    // No helper methods below: C2 gives up inlining them at its node count, and then boxes every vector. After a round
    // c1 and c3 are the lower halves of the lanes of c0 and c2, as they are those of the same products.
    private static void oneGroup(long key, long counterHigh, long counterLow, int rounds, byte[] dst, int at) {
        LongVector m0 = HIGH_M0.lanewise(LSHR, 32);
        LongVector m1 = HIGH_M1.lanewise(LSHR, 32);
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
        LongVector m0 = HIGH_M0.lanewise(LSHR, 32);
        LongVector m1 = HIGH_M1.lanewise(LSHR, 32);
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
     * Four groups in flight hide the latency of the multiplications; more would spill. They move up after each turn of a loop of
     * four: C2 unrolls it, and what it has to inline stands once.
     *
     * <p>The counter words differ between blocks in c0 alone, so that in each of the first two rounds one of the two products
     * is a number, and the other of the first round grows by the multiplier from block to block.
     */
    private static void fourGroups(long key, long counterHigh, long counterLow, int rounds, byte[] dst, int at) {
        LongVector m0 = HIGH_M0.lanewise(LSHR, 32);
        LongVector m1 = HIGH_M1.lanewise(LSHR, 32);
        long product1 = (Philox4x32.M1 & LOW) * (counterHigh & LOW);
        long product0 = (Philox4x32.M0 & LOW) * ((product1 ^ counterLow ^ (key << 32)) >>> 32);
        LongVector firstC23 = LongVector.broadcast(LONGS, (counterHigh ^ key) & HIGH);
        LongVector secondC01 = LongVector.broadcast(LONGS, (product1 ^ (key + Philox4x32.W0)) << 32);
        LongVector secondC23 = LongVector.broadcast(LONGS, product0 ^ ((key + ((long) Philox4x32.W1 << 32)) & HIGH));
        LongVector p0 = PRODUCT_OF_LANE.add((Philox4x32.M0 & LOW) * (counterLow & LOW));
        LongVector a01 = secondC01;
        LongVector b01 = secondC01;
        LongVector c01 = secondC01;
        LongVector d01 = secondC01;
        LongVector a23 = secondC23;
        LongVector b23 = secondC23;
        LongVector c23 = secondC23;
        LongVector d23 = secondC23;
        for (int group = 0; group < 4; group++) {
            LongVector p1 = p0.lanewise(XOR, firstC23).lanewise(LSHR, 32).mul(m1);
            a01 = b01;
            b01 = c01;
            c01 = d01;
            d01 = p1.lanewise(XOR, secondC01);
            a23 = b23;
            b23 = c23;
            c23 = d23;
            d23 = p0.lanewise(LSHL, 32).lanewise(XOR, secondC23);
            p0 = p0.add(PRODUCT_OF_GROUP);
        }
        LongVector k0 = LongVector.broadcast(LONGS, (key + 2L * Philox4x32.W0) << 32);
        LongVector k1 = LongVector.broadcast(LONGS, (key & HIGH) + ((2L * Philox4x32.W1) << 32));
        for (int round = 2; round < rounds; round++) {
            for (int group = 0; group < 4; group++) {
                p0 = a01.lanewise(LSHR, 32).mul(m0);
                LongVector p1 = a23.lanewise(LSHR, 32).mul(m1);
                LongVector next01 = p1.lanewise(XOR, a01.lanewise(LSHL, 32)).lanewise(XOR, k0);
                LongVector next23 = p0.lanewise(XOR, a23.lanewise(LSHL, 32)).lanewise(XOR, k1);
                a01 = b01;
                b01 = c01;
                c01 = d01;
                d01 = next01;
                a23 = b23;
                b23 = c23;
                c23 = d23;
                d23 = next23;
            }
            k0 = k0.add((long) Philox4x32.W0 << 32); // bumpKey
            k1 = k1.add((long) Philox4x32.W1 << 32);
        }
        for (int group = 0; group < 4; group++) {
            int to = at + group * GROUP_BYTES;
            if (PERMUTES_PAIRS) {
                IntVector words01 = (IntVector) a01.reinterpretShape(INTS, 0);
                IntVector words23 = (IntVector) a23.reinterpretShape(INTS, 0);
                ((ByteVector) FIRST_BLOCKS.selectFrom(words01, words23).reinterpretShape(BYTES, 0)).intoArray(dst, to);
                ((ByteVector) LAST_BLOCKS.selectFrom(words01, words23).reinterpretShape(BYTES, 0))
                        .intoArray(dst, to + VECTOR_BYTES);
            } else {
                IntVector words01 = (IntVector) a01.lanewise(ROL, 32).reinterpretShape(INTS, 0);
                IntVector words23 = (IntVector) a23.lanewise(ROL, 32).reinterpretShape(INTS, 0);
                ((ByteVector) words01.blend(words23.rearrange(SWAP_PAIRS), ODD_PAIRS)
                                .reinterpretShape(BYTES, 0))
                        .intoArray(dst, to);
                ((ByteVector) words01.rearrange(SWAP_PAIRS)
                                .blend(words23, ODD_PAIRS)
                                .reinterpretShape(BYTES, 0))
                        .intoArray(dst, to + VECTOR_BYTES);
            }
            a01 = b01;
            b01 = c01;
            c01 = d01;
            a23 = b23;
            b23 = c23;
            c23 = d23;
        }
    }
}
