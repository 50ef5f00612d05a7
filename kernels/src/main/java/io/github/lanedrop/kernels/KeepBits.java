package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.lanedrop.kernels.lanes.Fate;
import io.github.lanedrop.kernels.mask.ScalarBytes;
import io.github.lanedrop.kernels.mask.ScalarFloats;
import io.github.lanedrop.kernels.mask.VectorBytes;
import io.github.lanedrop.kernels.mask.VectorFloats;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.simd.PhiloxArrays;
import io.github.lanedrop.rng.simd.PhiloxVectors;
import java.lang.foreign.MemorySegment;

/** The keep bits of a chunk, whatever the mask source. */
final class KeepBits {
    /** Keeps everything and draws nothing; stands for the mask where there is none. */
    static final MaskSource ALL_KEPT = new BernoulliMask(Rate.drop(0), Key.of(0));

    /** Of the generator, where there are no vectors. */
    private static final Pool<long[]> STATES = new Pool<>(() -> new long[PhiloxArrays.STATE]);

    private KeepBits() {}

    /** Fills the keep bits of a chunk, see {@link Filler#fill}. */
    static int fill(MaskSource mask, long first, int elements, Scratch scratch) {
        return Filler.of(mask).fill(mask, first, elements, scratch);
    }

    /** As {@link #span}, for a chunk at most and with all the bits in {@code scratch.keepBits}. */
    static int chunk(MaskSource mask, long first, int elements, Scratch scratch) {
        int count = Math.min(elements, Scratch.CHUNK);
        scratch.span.set(Fate.MIXED, scratch.keepBits, fill(mask, first, count, scratch));
        return count;
    }

    /** Finds the keep bits of the next elements, see {@link Filler#span}. */
    static int span(MaskSource mask, long first, int elements, Scratch scratch) {
        return Filler.of(mask).span(mask, first, elements, scratch);
    }

    /** Whether every element has the same fate, so that nothing is drawn and kept elements keep all their bits. */
    static boolean constant(MaskSource mask) {
        return mask.rate().dropsAll() || Filler.of(mask).keepsAll(mask);
    }

    /** Whether a mask keeps everything, so that nothing is drawn and the scale is 1. */
    static boolean keepsAll(MaskSource mask) {
        return constant(mask) && !mask.rate().dropsAll();
    }

    /**
     * Blocks of the byte stream, from {@code dst[at]} on; on the SIMD path perhaps a few more than asked for, into the
     * scratch's slack.
     */
    static void random(Key key, long block, byte[] dst, int at, int blocks) {
        random(key.seed(), key.stream(), block, dst, at, blocks);
    }

    /** As {@link #random(Key, long, byte[], int, int)}, without a key object. */
    static void random(long seed, long stream, long block, byte[] dst, int at, int blocks) {
        if (Live.VECTOR) {
            PhiloxVectors.fill(seed, stream, block, dst, at, blocks);
        } else {
            long[] state = STATES.borrow();
            PhiloxArrays.fill(seed, stream, block, dst, at, blocks, state);
            STATES.giveBack(state);
        }
    }

    /** Writes the keep bits of a chunk to memory, the unused bits of the last byte as 0. */
    static void store(byte[] bits, int bitsAt, int elements, MemorySegment keepBits, long firstElement) {
        int bytes = (elements + 7) >>> 3;
        if ((elements & 7) != 0) {
            bits[bitsAt + bytes - 1] &= (byte) ((1 << (elements & 7)) - 1);
        }
        MemorySegment.copy(bits, bitsAt, keepBits, JAVA_BYTE, firstElement >>> 3, bytes);
    }

    /** Writes the keep bits of elements {@code start} to {@code end}, exclusive, of what begins at {@code offset}. */
    static void export(MaskSource mask, long offset, MemorySegment keepBits, long start, long end) {
        Scratch scratch = Scratch.POOL.borrow();
        for (long at = start; at < end; at += Scratch.CHUNK) {
            int elements = (int) Math.min(Scratch.CHUNK, end - at);
            int bitsAt = fill(mask, offset + at, elements, scratch);
            store(scratch.keepBits, bitsAt, elements, keepBits, at);
        }
        Scratch.POOL.giveBack(scratch);
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

    /** Floats in memory, from {@code first} on, a chunk at most, to bits in {@code scratch.keepBits}. */
    static void packFloats(MemorySegment floats, long first, int elements, Scratch scratch) {
        float[] piece = scratch.ofMask.floats;
        for (int done = 0; done < elements; done += Scratch.PIECE) {
            int count = Math.min(Scratch.PIECE, elements - done);
            MemorySegment.copy(floats, FLOAT, (first + done) * Float.BYTES, piece, 0, count);
            if (MaskSelfTest.VECTOR) {
                VectorFloats.pack(piece, count, scratch.keepBits, done >>> 3);
            } else {
                ScalarFloats.pack(piece, count, scratch.keepBits, done >>> 3);
            }
        }
    }

    /** Bits in {@code scratch.keepBits}, of a chunk at most, to floats in memory, from {@code first} on. */
    static void unpackFloats(int elements, float kept, MemorySegment floats, long first, Scratch scratch) {
        float[] piece = scratch.ofMask.floats;
        for (int done = 0; done < elements; done += Scratch.PIECE) {
            int count = Math.min(Scratch.PIECE, elements - done);
            if (MaskSelfTest.VECTOR) {
                VectorFloats.unpack(scratch.keepBits, done >>> 3, count, kept, piece);
            } else {
                ScalarFloats.unpack(scratch.keepBits, done >>> 3, count, kept, piece);
            }
            MemorySegment.copy(piece, 0, floats, FLOAT, (first + done) * Float.BYTES, count);
        }
    }
}
