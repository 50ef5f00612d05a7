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
    private static final long VECTOR_BYTES = (long) LANES * Float.BYTES;

    private Packing() {}

    /** Panels that hold so many columns. */
    static int panels(int columns) {
        return Math.ceilDiv(columns, COLUMNS);
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
        boolean direct = scale == 1 && !squares && reaches(a);
        for (int i = 0; i < inner; i += LANES) {
            int lines = Math.min(LANES, inner - i);
            int done = direct && lines == LANES ? squares(a, k + i, row, rows) : 0;
            if (done > 0) {
                VectorPacking.transpose(
                        a.segment(),
                        elementAt(a, k + i, row),
                        lineBytes(a),
                        done,
                        scratch.a,
                        i,
                        ROW_STRIDE,
                        scratch.squares);
            }
            if (done == rows) {
                continue;
            }
            int stride = copy(a, k + i, lines, row + done, rows - done, true, scratch.lines);
            change(scratch.lines, 0, lines * stride, scale, squares);
            transpose(
                    scratch.lines,
                    0,
                    stride,
                    rows - done,
                    lines,
                    scratch.a,
                    done * ROW_STRIDE + i,
                    ROW_STRIDE,
                    scratch.squares);
        }
    }

    /** How many elements of the next lines can be read in squares, which may read more than that, but not beyond memory. */
    private static int squares(Matrix matrix, int line, int start, int count) {
        long end = elementAt(matrix, line + LANES - 1, start) + Math.ceilDiv(count, LANES) * VECTOR_BYTES;
        return end <= matrix.segment().byteSize() ? count : count / LANES * LANES;
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
            Matrix b,
            boolean across,
            int k,
            int inner,
            int column,
            int columns,
            MemorySegment dst,
            ProductScratch scratch) {
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
            MemorySegment dst,
            DropConnect weights,
            long first,
            boolean squares,
            ProductScratch scratch) {
        boolean byColumn = b.transposed() != across; // whether a line of memory is a column
        int row = byColumn ? column : k;
        int start = byColumn ? k : column;
        int bitStride = 0;
        if (!KeepBits.keepsAll(weights.mask())) {
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
        long panelBytes = Tiles.panelBytes(inner);
        boolean direct = bitStride == 0 && !squares && reaches(b);
        if (byColumn) {
            for (int j = 0; j < columns; j += Math.min(LANES, columns - j)) {
                int lines = Math.min(LANES, columns - j);
                long panel = j / COLUMNS * panelBytes + (long) (j % COLUMNS) * Float.BYTES;
                int done = direct && lines == LANES ? squares(b, row + j, start, inner) : 0;
                if (done > 0) {
                    VectorPacking.transpose(
                            b.segment(), elementAt(b, row + j, start), lineBytes(b), done, dst, panel, scratch.squares);
                }
                for (int i = done; i < inner; i += LINE) {
                    int count = Math.min(LINE, inner - i);
                    int stride = lines(
                            b,
                            row + j,
                            lines,
                            start + i,
                            count,
                            weights,
                            j * bitStride + i,
                            bitStride,
                            squares,
                            scratch);
                    transpose(stride, count, lines, dst, panel + i * Tiles.PANEL_STEP, scratch);
                }
            }
            return;
        }
        int done = direct ? columns / COLUMNS * COLUMNS : 0;
        if (done > 0) {
            spread(b, row, inner, start, done, dst);
        }
        for (int i = 0; i < inner; i += LINES) {
            int lines = Math.min(LINES, inner - i);
            for (int j = done; j < columns; j += Math.min(LINE, columns - j)) {
                int count = Math.min(LINE, columns - j);
                int stride = lines(
                        b, row + i, lines, start + j, count, weights, i * bitStride + j, bitStride, squares, scratch);
                for (int n = 0; n < count; n += COLUMNS) {
                    spread(scratch.lines, n, stride, lines, dst, (j + n) / COLUMNS * panelBytes + i * Tiles.PANEL_STEP);
                }
            }
        }
    }

    /** Copies what {@code dst} has, element by element: few, and not often. */
    static void copy(Matrix src, Matrix dst) {
        for (int r = 0; r < dst.rows(); r++) {
            for (int n = 0; n < dst.columns(); n++) {
                long from = src.transposed() ? elementAt(src, n, r) : elementAt(src, r, n);
                long to = dst.transposed() ? elementAt(dst, n, r) : elementAt(dst, r, n);
                dst.segment().set(FLOAT, to, src.segment().get(FLOAT, from));
            }
        }
    }

    /** Whether vector loops read the operand where it lies. */
    static boolean reaches(Matrix matrix) {
        return ProductSelfTest.VECTOR && VectorPacking.reaches(matrix.segment());
    }

    /** Whole panels straight from native memory, a few lines at a time so that no more streams are written than read. */
    private static void spread(Matrix b, int row, int inner, int start, int columns, MemorySegment dst) {
        long panelBytes = Tiles.panelBytes(inner);
        for (int i = 0; i < inner; i += LINES) {
            int lines = Math.min(LINES, inner - i);
            for (int n = 0; n < columns; n += COLUMNS) {
                long from = elementAt(b, row + i, start + n);
                VectorPacking.spread(
                        b.segment(), from, lineBytes(b), lines, dst, n / COLUMNS * panelBytes + i * Tiles.PANEL_STEP);
            }
        }
    }

    /** Pieces of successive lines to {@code scratch.lines}, masked if there is a mask; returns the floats between them. */
    private static int lines(
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
        // a line under a mask is followed by room, since vectors of it are rounded up
        int stride = copy(b, row, lines, start, count, bitStride == 0, scratch.lines);
        change(scratch.lines, 0, lines * stride, 1, squares);
        if (bitStride == 0) {
            return stride;
        }
        float scale = (float) weights.mask().scale();
        for (int l = 0; l < lines; l++) {
            int at = l * stride;
            int firstBit = bit + l * bitStride;
            if (ProductSelfTest.VECTOR) {
                VectorPacking.select(scratch.lines, at, count, scale, scratch.weightBits, firstBit);
            } else {
                ScalarPacking.select(scratch.lines, at, count, scale, scratch.weightBits, firstBit);
            }
        }
        return stride;
    }

    /** Pieces of successive lines of memory; those that may lie together at once, since a copy takes long to begin. */
    private static int copy(Matrix matrix, int row, int lines, int start, int count, boolean together, float[] dst) {
        boolean whole = together && count == memoryColumns(matrix);
        int pieces = whole ? 1 : lines;
        int floats = whole ? lines * count : count;
        for (int l = 0; l < pieces; l++) {
            line(matrix, row + l, start, floats, dst, l * LINE_STRIDE);
        }
        return whole ? count : LINE_STRIDE;
    }

    /** Floats of one line of memory. */
    private static void line(Matrix matrix, int row, int start, int count, float[] dst, int at) {
        MemorySegment.copy(matrix.segment(), FLOAT, elementAt(matrix, row, start), dst, at, count);
    }

    /** Where an element of a line of memory lies. */
    private static long elementAt(Matrix matrix, int line, int element) {
        return line * lineBytes(matrix) + (long) element * Float.BYTES;
    }

    private static long lineBytes(Matrix matrix) {
        return (long) memoryColumns(matrix) * Float.BYTES;
    }

    static int memoryColumns(Matrix matrix) {
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
            float[] squares) {
        if (ProductSelfTest.VECTOR) {
            VectorPacking.transpose(lines, at, stride, count, dst, dstAt, dstStride, squares);
        } else {
            ScalarPacking.transpose(lines, at, stride, count, lineCount, dst, dstAt, dstStride);
        }
    }

    private static void transpose(
            int stride, int count, int lineCount, MemorySegment panel, long panelAt, ProductScratch scratch) {
        if (ProductSelfTest.VECTOR) {
            VectorPacking.transpose(scratch.lines, stride, count, panel, panelAt, scratch.squares);
        } else {
            ScalarPacking.transpose(scratch.lines, stride, count, lineCount, panel, panelAt);
        }
    }

    private static void spread(float[] lines, int at, int stride, int lineCount, MemorySegment panel, long panelAt) {
        if (ProductSelfTest.VECTOR) {
            VectorPacking.spread(lines, at, stride, lineCount, panel, panelAt);
        } else {
            ScalarPacking.spread(lines, at, stride, lineCount, panel, panelAt);
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
