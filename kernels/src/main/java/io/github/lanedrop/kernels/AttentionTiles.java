package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.attention.ScalarTile.STRIDE;

import io.github.lanedrop.kernels.attention.ScalarTile;
import io.github.lanedrop.kernels.attention.VectorTile;
import io.github.lanedrop.kernels.product.Tiles;
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
        if (AttentionSelfTest.VECTOR) {
            VectorTile.multiplyAdd(a, aAt, aStride, b, bAt, c, cAt, cStride, rows, inner, columns);
        } else {
            ScalarTile.multiplyAdd(a, aAt, aStride, b, bAt, c, cAt, cStride, rows, inner, columns);
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
     * @param panelRow the first one's row in each panel
     */
    static void load(
            MemorySegment src,
            long firstRow,
            int rows,
            int depth,
            float[] line,
            float[] panels,
            int panelRows,
            int panelRow) {
        if (depth == STRIDE) {
            MemorySegment.copy(src, FLOAT, firstRow * depth * Float.BYTES, panels, panelRow * STRIDE, rows * depth);
            return;
        }
        MemorySegment.copy(src, FLOAT, firstRow * depth * Float.BYTES, line, 0, rows * depth);
        for (int column = 0; column < depth; column += STRIDE) {
            int columns = Math.min(STRIDE, depth - column);
            int at = (column * panelRows) + (panelRow * STRIDE);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(line, (row * depth) + column, panels, at + (row * STRIDE), columns);
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

    /**
     * Up to 64 rows of memory to the columns of one panel, of {@code depth} rows; up to 15 more rows may be overwritten.
     *
     * @param firstRow the first row in memory
     * @param rows how many
     * @param depth floats of a row
     * @param line room for 64 of them
     * @param squares room to transpose
     * @param panel receives them
     * @param at the index of the panel's first element
     */
    static void loadTransposed(
            MemorySegment src,
            long firstRow,
            int rows,
            int depth,
            float[] line,
            float[] squares,
            float[] panel,
            int at) {
        MemorySegment.copy(src, FLOAT, firstRow * depth * Float.BYTES, line, 0, rows * depth);
        for (int row = 0; row < rows; row += Tiles.LANES) {
            int lines = Math.min(Tiles.LANES, rows - row);
            Packing.transpose(line, row * depth, depth, depth, lines, panel, at + row, STRIDE, squares);
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
