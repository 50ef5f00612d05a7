package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.ROW_STRIDE;

/** The product of a few packed rows and a packed panel, by its definition. */
public final class ScalarTile {
    private ScalarTile() {}

    /**
     * Adds a product to a tile, each element by one chain of fused multiply-adds in the order of the inner index.
     *
     * <pre>
     * tile[r][n] = fma(a[r][inner-1], b[inner-1][n], ... fma(a[r][0], b[0][n], tile[r][n]))
     * </pre>
     *
     * @param a rows, {@link Tiles#ROW_STRIDE} apart
     * @param b a panel, {@link Tiles#COLUMNS} floats a step
     * @param tile its rows are {@link Tiles#COLUMNS} apart
     */
    public static void multiplyAdd(float[] a, int aAt, float[] b, int bAt, int inner, float[] tile, int rows) {
        for (int r = 0; r < rows; r++) {
            for (int n = 0; n < COLUMNS; n++) {
                float sum = tile[r * COLUMNS + n];
                for (int k = 0; k < inner; k++) {
                    sum = Math.fma(a[aAt + r * ROW_STRIDE + k], b[bAt + k * COLUMNS + n], sum);
                }
                tile[r * COLUMNS + n] = sum;
            }
        }
    }
}
