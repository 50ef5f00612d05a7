package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Fate;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What the kernels must know of a kind of mask source, all in one place: how its keep bits are filled, and what it reads
 * and refuses. One object a kind, without state.
 *
 * @param <M> the kind
 */
abstract class Filler<M extends MaskSource> {
    /** Keep bits of a span that is kept, with as much room behind it as in a scratch. */
    private static final byte[] ONES = new byte[Scratch.KEEP_BITS_BYTES];

    private static final byte[] ZEROS = new byte[Scratch.KEEP_BITS_BYTES];

    static {
        Arrays.fill(ONES, (byte) -1);
    }

    /** The filler of a mask. */
    @SuppressWarnings("unchecked") // each case is the filler of that very kind
    static Filler<MaskSource> of(MaskSource mask) {
        return (Filler<MaskSource>)
                switch (mask) {
                    case BernoulliMask _ -> BernoulliBits.FILLER;
                    case StoredMask _ -> StoredBits.FILLER;
                    case ByteMask _ -> ByteBits.FILLER;
                    case FloatMask _ -> FloatBits.FILLER;
                    case BroadcastMask _ -> BroadcastBits.FILLER;
                    case DropBlockMask _ -> DropBlockBits.FILLER;
                    case RowKeyedMask _ -> RowKeyedBits.FILLER;
                    case TokenTypeMask _ -> TokenTypeBits.FILLER;
                    case ExactCountMask _ -> ExactCountBits.FILLER;
                    case VaryingRateMask _ -> VaryingRateBits.FILLER;
                    case ScaledMask _ -> ScaledBits.FILLER;
                };
    }

    /**
     * Fills {@code scratch.keepBits} so that bit 0 of byte {@code k} is element {@code first}, where {@code k} is what
     * this returns. Bits beyond {@code elements}, at most a chunk, are unspecified.
     */
    abstract int fill(M mask, long first, int elements, Scratch scratch);

    /**
     * Finds the keep bits of some elements from {@code first} on and leaves them in {@code scratch.span}: where many share
     * a decision, or decisions repeat, there is less to do than to fill, and loops run longer.
     *
     * @param elements at most so many, 1 or more
     * @return how many, 1 or more; more than a chunk only where the bits are there
     */
    int span(M mask, long first, int elements, Scratch scratch) {
        return KeepBits.chunk(mask, first, elements, scratch);
    }

    /** A span of any length whose elements have one fate; there are bits for a chunk of them. */
    static void decided(boolean kept, Scratch scratch) {
        scratch.span.set(kept ? Fate.KEPT : Fate.DROPPED, kept ? ONES : ZEROS, 0);
    }

    /** Whether it is known that every element is kept, unscaled, so that nothing is drawn. */
    boolean keepsAll(M mask) {
        return false;
    }

    /** Refuses elements {@code offset} to {@code offset + elements} if they cannot be had, by all workers. */
    void readable(M mask, long offset, long elements, Workers workers) {
        MaskChecks.within(mask, offset + elements);
    }

    /** Refuses what is written if it shares a byte with what the mask reads for elements up to {@code end}. */
    void disjoint(M mask, long end, String name, MemorySegment written, long bytes) {}
}
