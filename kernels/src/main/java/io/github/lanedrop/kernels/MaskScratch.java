package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import io.github.lanedrop.kernels.mask.VectorBytes;
import io.github.lanedrop.kernels.mask.VectorFloats;

/**
 * What mask sources need that are made of other sources or decide more than one element at once.
 *
 * <p>It remembers what the last fill drew, since the next one mostly needs the rest of it; by value, and only what is a
 * function of values, so that it is right whoever borrows it next, and holds on to nobody's memory.
 */
final class MaskScratch {
    /** Decisions fetched at first: as many as one group of random blocks gives at the widest vectors. */
    private static final int WINDOW = 512;

    /** Elements that decisions are repeated for at once: a loop loses some time where it begins and ends. */
    static final int REPEATED = 16 * Scratch.CHUNK;

    /** Bytes of a chunk of a byte mask. */
    final byte[] bytes = new byte[Scratch.CHUNK + VectorBytes.SLACK];

    /** Floats of a part of a float mask. */
    final float[] floats = new float[Scratch.PIECE + VectorFloats.SLACK];

    final DropBlockBits dropBlock = new DropBlockBits();

    private Scratch[] inner = {}; // made when first needed: a source within a source within ...

    // the window in inner: decisions `first` to `end` of a mask that is remembered, or of the fill at hand
    private final Drawn drawn = new Drawn();
    private long decisions;
    private boolean held;
    private long first;
    private long end;
    private int bitsAt;
    private int window;

    // decisions of that mask, again and again: `period` of them from `periodFirst` on
    private final byte[] repeated = new byte[(Scratch.CHUNK + REPEATED) / Byte.SIZE + Bits.SLACK];
    private boolean periodHeld;
    private long periodFirst;
    private int period;
    private int repeatedEnd;

    /** Scratch of the next depth, for another use than {@link #fetch}. */
    Scratch inner() {
        held = false;
        return next();
    }

    private Scratch next() {
        if (inner.length == 0) {
            inner = new Scratch[] {Scratch.inner()};
        }
        return inner[0];
    }

    /** Keep bits that {@link #fetch} fetched. */
    byte[] fetched() {
        return next().keepBits;
    }

    /**
     * Begins a fill: forgets the window unless it is of this very mask.
     *
     * @param decisions how many of the mask's first elements may be fetched; what others would read was not checked
     */
    void begin(MaskSource mask, long decisions) {
        this.decisions = decisions;
        boolean same = drawn.by(mask);
        held &= same;
        periodHeld &= same;
    }

    /**
     * Makes keep bits of a mask available.
     *
     * @param mask the one that {@link #begin} was told of
     * @param count at most a chunk
     * @return the index in {@link #fetched()} of the bit of element {@code from}
     */
    int fetch(MaskSource mask, long from, int count) {
        if (!held || from < first || from + count > end) {
            // more and more while one window follows another: drawing many at once takes less time for each
            window = held && from >= first && from - end < WINDOW ? Math.min(2 * window, Scratch.CHUNK / 2) : WINDOW;
            long start = from & -WINDOW;
            long stop = from + count;
            if (stop <= Long.MAX_VALUE - window) {
                stop = Math.min(decisions, (stop + window - 1) & -window);
            }
            if (stop - start > Scratch.CHUNK) {
                start = from;
                stop = from + count;
            }
            bitsAt = KeepBits.fill(mask, start, (int) (stop - start), next());
            first = start;
            end = stop;
            held = true;
        }
        return 8 * bitsAt + (int) (from - first);
    }

    /** Whether what is fetched may be used by later fills. */
    boolean remembers() {
        return !drawn.byNobody();
    }

    /**
     * Decisions of a mask again and again, from bit 0.
     *
     * @param mask the one that {@link #begin} was told of
     * @param from the first decision
     * @param count how many there are, at most a chunk
     * @param bits at least so many bits, at most {@link #REPEATED} more than the decisions
     */
    byte[] repeated(MaskSource mask, long from, int count, int bits) {
        if (!periodHeld || from != periodFirst || count != period || bits > repeatedEnd) {
            int at = fetch(mask, from, count);
            Bits.copy(fetched(), at, repeated, 0, count);
            Bits.repeat(repeated, 0, count, bits);
            periodHeld = true;
            periodFirst = from;
            period = count;
            repeatedEnd = bits;
        }
        return repeated;
    }
}
