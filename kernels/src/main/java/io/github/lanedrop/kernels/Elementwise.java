package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.ArrayLoop;
import io.github.lanedrop.kernels.lanes.DrawingLoop;
import io.github.lanedrop.kernels.lanes.Fate;
import io.github.lanedrop.kernels.lanes.LaneLoop;
import io.github.lanedrop.kernels.lanes.LaneScratch;
import io.github.lanedrop.kernels.lanes.Loops;
import io.github.lanedrop.kernels.lanes.Operation;
import java.lang.foreign.MemorySegment;

/**
 * One operation on elements of any data type in any memory, with any mask: checked, split, and handed out in spans to the
 * loops for what is known of their decisions.
 */
final class Elementwise {
    /** No mask is to be written. */
    static final MemorySegment NO_KEEP_BITS = MemorySegment.NULL;

    /** Elements of a span, so that they can be counted in an int. */
    private static final int MOST = 1 << 30;

    /** Where vectors do the work: to define a loop takes milliseconds of the first call. */
    private static final LaneLoop NO_LANES = new NoLanes();

    private final Operation operation;
    private final SpanLoops mixed;
    private final SpanLoops kept;
    private final SpanLoops dropped;
    private final Overlap overlap;

    Elementwise(Operation operation) {
        this.operation = operation;
        ArrayLoop arrays = Loops.scalar(operation);
        LaneLoop lanes = Live.VECTOR ? NO_LANES : Loops.lanes(operation);
        mixed = new SpanLoops(operation, Fate.MIXED, arrays, lanes);
        kept = new SpanLoops(operation, Fate.KEPT, arrays, lanes);
        dropped = new SpanLoops(operation, Fate.DROPPED, arrays, lanes);
        overlap = new Overlap(DrawingLoop.Before.NOTHING, operation, mixed);
    }

    /**
     * Checks everything, then applies the operation, on the caller's executor.
     *
     * @param operandName what the operand is called where it is refused
     * @param operand the operand, {@code src} where the operation has none
     */
    void run(
            MaskSource mask,
            long offset,
            DType type,
            MemorySegment src,
            String operandName,
            MemorySegment operand,
            MemorySegment dst,
            long elements,
            double a,
            double b,
            double c,
            Workers workers) {
        check(mask, offset, type, src, dst, elements, workers);
        if (operation.hasOperand()) {
            long bytes = Check.bytes(type, elements);
            Check.readable(operandName, operand, bytes, elements, Check.unit(type));
            Check.sharedWith(workers, operandName, operand);
            Check.identicalOrDisjoint(operandName, operand, bytes, "dst", dst, bytes);
        }
        if (workers.tasks() == 1) { // a lambda may be allocated
            range(mask, offset, type, src, operand, dst, NO_KEEP_BITS, 0, elements, a, b, c);
        } else {
            workers.share(
                    elements,
                    Scratch.CHUNK,
                    (start, end) -> range(mask, offset, type, src, operand, dst, NO_KEEP_BITS, start, end, a, b, c));
        }
    }

    /** Refuses what does not fit, before anything is written. */
    static void check(
            MaskSource mask,
            long offset,
            DType type,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            Workers workers) {
        Check.range(offset, elements);
        long bytes = Check.bytes(type, elements);
        MaskChecks.readable(mask, offset, elements, workers);
        Check.readable("src", src, bytes, elements, Check.unit(type));
        Check.writable("dst", dst, bytes, elements, Check.unit(type));
        Check.sharedWith(workers, "src", src);
        Check.sharedWith(workers, "dst", dst);
        Check.identicalOrDisjoint("src", src, bytes, "dst", dst, bytes);
        MaskChecks.disjoint(mask, offset + elements, "dst", dst, bytes);
    }

    /**
     * Elements {@code start} to {@code end}, exclusive, a span at a time.
     *
     * @param keepBits receives the mask on the way if it has room for any
     */
    void range(
            MaskSource mask,
            long offset,
            DType type,
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            MemorySegment keepBits,
            long start,
            long end,
            double a,
            double b,
            double c) {
        Scratch scratch = Scratch.POOL.borrow();
        boolean exports = keepBits.byteSize() > 0;
        long at = start;
        if (overlap.takes(mask, offset, type, src, dst, start, end)) {
            at = overlap.run((BernoulliMask) mask, offset, src, dst, keepBits, start, end, scratch, a, b, c);
        }
        Span span = scratch.span;
        while (at < end) {
            int most = (int) Math.min(MOST, end - at);
            int elements = exports
                    ? KeepBits.chunk(mask, offset + at, most, scratch)
                    : KeepBits.span(mask, offset + at, most, scratch);
            SpanLoops loops = switch (span.fate) {
                case MIXED -> mixed;
                case KEPT -> kept;
                case DROPPED -> dropped;
            };
            loops.apply(type, src, operand, dst, at, elements, scratch, span.bits, span.bitsAt, a, b, c);
            if (exports) {
                KeepBits.store(span.bits, span.bitsAt, elements, keepBits, at);
            }
            at += elements;
        }
        Scratch.POOL.giveBack(scratch);
    }

    /** Never called. */
    private static final class NoLanes implements LaneLoop {
        @Override
        public void run(
                float[] x,
                MemorySegment xBytes,
                float[] operand,
                MemorySegment operandBytes,
                int elements,
                byte[] bits,
                int bitsAt,
                LaneScratch scratch,
                float a,
                float b,
                float c) {
            throw new AssertionError("the vector path has loops of its own");
        }

        @Override
        public void run(
                double[] x,
                MemorySegment xBytes,
                double[] operand,
                MemorySegment operandBytes,
                int elements,
                byte[] bits,
                int bitsAt,
                LaneScratch scratch,
                double a,
                double b,
                double c) {
            throw new AssertionError("the vector path has loops of its own");
        }
    }
}
