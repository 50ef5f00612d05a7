package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.kernels.product.Tiles.PANEL_STEP;
import static io.github.lanedrop.kernels.product.Tiles.ROW_STRIDE;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The product of a few packed rows and a panel in registers.
 *
 * <p>A lane is one element of the strip and adds its products in the order of the inner index, so width and blocking do not
 * change a bit. The loops over the inner index are not unrolled: C2 would spill accumulators.
 *
 * <p>The sums of the largest tile are loaded and stored in loops in which they move up, row by row. Written out, 16 loads and
 * 16 stores are half of the nodes after which C2 puts off what it should inline, and may box vectors; and with 32 vectors
 * of 256 bits it spills fewer of them this way.
 */
public final class VectorTile {
    private static final long BYTES = FLOATS.vectorByteSize();

    private VectorTile() {}

    /**
     * As {@link ScalarTile#multiplyAdd}, but computes whole tiles of rows, of which the last may be stale.
     *
     * <p>The last rows, two by two, are multiplied here: that makes this too long to be inlined into what chooses strips,
     * which would use up its nodes.
     */
    public static void multiplyAdd(
            float[] a,
            int aAt,
            MemorySegment b,
            long bAt,
            long bStep,
            int inner,
            float[] start,
            float[] strip,
            int rows) {
        if (b.getClass() != NATIVE) {
            throw new IllegalArgumentException("b must be native"); // never; after this C2 knows the class
        }
        int r = 0;
        for (; Tiles.ROWS == 8 && rows - r >= 7; r += 8) {
            eight(a, aAt + r * ROW_STRIDE, b, bAt, bStep, inner, start, strip, r * COLUMNS);
        }
        for (; rows - r >= 3; r += 4) {
            if (bStep == PANEL_STEP) {
                four(a, aAt + r * ROW_STRIDE, b, bAt, inner, start, strip, r * COLUMNS);
            } else {
                fourInPlace(a, aAt + r * ROW_STRIDE, b, bAt, bStep, inner, start, strip, r * COLUMNS);
            }
        }
        for (; r < rows; r += 2) {
            int row = aAt + r * ROW_STRIDE;
            int at = r * COLUMNS;
            FloatVector c00 = FloatVector.fromArray(FLOATS, start, at);
            FloatVector c01 = FloatVector.fromArray(FLOATS, start, at + LANES);
            FloatVector c10 = FloatVector.fromArray(FLOATS, start, at + COLUMNS);
            FloatVector c11 = FloatVector.fromArray(FLOATS, start, at + COLUMNS + LANES);
            for (int k = 0; k < inner; k++) {
                FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * bStep, ORDER);
                FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * bStep + BYTES, ORDER);
                FloatVector a0 = FloatVector.broadcast(FLOATS, a[row + k]);
                c00 = a0.fma(b0, c00);
                c01 = a0.fma(b1, c01);
                FloatVector a1 = FloatVector.broadcast(FLOATS, a[row + k + ROW_STRIDE]);
                c10 = a1.fma(b0, c10);
                c11 = a1.fma(b1, c11);
            }
            c00.intoArray(strip, at);
            c01.intoArray(strip, at + LANES);
            c10.intoArray(strip, at + COLUMNS);
            c11.intoArray(strip, at + COLUMNS + LANES);
        }
    }

    private static void eight(
            float[] a,
            int aAt,
            MemorySegment b,
            long bAt,
            long bStep,
            int inner,
            float[] start,
            float[] strip,
            int at) {
        if (b.getClass() != NATIVE) {
            throw new IllegalArgumentException("b must be native"); // never; after this C2 knows the class
        }
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c00 = zero;
        FloatVector c01 = zero;
        FloatVector c10 = zero;
        FloatVector c11 = zero;
        FloatVector c20 = zero;
        FloatVector c21 = zero;
        FloatVector c30 = zero;
        FloatVector c31 = zero;
        FloatVector c40 = zero;
        FloatVector c41 = zero;
        FloatVector c50 = zero;
        FloatVector c51 = zero;
        FloatVector c60 = zero;
        FloatVector c61 = zero;
        FloatVector c70 = zero;
        FloatVector c71 = zero;
        for (int i = at; i < at + 8 * COLUMNS; i += COLUMNS) {
            c00 = c10;
            c01 = c11;
            c10 = c20;
            c11 = c21;
            c20 = c30;
            c21 = c31;
            c30 = c40;
            c31 = c41;
            c40 = c50;
            c41 = c51;
            c50 = c60;
            c51 = c61;
            c60 = c70;
            c61 = c71;
            c70 = FloatVector.fromArray(FLOATS, start, i);
            c71 = FloatVector.fromArray(FLOATS, start, i + LANES);
        }
        for (int k = 0; k < inner; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * bStep, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * bStep + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + k + ROW_STRIDE]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + k + 2 * ROW_STRIDE]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + k + 3 * ROW_STRIDE]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[aAt + k + 4 * ROW_STRIDE]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[aAt + k + 5 * ROW_STRIDE]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(FLOATS, a[aAt + k + 6 * ROW_STRIDE]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(FLOATS, a[aAt + k + 7 * ROW_STRIDE]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        for (int i = at; i < at + 8 * COLUMNS; i += COLUMNS) {
            c00.intoArray(strip, i);
            c01.intoArray(strip, i + LANES);
            c00 = c10;
            c01 = c11;
            c10 = c20;
            c11 = c21;
            c20 = c30;
            c21 = c31;
            c30 = c40;
            c31 = c41;
            c40 = c50;
            c41 = c51;
            c50 = c60;
            c51 = c61;
            c60 = c70;
            c61 = c71;
        }
    }

    /** A step that is a constant lets C2 check the bounds of a panel once: with 16 registers that is 15 % faster. */
    private static void four(
            float[] a, int aAt, MemorySegment b, long bAt, int inner, float[] start, float[] strip, int at) {
        if (b.getClass() != NATIVE) {
            throw new IllegalArgumentException("b must be native"); // never; after this C2 knows the class
        }
        FloatVector c00 = FloatVector.fromArray(FLOATS, start, at);
        FloatVector c01 = FloatVector.fromArray(FLOATS, start, at + LANES);
        FloatVector c10 = FloatVector.fromArray(FLOATS, start, at + COLUMNS);
        FloatVector c11 = FloatVector.fromArray(FLOATS, start, at + COLUMNS + LANES);
        FloatVector c20 = FloatVector.fromArray(FLOATS, start, at + 2 * COLUMNS);
        FloatVector c21 = FloatVector.fromArray(FLOATS, start, at + 2 * COLUMNS + LANES);
        FloatVector c30 = FloatVector.fromArray(FLOATS, start, at + 3 * COLUMNS);
        FloatVector c31 = FloatVector.fromArray(FLOATS, start, at + 3 * COLUMNS + LANES);
        for (int k = 0; k < inner; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * PANEL_STEP, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * PANEL_STEP + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + k + ROW_STRIDE]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + k + 2 * ROW_STRIDE]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + k + 3 * ROW_STRIDE]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(strip, at);
        c01.intoArray(strip, at + LANES);
        c10.intoArray(strip, at + COLUMNS);
        c11.intoArray(strip, at + COLUMNS + LANES);
        c20.intoArray(strip, at + 2 * COLUMNS);
        c21.intoArray(strip, at + 2 * COLUMNS + LANES);
        c30.intoArray(strip, at + 3 * COLUMNS);
        c31.intoArray(strip, at + 3 * COLUMNS + LANES);
    }

    private static void fourInPlace(
            float[] a,
            int aAt,
            MemorySegment b,
            long bAt,
            long bStep,
            int inner,
            float[] start,
            float[] strip,
            int at) {
        if (b.getClass() != NATIVE) {
            throw new IllegalArgumentException("b must be native"); // never; after this C2 knows the class
        }
        FloatVector c00 = FloatVector.fromArray(FLOATS, start, at);
        FloatVector c01 = FloatVector.fromArray(FLOATS, start, at + LANES);
        FloatVector c10 = FloatVector.fromArray(FLOATS, start, at + COLUMNS);
        FloatVector c11 = FloatVector.fromArray(FLOATS, start, at + COLUMNS + LANES);
        FloatVector c20 = FloatVector.fromArray(FLOATS, start, at + 2 * COLUMNS);
        FloatVector c21 = FloatVector.fromArray(FLOATS, start, at + 2 * COLUMNS + LANES);
        FloatVector c30 = FloatVector.fromArray(FLOATS, start, at + 3 * COLUMNS);
        FloatVector c31 = FloatVector.fromArray(FLOATS, start, at + 3 * COLUMNS + LANES);
        for (int k = 0; k < inner; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * bStep, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bAt + k * bStep + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + k + ROW_STRIDE]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + k + 2 * ROW_STRIDE]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + k + 3 * ROW_STRIDE]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(strip, at);
        c01.intoArray(strip, at + LANES);
        c10.intoArray(strip, at + COLUMNS);
        c11.intoArray(strip, at + COLUMNS + LANES);
        c20.intoArray(strip, at + 2 * COLUMNS);
        c21.intoArray(strip, at + 2 * COLUMNS + LANES);
        c30.intoArray(strip, at + 3 * COLUMNS);
        c31.intoArray(strip, at + 3 * COLUMNS + LANES);
    }
}
