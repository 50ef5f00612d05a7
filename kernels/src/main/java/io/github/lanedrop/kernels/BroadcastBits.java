package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Fate;
import io.github.lanedrop.kernels.mask.Bits;
import java.lang.foreign.MemorySegment;

/** Keep bits of a broadcast mask: decisions are fetched, then written many times, or not written at all. */
final class BroadcastBits extends Filler<BroadcastMask> {
    static final BroadcastBits FILLER = new BroadcastBits();

    /** Elements with one decision from which on they are a span. */
    private static final int LONG_RUN = 512;

    private BroadcastBits() {}

    @Override
    int fill(BroadcastMask mask, long first, int elements, Scratch scratch) {
        if (elements > 0) {
            scratch.ofMask.begin(mask.decisions(), mask.shape().decisions());
            block(mask, 0, 0, first, elements, scratch, 0);
        }
        return 0;
    }

    /** Long runs, rows and channels, need no bits; those of columns, channels last and locked units are repeated once. */
    @Override
    int span(BroadcastMask mask, long first, int elements, Scratch scratch) {
        BroadcastShape shape = mask.shape();
        int axes = shape.axes();
        if (axes == 2 && shape.shared(1) && shape.blockElements(1) >= LONG_RUN) {
            return runs(mask, first, elements, scratch);
        }
        if (axes == 2 || axes == 3) {
            long block = shape.blockElements(axes - 2);
            long period = shape.blockElements(axes - 1);
            long from = first % block;
            if (isPeriodic(shape, axes - 2) && remembered(mask, scratch) && from % period % Byte.SIZE == 0) {
                long decision = first / block * shape.blockDecisions(axes - 2);
                byte[] repeated = repeated(mask, axes - 2, decision, scratch);
                scratch.span.set(Fate.MIXED, repeated, (int) (from % period) / Byte.SIZE);
                return (int) Math.min(Math.min(elements, MaskScratch.REPEATED), block - from);
            }
        }
        return super.span(mask, first, elements, scratch);
    }

    /** Neighbouring runs of one fate, as far as a word of decisions tells. */
    private static int runs(BroadcastMask mask, long first, int elements, Scratch scratch) {
        MaskScratch fetcher = scratch.ofMask;
        fetcher.begin(mask.decisions(), mask.shape().decisions());
        long run = mask.shape().blockElements(1);
        long decision = first / run;
        int most = (int) Math.min(Long.SIZE, mask.shape().decisions() - decision);
        long word = Bits.word(fetcher.fetched(), fetcher.fetch(mask.decisions(), decision, most));
        boolean kept = (word & 1) == 1;
        int same = Math.min(Long.numberOfTrailingZeros(kept ? ~word : word), most);
        decided(kept, scratch);
        return (int) Math.min(elements, (decision + same) * run - first);
    }

    /** Whether the blocks below a shared axis are elements of their own, few enough to be written again and again. */
    private static boolean isPeriodic(BroadcastShape shape, int axis) {
        return shape.shared(axis) && axis + 2 == shape.axes() && shape.blockElements(axis + 1) <= Scratch.CHUNK;
    }

    private static boolean remembered(BroadcastMask mask, Scratch scratch) {
        scratch.ofMask.begin(mask.decisions(), mask.shape().decisions());
        return scratch.ofMask.remembers();
    }

    /** The bits of a periodic block from its beginning on, for some chunks from wherever in the first period. */
    private static byte[] repeated(BroadcastMask mask, int axis, long decision, Scratch scratch) {
        long period = mask.shape().blockElements(axis + 1);
        int bits = (int) Math.min(period + MaskScratch.REPEATED, mask.shape().blockElements(axis));
        return scratch.ofMask.repeated(mask.decisions(), decision, (int) period, bits);
    }

    @Override
    boolean keepsAll(BroadcastMask mask) {
        return of(mask.decisions()).keepsAll(mask.decisions());
    }

    @Override
    void readable(BroadcastMask mask, long offset, long elements, Workers workers) {
        super.readable(mask, offset, elements, workers);
        of(mask.decisions()).readable(mask.decisions(), 0, mask.shape().decisions(), workers);
    }

    @Override
    void disjoint(BroadcastMask mask, long end, String name, MemorySegment written, long bytes) {
        of(mask.decisions()).disjoint(mask.decisions(), mask.shape().decisions(), name, written, bytes);
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
        if (isPeriodic(shape, axis) && fetcher.remembers()) {
            Bits.copy(repeated(mask, axis, decision, scratch), (int) (from % period), keepBits, to, count);
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
