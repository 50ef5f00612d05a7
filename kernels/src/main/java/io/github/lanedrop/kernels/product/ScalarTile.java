package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.FLOAT;
import static io.github.lanedrop.kernels.product.Tiles.ROW_STRIDE;

import java.lang.foreign.MemorySegment;

/** The product of a few packed rows and a panel, by its definition. */
public final class ScalarTile {
    private ScalarTile() {}

    /**
     * Adds a product to a strip, each element by one chain of fused multiply-adds in the order of the inner index.
     *
     * <pre>
     * strip[r][n] = fma(a[r][inner-1], b[inner-1][n], ... fma(a[r][0], b[0][n], start[r][n]))
     * </pre>
     *
     * <p>All tiles take their arguments in this order: where rows and columns are, the steps, where chains start and where
     * they end, and the rows of it. They are no record, since a call that is not inlined would allocate it.
     *
     * @param a rows, {@link Tiles#ROW_STRIDE} apart
     * @param aAt the index in {@code a} of the first row
     * @param b columns, {@link Tiles#COLUMNS} of them
     * @param bAt the first byte in {@code b} of the first step
     * @param bStep the bytes between steps of the inner index
     * @param inner the steps
     * @param start what chains start with; its rows are {@link Tiles#COLUMNS} apart, may be {@code strip}
     * @param strip receives the sums; its rows are {@link Tiles#COLUMNS} apart
     * @param rows how many
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
        for (int r = 0; r < rows; r++) {
            for (int n = 0; n < COLUMNS; n++) {
                float sum = start[r * COLUMNS + n];
                for (int k = 0; k < inner; k++) {
                    float factor = b.get(FLOAT, bAt + k * bStep + (long) n * Float.BYTES);
                    sum = Math.fma(a[aAt + r * ROW_STRIDE + k], factor, sum);
                }
                strip[r * COLUMNS + n] = sum;
            }
        }
    }
}
