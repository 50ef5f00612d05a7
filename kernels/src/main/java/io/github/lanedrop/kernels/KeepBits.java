package io.github.lanedrop.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import io.github.lanedrop.rng.simd.PhiloxVectors;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Fills the keep bits of a chunk from a mask source. */
final class KeepBits {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private KeepBits() {}

    /**
     * Fills {@code scratch.keepBits} so that bit 0 of byte {@code k} is element {@code first}, where {@code k} is what
     * this returns. Bits beyond {@code elements} are unspecified.
     */
    static int fill(MaskSource mask, long first, int elements, Scratch scratch) {
        int at = switch (mask) {
            case BernoulliMask(Rate rate, Key _)
            when rate.keepsAll() || rate.dropsAll() -> constant(rate.keepsAll(), first, elements, scratch.keepBits);
            case BernoulliMask(Rate rate, Key key) when rate.isHalf() -> half(key, first, elements, scratch.keepBits);
            case BernoulliMask(Rate rate, Key key) -> patterns(rate.table(), key, first, elements, scratch);
            case StoredMask(Rate _, MemorySegment bits) -> stored(bits, first, elements, scratch.keepBits);
        };
        int shift = (int) (first & 7);
        if (shift != 0) {
            shiftDown(scratch.keepBits, at, shift, elements);
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
    private static void random(Key key, long block, byte[] dst, int blocks) {
        if (Live.VECTOR) {
            PhiloxVectors.fill(key.seed(), key.stream(), block, dst, 0, blocks);
        } else {
            Philox4x32.fill(key.seed(), key.stream(), block, Philox4x32.ROUNDS, dst, 0, blocks);
        }
    }

    private static int constant(boolean kept, long first, int elements, byte[] keepBits) {
        Arrays.fill(keepBits, 0, bytes(first, elements), (byte) (kept ? -1 : 0));
        return 0;
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

    private static int stored(MemorySegment bits, long first, int elements, byte[] keepBits) {
        MemorySegment.copy(bits, JAVA_BYTE, first >>> 3, keepBits, 0, bytes(first, elements));
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

    private static void shiftDown(byte[] bits, int at, int shift, int elements) {
        for (int word = at; word < at + ((elements + 7) >>> 3); word += Long.BYTES) {
            long low = (long) LONG.get(bits, word);
            long next = (long) LONG.get(bits, word + Long.BYTES);
            LONG.set(bits, word, (low >>> shift) | (next << -shift));
        }
    }
}
