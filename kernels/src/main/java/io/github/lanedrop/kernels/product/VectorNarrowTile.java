package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link VectorTile} for no more columns than a vector of 16 lanes has: one vector a row, and rows that are read where they
 * lie in native memory, since one that is used for so few columns does not pay for being copied.
 *
 * <p>Each step loads an element a multiply-add. C2 broadcasts an int straight from memory, which costs nothing beside the
 * multiply-adds; a float it loads first and then broadcasts in a unit that they need, which takes a third longer. And where
 * rows begin is computed before the loop: only then does C2 take the checks of their bounds out of it, for 21 us instead of
 * 28 (128 x 512 x 10).
 */
public final class VectorNarrowTile {
    /**
     * Rows of a tile: as many accumulators as hide the latency of a fused multiply-add where two begin a cycle. More would
     * pass C2's nodes, since an element of native memory and its broadcast take a thousand; and rows that are a power of two
     * apart fall on one set of L1, which may hold no more than eight.
     */
    public static final int ROWS = 8;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private VectorNarrowTile() {}

    /**
     * Whether so many columns are best multiplied here: fewer waste so many lanes that a product across is faster, even with
     * its transpose of A.
     */
    public static boolean fits(int columns) {
        return Simd.MASK_REGISTERS && Tiles.LANES == 16 && columns > Tiles.LANES / 2 && columns <= Tiles.LANES;
    }

    /**
     * As {@link ScalarTile#multiplyAdd}, with its arguments in its order, but leaves the upper half of each row of the strip
     * as it is.
     *
     * @param a native memory
     * @param aAt the first byte in {@code a} of the first row
     * @param aStep the bytes between rows
     * @param b a panel, or a matrix of so many columns and more
     * @param rows how many, a multiple of {@link #ROWS}
     */
    public static void multiplyAdd(
            MemorySegment a,
            long aAt,
            long aStep,
            MemorySegment b,
            long bAt,
            long bStep,
            int inner,
            float[] start,
            float[] strip,
            int rows) {
        for (int r = 0; r < rows; r += ROWS) {
            tile(a, aAt + r * aStep, aStep, b, bAt, bStep, inner, start, strip, r * COLUMNS);
        }
    }

    private static void tile(
            MemorySegment a,
            long aAt,
            long aStep,
            MemorySegment b,
            long bAt,
            long bStep,
            int inner,
            float[] start,
            float[] strip,
            int at) {
        if (a.getClass() != NATIVE || b.getClass() != NATIVE) {
            throw new IllegalArgumentException("a and b must be native"); // never; after this C2 knows the class
        }
        long a1 = aAt + aStep;
        long a2 = aAt + 2 * aStep;
        long a3 = aAt + 3 * aStep;
        long a4 = aAt + 4 * aStep;
        long a5 = aAt + 5 * aStep;
        long a6 = aAt + 6 * aStep;
        long a7 = aAt + 7 * aStep;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c0 = zero;
        FloatVector c1 = zero;
        FloatVector c2 = zero;
        FloatVector c3 = zero;
        FloatVector c4 = zero;
        FloatVector c5 = zero;
        FloatVector c6 = zero;
        FloatVector c7 = zero;
        for (int i = at; i < at + ROWS * COLUMNS; i += COLUMNS) {
            c0 = c1;
            c1 = c2;
            c2 = c3;
            c3 = c4;
            c4 = c5;
            c5 = c6;
            c6 = c7;
            c7 = FloatVector.fromArray(FLOATS, start, i);
        }
        for (int k = 0; k < inner; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * bStep, ORDER);
            long next = (long) k * Float.BYTES;
            c0 = IntVector.broadcast(INTS, a.get(INT, aAt + next))
                    .viewAsFloatingLanes()
                    .fma(b0, c0);
            c1 = IntVector.broadcast(INTS, a.get(INT, a1 + next))
                    .viewAsFloatingLanes()
                    .fma(b0, c1);
            c2 = IntVector.broadcast(INTS, a.get(INT, a2 + next))
                    .viewAsFloatingLanes()
                    .fma(b0, c2);
            c3 = IntVector.broadcast(INTS, a.get(INT, a3 + next))
                    .viewAsFloatingLanes()
                    .fma(b0, c3);
            c4 = IntVector.broadcast(INTS, a.get(INT, a4 + next))
                    .viewAsFloatingLanes()
                    .fma(b0, c4);
            c5 = IntVector.broadcast(INTS, a.get(INT, a5 + next))
                    .viewAsFloatingLanes()
                    .fma(b0, c5);
            c6 = IntVector.broadcast(INTS, a.get(INT, a6 + next))
                    .viewAsFloatingLanes()
                    .fma(b0, c6);
            c7 = IntVector.broadcast(INTS, a.get(INT, a7 + next))
                    .viewAsFloatingLanes()
                    .fma(b0, c7);
        }
        for (int i = at; i < at + ROWS * COLUMNS; i += COLUMNS) {
            c0.intoArray(strip, i);
            c0 = c1;
            c1 = c2;
            c2 = c3;
            c3 = c4;
            c4 = c5;
            c5 = c6;
            c6 = c7;
        }
    }
}
