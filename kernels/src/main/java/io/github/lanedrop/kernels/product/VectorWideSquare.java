package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link VectorSquare} for vectors of 16 lanes: an exchange is a permutation of two vectors, which AVX-512 has as one
 * instruction, and each of the two passes makes two of the four exchanges.
 */
final class VectorWideSquare {
    private static final int LANES = 16;
    private static final IntVector LOWER_8 = lower(8);
    private static final IntVector UPPER_8 = upper(8);
    private static final IntVector LOWER_4 = lower(4);
    private static final IntVector UPPER_4 = upper(4);
    private static final IntVector LOWER_2 = lower(2);
    private static final IntVector UPPER_2 = upper(2);
    private static final IntVector LOWER_1 = lower(1);
    private static final IntVector UPPER_1 = upper(1);

    private VectorWideSquare() {}

    /** What an exchange leaves in the first of two lines: the lower halves, of so many lanes, of both. */
    private static IntVector lower(int half) {
        int[] from = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            from[lane] = (lane & half) != 0 ? LANES + (lane ^ half) : lane;
        }
        return IntVector.fromArray(INTS, from, 0);
    }

    /** And in the second: the upper halves. */
    private static IntVector upper(int half) {
        int[] from = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            from[lane] = (lane & half) != 0 ? LANES + lane : lane ^ half;
        }
        return IntVector.fromArray(INTS, from, 0);
    }

    /** As {@link VectorSquare#begin(float[], int, int, int, float[])}. */
    static void begin(float[] lines, int at, int stride, int count, float[] squares) {
        for (int i = 0; i < count; i += LANES) {
            for (int row = 0; row < 4; row++) {
                int from = at + i + row * stride;
                IntVector a = FloatVector.fromArray(FLOATS, lines, from).viewAsIntegralLanes();
                IntVector b =
                        FloatVector.fromArray(FLOATS, lines, from + 4 * stride).viewAsIntegralLanes();
                IntVector c =
                        FloatVector.fromArray(FLOATS, lines, from + 8 * stride).viewAsIntegralLanes();
                IntVector d =
                        FloatVector.fromArray(FLOATS, lines, from + 12 * stride).viewAsIntegralLanes();
                IntVector e = LOWER_8.selectFrom(a, c);
                IntVector f = LOWER_8.selectFrom(b, d);
                IntVector g = UPPER_8.selectFrom(a, c);
                IntVector h = UPPER_8.selectFrom(b, d);
                LOWER_4.selectFrom(e, f).viewAsFloatingLanes().intoArray(squares, (i + row) * LANES);
                UPPER_4.selectFrom(e, f).viewAsFloatingLanes().intoArray(squares, (i + row + 4) * LANES);
                LOWER_4.selectFrom(g, h).viewAsFloatingLanes().intoArray(squares, (i + row + 8) * LANES);
                UPPER_4.selectFrom(g, h).viewAsFloatingLanes().intoArray(squares, (i + row + 12) * LANES);
            }
        }
    }

    /** As {@link VectorSquare#begin(MemorySegment, long, long, int, float[])}. */
    static void begin(MemorySegment lines, long at, long lineBytes, int count, float[] squares) {
        if (lines.getClass() != NATIVE) {
            throw new IllegalArgumentException("lines must be native"); // never; after this C2 knows the class
        }
        for (int i = 0; i < count; i += LANES) {
            for (int row = 0; row < 4; row++) {
                long from = at + (long) i * Float.BYTES + row * lineBytes;
                IntVector a = IntVector.fromMemorySegment(INTS, lines, from, ORDER);
                IntVector b = IntVector.fromMemorySegment(INTS, lines, from + 4 * lineBytes, ORDER);
                IntVector c = IntVector.fromMemorySegment(INTS, lines, from + 8 * lineBytes, ORDER);
                IntVector d = IntVector.fromMemorySegment(INTS, lines, from + 12 * lineBytes, ORDER);
                IntVector e = LOWER_8.selectFrom(a, c);
                IntVector f = LOWER_8.selectFrom(b, d);
                IntVector g = UPPER_8.selectFrom(a, c);
                IntVector h = UPPER_8.selectFrom(b, d);
                LOWER_4.selectFrom(e, f).viewAsFloatingLanes().intoArray(squares, (i + row) * LANES);
                UPPER_4.selectFrom(e, f).viewAsFloatingLanes().intoArray(squares, (i + row + 4) * LANES);
                LOWER_4.selectFrom(g, h).viewAsFloatingLanes().intoArray(squares, (i + row + 8) * LANES);
                UPPER_4.selectFrom(g, h).viewAsFloatingLanes().intoArray(squares, (i + row + 12) * LANES);
            }
        }
    }

    /** As {@link VectorSquare#end(float[], float[], int, int, int)}. */
    static void end(float[] squares, float[] dst, int at, int stride, int count) {
        int to = at;
        for (int from = 0; from < count * LANES; from += 4 * LANES) {
            IntVector a = FloatVector.fromArray(FLOATS, squares, from).viewAsIntegralLanes();
            IntVector b = FloatVector.fromArray(FLOATS, squares, from + LANES).viewAsIntegralLanes();
            IntVector c =
                    FloatVector.fromArray(FLOATS, squares, from + 2 * LANES).viewAsIntegralLanes();
            IntVector d =
                    FloatVector.fromArray(FLOATS, squares, from + 3 * LANES).viewAsIntegralLanes();
            IntVector e = LOWER_2.selectFrom(a, c);
            IntVector f = LOWER_2.selectFrom(b, d);
            IntVector g = UPPER_2.selectFrom(a, c);
            IntVector h = UPPER_2.selectFrom(b, d);
            LOWER_1.selectFrom(e, f).viewAsFloatingLanes().intoArray(dst, to);
            UPPER_1.selectFrom(e, f).viewAsFloatingLanes().intoArray(dst, to + stride);
            LOWER_1.selectFrom(g, h).viewAsFloatingLanes().intoArray(dst, to + 2 * stride);
            UPPER_1.selectFrom(g, h).viewAsFloatingLanes().intoArray(dst, to + 3 * stride);
            to += 4 * stride;
        }
    }

    /** As {@link VectorSquare#end(float[], MemorySegment, long, long, int)}. */
    static void end(float[] squares, MemorySegment dst, long at, long stride, int count) {
        if (dst.getClass() != NATIVE) {
            throw new IllegalArgumentException("dst must be native"); // never; after this C2 knows the class
        }
        long to = at;
        for (int from = 0; from < count * LANES; from += 4 * LANES) {
            IntVector a = FloatVector.fromArray(FLOATS, squares, from).viewAsIntegralLanes();
            IntVector b = FloatVector.fromArray(FLOATS, squares, from + LANES).viewAsIntegralLanes();
            IntVector c =
                    FloatVector.fromArray(FLOATS, squares, from + 2 * LANES).viewAsIntegralLanes();
            IntVector d =
                    FloatVector.fromArray(FLOATS, squares, from + 3 * LANES).viewAsIntegralLanes();
            IntVector e = LOWER_2.selectFrom(a, c);
            IntVector f = LOWER_2.selectFrom(b, d);
            IntVector g = UPPER_2.selectFrom(a, c);
            IntVector h = UPPER_2.selectFrom(b, d);
            LOWER_1.selectFrom(e, f).intoMemorySegment(dst, to, ORDER);
            UPPER_1.selectFrom(e, f).intoMemorySegment(dst, to + stride, ORDER);
            LOWER_1.selectFrom(g, h).intoMemorySegment(dst, to + 2 * stride, ORDER);
            UPPER_1.selectFrom(g, h).intoMemorySegment(dst, to + 3 * stride, ORDER);
            to += 4 * stride;
        }
    }
}
