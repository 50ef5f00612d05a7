package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import java.lang.foreign.MemorySegment;

/**
 * Inverted dropout of long runs of elements that have one decision, rows and channels: neighbours of one fate are scaled or
 * zeroed as a whole. Nothing is read of what is dropped, and no bits are written for what is kept.
 */
final class Runs {
    /** Elements from which on a run is worth it. */
    private static final int LONG_RUN = 512;

    private Runs() {}

    /** Whether a mask is made of long runs, one decision after another. */
    static boolean areLong(MaskSource mask) {
        return mask instanceof BroadcastMask groups
                && groups.shape().axes() == 2
                && groups.shape().shared(1)
                && groups.shape().blockElements(1) >= LONG_RUN;
    }

    /** Elements {@code start} to {@code end}, exclusive, of a mask whose runs are long. */
    static void scaleSelect(
            MaskSource mask,
            Elementwise scaleSelect,
            long offset,
            DType type,
            MemorySegment src,
            MemorySegment dst,
            long start,
            long end) {
        BroadcastMask groups = (BroadcastMask) mask;
        double scale = mask.scale();
        long run = groups.shape().blockElements(1);
        long decision = (offset + start) / run;
        long first = decision * run - offset; // of the run, if it is not cut off
        Scratch scratch = Scratch.POOL.borrow();
        Bits.run(scratch.keepBits, 0, Scratch.CHUNK, true);
        scratch.ofMask.begin(groups.decisions());
        long at = start;
        while (at < end) {
            boolean kept = kept(groups, decision, scratch);
            do {
                decision++;
                first = end - first > run ? first + run : end;
            } while (first < end && kept(groups, decision, scratch) == kept);
            if (!kept) {
                DropoutKernel.zero(dst, at * type.bytes(), first * type.bytes());
                at = first;
            }
            while (at < first) {
                int elements = (int) Math.min(Scratch.CHUNK, first - at);
                scaleSelect.apply(type, src, src, dst, at, elements, scratch, 0, scale, 0, 0);
                at += elements;
            }
        }
        Scratch.POOL.giveBack(scratch);
    }

    private static boolean kept(BroadcastMask groups, long decision, Scratch scratch) {
        int at = scratch.ofMask.fetch(groups.decisions(), decision, 1);
        return Bits.get(scratch.ofMask.fetched(), at) == 1;
    }
}
