package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.lanes.Memories.FLOAT_ARRAY;
import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;

import io.github.lanedrop.kernels.lanes.ArrayLoop;
import io.github.lanedrop.kernels.lanes.Fate;
import io.github.lanedrop.kernels.lanes.LaneLoop;
import io.github.lanedrop.kernels.lanes.Loops;
import io.github.lanedrop.kernels.lanes.Operation;
import io.github.lanedrop.kernels.lanes.SegmentLoop;
import io.github.lanedrop.rng.simd.Simd;
import io.github.lanedrop.rng.simd.Trust;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One operation on spans of one fate, of any data type in any memory.
 *
 * <p>On the SIMD path there is a loop for each data type in native memory and in arrays of that type, defined when first
 * needed and held against the scalar definition before it is trusted. What has no loop of its own goes through arrays that
 * stay in L1: other and mixed kinds of memory, float16, the few elements of a tail, and everything on the scalar path.
 */
final class SpanLoops implements Overlap.Plain {
    /** At 128 bits C2 boxes the masks of two lanes, and the scalar loop is faster. */
    private static final boolean FLOAT64_LOOPS = Simd.BITS > 128;

    private static final Class<?> SHORT_ARRAY =
            MemorySegment.ofArray(new short[0]).getClass();
    private static final Class<?> DOUBLE_ARRAY =
            MemorySegment.ofArray(new double[0]).getClass();

    /** Does nothing, so that everything goes through arrays. */
    private static final SegmentLoop NO_VECTORS = (_, _, _, _, _, _, _, _, _, _) -> 0;

    private final Operation operation;
    private final Fate fate;
    private final ArrayLoop arrays;
    private final LaneLoop lanes;

    /** Of float32, float64 and bfloat16, first in native memory, then in arrays of the type. */
    private final AtomicReferenceArray<SegmentLoop> loops = new AtomicReferenceArray<>(6);

    /** The loops of an operation, its definition over arrays, and what is faster than that without vectors. */
    SpanLoops(Operation operation, Fate fate, ArrayLoop arrays, LaneLoop lanes) {
        this.operation = operation;
        this.fate = fate;
        this.arrays = arrays;
        this.lanes = lanes;
    }

    /**
     * Applies the operation to a span, of a chunk at most where the bits do not reach farther.
     *
     * @param operand the operand, {@code src} where the operation has none
     * @param first the first element of the span in all three segments
     * @param bits keep bits, of the fate of these loops
     * @param bitsAt the byte whose bit 0 is the first element's
     */
    void apply(
            DType type,
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            long first,
            int elements,
            Scratch scratch,
            byte[] bits,
            int bitsAt,
            double a,
            double b,
            double c) {
        int done = 0;
        Class<?> memory = dst.getClass();
        if (Live.VECTOR && hasLoop(type, memory) && src.getClass() == memory && operand.getClass() == memory) {
            done = loop(type, memory).run(src, operand, dst, first * type.bytes(), elements, bits, bitsAt, a, b, c);
        }
        for (; done < elements; done += Scratch.PIECE) {
            int rest = Math.min(Scratch.PIECE, elements - done);
            int restAt = fate == Fate.MIXED ? bitsAt + (done >>> 3) : bitsAt;
            throughArrays(type, src, operand, dst, first + done, rest, scratch, bits, restAt, a, b, c);
        }
    }

    @Override
    public void apply(
            MemorySegment src,
            MemorySegment dst,
            long first,
            int elements,
            Scratch scratch,
            int bitsAt,
            double a,
            double b,
            double c) {
        apply(DType.FLOAT32, src, src, dst, first, elements, scratch, scratch.keepBits, bitsAt, a, b, c);
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
        SegmentLoop loop = Trust.tested(
                List.of(operation, fate, type),
                () -> vectors(type, memory),
                made -> agrees(type, memory, made),
                NO_VECTORS);
        loops.set(slot, loop);
        return loop;
    }

    private SegmentLoop vectors(DType type, Class<?> memory) {
        return switch (type) {
            case FLOAT32 -> Loops.float32(operation, fate, memory);
            case FLOAT64 -> Loops.float64(operation, fate, memory);
            case BFLOAT16 -> Loops.bfloat16(operation, fate, memory);
            case FLOAT16 -> throw new AssertionError("float16 goes through arrays of float32");
        };
    }

    private boolean agrees(DType type, Class<?> memory, SegmentLoop loop) {
        return SelfTest.loopAgrees(type, operation.hasOperand(), fate, memory, loop, arrays);
    }

    private void throughArrays(
            DType type,
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            long first,
            int elements,
            Scratch scratch,
            byte[] bits,
            int bitsAt,
            double a,
            double b,
            double c) {
        Storage.load(type, src, first, 0, elements, scratch, scratch.floats, scratch.doubles);
        if (operation.hasOperand()) {
            Storage.load(type, operand, first, 0, elements, scratch, scratch.otherFloats, scratch.otherDoubles);
        }
        int done = 0;
        int rounded = (elements + Scratch.SPARE_ELEMENTS - 1) & -Scratch.SPARE_ELEMENTS; // over the end, whole vectors
        if (type == DType.FLOAT64) {
            if (Live.VECTOR && FLOAT64_LOOPS) {
                MemorySegment x = scratch.doubleSegment;
                SegmentLoop loop = loop(DType.FLOAT64, DOUBLE_ARRAY);
                done = loop.run(x, scratch.otherDoubleSegment, x, 0, rounded, bits, bitsAt, a, b, c);
            }
            if (Live.VECTOR) {
                arrays.run(scratch.doubles, scratch.otherDoubles, done, elements, bits, bitsAt, a, b, c);
            } else {
                double[] x = scratch.doubles;
                double[] y = scratch.otherDoubles;
                MemorySegment xBytes = scratch.doubleSegment;
                MemorySegment yBytes = scratch.otherDoubleSegment;
                lanes.run(x, xBytes, y, yBytes, elements, bits, bitsAt, scratch.lanes, a, b, c);
            }
        } else {
            float[] x = scratch.floats;
            float[] y = scratch.otherFloats;
            MemorySegment xBytes = scratch.floatSegment;
            MemorySegment yBytes = scratch.otherFloatSegment;
            if (Live.VECTOR) {
                SegmentLoop loop = loop(DType.FLOAT32, FLOAT_ARRAY);
                done = loop.run(xBytes, yBytes, xBytes, 0, rounded, bits, bitsAt, a, b, c);
                arrays.run(x, y, done, elements, bits, bitsAt, (float) a, (float) b, (float) c);
            } else {
                lanes.run(x, xBytes, y, yBytes, elements, bits, bitsAt, scratch.lanes, (float) a, (float) b, (float) c);
            }
        }
        Storage.store(type, dst, first, 0, elements, scratch, scratch.floats, scratch.doubles);
    }
}
