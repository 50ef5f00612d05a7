package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The matrix product in register tiles of 4 rows by 2 vectors of columns.
 *
 * <p>Both operands are packed into the heap, block by block, which is where transposes disappear: A by rows, B by panels
 * of a tile's columns. A lane is one element of {@code c} and adds its products in the order of the inner index, from
 * what {@code c} holds after the block before; so blocking, width and threads do not change a bit.
 */
final class VectorProduct {
    /** Rows of a tile: 8 accumulators hide the latency of a fused multiply-add, and 16 registers hold them all. */
    static final int TILE_ROWS = 4;

    private static final int LANES = FLOATS.length();
    /** Columns of a tile. */
    static final int TILE_COLUMNS = 2 * FLOATS.length();

    private VectorProduct() {}

    /** Rows {@code start} to {@code end}, exclusive, of {@code c}. */
    static void rows(Matrix a, Matrix b, Matrix c, boolean add, int start, int end) {
        if (a.columns() == 0) {
            ScalarProduct.rows(a, b, c, add, start, end);
            return;
        }
        ProductScratch scratch = ProductScratch.POOL.borrow();
        for (int k = 0; k < a.columns(); k += ProductScratch.BLOCK_INNER) {
            int inner = Math.min(ProductScratch.BLOCK_INNER, a.columns() - k);
            for (int row = start; row < end; row += ProductScratch.BLOCK_ROWS) {
                int rows = Math.min(ProductScratch.BLOCK_ROWS, end - row);
                packRows(a, row, rows, k, inner, scratch);
                for (int column = 0; column < c.columns(); column += TILE_COLUMNS) {
                    int columns = Math.min(TILE_COLUMNS, c.columns() - column);
                    packPanel(b, k, inner, column, columns, scratch);
                    tiles(c, row, rows, column, columns, inner, add || k > 0, scratch);
                }
            }
        }
        ProductScratch.POOL.giveBack(scratch);
    }

    /** Row {@code r} of the block to {@code scratch.a}, from {@code r * ROW_STRIDE}. */
    private static void packRows(Matrix a, int row, int rows, int k, int inner, ProductScratch scratch) {
        if (!a.transposed()) {
            for (int r = 0; r < rows; r++) {
                copy(a, row + r, k, inner, scratch.a, r * ProductScratch.ROW_STRIDE);
            }
            return;
        }
        for (int i = 0; i < inner; i++) {
            copy(a, k + i, row, rows, scratch.line, 0);
            scatter(scratch.line, rows, scratch.a, i, ProductScratch.ROW_STRIDE);
        }
    }

    /** Row {@code i} of the panel to {@code scratch.b}, from {@code i * TILE_COLUMNS}; missing columns are stale. */
    private static void packPanel(Matrix b, int k, int inner, int column, int columns, ProductScratch scratch) {
        if (!b.transposed()) {
            for (int i = 0; i < inner; i++) {
                copy(b, k + i, column, columns, scratch.b, i * TILE_COLUMNS);
            }
            return;
        }
        for (int n = 0; n < columns; n++) {
            copy(b, column + n, k, inner, scratch.line, 0);
            scatter(scratch.line, inner, scratch.b, n, TILE_COLUMNS);
        }
    }

    /** Floats of one row as it lies in memory. */
    private static void copy(Matrix matrix, int memoryRow, int first, int count, float[] dst, int at) {
        int memoryColumns = matrix.transposed() ? matrix.rows() : matrix.columns();
        long element = (long) memoryRow * memoryColumns + first;
        MemorySegment.copy(matrix.segment(), FLOAT, element * Float.BYTES, dst, at, count);
    }

    private static void scatter(float[] line, int count, float[] dst, int at, int stride) {
        for (int i = 0; i < count; i++) {
            dst[at + i * stride] = line[i];
        }
    }

    private static void tiles(
            Matrix c, int row, int rows, int column, int columns, int inner, boolean add, ProductScratch scratch) {
        float[] tile = scratch.tile;
        for (int r = 0; r < rows; r += TILE_ROWS) {
            int tileRows = Math.min(TILE_ROWS, rows - r);
            if (add) {
                for (int i = 0; i < tileRows; i++) {
                    copy(c, row + r + i, column, columns, tile, i * TILE_COLUMNS);
                }
            } else {
                Arrays.fill(tile, 0, TILE_ROWS * TILE_COLUMNS, 0f);
            }
            multiplyTile(scratch.a, r * ProductScratch.ROW_STRIDE, scratch.b, inner, tile);
            for (int i = 0; i < tileRows; i++) {
                long element = (long) (row + r + i) * c.columns() + column;
                MemorySegment.copy(tile, i * TILE_COLUMNS, c.segment(), FLOAT, element * Float.BYTES, columns);
            }
        }
    }

    private static void multiplyTile(float[] a, int at, float[] b, int inner, float[] tile) {
        FloatVector c00 = FloatVector.fromArray(FLOATS, tile, 0);
        FloatVector c01 = FloatVector.fromArray(FLOATS, tile, LANES);
        FloatVector c10 = FloatVector.fromArray(FLOATS, tile, TILE_COLUMNS);
        FloatVector c11 = FloatVector.fromArray(FLOATS, tile, TILE_COLUMNS + LANES);
        FloatVector c20 = FloatVector.fromArray(FLOATS, tile, 2 * TILE_COLUMNS);
        FloatVector c21 = FloatVector.fromArray(FLOATS, tile, 2 * TILE_COLUMNS + LANES);
        FloatVector c30 = FloatVector.fromArray(FLOATS, tile, 3 * TILE_COLUMNS);
        FloatVector c31 = FloatVector.fromArray(FLOATS, tile, 3 * TILE_COLUMNS + LANES);
        for (int k = 0; k < inner; k++) {
            FloatVector b0 = FloatVector.fromArray(FLOATS, b, k * TILE_COLUMNS);
            FloatVector b1 = FloatVector.fromArray(FLOATS, b, k * TILE_COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[at + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[at + k + ProductScratch.ROW_STRIDE]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[at + k + 2 * ProductScratch.ROW_STRIDE]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[at + k + 3 * ProductScratch.ROW_STRIDE]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, LANES);
        c10.intoArray(tile, TILE_COLUMNS);
        c11.intoArray(tile, TILE_COLUMNS + LANES);
        c20.intoArray(tile, 2 * TILE_COLUMNS);
        c21.intoArray(tile, 2 * TILE_COLUMNS + LANES);
        c30.intoArray(tile, 3 * TILE_COLUMNS);
        c31.intoArray(tile, 3 * TILE_COLUMNS + LANES);
    }
}
