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
 * multiply-adds; a float it loads first and then broadcasts in a unit that they need: 25 us instead of 19. And the step of
 * the panel must not be a constant, with which C2 checks bounds in the loop in such a way that it takes 34.
 */
public final class VectorNarrowTile {
    /** Rows of a tile: as many accumulators as {@link VectorTile} has. */
    public static final int ROWS = 16;

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
        FloatVector c00 = FloatVector.fromArray(FLOATS, start, at);
        FloatVector c01 = FloatVector.fromArray(FLOATS, start, at + COLUMNS);
        FloatVector c02 = FloatVector.fromArray(FLOATS, start, at + 2 * COLUMNS);
        FloatVector c03 = FloatVector.fromArray(FLOATS, start, at + 3 * COLUMNS);
        FloatVector c04 = FloatVector.fromArray(FLOATS, start, at + 4 * COLUMNS);
        FloatVector c05 = FloatVector.fromArray(FLOATS, start, at + 5 * COLUMNS);
        FloatVector c06 = FloatVector.fromArray(FLOATS, start, at + 6 * COLUMNS);
        FloatVector c07 = FloatVector.fromArray(FLOATS, start, at + 7 * COLUMNS);
        FloatVector c08 = FloatVector.fromArray(FLOATS, start, at + 8 * COLUMNS);
        FloatVector c09 = FloatVector.fromArray(FLOATS, start, at + 9 * COLUMNS);
        FloatVector c10 = FloatVector.fromArray(FLOATS, start, at + 10 * COLUMNS);
        FloatVector c11 = FloatVector.fromArray(FLOATS, start, at + 11 * COLUMNS);
        FloatVector c12 = FloatVector.fromArray(FLOATS, start, at + 12 * COLUMNS);
        FloatVector c13 = FloatVector.fromArray(FLOATS, start, at + 13 * COLUMNS);
        FloatVector c14 = FloatVector.fromArray(FLOATS, start, at + 14 * COLUMNS);
        FloatVector c15 = FloatVector.fromArray(FLOATS, start, at + 15 * COLUMNS);
        for (int k = 0; k < inner; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * bStep, ORDER);
            long from = aAt + (long) k * Float.BYTES;
            c00 = IntVector.broadcast(INTS, a.get(INT, from))
                    .viewAsFloatingLanes()
                    .fma(b0, c00);
            c01 = IntVector.broadcast(INTS, a.get(INT, from + aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c01);
            c02 = IntVector.broadcast(INTS, a.get(INT, from + 2 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c02);
            c03 = IntVector.broadcast(INTS, a.get(INT, from + 3 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c03);
            c04 = IntVector.broadcast(INTS, a.get(INT, from + 4 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c04);
            c05 = IntVector.broadcast(INTS, a.get(INT, from + 5 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c05);
            c06 = IntVector.broadcast(INTS, a.get(INT, from + 6 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c06);
            c07 = IntVector.broadcast(INTS, a.get(INT, from + 7 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c07);
            c08 = IntVector.broadcast(INTS, a.get(INT, from + 8 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c08);
            c09 = IntVector.broadcast(INTS, a.get(INT, from + 9 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c09);
            c10 = IntVector.broadcast(INTS, a.get(INT, from + 10 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c10);
            c11 = IntVector.broadcast(INTS, a.get(INT, from + 11 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c11);
            c12 = IntVector.broadcast(INTS, a.get(INT, from + 12 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c12);
            c13 = IntVector.broadcast(INTS, a.get(INT, from + 13 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c13);
            c14 = IntVector.broadcast(INTS, a.get(INT, from + 14 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c14);
            c15 = IntVector.broadcast(INTS, a.get(INT, from + 15 * aStep))
                    .viewAsFloatingLanes()
                    .fma(b0, c15);
        }
        c00.intoArray(strip, at);
        c01.intoArray(strip, at + COLUMNS);
        c02.intoArray(strip, at + 2 * COLUMNS);
        c03.intoArray(strip, at + 3 * COLUMNS);
        c04.intoArray(strip, at + 4 * COLUMNS);
        c05.intoArray(strip, at + 5 * COLUMNS);
        c06.intoArray(strip, at + 6 * COLUMNS);
        c07.intoArray(strip, at + 7 * COLUMNS);
        c08.intoArray(strip, at + 8 * COLUMNS);
        c09.intoArray(strip, at + 9 * COLUMNS);
        c10.intoArray(strip, at + 10 * COLUMNS);
        c11.intoArray(strip, at + 11 * COLUMNS);
        c12.intoArray(strip, at + 12 * COLUMNS);
        c13.intoArray(strip, at + 13 * COLUMNS);
        c14.intoArray(strip, at + 14 * COLUMNS);
        c15.intoArray(strip, at + 15 * COLUMNS);
    }
}
