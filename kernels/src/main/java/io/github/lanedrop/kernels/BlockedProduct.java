package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.product.Tiles.BLOCK_COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.BLOCK_ROWS;
import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.kernels.product.Tiles.PIECE;
import static io.github.lanedrop.kernels.product.Tiles.ROW_STRIDE;
import static io.github.lanedrop.kernels.product.Tiles.STRIP_ROWS;

import io.github.lanedrop.kernels.product.ScalarTile;
import io.github.lanedrop.kernels.product.Tiles;
import io.github.lanedrop.kernels.product.VectorNarrowTile;
import io.github.lanedrop.kernels.product.VectorTile;
import java.lang.foreign.MemorySegment;

/**
 * A product cut into blocks that stay in the caches, with the memory that it needs; pooled.
 *
 * <pre>
 * for each block of columns, 512:
 *   for each block of the inner index, 1,024 or fewer:
 *     pack panels of B, unless they are packed              2 MB, in L2 and L3
 *     for each block of rows, 128:
 *       pack rows of A                                      half an MB, in L2
 *       for each panel, and each strip of its rows:         4 KB, in L1
 *         multiply; finish if the inner index is done; store
 * </pre>
 *
 * <p>An element's chain goes on from what C holds after the block before, so blocks do not change a bit.
 *
 * <p>A product that is narrower than a panel and higher than wide is computed across, as the transpose of the product of
 * the transposes: lanes are then rows of C, and none is wasted. Panels that only one strip of rows is multiplied by, as
 * there, are packed in pieces, each just before it is used.
 */
final class BlockedProduct {
    /** What is computed. */
    enum Form {
        /** The product, of weights under masks if there are masks: each for a block of rows of {@code a}. */
        PRODUCT,
        /** The gradient of weights under masks, each for a block of the inner index; always added. */
        GRADIENT,
        /** The variance of the product that masks cause: of squares, times drop rate over keep rate. */
        VARIANCE
    }

    private static final Pool<BlockedProduct> POOL = Pool.ofLarge(BlockedProduct::new);
    static final Matrix NONE = Matrix.of(MemorySegment.NULL, 0, 0);

    /** So few rows do not pay for packing: the other operand is read where it lies, if that is native memory ... */
    private static final int IN_PLACE_ROWS = 16;
    /** ... and steps of the inner index are so near to each other. */
    private static final int IN_PLACE_COLUMNS = 1024;

    private final ProductScratch scratch = new ProductScratch();
    private final ProductStrips strips = new ProductStrips(scratch);

    private Matrix a = NONE;
    private Matrix b = NONE;
    private PackedMatrix packed = PackedMatrix.NONE;
    private Matrix c = NONE;
    private boolean add;
    private DropConnect weights = DropConnect.NONE;
    private Form form = Form.PRODUCT;

    private boolean masksWeights;
    private boolean masksResult;

    private boolean across;

    /** Columns of a block that are not packed, but read where they lie. */
    private int inPlace;

    /** Whether rows that make whole tiles are not packed either ... */
    private boolean narrow;
    /** ... and how many of a block do. */
    private int rowsInPlace;

    /** Whether panels are packed in pieces when they are multiplied, since they are so only once. */
    private boolean piecewise;

    /** Of the mask of this group of examples, the index of the first weight. */
    private long firstWeight;

    private BlockedProduct() {}

    /**
     * A product that has been checked, in a part of rows and columns a task. Each task packs what it needs; the parts are
     * chosen so that as little as possible is packed more than once.
     *
     * @param b the right operand, whose elements are not read if it is packed
     * @param packed the right operand, or {@link PackedMatrix#NONE}
     * @param add whether chains start with what {@code c} holds
     * @param weights the masks of the right operand or, for a gradient, of {@code c}
     * @param form what is computed
     * @param epilogue what becomes of a product
     * @param workers who does it
     */
    static void run(
            Matrix a,
            Matrix b,
            PackedMatrix packed,
            Matrix c,
            boolean add,
            DropConnect weights,
            Form form,
            Epilogue epilogue,
            Workers workers) {
        boolean masked = !KeepBits.keepsAll(weights.mask());
        boolean across = isAcross(a, c, masked, isNarrow(a, c, masked, form));
        if (across && packed != PackedMatrix.NONE) {
            run(a, packed.narrow(), PackedMatrix.NONE, c, add, weights, form, epilogue, workers);
            return;
        }
        int rows = across ? c.columns() : c.rows();
        int columns = across ? c.rows() : c.columns();
        if (workers.tasks() == 1) {
            part(a, b, packed, c, add, weights, form, epilogue, 0, rows, 0, columns);
            return;
        }
        boolean blocksOfExamples = form == Form.PRODUCT && weights.examplesPerMask() < rows;
        int grain = blocksOfExamples ? weights.examplesPerMask() : Tiles.ROWS;
        boolean packsOnce = blocksOfExamples || packed != PackedMatrix.NONE;
        int tall = tall(workers.tasks(), rows, grain, columns, packsOnce);
        int wide = Math.min(workers.tasks() / tall, grains(columns, COLUMNS));
        workers.split((long) tall * wide, 1, (start, end) -> {
            for (int i = (int) start; i < end; i++) {
                part(
                        a,
                        b,
                        packed,
                        c,
                        add,
                        weights,
                        form,
                        epilogue,
                        border(i / wide, tall, rows, grain),
                        border(i / wide + 1, tall, rows, grain),
                        border(i % wide, wide, columns, COLUMNS),
                        border(i % wide + 1, wide, columns, COLUMNS));
            }
        });
    }

    private static int grains(int size, int grain) {
        return Math.max(1, Math.ceilDiv(size, grain));
    }

    /** Where part {@code i} of a size begins. */
    private static int border(int i, int parts, int size, int grain) {
        return (int) Math.min(size, (long) grains(size, grain) * i / parts * grain);
    }

    /** Parts of the rows: first of all such that most tasks have something to do, then such that little is packed twice. */
    private static int tall(int tasks, int rows, int grain, int columns, boolean packsOnce) {
        int best = 1;
        long bestParts = 0;
        long bestPacked = 0;
        for (int tall = 1; tall <= Math.min(tasks, grains(rows, grain)); tall++) {
            int wide = Math.min(tasks / tall, grains(columns, COLUMNS));
            long parts = (long) tall * wide;
            long floats = (packsOnce ? 0 : (long) tall * columns) + (long) wide * rows;
            if (parts > bestParts || (parts == bestParts && floats < bestPacked)) {
                best = tall;
                bestParts = parts;
                bestPacked = floats;
            }
        }
        return best;
    }

    private static boolean isAcross(Matrix a, Matrix c, boolean masked, boolean narrow) {
        boolean transposeIsDearer = LANES < 16 && c.columns() > LANES && !a.transposed();
        return c.columns() < COLUMNS && c.rows() > c.columns() && !masked && !transposeIsDearer && !narrow;
    }

    /** Whether {@link VectorNarrowTile} multiplies whole tiles of rows. */
    private static boolean isNarrow(Matrix a, Matrix c, boolean masked, Form form) {
        return ProductSelfTest.VECTOR
                && VectorNarrowTile.fits(c.columns())
                && c.rows() >= VectorNarrowTile.ROWS
                && !a.transposed()
                && Packing.reaches(a)
                && !masked
                && form == Form.PRODUCT;
    }

    /** Some rows and columns, as they are computed; the columns start at a multiple of a panel's. */
    private static void part(
            Matrix a,
            Matrix b,
            PackedMatrix packed,
            Matrix c,
            boolean add,
            DropConnect weights,
            Form form,
            Epilogue epilogue,
            int rowStart,
            int rowEnd,
            int columnStart,
            int columnEnd) {
        BlockedProduct product = POOL.borrow();
        product.a = a;
        product.b = b;
        product.packed = packed;
        product.c = c;
        product.add = add;
        product.weights = weights;
        product.form = form;
        boolean masked = !KeepBits.keepsAll(weights.mask());
        product.masksWeights = masked && form == Form.PRODUCT;
        product.masksResult = masked && form == Form.GRADIENT;
        product.narrow = isNarrow(a, c, masked, form);
        product.across = isAcross(a, c, masked, product.narrow);
        product.strips.begin(c, weights, product.masksResult, epilogue, product.across);
        product.masks(rowStart, rowEnd, columnStart, columnEnd);
        product.a = NONE; // the pool holds nothing of the caller's
        product.b = NONE;
        product.packed = PackedMatrix.NONE;
        product.c = NONE;
        product.weights = DropConnect.NONE;
        product.strips.end();
        POOL.giveBack(product);
    }

    /** Mask by mask: one group of rows or of the inner index after the other, or all at once if there are no masks. */
    private void masks(int rowStart, int rowEnd, int columnStart, int columnEnd) {
        int inner = a.columns();
        int examples = weights.examplesPerMask();
        int rowStep = masksWeights ? examples : Math.max(1, rowEnd - rowStart);
        int innerStep = masksResult ? examples : inner;
        long size = masksResult ? (long) c.rows() * c.columns() : (long) b.rows() * b.columns();
        for (int row = rowStart; row < rowEnd; row += Math.min(rowStep, rowEnd - row)) {
            int k = 0;
            do {
                int steps = Math.min(innerStep, inner - k);
                firstWeight = weights.offset() + (masksResult ? k : row) / examples * size;
                group(row, row + Math.min(rowStep, rowEnd - row), columnStart, columnEnd, k, k + steps);
                k += steps;
            } while (k < inner);
        }
    }

    /**
     * Rows and columns as they are computed, under one mask.
     *
     * <p>What is not read where it lies is packed here: that makes this too long to be inlined with all that it inlines.
     */
    private void group(int rowStart, int rowEnd, int columnStart, int columnEnd, int innerStart, int innerEnd) {
        int allRows = rowEnd - rowStart;
        boolean packs = packed == PackedMatrix.NONE && innerStart < innerEnd;
        boolean readsInPlace = packs
                && allRows <= IN_PLACE_ROWS
                && panelOperand().transposed() == across
                && Packing.memoryColumns(panelOperand()) <= IN_PLACE_COLUMNS
                && Packing.reaches(panelOperand())
                && form != Form.VARIANCE
                && !masksWeights;
        piecewise = packs && allRows <= STRIP_ROWS && !masksWeights && !narrow;
        for (int column = columnStart; column < columnEnd; column += Math.min(BLOCK_COLUMNS, columnEnd - column)) {
            int columns = Math.min(BLOCK_COLUMNS, columnEnd - column);
            inPlace = readsInPlace ? columns / COLUMNS * COLUMNS : 0;
            int left = columns - inPlace;
            int step = Tiles.innerBlock(innerEnd - innerStart);
            int k = innerStart;
            do {
                int inner = Math.min(step, innerEnd - k); // 0 if there is nothing to add; C is written all the same
                if (piecewise) {
                    scratch.holdPanels(Tiles.panelBytes(PIECE));
                } else if (packs) {
                    scratch.holdPanels(Packing.panels(left) * Tiles.panelBytes(inner));
                    Packing.panels(
                            panelOperand(),
                            across,
                            k,
                            inner,
                            column + inPlace,
                            left,
                            scratch.panels,
                            masksWeights ? weights : DropConnect.NONE,
                            firstWeight,
                            form == Form.VARIANCE,
                            scratch);
                }
                rows(rowStart, rowEnd, column, columns, k, inner, k == innerStart, k + inner == innerEnd);
                k += inner;
            } while (k < innerEnd);
        }
    }

    private Matrix panelOperand() {
        return across ? a : b;
    }

    /** All blocks of rows by a block of columns and of the inner index. */
    private void rows(
            int rowStart, int rowEnd, int column, int columns, int k, int inner, boolean first, boolean last) {
        float scale = scale();
        for (int row = rowStart; row < rowEnd; row += Math.min(BLOCK_ROWS, rowEnd - row)) {
            int rows = Math.min(BLOCK_ROWS, rowEnd - row);
            rowsInPlace = narrow ? rows / VectorNarrowTile.ROWS * VectorNarrowTile.ROWS : 0;
            int left = rows - rowsInPlace;
            scratch.holdRows(left);
            Packing.rows(
                    across ? b : a, across, row + rowsInPlace, left, k, inner, scale, form == Form.VARIANCE, scratch);
            strips.block(row, rows, column, columns, firstWeight, last);
            strips(row, rows, column, columns, k, inner, first, last);
        }
    }

    /** What elements of the left operand are multiplied by. */
    private float scale() {
        return switch (form) {
            case PRODUCT -> 1;
            case GRADIENT -> masksResult ? (float) weights.mask().scale() : 1;
            case VARIANCE ->
                (float) (weights.mask().rate().effective()
                        * weights.mask().rate().scale());
        };
    }

    private void strips(int row, int rows, int column, int columns, int k, int inner, boolean first, boolean last) {
        boolean fresh = first && !add && !masksResult;
        long panelBytes = Tiles.panelBytes(inner);
        float[] strip = scratch.strip;
        for (int n = 0; n < columns; n += COLUMNS) {
            int count = Math.min(COLUMNS, columns - n);
            MemorySegment panels = scratch.panels;
            long panel = (n - inPlace) / COLUMNS * panelBytes;
            long panelStep = Tiles.PANEL_STEP;
            if (packed != PackedMatrix.NONE) {
                panels = packed.panels(k);
                panel = (column + n) / COLUMNS * panelBytes;
            } else if (n < inPlace) {
                panels = panelOperand().segment();
                panelStep = (long) Packing.memoryColumns(panelOperand()) * Float.BYTES;
                panel = k * panelStep + (long) (column + n) * Float.BYTES;
            }
            int height;
            for (int r = 0; r < rows; r += height) {
                height = Math.min(STRIP_ROWS, (r < rowsInPlace ? rowsInPlace : rows) - r);
                if (!fresh) {
                    strips.load(row + r, height, column + n, count);
                }
                float[] start = fresh ? scratch.zeros : strip;
                if (r < rowsInPlace) {
                    long rowBytes = (long) a.columns() * Float.BYTES;
                    long at = (row + r) * rowBytes + (long) k * Float.BYTES;
                    VectorNarrowTile.multiplyAdd(
                            a.segment(), at, rowBytes, panels, panel, panelStep, inner, start, strip, height);
                } else if (piecewise && n >= inPlace) {
                    pieces(column + n, count, k, inner, start, height);
                } else {
                    int aAt = (r - rowsInPlace) * ROW_STRIDE;
                    multiplyAdd(scratch.a, aAt, panels, panel, panelStep, inner, start, strip, height);
                }
                strips.finish(row + r, height, column + n, count, last);
            }
        }
    }

    /** Packs and multiplies a panel by the only strip of rows. */
    private void pieces(int column, int columns, int k, int inner, float[] start, int rows) {
        for (int i = 0; i < inner; i += PIECE) {
            int steps = Math.min(PIECE, inner - i);
            Packing.panels(
                    panelOperand(),
                    across,
                    k + i,
                    steps,
                    column,
                    columns,
                    scratch.panels,
                    DropConnect.NONE,
                    0,
                    form == Form.VARIANCE,
                    scratch);
            multiplyAdd(
                    scratch.a,
                    i,
                    scratch.panels,
                    0,
                    Tiles.PANEL_STEP,
                    steps,
                    i == 0 ? start : scratch.strip,
                    scratch.strip,
                    rows);
        }
    }

    private static void multiplyAdd(
            float[] a,
            int aAt,
            MemorySegment panels,
            long panel,
            long panelStep,
            int inner,
            float[] start,
            float[] strip,
            int rows) {
        if (ProductSelfTest.VECTOR) {
            VectorTile.multiplyAdd(a, aAt, panels, panel, panelStep, inner, start, strip, rows);
        } else {
            ScalarTile.multiplyAdd(a, aAt, panels, panel, panelStep, inner, start, strip, rows);
        }
    }
}
