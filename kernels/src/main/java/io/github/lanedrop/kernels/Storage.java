package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.DOUBLE;
import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.Scratch.SHORT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.lanedrop.kernels.lanes.Bfloat16;
import io.github.lanedrop.kernels.lanes.VectorBfloat16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Elements of any type into arrays and back: doubles for float64, floats for the others. */
final class Storage {
    private static final byte[] ZEROS = new byte[Scratch.CHUNK * Float.BYTES];

    /** Floats as the ints of an array are. */
    private static final ValueLayout.OfFloat BITS = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Storage() {}

    /** Zeroes bytes by copying, since filling needs a slice, which may be allocated. */
    static void zero(MemorySegment dst, long startByte, long endByte) {
        for (long at = startByte; at < endByte; at += ZEROS.length) {
            MemorySegment.copy(ZEROS, 0, dst, JAVA_BYTE, at, (int) Math.min(ZEROS.length, endByte - at));
        }
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
                widenBfloat16(scratch, floats, start, end);
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

    /** Elements from {@code first} on, of a type that computes in float32, to the beginning of floats in memory. */
    static void widen(DType type, MemorySegment src, long first, long elements, MemorySegment floats) {
        Scratch scratch = Scratch.POOL.borrow();
        for (long at = 0; at < elements; at += Scratch.CHUNK) {
            int part = (int) Math.min(Scratch.CHUNK, elements - at);
            load(type, src, first + at, 0, part, scratch, scratch.floats, scratch.doubles);
            MemorySegment.copy(scratch.floats, 0, floats, FLOAT, at * Float.BYTES, part);
        }
        Scratch.POOL.giveBack(scratch);
    }

    /** The way back, rounded. */
    static void round(DType type, MemorySegment floats, MemorySegment dst, long first, long elements) {
        Scratch scratch = Scratch.POOL.borrow();
        for (long at = 0; at < elements; at += Scratch.CHUNK) {
            int part = (int) Math.min(Scratch.CHUNK, elements - at);
            MemorySegment.copy(floats, FLOAT, at * Float.BYTES, scratch.floats, 0, part);
            store(type, dst, first + at, 0, part, scratch, scratch.floats, scratch.doubles);
        }
        Scratch.POOL.giveBack(scratch);
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

    // But not what turns floats into their bits, nor shorts into ints unless by way of longs.
    private static void widenBfloat16(Scratch scratch, float[] dst, int start, int end) {
        shiftUp(scratch.shorts, scratch.ints, start, end);
        MemorySegment.copy(scratch.intSegment, BITS, (long) Float.BYTES * start, dst, start, end - start);
    }

    private static void shiftUp(short[] src, int[] dst, int start, int end) {
        for (int i = start; i < end; i++) {
            dst[i] = (int) ((long) src[i] << 16);
        }
    }

    private static void roundToBfloat16(float[] src, short[] dst, int start, int end) {
        int done = Bfloat16SelfTest.VECTOR ? VectorBfloat16.fromFloats(src, dst, start, end) : start;
        for (int i = done; i < end; i++) {
            dst[i] = Bfloat16.fromFloat(src[i]);
        }
    }
}
