package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.kernels.product.Tiles.LINE;
import static io.github.lanedrop.kernels.product.Tiles.LINES;
import static io.github.lanedrop.kernels.product.Tiles.LINE_STRIDE;
import static io.github.lanedrop.kernels.product.Tiles.ROW_STRIDE;

import io.github.lanedrop.kernels.product.ScalarPacking;
import io.github.lanedrop.kernels.product.Tiles;
import io.github.lanedrop.kernels.product.VectorPacking;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Copies operands to where tiles read them, by the live path. Transposes, kinds of memory and masks of weights end here.
 *
 * <p>{@code across} says that the operand is to be taken as the transpose of what the matrix says it is.
 */
final class Packing {
    private Packing() {}

    /** Panels that hold so many columns. */
    static int panels(int columns) {
        return (columns + COLUMNS - 1) / COLUMNS;
    }

    /** Row {@code r} of the block to {@code scratch.a}, from {@code r * ROW_STRIDE}, perhaps squared, times the scale. */
    static void rows(
            Matrix a,
            boolean across,
            int row,
            int rows,
            int k,
            int inner,
            float scale,
            boolean squares,
            ProductScratch scratch) {
        if (a.transposed() == across) {
            for (int r = 0; r < rows; r++) {
                line(a, row + r, k, inner, scratch.a, r * ROW_STRIDE);
                change(scratch.a, r * ROW_STRIDE, inner, scale, squares);
            }
            return;
        }
        for (int i = 0; i < inner; i += LANES) {
            int lines = Math.min(LANES, inner - i);
            for (int l = 0; l < lines; l++) {
                line(a, k + i + l, row, rows, scratch.lines, l * LINE_STRIDE);
                change(scratch.lines, l * LINE_STRIDE, rows, scale, squares);
            }
            transpose(scratch.lines, 0, LINE_STRIDE, rows, lines, scratch.a, i, ROW_STRIDE, scratch.square);
        }
    }

    private static void change(float[] line, int at, int count, float scale, boolean squares) {
        if (squares) {
            ScalarPacking.square(line, at, count);
        }
        if (scale != 1) {
            ScalarPacking.scale(line, at, count, scale);
        }
    }

    /** Panels of the columns to {@code dst}; what they hold beyond the columns is stale. */
    static void panels(
            Matrix b, boolean across, int k, int inner, int column, int columns, float[] dst, ProductScratch scratch) {
        panels(b, across, k, inner, column, columns, dst, DropConnect.NONE, 0, false, scratch);
    }

    /** As above, perhaps squared, of weights under the mask whose first element has the index {@code first}. */
    static void panels(
            Matrix b,
            boolean across,
            int k,
            int inner,
            int column,
            int columns,
            float[] dst,
            DropConnect weights,
            long first,
            boolean squares,
            ProductScratch scratch) {
        boolean byColumn = b.transposed() != across; // whether a line of memory is a column
        int row = byColumn ? column : k;
        int start = byColumn ? k : column;
        int bitStride = 0;
        if (!DropConnect.keepsAll(weights.mask())) {
            int rows = byColumn ? columns : inner;
            int count = byColumn ? inner : columns;
            scratch.weightBits = ProductScratch.bitsFor(scratch.weightBits, rows * (count + Byte.SIZE));
            bitStride = keepBits(
                    weights.mask(),
                    first + (long) row * memoryColumns(b) + start,
                    memoryColumns(b),
                    rows,
                    count,
                    scratch.weightBits);
        }
        int panelStride = Tiles.panelStride(inner);
        if (byColumn) {
            for (int j = 0; j < columns; j += LANES) {
                int lines = Math.min(LANES, columns - j);
                int panel = j / COLUMNS * panelStride + j % COLUMNS;
                for (int i = 0; i < inner; i += LINE) {
                    int count = Math.min(LINE, inner - i);
                    lines(b, row + j, lines, start + i, count, weights, j * bitStride + i, bitStride, squares, scratch);
                    transpose(
                            scratch.lines,
                            0,
                            LINE_STRIDE,
                            count,
                            lines,
                            dst,
                            panel + i * COLUMNS,
                            COLUMNS,
                            scratch.square);
                }
            }
            return;
        }
        for (int i = 0; i < inner; i += LINES) {
            int lines = Math.min(LINES, inner - i);
            for (int j = 0; j < columns; j += LINE) {
                int count = Math.min(LINE, columns - j);
                lines(b, row + i, lines, start + j, count, weights, i * bitStride + j, bitStride, squares, scratch);
                for (int n = 0; n < count; n += COLUMNS) {
                    spread(scratch.lines, n, lines, dst, (j + n) / COLUMNS * panelStride + i * COLUMNS);
                }
            }
        }
    }

    /** Pieces of successive lines to {@code scratch.lines}, masked if there is a mask. */
    private static void lines(
            Matrix b,
            int row,
            int lines,
            int start,
            int count,
            DropConnect weights,
            int bit,
            int bitStride,
            boolean squares,
            ProductScratch scratch) {
        for (int l = 0; l < lines; l++) {
            line(b, row + l, start, count, scratch.lines, l * LINE_STRIDE);
            change(scratch.lines, l * LINE_STRIDE, count, 1, squares);
        }
        if (bitStride == 0) {
            return;
        }
        float scale = (float) weights.mask().scale();
        for (int l = 0; l < lines; l++) {
            if (Live.VECTOR) {
                VectorPacking.select(
                        scratch.lines, l * LINE_STRIDE, count, scale, scratch.weightBits, bit + l * bitStride);
            } else {
                ScalarPacking.select(
                        scratch.lines, l * LINE_STRIDE, count, scale, scratch.weightBits, bit + l * bitStride);
            }
        }
    }

    /** Floats of one line of memory. */
    private static void line(Matrix matrix, int row, int start, int count, float[] dst, int at) {
        long element = (long) row * memoryColumns(matrix) + start;
        MemorySegment.copy(matrix.segment(), FLOAT, element * Float.BYTES, dst, at, count);
    }

    private static int memoryColumns(Matrix matrix) {
        return matrix.transposed() ? matrix.rows() : matrix.columns();
    }

    static void transpose(
            float[] lines,
            int at,
            int stride,
            int count,
            int lineCount,
            float[] dst,
            int dstAt,
            int dstStride,
            float[] square) {
        if (Live.VECTOR) {
            VectorPacking.transpose(lines, at, stride, count, dst, dstAt, dstStride, square);
        } else {
            ScalarPacking.transpose(lines, at, stride, count, lineCount, dst, dstAt, dstStride);
        }
    }

    private static void spread(float[] lines, int at, int lineCount, float[] dst, int dstAt) {
        if (Live.VECTOR) {
            VectorPacking.spread(lines, at, LINE_STRIDE, lineCount, dst, dstAt);
        } else {
            ScalarPacking.spread(lines, at, LINE_STRIDE, lineCount, dst, dstAt);
        }
    }

    /**
     * The keep bits of a block of a matrix, the element of row {@code r} and column {@code n} at bit
     * {@code r * stride + n}.
     *
     * @param first the mask's index of the block's first element
     * @param memoryColumns the mask's elements between rows
     * @return the stride, 1 or more
     */
    static int keepBits(MaskSource mask, long first, int memoryColumns, int rows, int columns, byte[] dst) {
        boolean whole = columns == memoryColumns;
        int stride = whole ? Math.max(1, columns) : (columns + 7) & -Byte.SIZE;
        if (mask.rate().dropsAll()) {
            Arrays.fill(dst, (byte) 0);
            return stride;
        }
        Scratch scratch = Scratch.POOL.borrow();
        if (whole) {
            keepBits(mask, first, rows * columns, dst, 0, scratch);
        } else {
            for (int r = 0; r < rows; r++) {
                keepBits(mask, first + (long) r * memoryColumns, columns, dst, r * stride / Byte.SIZE, scratch);
            }
        }
        Scratch.POOL.giveBack(scratch);
        return stride;
    }

    private static void keepBits(MaskSource mask, long first, int count, byte[] dst, int at, Scratch scratch) {
        for (int done = 0; done < count; done += Scratch.CHUNK) {
            int elements = Math.min(Scratch.CHUNK, count - done);
            int bitsAt = KeepBits.fill(mask, first + done, elements, scratch);
            System.arraycopy(scratch.keepBits, bitsAt, dst, at + done / Byte.SIZE, (elements + 7) / Byte.SIZE);
        }
    }
}
