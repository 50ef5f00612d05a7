package io.github.lanedrop.kernels.lanes;

import io.github.lanedrop.kernels.lanes.Operation.Otherwise;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;

/**
 * The template of {@link PairLoop}, see {@link Specialised}: the same as {@link ScalarArrayLoop}, bit for bit, in loops that
 * C2 makes the most of without vectors from us. Arithmetic has loops of its own, which C2 vectorises; it does not vectorise
 * what turns floats into their bits, so that the selection takes two floats at a time from memory, as a long.
 */
final class ScalarPairLoop implements PairLoop {
    private static final Operation OPERATION = Specialised.data(MethodHandles.lookup(), Operation.class);
    private static final int INVERSION = OPERATION.inverted() ? 0xFF : 0;
    private static final ValueLayout.OfLong PAIR = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Pairs of eight elements. */
    private static final int PAIRS = 4;

    private static final long EIGHT = (long) PAIRS * Long.BYTES;

    /** For each byte of keep bits four pairs of elements, all bits of a kept one set; pairs have the machine's byte order. */
    private static final long[] KEPT = kept();

    private static long[] kept() {
        int[] elements = new int[2];
        MemorySegment pair = MemorySegment.ofArray(elements);
        long[] kept = new long[256 * PAIRS];
        for (int i = 0; i < kept.length; i++) {
            int bits = (i / PAIRS) >>> (2 * (i % PAIRS));
            elements[0] = -(bits & 1);
            elements[1] = -((bits >>> 1) & 1);
            kept[i] = pair.get(PAIR, 0);
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
            float a,
            float b,
            float c) {
        int eights = (elements + 7) >>> 3;
        if (OPERATION.scales() || OPERATION.shifts()) {
            scaleAndShift(x, 8 * eights, a, b);
        }
        select(xBytes, operandBytes, eights, bits, bitsAt, c);
        if (OPERATION.addsOperand()) {
            add(x, operand, 8 * eights);
        }
    }

    private static void scaleAndShift(float[] x, int elements, float a, float b) {
        for (int i = 0; i < elements; i++) {
            float y = x[i];
            y = OPERATION.scales() ? y * a : y;
            x[i] = OPERATION.shifts() ? y + b : y;
        }
    }

    // a long index and no inner loop: with either C2 checks more bounds
    private static void select(MemorySegment x, MemorySegment operand, long eights, byte[] bits, int bitsAt, float c) {
        long constant = OPERATION.otherwise() == Otherwise.CONSTANT ? pair(c) : 0;
        for (long i = 0; i < eights; i++) {
            int first = PAIRS * ((bits[bitsAt + (int) i] & 0xFF) ^ INVERSION);
            long at = EIGHT * i;
            select(x, operand, at, KEPT[first], constant);
            select(x, operand, at + Long.BYTES, KEPT[first + 1], constant);
            select(x, operand, at + 2 * Long.BYTES, KEPT[first + 2], constant);
            select(x, operand, at + 3 * Long.BYTES, KEPT[first + 3], constant);
        }
    }

    private static void select(MemorySegment x, MemorySegment operand, long at, long kept, long constant) {
        long otherwise = OPERATION.otherwise() == Otherwise.OPERAND ? operand.get(PAIR, at) : constant;
        x.set(PAIR, at, (x.get(PAIR, at) & kept) | (otherwise & ~kept));
    }

    private static long pair(float both) {
        long bits = Float.floatToRawIntBits(both) & 0xFFFFFFFFL;
        return bits | (bits << 32);
    }

    private static void add(float[] x, float[] operand, int elements) {
        for (int i = 0; i < elements; i++) {
            x[i] = operand[i] + x[i];
        }
    }
}
