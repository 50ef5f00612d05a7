package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Fate;
import io.github.lanedrop.kernels.mask.Bits;
import io.github.lanedrop.kernels.mask.ScalarDilation;
import io.github.lanedrop.kernels.mask.VectorDilation;
import io.github.lanedrop.rng.Key;
import java.util.Arrays;

/**
 * Keep bits of DropBlock. Planes lie one after another as one string of bits; no block leaves its plane, so all of them grow
 * from their anchors at once by a few shifts of the whole string: by 1, 2, 4, ... along rows, then by rows, then by slices.
 */
final class DropBlockBits {
    /** Where elements need anchors from farther away than this, they are made in bands and remembered. */
    private static final int NEAR = Scratch.CHUNK / 4;

    /** Elements that are made at once where a call has so many. */
    private static final int LONG_SPAN = 4 * Scratch.CHUNK;

    private static final int WORD = Long.SIZE;

    private byte[] longSpan = {};
    private byte[] anchors = {};
    private long[] words = {};
    private int at; // of the first word; zeros before it

    // the band in `words`, by value
    private final Drawn drawn = new Drawn();
    private boolean held;
    private long wordsFirst; // of bit 0
    private long bandFirst;
    private long bandEnd;

    static final Filler<DropBlockMask> FILLER = new Filler<>() {
        @Override
        int fill(DropBlockMask mask, long first, int elements, Scratch scratch) {
            DropBlockBits bits = scratch.ofMask.dropBlock;
            if (mask.blocks().reach() > NEAR) {
                bits.inBands(mask.blocks(), mask.key(), first, elements, scratch);
            } else if (elements > 0) {
                bits.near(mask.blocks(), mask.key(), first, elements, scratch, scratch.keepBits);
            }
            return 0;
        }

        // what begins and ends a string takes a fifth of a chunk's time, so strings are longer where they can be
        @Override
        int span(DropBlockMask mask, long first, int elements, Scratch scratch) {
            if (elements <= Scratch.CHUNK || mask.blocks().reach() > NEAR) {
                return super.span(mask, first, elements, scratch);
            }
            DropBlockBits bits = scratch.ofMask.dropBlock;
            int count = Math.min(elements, LONG_SPAN);
            bits.near(mask.blocks(), mask.key(), first, count, scratch, bits.keepBits());
            scratch.span.set(Fate.MIXED, bits.keepBits(), 0);
            return count;
        }

        @Override
        boolean keepsAll(DropBlockMask mask) {
            return mask.blocks().anchors().keepsAll();
        }
    };

    /** Keep bits of elements that are near their anchors, from bit 0. */
    private void near(DropBlock blocks, Key key, long first, int elements, Scratch scratch, byte[] keepBits) {
        held = false;
        long begin = Math.max(0, first - blocks.reach()) / WORD * WORD;
        make(blocks, key, begin, (int) (first - begin) + elements, scratch);
        copy((int) (first - begin), elements, keepBits, 0);
    }

    private byte[] keepBits() {
        if (longSpan.length == 0) {
            longSpan = new byte[LONG_SPAN / Byte.SIZE + VectorDilation.SLACK * Long.BYTES];
        }
        return longSpan;
    }

    private void inBands(DropBlock blocks, Key key, long first, int elements, Scratch scratch) {
        int reach = blocks.reach();
        held &= drawn.by(blocks, key);
        long band = (4L * reach + WORD - 1) / WORD * WORD;
        int done = 0;
        while (done < elements) {
            long from = first + done;
            if (!held || from < bandFirst || from >= bandEnd) {
                bandFirst = from - from % band;
                bandEnd = bandFirst > Long.MAX_VALUE - band ? Long.MAX_VALUE : bandFirst + band;
                wordsFirst = Math.max(0, bandFirst - reach) / WORD * WORD;
                make(blocks, key, wordsFirst, (int) (bandEnd - wordsFirst), scratch);
                held = true;
            }
            int count = (int) Math.min(elements - done, bandEnd - from);
            copy((int) (from - wordsFirst), count, scratch.keepBits, done);
            done += count;
        }
    }

    /**
     * Dropped elements from {@code begin} on, a multiple of 64, as ones; right where all anchors are among them.
     *
     * <p>Long enough, more than 325 bytes, that C2 compiles it by itself: inlined into its callers, it takes them over the
     * limit of nodes in the middle of a vector loop.
     */
    private void make(DropBlock blocks, Key key, long begin, int count, Scratch scratch) {
        int length = (count + WORD - 1) / WORD;
        int before = blocks.reach() / WORD + 2;
        if (words.length < before + length + VectorDilation.SLACK) {
            words = new long[before + length + VectorDilation.SLACK];
        }
        at = before;
        Arrays.fill(words, 0, before, 0);
        long firstAnchor = blocks.anchorsBefore(begin);
        long wholeBytes = firstAnchor & ~7L;
        int anchorCount = (int) (blocks.anchorsBefore(begin + count) - wholeBytes);
        byte[] keptAnchors = drawn(blocks, key, wholeBytes, anchorCount, scratch);
        // the next anchors go to the ones of the plane's positions that can hold them
        long[] allPlaces = blocks.places();
        int next = (int) (begin / WORD % allPlaces.length);
        int anchor = (int) (firstAnchor & 7);
        for (int i = at; i < at + length; i++) {
            long places = allPlaces[next];
            words[i] = Long.expand(~Bits.word(keptAnchors, anchor), places);
            anchor += Long.bitCount(places);
            if (++next == allPlaces.length) {
                next = 0;
            }
        }
        for (int axis = 2; axis >= 0; axis--) {
            int block = blocks.blockAlong(axis);
            int stride = blocks.stride(axis);
            int step;
            for (int width = 1; width < block; width += step) {
                step = Math.min(width, block - width);
                if (MaskSelfTest.VECTOR) {
                    VectorDilation.shiftOr(words, at, length, step * stride);
                } else {
                    ScalarDilation.shiftOr(words, at, length, step * stride);
                }
            }
        }
    }

    /** Keep bits of the anchors' mask: an anchor is what it drops. */
    private byte[] drawn(DropBlock blocks, Key key, long first, int count, Scratch scratch) {
        int room = Bits.bytes(count) + 2 * Bits.SLACK;
        if (anchors.length < room) {
            anchors = new byte[room];
        }
        Scratch inner = scratch.ofMask.inner();
        for (int done = 0; done < count; done += Scratch.CHUNK) {
            int part = Math.min(Scratch.CHUNK, count - done);
            int from = BernoulliBits.fill(blocks.anchors(), key, first + done, part, inner);
            System.arraycopy(inner.keepBits, from, anchors, done >>> 3, Bits.bytes(part));
        }
        return anchors;
    }

    /** What is not dropped is kept. */
    private void copy(int from, int count, byte[] keepBits, int to) {
        if (MaskSelfTest.VECTOR && to % Byte.SIZE == 0) {
            VectorDilation.copyInverted(words, WORD * at + from, keepBits, to / Byte.SIZE, count);
        } else {
            Bits.copyInverted(words, WORD * at + from, keepBits, to, count);
        }
    }
}
