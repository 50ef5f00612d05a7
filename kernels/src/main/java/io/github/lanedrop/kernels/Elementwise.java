package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.DOUBLE;
import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.Scratch.SHORT;

import io.github.lanedrop.kernels.lanes.ArrayLoop;
import io.github.lanedrop.kernels.lanes.Bfloat16;
import io.github.lanedrop.kernels.lanes.DrawingLoop;
import io.github.lanedrop.kernels.lanes.Loops;
import io.github.lanedrop.kernels.lanes.Operation;
import io.github.lanedrop.kernels.lanes.SegmentLoop;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One operation on chunks of any data type in any memory.
 *
 * <p>On the SIMD path there is a loop for each data type in native memory and in arrays of that type, defined when first
 * needed and held against the scalar definition before it is trusted. What has no loop of its own goes through arrays that
 * stay in L1: other and mixed kinds of memory, float16, the few elements of a tail, and everything on the scalar path.
 */
final class Elementwise {
    /** No mask is to be written. */
    static final MemorySegment NO_KEEP_BITS = MemorySegment.NULL;

    private static final Class<?> NATIVE = MemorySegment.NULL.getClass();
    /** At 128 bits C2 boxes the masks of two lanes, and the scalar loop is faster. */
    private static final boolean FLOAT64_LOOPS = Simd.BITS > 128;

    private static final Class<?> FLOAT_ARRAY =
            MemorySegment.ofArray(new float[0]).getClass();
    private static final Class<?> SHORT_ARRAY =
            MemorySegment.ofArray(new short[0]).getClass();
    private static final Class<?> DOUBLE_ARRAY =
            MemorySegment.ofArray(new double[0]).getClass();

    /** Does nothing, so that everything goes through arrays. */
    private static final SegmentLoop NO_VECTORS = (_, _, _, _, _, _, _, _, _, _) -> 0;

    /** Where nothing is overlapped. */
    private static final DrawingLoop NO_DRAWING = (_, _, _, _, _, _, _, _, _, _, _, _, _) -> {};

    private final Operation operation;
    private final ArrayLoop arrays;
    /** Of float32 in native memory, in long calls. */
    private final AtomicReference<DrawingLoop> drawing = new AtomicReference<>();

    /** Of float32, float64 and bfloat16, first in native memory, then in arrays of the type. */
    private final AtomicReferenceArray<SegmentLoop> loops = new AtomicReferenceArray<>(6);

    Elementwise(Operation operation) {
        this.operation = operation;
        arrays = Loops.scalar(operation);
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
            workers.split(
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
     * Elements {@code start} to {@code end}, exclusive, a chunk at a time.
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
        long done = start;
        if (type == DType.FLOAT32
                && end - start >= 2 * Scratch.CHUNK
                && src.getClass() == NATIVE
                && dst.getClass() == NATIVE
                && mask instanceof BernoulliMask elementwise
                && KeepBits.drawable(elementwise, offset + start)
                && !drawingLoop().equals(NO_DRAWING)) {
            done = overlapped(elementwise, offset, src, dst, keepBits, start, end, scratch, a, b, c);
        }
        for (long at = done; at < end; at += Scratch.CHUNK) {
            int elements = (int) Math.min(Scratch.CHUNK, end - at);
            int bitsAt = KeepBits.fill(mask, offset + at, elements, scratch);
            apply(type, src, operand, dst, at, elements, scratch, bitsAt, a, b, c);
            if (keepBits.byteSize() > 0) {
                KeepBits.store(scratch.keepBits, bitsAt, elements, keepBits, at);
            }
        }
        Scratch.POOL.giveBack(scratch);
    }

    /**
     * Elements {@code start} to at most {@code end}, exclusive, each chunk while the random bits of the next are made.
     *
     * @return the element after the last one done
     */
    private long overlapped(
            BernoulliMask mask,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            MemorySegment keepBits,
            long start,
            long end,
            Scratch scratch,
            double a,
            double b,
            double c) {
        DrawingLoop loop = drawingLoop();
        Key key = mask.key();
        KeepBits.fill(mask, offset + start, Scratch.CHUNK, scratch);
        long at = start;
        while (at <= end - (2 * Scratch.CHUNK) && KeepBits.drawable(mask, offset + at + Scratch.CHUNK)) {
            if (keepBits.byteSize() > 0) {
                KeepBits.store(scratch.keepBits, 0, Scratch.CHUNK, keepBits, at);
            }
            long block = KeepBits.block(mask, offset + at + Scratch.CHUNK);
            int blocks = KeepBits.chunkBlocks(mask);
            int part = 0;
            for (int drawn = 0; drawn < blocks; drawn += DrawingLoop.BLOCKS, part += DrawingLoop.ELEMENTS) {
                loop.run(
                        key.seed(),
                        key.stream(),
                        block + drawn,
                        scratch.stream,
                        drawn * Philox4x32.BLOCK_BYTES,
                        src,
                        dst,
                        (at + part) * Float.BYTES,
                        scratch.keepBits,
                        part / Byte.SIZE,
                        a,
                        b,
                        c);
            }
            if (part < Scratch.CHUNK) {
                int rest = Scratch.CHUNK - part;
                apply(DType.FLOAT32, src, src, dst, at + part, rest, scratch, part / Byte.SIZE, a, b, c);
            }
            at += Scratch.CHUNK;
            KeepBits.drawn(mask, offset + at, scratch);
        }
        apply(DType.FLOAT32, src, src, dst, at, Scratch.CHUNK, scratch, 0, a, b, c);
        if (keepBits.byteSize() > 0) {
            KeepBits.store(scratch.keepBits, 0, Scratch.CHUNK, keepBits, at);
        }
        return at + Scratch.CHUNK;
    }

    private DrawingLoop drawingLoop() {
        DrawingLoop loop = drawing.get();
        if (loop == null) {
            loop = operation.hasOperand() ? NO_DRAWING : Loops.drawing(operation, NATIVE);
            if (!loop.equals(NO_DRAWING) && !SelfTest.drawingAgrees(loop, arrays)) {
                Live.warn(
                        "the overlapped loop of " + operation
                                + " failed its self-test; the plain one runs. Please report this with your JDK's version and CPU");
                loop = NO_DRAWING;
            }
            drawing.set(loop);
        }
        return loop;
    }

    /**
     * Applies the operation to a chunk.
     *
     * @param operand the operand, {@code src} where the operation has none
     * @param first the first element of the chunk in all three segments
     * @param bitsAt where the keep bits of the chunk begin in {@code scratch.keepBits}
     */
    void apply(
            DType type,
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            long first,
            int elements,
            Scratch scratch,
            int bitsAt,
            double a,
            double b,
            double c) {
        int done = 0;
        Class<?> memory = dst.getClass();
        if (Live.VECTOR && hasLoop(type, memory) && src.getClass() == memory && operand.getClass() == memory) {
            done = loop(type, memory)
                    .run(src, operand, dst, first * type.bytes(), elements, scratch.keepBits, bitsAt, a, b, c);
        }
        if (done < elements) {
            throughArrays(type, src, operand, dst, first, done, elements, scratch, bitsAt, a, b, c);
        }
    }

    /** Vectors are loaded from arrays of their own element type only; from others C2 makes calls. */
    private static boolean hasLoop(DType type, Class<?> memory) {
        return switch (type) {
            case FLOAT32 -> memory == NATIVE || memory == FLOAT_ARRAY;
            case FLOAT64 -> FLOAT64_LOOPS && (memory == NATIVE || memory == DOUBLE_ARRAY);
            case BFLOAT16 -> memory == NATIVE || memory == SHORT_ARRAY;
            case FLOAT16 -> false;
        };
    }

    private SegmentLoop loop(DType type, Class<?> memory) {
        int slot = switch (type) {
            case FLOAT32 -> 0;
            case FLOAT64 -> 2;
            case BFLOAT16 -> 4;
            case FLOAT16 -> throw new AssertionError("float16 goes through arrays of float32");
        };
        slot += memory == NATIVE ? 0 : 1;
        SegmentLoop loop = loops.get(slot);
        return loop != null ? loop : define(type, memory, slot);
    }

    private SegmentLoop define(DType type, Class<?> memory, int slot) {
        SegmentLoop loop = switch (type) {
            case FLOAT32 -> Loops.float32(operation, memory);
            case FLOAT64 -> Loops.float64(operation, memory);
            case BFLOAT16 -> Loops.bfloat16(operation, memory);
            case FLOAT16 -> throw new AssertionError("float16 goes through arrays of float32");
        };
        if (!SelfTest.loopAgrees(type, operation.hasOperand(), memory, loop, arrays)) {
            Live.warn(
                    "the SIMD loop of " + operation + " on " + type
                            + " failed its self-test; the scalar loop runs. Please report this with your JDK's version and CPU");
            loop = NO_VECTORS;
        }
        loops.set(slot, loop);
        return loop;
    }

    private void throughArrays(
            DType type,
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            long first,
            int start,
            int end,
            Scratch scratch,
            int bitsAt,
            double a,
            double b,
            double c) {
        load(type, src, first, start, end, scratch, scratch.floats, scratch.doubles);
        if (operation.hasOperand()) {
            load(type, operand, first, start, end, scratch, scratch.otherFloats, scratch.otherDoubles);
        }
        byte[] bits = scratch.keepBits;
        int done = start;
        // whole vectors, over the end of the elements; the loop begins at a byte of keep bits
        boolean vectors = Live.VECTOR && (start & 7) == 0;
        int rounded = (end - start + Scratch.SPARE_ELEMENTS - 1) & -Scratch.SPARE_ELEMENTS;
        int byteAt = bitsAt + (start >>> 3);
        if (type == DType.FLOAT64) {
            if (vectors && FLOAT64_LOOPS) {
                MemorySegment x = scratch.doubleSegment;
                SegmentLoop loop = loop(DType.FLOAT64, DOUBLE_ARRAY);
                done += loop.run(
                        x, scratch.otherDoubleSegment, x, (long) Double.BYTES * start, rounded, bits, byteAt, a, b, c);
            }
            arrays.run(scratch.doubles, scratch.otherDoubles, done, end, bits, bitsAt, a, b, c);
        } else {
            if (vectors) {
                MemorySegment x = scratch.floatSegment;
                SegmentLoop loop = loop(DType.FLOAT32, FLOAT_ARRAY);
                done += loop.run(
                        x, scratch.otherFloatSegment, x, (long) Float.BYTES * start, rounded, bits, byteAt, a, b, c);
            }
            arrays.run(scratch.floats, scratch.otherFloats, done, end, bits, bitsAt, (float) a, (float) b, (float) c);
        }
        store(type, dst, first, start, end, scratch, scratch.floats, scratch.doubles);
    }

    static void load(
            DType type,
            MemorySegment src,
            long first,
            int start,
            int end,
            Scratch scratch,
            float[] floats,
            double[] doubles) {
        long at = (first + start) * type.bytes();
        switch (type) {
            case FLOAT32 -> MemorySegment.copy(src, FLOAT, at, floats, start, end - start);
            case FLOAT64 -> MemorySegment.copy(src, DOUBLE, at, doubles, start, end - start);
            case BFLOAT16 -> {
                MemorySegment.copy(src, SHORT, at, scratch.shorts, start, end - start);
                widenBfloat16(scratch.shorts, floats, start, end);
            }
            case FLOAT16 -> {
                MemorySegment.copy(src, SHORT, at, scratch.shorts, start, end - start);
                widenFloat16(scratch.shorts, floats, start, end);
            }
        }
    }

    static void store(
            DType type,
            MemorySegment dst,
            long first,
            int start,
            int end,
            Scratch scratch,
            float[] floats,
            double[] doubles) {
        long at = (first + start) * type.bytes();
        switch (type) {
            case FLOAT32 -> MemorySegment.copy(floats, start, dst, FLOAT, at, end - start);
            case FLOAT64 -> MemorySegment.copy(doubles, start, dst, DOUBLE, at, end - start);
            case BFLOAT16 -> {
                roundToBfloat16(floats, scratch.shorts, start, end);
                MemorySegment.copy(scratch.shorts, start, dst, SHORT, at, end - start);
            }
            case FLOAT16 -> {
                roundToFloat16(floats, scratch.shorts, start, end);
                MemorySegment.copy(scratch.shorts, start, dst, SHORT, at, end - start);
            }
        }
    }

    // C2 turns these loops into vectors of conversions.
    private static void widenFloat16(short[] src, float[] dst, int start, int end) {
        for (int i = start; i < end; i++) {
            dst[i] = Float.float16ToFloat(src[i]);
        }
    }

    private static void roundToFloat16(float[] src, short[] dst, int start, int end) {
        for (int i = start; i < end; i++) {
            dst[i] = Float.floatToFloat16(src[i]);
        }
    }

    private static void widenBfloat16(short[] src, float[] dst, int start, int end) {
        for (int i = start; i < end; i++) {
            dst[i] = Bfloat16.toFloat(src[i]);
        }
    }

    private static void roundToBfloat16(float[] src, short[] dst, int start, int end) {
        for (int i = start; i < end; i++) {
            dst[i] = Bfloat16.fromFloat(src[i]);
        }
    }
}
