package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;

/** What becomes of a strip of finished sums before it is stored, by its definition. A strip's rows are a tile's columns apart. */
public final class ScalarFinish {
    private ScalarFinish() {}

    /**
     * Bias, ReLU and dropout, of which the last two may be missing.
     *
     * <pre>
     * z           = strip[r][n] + bias[biasAt + n]
     * y           = rectified &amp;&amp; z &lt;= 0 ? +0 : z
     * strip[r][n] = selects ? (kept ? y * scale : +0) : y          the bit is bitAt + r * bitStride + n
     * </pre>
     */
    public static void finish(
            float[] strip,
            int rows,
            float[] bias,
            int biasAt,
            boolean rectified,
            boolean selects,
            float scale,
            byte[] bits,
            int bitAt,
            int bitStride) {
        for (int r = 0; r < rows; r++) {
            for (int n = 0; n < COLUMNS; n++) {
                int i = r * COLUMNS + n;
                float sum = strip[i] + bias[biasAt + n];
                float value = rectified && sum <= 0 ? 0f : sum;
                strip[i] = selects ? (kept(bits, bitAt + r * bitStride + n) ? value * scale : 0f) : value;
            }
        }
    }

    /** {@code strip[r][n] = kept ? strip[r][n] : old[r][n]}. */
    public static void keep(float[] strip, float[] old, int rows, byte[] bits, int bitAt, int bitStride) {
        for (int r = 0; r < rows; r++) {
            for (int n = 0; n < COLUMNS; n++) {
                int i = r * COLUMNS + n;
                strip[i] = kept(bits, bitAt + r * bitStride + n) ? strip[i] : old[i];
            }
        }
    }

    /** Moves rows together, {@code columns} apart, as in memory where a row has no more. */
    public static void close(float[] strip, int rows, int columns) {
        for (int r = 1; r < rows; r++) {
            System.arraycopy(strip, r * COLUMNS, strip, r * columns, columns);
        }
    }

    private static boolean kept(byte[] bits, int bit) {
        return (bits[bit >>> 3] >>> (bit & 7) & 1) != 0;
    }
}
