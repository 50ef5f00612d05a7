package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.ArrayLoop;
import io.github.lanedrop.kernels.lanes.DrawingLoop;
import io.github.lanedrop.kernels.lanes.Fate;
import io.github.lanedrop.kernels.lanes.LaneLoop;
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
    private static final LaneLoop NO_LANES = new LaneLoop() {};

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
     * Checks everything, then applies an operation without operand, on the caller's executor.
     *
     * @param srcName what {@code src} is called where it is refused
     * @param dstName what {@code dst} is called where it is refused
     */
    void run(
            MaskSource mask,
            long offset,
            DType type,
            String srcName,
            MemorySegment src,
            String dstName,
            MemorySegment dst,
            long elements,
            double a,
            double b,
            double c,
            Workers workers) {
        check(mask, offset, type, srcName, src, dstName, dst, elements, workers);
        split(mask, offset, type, src, src, dst, NO_KEEP_BITS, elements, a, b, c, workers);
    }

    /**
     * Checks everything, then applies an operation with an operand, on the caller's executor.
     *
     * @param operandName what the operand is called where it is refused
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
        check(mask, offset, type, "src", src, "dst", dst, elements, workers);
        long bytes = Check.bytes(type, elements);
        Check.readable(operandName, operand, bytes, elements, Check.unit(type));
        Check.sharedWith(workers, operandName, operand);
        Check.identicalOrDisjoint(operandName, operand, bytes, "dst", dst, bytes);
        split(mask, offset, type, src, operand, dst, NO_KEEP_BITS, elements, a, b, c, workers);
    }

    /** Refuses what does not fit, before anything is written. */
    static void check(
            MaskSource mask,
            long offset,
            DType type,
            String srcName,
            MemorySegment src,
            String dstName,
            MemorySegment dst,
            long elements,
            Workers workers) {
        MaskChecks.readable(mask, offset, elements, workers);
        long bytes = Check.bytes(type, elements);
        Check.readable(srcName, src, bytes, elements, Check.unit(type));
        Check.writable(dstName, dst, bytes, elements, Check.unit(type));
        Check.sharedWith(workers, srcName, src);
        Check.sharedWith(workers, dstName, dst);
        Check.identicalOrDisjoint(srcName, src, bytes, dstName, dst, bytes);
        MaskChecks.disjoint(mask, offset + elements, dstName, dst, bytes);
    }

    /**
     * Applies the operation to arguments that were checked, on the caller's executor.
     *
     * @param operand the operand, {@code src} where the operation has none
     * @param keepBits receives the mask on the way if it has room for any
     */
    void split(
            MaskSource mask,
            long offset,
            DType type,
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            MemorySegment keepBits,
            long elements,
            double a,
            double b,
            double c,
            Workers workers) {
        if (workers.tasks() == 1) { // a lambda may be allocated
            range(mask, offset, type, src, operand, dst, keepBits, 0, elements, a, b, c);
        } else {
            workers.share(
                    elements,
                    Scratch.CHUNK,
                    (start, end) -> range(mask, offset, type, src, operand, dst, keepBits, start, end, a, b, c));
        }
    }

    /**
     * Copies or zeroes elements that all have one fate, if that is what the operation does to them: so they keep every bit, those
     * of -0, to which 0 is not added, and of signalling NaNs, which are not multiplied by 1.
     *
     * @return false, with nothing done, if there is something to compute
     */
    private boolean copied(
            MaskSource mask,
            DType type,
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            long start,
            long end,
            double a,
            double b) {
        long startByte = start * type.bytes();
        long endByte = end * type.bytes();
        if (operation.addsOperand()) {
            return false;
        }
        if (mask.rate().dropsAll() == operation.inverted()) { // what is selected
            if ((operation.scales() && a != 1) || (operation.shifts() && b != 0)) {
                return false;
            }
            MemorySegment.copy(src, startByte, dst, startByte, endByte - startByte);
            return true;
        }
        switch (operation.otherwise()) {
            case ZERO -> Storage.zero(dst, startByte, endByte);
            case OPERAND -> MemorySegment.copy(operand, startByte, dst, startByte, endByte - startByte);
            case CONSTANT -> {
                return false;
            }
        }
        return true;
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
        if (!KeepBits.constant(mask) || !copied(mask, type, src, operand, dst, start, end, a, b)) {
            spans(mask, offset, type, src, operand, dst, keepBits, start, end, a, b, c);
        } else if (keepBits.byteSize() > 0) {
            KeepBits.export(mask, offset, keepBits, start, end);
        }
    }

    /** A method of its own, which C2 compiles as a whole. */
    private void spans(
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
        // bits that are copied are the same whatever they stand for, and there is a loop for those of bfloat16
        DType stored = type == DType.FLOAT16 && operation.copies() ? DType.BFLOAT16 : type;
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
            loops.apply(stored, src, operand, dst, at, elements, scratch, span.bits, span.bitsAt, a, b, c);
            if (exports) {
                KeepBits.store(span.bits, span.bitsAt, elements, keepBits, at);
            }
            at += elements;
        }
        Scratch.POOL.giveBack(scratch);
    }
}
