package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;

/** Keep bits of independent elements, drawn eight at a time. */
final class BernoulliBits extends Filler<BernoulliMask> {
    static final BernoulliBits FILLER = new BernoulliBits();

    private BernoulliBits() {}

    @Override
    int fill(BernoulliMask mask, long first, int elements, Scratch scratch) {
        return fill(mask.rate(), mask.key(), first, elements, scratch);
    }

    @Override
    boolean keepsAll(BernoulliMask mask) {
        return mask.rate().keepsAll();
    }

    /** As {@link #fill}, without a mask object. */
    static int fill(Rate rate, Key key, long first, int elements, Scratch scratch) {
        if (rate.keepsAll() || rate.dropsAll()) {
            Bits.run(scratch.keepBits, 0, elements, rate.keepsAll());
            return 0;
        }
        int at = rate.isHalf()
                ? half(key, first, elements, scratch.keepBits)
                : patterns(rate.table(), key, first, elements, scratch);
        int shift = (int) (first & 7);
        if (shift != 0) {
            Bits.shiftDown(scratch.keepBits, at, shift, elements);
        }
        return at;
    }

    /** Bytes that hold the bits of elements {@code first} to {@code first + elements}, exclusive. */
    private static int bytes(long first, int elements) {
        return ((int) (first & 7) + elements + 7) >>> 3;
    }

    /** Blocks that hold this many bytes of the byte stream. */
    private static int blocks(int bytes) {
        return (bytes + Philox4x32.BLOCK_BYTES - 1) / Philox4x32.BLOCK_BYTES;
    }

    private static int half(Key key, long first, int elements, byte[] keepBits) {
        long pattern = first >>> 3;
        int at = (int) (pattern % Philox4x32.BLOCK_BYTES);
        int blocks = blocks(at + bytes(first, elements));
        KeepBits.random(key, pattern / Philox4x32.BLOCK_BYTES, keepBits, 0, blocks);
        return at;
    }

    private static int patterns(PatternTable table, Key key, long first, int elements, Scratch scratch) {
        long pattern = first >>> 3;
        int count = bytes(first, elements);
        int at = (int) (2 * pattern % Philox4x32.BLOCK_BYTES);
        int blocks = blocks(at + 2 * count);
        KeepBits.random(key, pattern / (Philox4x32.BLOCK_BYTES / 2), scratch.stream, 0, blocks);
        if (Live.VECTOR_PATTERNS) {
            VectorPatterns.draw(table, key, pattern, scratch.stream, at, scratch, count);
        } else {
            TablePatterns.draw(table, key, pattern, scratch.stream, at, scratch, count);
        }
        return 0;
    }

    /**
     * Whether the random blocks of the chunk from element {@code first} can be made ahead: they begin with it, and differ
     * in counter word c0 alone.
     */
    static boolean drawable(BernoulliMask mask, long first) {
        return Live.PERMUTES
                && !mask.rate().keepsAll()
                && !mask.rate().dropsAll()
                && first % (Byte.SIZE * Philox4x32.BLOCK_BYTES) == 0
                && (block(mask, first) & 0xFFFFFFFFL) <= (1L << 32) - chunkBlocks(mask);
    }

    /** The block that holds the first random bits of an element. */
    static long block(BernoulliMask mask, long first) {
        return (first >>> 3) / (mask.rate().isHalf() ? Philox4x32.BLOCK_BYTES : Philox4x32.BLOCK_BYTES / 2);
    }

    /** Random blocks of a whole chunk. */
    static int chunkBlocks(BernoulliMask mask) {
        return blocks(mask.rate().isHalf() ? Scratch.CHUNK / 8 : Scratch.CHUNK / 4);
    }

    /** The rest of {@link #fill} for a whole chunk whose random blocks are in {@code scratch.stream}. */
    static void drawn(BernoulliMask mask, long first, Scratch scratch) {
        if (mask.rate().isHalf()) {
            System.arraycopy(scratch.stream, 0, scratch.keepBits, 0, Scratch.CHUNK / 8);
        } else {
            PatternTable table = mask.rate().table();
            VectorPatterns.draw(table, mask.key(), first >>> 3, scratch.stream, 0, scratch, Scratch.CHUNK / 8);
        }
    }
}
