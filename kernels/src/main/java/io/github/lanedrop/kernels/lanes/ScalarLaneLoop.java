package io.github.lanedrop.kernels.lanes;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The template of {@link LaneLoop}, see {@link Specialised}: the same as {@link ScalarArrayLoop}, bit for bit, in loops that
 * C2 turns into vectors by itself.
 *
 * <p>Bits become bytes, a table's entry for eight of them, and bytes become lanes. C2 makes no vectors of what turns floats
 * into their bits and back, so that arithmetic takes them from arrays of floats and selection the same memory as integers.
 */
final class ScalarLaneLoop implements LaneLoop {
    private static final Operation OPERATION = Specialised.data(MethodHandles.lookup(), Operation.class);
    private static final int INVERSION = OPERATION.inverted() ? 0xFF : 0;
    private static final boolean CONSTANT = OPERATION.otherwise() == Otherwise.CONSTANT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** For each byte of keep bits eight bytes, the lowest first, all bits of a kept one set. */
    private static final long[] KEPT = kept();

    private static long[] kept() {
        long[] kept = new long[256];
        for (int i = 0; i < 8 * kept.length; i++) {
            kept[i / 8] |= (((i / 8) >>> (i % 8)) & 1) * (0xFFL << (8 * (i % 8)));
        }
        return kept;
    }

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
        int eights = (elements + 7) >>> 3;
        int rounded = 8 * eights;
        widen(bits, bitsAt, scratch.kept, eights);
        if (OPERATION.scales() || OPERATION.shifts()) {
            scaleAndShift(x, rounded, a, b);
        }
        if (OPERATION.otherwise() == Otherwise.OPERAND) {
            leave(operandBytes, scratch.kept, scratch.ints, rounded);
            select(xBytes, scratch.kept, scratch.ints, rounded);
        } else {
            select(xBytes, scratch.kept, Float.floatToRawIntBits(c), rounded);
        }
        if (OPERATION.addsOperand()) {
            add(x, operand, b, rounded);
        }
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
        int eights = (elements + 7) >>> 3;
        int rounded = 8 * eights;
        widen(bits, bitsAt, scratch.kept, eights);
        if (OPERATION.scales() || OPERATION.shifts()) {
            scaleAndShift(x, rounded, a, b);
        }
        if (OPERATION.otherwise() == Otherwise.OPERAND) {
            leave(operandBytes, scratch.kept, scratch.longs, rounded);
            select(xBytes, scratch.kept, scratch.longs, rounded);
        } else {
            select(xBytes, scratch.kept, Double.doubleToRawLongBits(c), rounded);
        }
        if (OPERATION.addsOperand()) {
            add(x, operand, b, rounded);
        }
    }

    private static void widen(byte[] bits, int bitsAt, byte[] kept, int eights) {
        for (int i = 0; i < eights; i++) {
            EIGHT.set(kept, 8 * i, KEPT[(bits[bitsAt + i] & 0xFF) ^ INVERSION]);
        }
    }

    private static void scaleAndShift(float[] x, int elements, float a, float b) {
        for (int i = 0; i < elements; i++) {
            float y = x[i];
            y = OPERATION.scales() ? y * a : y;
            x[i] = OPERATION.shifts() ? y + b : y;
        }
    }

    private static void scaleAndShift(double[] x, int elements, double a, double b) {
        for (int i = 0; i < elements; i++) {
            double y = x[i];
            y = OPERATION.scales() ? y * a : y;
            x[i] = OPERATION.shifts() ? y + b : y;
        }
    }

    // From byte to int C2 makes vectors of explicit conversions only: to long, shifted lest it be undone, and to int.

    private static void select(MemorySegment x, byte[] kept, int otherwise, int elements) {
        for (int i = 0; i < elements; i++) {
            int lane = (int) ((long) kept[i] >>> 8);
            x.set(INT, 4L * i, (x.get(INT, 4L * i) & lane) | (CONSTANT ? otherwise & ~lane : 0));
        }
    }

    private static void select(MemorySegment x, byte[] kept, int[] otherwise, int elements) {
        for (int i = 0; i < elements; i++) {
            int lane = (int) ((long) kept[i] >>> 8);
            x.set(INT, 4L * i, (x.get(INT, 4L * i) & lane) | otherwise[i]);
        }
    }

    /** In an array of its own: C2 makes no vectors of loops over two segments, which might overlap. */
    private static void leave(MemorySegment operand, byte[] kept, int[] otherwise, int elements) {
        for (int i = 0; i < elements; i++) {
            otherwise[i] = operand.get(INT, 4L * i) & ~(int) ((long) kept[i] >>> 8);
        }
    }

    private static void select(MemorySegment x, byte[] kept, long otherwise, int elements) {
        for (int i = 0; i < elements; i++) {
            long lane = kept[i];
            x.set(LONG, 8L * i, (x.get(LONG, 8L * i) & lane) | (CONSTANT ? otherwise & ~lane : 0));
        }
    }

    private static void select(MemorySegment x, byte[] kept, long[] otherwise, int elements) {
        for (int i = 0; i < elements; i++) {
            x.set(LONG, 8L * i, (x.get(LONG, 8L * i) & (long) kept[i]) | otherwise[i]);
        }
    }

    private static void leave(MemorySegment operand, byte[] kept, long[] otherwise, int elements) {
        for (int i = 0; i < elements; i++) {
            otherwise[i] = operand.get(LONG, 8L * i) & ~(long) kept[i];
        }
    }

    private static void add(float[] x, float[] operand, float b, int elements) {
        for (int i = 0; i < elements; i++) {
            x[i] = (OPERATION.scalesOperand() ? operand[i] * b : operand[i]) + x[i];
        }
    }

    private static void add(double[] x, double[] operand, double b, int elements) {
        for (int i = 0; i < elements; i++) {
            x[i] = (OPERATION.scalesOperand() ? operand[i] * b : operand[i]) + x[i];
        }
    }
}
