package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;

/** What becomes of a strip of finished sums before it is stored, by its definition. A strip's rows are a tile's columns apart. */
public final class ScalarFinish {
    private ScalarFinish() {}

    /** {@code strip[r][n] += bias[n]}. */
    public static void addBias(float[] strip, int rows, float[] bias, int biasAt) {
        for (int r = 0; r < rows; r++) {
            for (int n = 0; n < COLUMNS; n++) {
                strip[r * COLUMNS + n] += bias[biasAt + n];
            }
        }
    }

    /** {@code strip[r][n] = strip[r][n] <= 0 ? +0 : strip[r][n]}. */
    public static void relu(float[] strip, int rows) {
        for (int i = 0; i < rows * COLUMNS; i++) {
            strip[i] = strip[i] <= 0 ? 0f : strip[i];
        }
    }

    /** {@code strip[r][n] = kept ? strip[r][n] * scale : +0}; the bit is {@code bitAt + r * bitStride + n}. */
    public static void select(float[] strip, int rows, float scale, byte[] bits, int bitAt, int bitStride) {
        for (int r = 0; r < rows; r++) {
            for (int n = 0; n < COLUMNS; n++) {
                int i = r * COLUMNS + n;
                strip[i] = kept(bits, bitAt + r * bitStride + n) ? strip[i] * scale : 0f;
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
