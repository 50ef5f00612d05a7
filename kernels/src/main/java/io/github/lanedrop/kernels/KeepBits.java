package io.github.lanedrop.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.lanedrop.kernels.mask.Bits;
import io.github.lanedrop.kernels.mask.ScalarBytes;
import io.github.lanedrop.kernels.mask.VectorBytes;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import io.github.lanedrop.rng.simd.PhiloxVectors;
import java.lang.foreign.MemorySegment;

/** Fills the keep bits of a chunk from a mask source. */
final class KeepBits {
    private KeepBits() {}

    /**
     * Fills {@code scratch.keepBits} so that bit 0 of byte {@code k} is element {@code first}, where {@code k} is what
     * this returns. Bits beyond {@code elements} are unspecified.
     */
    static int fill(MaskSource mask, long first, int elements, Scratch scratch) {
        return switch (mask) {
            case BernoulliMask(Rate rate, Key key) -> bernoulli(rate, key, first, elements, scratch);
            case StoredMask(Rate rate, MemorySegment bits) ->
                rate.dropsAll() ? none(elements, scratch) : stored(bits, first, elements, scratch.keepBits);
            case ByteMask(Rate rate, MemorySegment bytes) ->
                rate.dropsAll() ? none(elements, scratch) : bytes(bytes, first, elements, scratch);
            case BroadcastMask broadcast -> {
                BroadcastBits.fill(broadcast, first, elements, scratch);
                yield 0;
            }
            case DropBlockMask blocks -> {
                DropBlockBits.fill(blocks, first, elements, scratch);
                yield 0;
            }
            case RowKeyedMask rows -> RowKeyedBits.fill(rows, first, elements, scratch);
            case TokenTypeMask tokens -> {
                TokenTypeBits.fill(tokens, first, elements, scratch);
                yield 0;
            }
            case ExactCountMask exact -> {
                ExactCountBits.fill(exact, first, elements, scratch);
                yield 0;
            }
            case VaryingRateMask rates -> {
                VaryingRateBits.fill(rates, first, elements, scratch.keepBits);
                yield 0;
            }
            case ScaledMask(MaskSource scaled, double _) -> fill(scaled, first, elements, scratch);
        };
    }

    /** Whether every element has the same fate, so that nothing is drawn and kept elements keep all their bits. */
    static boolean constant(MaskSource mask) {
        return mask.rate().dropsAll() || keepsAll(mask);
    }

    private static boolean keepsAll(MaskSource mask) {
        return switch (mask) {
            case BernoulliMask(Rate rate, Key _) -> rate.keepsAll();
            case StoredMask _, ByteMask _, VaryingRateMask _ -> false;
            case RowKeyedMask rows -> rows.rate().keepsAll();
            case TokenTypeMask(MaskSource types, MemorySegment _, long _) -> keepsAll(types);
            case ExactCountMask exact -> exact.dropped() == 0;
            case BroadcastMask(MaskSource decisions, BroadcastShape _) -> keepsAll(decisions);
            case DropBlockMask(DropBlock blocks, Key _) -> blocks.anchors().keepsAll();
            case ScaledMask(MaskSource scaled, double scale) -> scale == 1 && keepsAll(scaled);
        };
    }

    /** As {@link #fill}, without a mask object. */
    static int bernoulli(Rate rate, Key key, long first, int elements, Scratch scratch) {
        if (rate.keepsAll() || rate.dropsAll()) {
            Bits.run(scratch.keepBits, 0, elements, rate.keepsAll());
            return 0;
        }
        int at = rate.isHalf()
                ? half(key, first, elements, scratch.keepBits)
                : patterns(rate.table(), key, first, elements, scratch);
        return fromBit(at, (int) (first & 7), elements, scratch.keepBits);
    }

    /** Whatever memory says, a rate of 1 drops everything. */
    private static int none(int elements, Scratch scratch) {
        Bits.run(scratch.keepBits, 0, elements, false);
        return 0;
    }

    private static int fromBit(int at, int shift, int elements, byte[] keepBits) {
        if (shift != 0) {
            Bits.shiftDown(keepBits, at, shift, elements);
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

    /** Blocks of the byte stream; on the SIMD path perhaps a few more than asked for, into the scratch's slack. */
    static void random(Key key, long block, byte[] dst, int blocks) {
        random(key.seed(), key.stream(), block, dst, blocks);
    }

    /** As {@link #random(Key, long, byte[], int)}, without a key object. */
    static void random(long seed, long stream, long block, byte[] dst, int blocks) {
        if (Live.VECTOR) {
            PhiloxVectors.fill(seed, stream, block, dst, 0, blocks);
        } else {
            Philox4x32.fill(seed, stream, block, Philox4x32.ROUNDS, dst, 0, blocks);
        }
    }

    private static int half(Key key, long first, int elements, byte[] keepBits) {
        long pattern = first >>> 3;
        int at = (int) (pattern % Philox4x32.BLOCK_BYTES);
        int blocks = blocks(at + bytes(first, elements));
        random(key, pattern / Philox4x32.BLOCK_BYTES, keepBits, blocks);
        return at;
    }

    private static int patterns(PatternTable table, Key key, long first, int elements, Scratch scratch) {
        long pattern = first >>> 3;
        int count = bytes(first, elements);
        int at = (int) (2 * pattern % Philox4x32.BLOCK_BYTES);
        int blocks = blocks(at + 2 * count);
        random(key, pattern / (Philox4x32.BLOCK_BYTES / 2), scratch.stream, blocks);
        if (Live.PERMUTES) {
            VectorPatterns.draw(table, key, pattern, scratch.stream, at, scratch, count);
        } else {
            ScalarPatterns.draw(table, key, pattern, scratch.stream, at, scratch.keepBits, count);
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

    private static int stored(MemorySegment bits, long first, int elements, byte[] keepBits) {
        MemorySegment.copy(bits, JAVA_BYTE, first >>> 3, keepBits, 0, bytes(first, elements));
        return fromBit(0, (int) (first & 7), elements, keepBits);
    }

    private static int bytes(MemorySegment bytes, long first, int elements, Scratch scratch) {
        byte[] chunk = scratch.ofMask.bytes;
        MemorySegment.copy(bytes, JAVA_BYTE, first, chunk, 0, elements);
        pack(chunk, elements, scratch.keepBits);
        return 0;
    }

    /** Writes the keep bits of a chunk to memory, the unused bits of the last byte as 0. */
    static void store(byte[] bits, int bitsAt, int elements, MemorySegment keepBits, long firstElement) {
        int bytes = (elements + 7) >>> 3;
        if ((elements & 7) != 0) {
            bits[bitsAt + bytes - 1] &= (byte) ((1 << (elements & 7)) - 1);
        }
        MemorySegment.copy(bits, bitsAt, keepBits, JAVA_BYTE, firstElement >>> 3, bytes);
    }

    /** Bytes to bits. */
    static void pack(byte[] bytes, int elements, byte[] bits) {
        if (MaskSelfTest.VECTOR) {
            VectorBytes.pack(bytes, elements, bits);
        } else {
            ScalarBytes.pack(bytes, elements, bits);
        }
    }

    /** Bits to bytes. */
    static void unpack(byte[] bits, int elements, byte[] bytes) {
        if (MaskSelfTest.VECTOR) {
            VectorBytes.unpack(bits, elements, bytes);
        } else {
            ScalarBytes.unpack(bits, elements, bytes);
        }
    }
}
