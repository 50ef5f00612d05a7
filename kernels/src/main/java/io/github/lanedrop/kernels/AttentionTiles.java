package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.attention.ScalarTile.STRIDE;

import io.github.lanedrop.kernels.attention.ScalarTile;
import io.github.lanedrop.kernels.attention.VectorTile;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Tiles of an attention, by the live path; {@link ScalarTile} defines their products.
 *
 * <p>A block of rows lies in panels of {@link ScalarTile#STRIDE} columns, one after the other, each of as many rows as the
 * block may have. So every product goes through rows of one constant length, whatever the depth.
 */
final class AttentionTiles {
    private AttentionTiles() {}

    /** {@code c = c + a * b} of panels; {@link ScalarTile#multiplyAdd}. */
    static void multiplyAdd(
            float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int rows, int inner, int columns) {
        if (AttentionSelfTest.VECTOR) {
            VectorTile.multiplyAdd(a, aAt, b, bAt, c, cAt, rows, inner, columns);
        } else {
            ScalarTile.multiplyAdd(a, aAt, b, bAt, c, cAt, rows, inner, columns);
        }
    }

    /** {@code c = c + transpose of a * b} of panels; {@link ScalarTile#multiplyTransposedAdd}. */
    static void multiplyTransposedAdd(
            float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int rows, int inner, int columns) {
        if (AttentionSelfTest.VECTOR) {
            VectorTile.multiplyTransposedAdd(a, aAt, b, bAt, c, cAt, rows, inner, columns);
        } else {
            ScalarTile.multiplyTransposedAdd(a, aAt, b, bAt, c, cAt, rows, inner, columns);
        }
    }

    /**
     * Rows of memory to panels.
     *
     * @param firstRow the first row in memory
     * @param rows how many
     * @param depth floats of a row
     * @param line room for them
     * @param panels receives them
     * @param panelRows rows of a panel
     */
    static void load(
            MemorySegment src, long firstRow, int rows, int depth, float[] line, float[] panels, int panelRows) {
        if (depth == STRIDE) {
            MemorySegment.copy(src, FLOAT, firstRow * depth * Float.BYTES, panels, 0, rows * depth);
            return;
        }
        MemorySegment.copy(src, FLOAT, firstRow * depth * Float.BYTES, line, 0, rows * depth);
        for (int column = 0; column < depth; column += STRIDE) {
            int columns = Math.min(STRIDE, depth - column);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(line, (row * depth) + column, panels, (column * panelRows) + (row * STRIDE), columns);
            }
        }
    }

    /** Panels to rows of memory. */
    static void store(
            float[] panels, int panelRows, float[] line, MemorySegment dst, long firstRow, int rows, int depth) {
        if (depth == STRIDE) {
            MemorySegment.copy(panels, 0, dst, FLOAT, firstRow * depth * Float.BYTES, rows * depth);
            return;
        }
        for (int column = 0; column < depth; column += STRIDE) {
            int columns = Math.min(STRIDE, depth - column);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(panels, (column * panelRows) + (row * STRIDE), line, (row * depth) + column, columns);
            }
        }
        MemorySegment.copy(line, 0, dst, FLOAT, firstRow * depth * Float.BYTES, rows * depth);
    }

    /** Up to 64 rows of memory to the columns of one panel, of {@code depth} rows. */
    static void loadTransposed(MemorySegment src, long firstRow, int rows, int depth, float[] line, float[] panel) {
        MemorySegment.copy(src, FLOAT, firstRow * depth * Float.BYTES, line, 0, rows * depth);
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < depth; k++) {
                panel[(k * STRIDE) + row] = line[(row * depth) + k];
            }
        }
    }

    /** All rows of the panels that a depth takes. */
    static void zero(float[] panels, int depth, int panelRows) {
        Arrays.fill(panels, 0, (depth + STRIDE - 1) / STRIDE * STRIDE * panelRows, 0f);
    }

    /** {@code x[at + i] = x[at + i] * factor}. */
    static void scale(float[] x, int at, int elements, float factor) {
        for (int i = at; i < at + elements; i++) {
            x[i] *= factor;
        }
    }
}
