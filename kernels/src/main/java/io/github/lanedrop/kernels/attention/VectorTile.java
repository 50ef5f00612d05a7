package io.github.lanedrop.kernels.attention;

import static io.github.lanedrop.kernels.attention.ScalarTile.STRIDE;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;

import io.github.lanedrop.rng.simd.Simd;
import jdk.incubator.vector.FloatVector;

/** Products of tiles with the bits of {@link ScalarTile}: a lane is an element of {@code c}, 4 rows at a time. */
public final class VectorTile {
    private static final int ROWS = 4;
    private static final int LANES = FLOATS.length();

    private VectorTile() {}

    /**
     * As {@link ScalarTile#multiplyAdd}; rows are rounded up to a multiple of 4 as well.
     *
     * @param a rows x inner
     * @param aAt the index of its first element
     * @param aStride floats from one of its rows to the next
     * @param b inner x columns
     * @param bAt the index of its first element
     * @param c rows x columns, receives the sum
     * @param cAt the index of its first element
     * @param cStride floats from one of its rows to the next
     * @param rows the rows
     * @param inner the inner size
     * @param columns the columns, 0 to 64
     */
    public static void multiplyAdd(
            float[] a,
            int aAt,
            int aStride,
            float[] b,
            int bAt,
            float[] c,
            int cAt,
            int cStride,
            int rows,
            int inner,
            int columns) {
        run(a, aAt, aStride, 1, b, bAt, c, cAt, cStride, rows, inner, columns);
    }

    /**
     * As {@link ScalarTile#multiplyTransposedAdd}; rows are rounded up to a multiple of 4 as well.
     *
     * @param a inner x rows
     * @param aAt the index of its first element
     * @param b inner x columns
     * @param bAt the index of its first element
     * @param c rows x columns, receives the sum
     * @param cAt the index of its first element
     * @param rows the rows, 0 to 64
     * @param inner the inner size
     * @param columns the columns, 0 to 64
     */
    public static void multiplyTransposedAdd(
            float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int rows, int inner, int columns) {
        run(a, aAt, 1, STRIDE, b, bAt, c, cAt, STRIDE, rows, inner, columns);
    }

    private static void run(
            float[] a,
            int aAt,
            int aRow,
            int aInner,
            float[] b,
            int bAt,
            float[] c,
            int cAt,
            int cRow,
            int rows,
            int inner,
            int columns) {
        int n = 0;
        if (Simd.MASK_REGISTERS) { // so there are 32 vector registers: 16 accumulators and what they are made of
            for (; n + (2 * LANES) < columns; n += 4 * LANES) {
                for (int r = 0; r < rows; r += ROWS) {
                    fourVectors(a, aAt + (r * aRow), aRow, aInner, b, bAt + n, c, cAt + (r * cRow) + n, cRow, inner);
                }
            }
        }
        for (; n < columns; n += 2 * LANES) {
            for (int r = 0; r < rows; r += ROWS) {
                twoVectors(a, aAt + (r * aRow), aRow, aInner, b, bAt + n, c, cAt + (r * cRow) + n, cRow, inner);
            }
        }
    }

    private static void twoVectors(
            float[] a, int aAt, int aRow, int aInner, float[] b, int bAt, float[] c, int cAt, int cRow, int inner) {
        int c1 = cAt + cRow;
        int c2 = cAt + (2 * cRow);
        int c3 = cAt + (3 * cRow);
        FloatVector c00 = FloatVector.fromArray(FLOATS, c, cAt);
        FloatVector c01 = FloatVector.fromArray(FLOATS, c, cAt + LANES);
        FloatVector c10 = FloatVector.fromArray(FLOATS, c, c1);
        FloatVector c11 = FloatVector.fromArray(FLOATS, c, c1 + LANES);
        FloatVector c20 = FloatVector.fromArray(FLOATS, c, c2);
        FloatVector c21 = FloatVector.fromArray(FLOATS, c, c2 + LANES);
        FloatVector c30 = FloatVector.fromArray(FLOATS, c, c3);
        FloatVector c31 = FloatVector.fromArray(FLOATS, c, c3 + LANES);
        for (int k = 0; k < inner; k++) {
            int at = aAt + (k * aInner);
            FloatVector b0 = FloatVector.fromArray(FLOATS, b, bAt + (k * STRIDE));
            FloatVector b1 = FloatVector.fromArray(FLOATS, b, bAt + (k * STRIDE) + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[at + aRow]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[at + (2 * aRow)]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[at + (3 * aRow)]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + LANES);
        c10.intoArray(c, c1);
        c11.intoArray(c, c1 + LANES);
        c20.intoArray(c, c2);
        c21.intoArray(c, c2 + LANES);
        c30.intoArray(c, c3);
        c31.intoArray(c, c3 + LANES);
    }

    private static void fourVectors(
            float[] a, int aAt, int aRow, int aInner, float[] b, int bAt, float[] c, int cAt, int cRow, int inner) {
        int c1 = cAt + cRow;
        int c2 = cAt + (2 * cRow);
        int c3 = cAt + (3 * cRow);
        FloatVector c00 = FloatVector.fromArray(FLOATS, c, cAt);
        FloatVector c01 = FloatVector.fromArray(FLOATS, c, cAt + LANES);
        FloatVector c02 = FloatVector.fromArray(FLOATS, c, cAt + (2 * LANES));
        FloatVector c03 = FloatVector.fromArray(FLOATS, c, cAt + (3 * LANES));
        FloatVector c10 = FloatVector.fromArray(FLOATS, c, c1);
        FloatVector c11 = FloatVector.fromArray(FLOATS, c, c1 + LANES);
        FloatVector c12 = FloatVector.fromArray(FLOATS, c, c1 + (2 * LANES));
        FloatVector c13 = FloatVector.fromArray(FLOATS, c, c1 + (3 * LANES));
        FloatVector c20 = FloatVector.fromArray(FLOATS, c, c2);
        FloatVector c21 = FloatVector.fromArray(FLOATS, c, c2 + LANES);
        FloatVector c22 = FloatVector.fromArray(FLOATS, c, c2 + (2 * LANES));
        FloatVector c23 = FloatVector.fromArray(FLOATS, c, c2 + (3 * LANES));
        FloatVector c30 = FloatVector.fromArray(FLOATS, c, c3);
        FloatVector c31 = FloatVector.fromArray(FLOATS, c, c3 + LANES);
        FloatVector c32 = FloatVector.fromArray(FLOATS, c, c3 + (2 * LANES));
        FloatVector c33 = FloatVector.fromArray(FLOATS, c, c3 + (3 * LANES));
        for (int k = 0; k < inner; k++) {
            int at = aAt + (k * aInner);
            FloatVector b0 = FloatVector.fromArray(FLOATS, b, bAt + (k * STRIDE));
            FloatVector b1 = FloatVector.fromArray(FLOATS, b, bAt + (k * STRIDE) + LANES);
            FloatVector b2 = FloatVector.fromArray(FLOATS, b, bAt + (k * STRIDE) + (2 * LANES));
            FloatVector b3 = FloatVector.fromArray(FLOATS, b, bAt + (k * STRIDE) + (3 * LANES));
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[at + aRow]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[at + (2 * aRow)]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[at + (3 * aRow)]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
        }
        for (int row = 0; row < 4; row++) { // rather than 16 stores, with which the method has too many nodes
            int at = cAt + (row * cRow);
            c00.intoArray(c, at);
            c01.intoArray(c, at + LANES);
            c02.intoArray(c, at + (2 * LANES));
            c03.intoArray(c, at + (3 * LANES));
            c00 = c10;
            c01 = c11;
            c02 = c12;
            c03 = c13;
            c10 = c20;
            c11 = c21;
            c12 = c22;
            c13 = c23;
            c20 = c30;
            c21 = c31;
            c22 = c32;
            c23 = c33;
        }
    }
}
