package io.github.lanedrop.kernels.attention;

/**
 * Products of tiles, of up to 64 columns: the definition.
 *
 * <p>Each element is one chain of fused multiply-adds in the order of the inner index, so that no tile, width or thread
 * changes a bit.
 */
public final class ScalarTile {
    /** Floats from one row to the next where nothing else is said: the columns of a panel. */
    public static final int STRIDE = 64;

    private ScalarTile() {}

    /**
     * {@code c[r][n] = c[r][n] + a[r][0] * b[0][n] + a[r][1] * b[1][n] + ...}, in fused multiply-adds.
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
     * @param columns the columns, 0 to 64; up to 15 more may be computed, whatever is there
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
     * {@code c[r][n] = c[r][n] + a[0][r] * b[0][n] + a[1][r] * b[1][n] + ...}, in fused multiply-adds.
     *
     * @param a inner x rows
     * @param aAt the index of its first element
     * @param b inner x columns
     * @param bAt the index of its first element
     * @param c rows x columns, receives the sum
     * @param cAt the index of its first element
     * @param rows the rows, 0 to 64
     * @param inner the inner size
     * @param columns the columns, 0 to 64; up to 15 more may be computed, whatever is there
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
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < inner; k++) { // each element's chain in the order of k, all of a row's at once
                float factor = a[aAt + (r * aRow) + (k * aInner)];
                for (int n = 0; n < columns; n++) {
                    int at = cAt + (r * cRow) + n;
                    c[at] = Math.fma(factor, b[bAt + (k * STRIDE) + n], c[at]);
                }
            }
        }
    }
}
