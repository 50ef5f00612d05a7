package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.DOUBLE;
import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.Scratch.SHORT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.lanedrop.kernels.lanes.Bfloat16;
import java.lang.foreign.MemorySegment;

/** Elements of any type into arrays and back: doubles for float64, floats for the others. */
final class Storage {
    private static final byte[] ZEROS = new byte[Scratch.CHUNK * Float.BYTES];

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
