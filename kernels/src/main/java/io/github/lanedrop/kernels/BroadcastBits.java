package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;

/** Keep bits of a broadcast mask: decisions are fetched, then written many times. */
final class BroadcastBits {
    private BroadcastBits() {}

    /** Elements {@code first} and on, from bit 0 of {@code scratch.keepBits}. */
    static void fill(BroadcastMask mask, long first, int elements, Scratch scratch) {
        if (elements > 0) {
            scratch.ofMask.begin(mask.decisions());
            block(mask, 0, 0, first, elements, scratch, 0);
        }
    }

    /**
     * Elements of the block below some index of the axes before {@code axis}.
     *
     * @param decision the block's first
     * @param from the first element, counted from the block's beginning
     * @param to where in {@code scratch.keepBits} its bit goes
     */
    private static void block(
            BroadcastMask mask, int axis, long decision, long from, int count, Scratch scratch, int to) {
        BroadcastShape shape = mask.shape();
        MaskScratch fetcher = scratch.ofMask;
        byte[] keepBits = scratch.keepBits;
        if (axis == shape.axes()) { // an element
            int at = fetcher.fetch(mask.decisions(), decision, 1);
            Bits.copy(fetcher.fetched(), at, keepBits, to, 1);
            return;
        }
        long period = shape.blockElements(axis + 1);
        if (shape.shared(axis) && axis + 2 == shape.axes() && period <= Scratch.CHUNK && fetcher.remembers()) {
            int bits = (int) Math.min(period + Scratch.CHUNK, shape.blockElements(axis)); // whatever the first one is
            byte[] repeated = fetcher.repeated(mask.decisions(), decision, (int) period, bits);
            Bits.copy(repeated, (int) (from % period), keepBits, to, count);
        } else if (shape.shared(axis)) {
            long start = from % period;
            int once = (int) Math.min(count, period);
            int head = (int) Math.min(once, period - start);
            block(mask, axis + 1, decision, start, head, scratch, to);
            if (head < once) {
                block(mask, axis + 1, decision, 0, once - head, scratch, to + head);
            }
            Bits.repeat(keepBits, to, once, count);
        } else if (axis + 1 == shape.axes()) { // independent elements
            int at = fetcher.fetch(mask.decisions(), decision + from, count);
            Bits.copy(fetcher.fetched(), at, keepBits, to, count);
        } else if (axis + 2 == shape.axes()) { // runs of equal ones
            long run = from / period;
            long skip = from - run * period;
            int more = skip + count <= period ? 0 : (int) ((skip + count - 1) / period); // a division less at times
            int at = fetcher.fetch(mask.decisions(), decision + run, 1 + more);
            Bits.runs(fetcher.fetched(), at, period, skip, keepBits, to, count);
        } else {
            long decisions = shape.blockDecisions(axis + 1);
            int done = 0;
            for (long index = from / period; done < count; index++) {
                long start = done == 0 ? from % period : 0;
                int part = (int) Math.min(count - done, period - start);
                block(mask, axis + 1, decision + index * decisions, start, part, scratch, to + done);
                done += part;
            }
        }
    }
}
