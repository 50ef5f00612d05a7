package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.LANES;

import io.github.lanedrop.kernels.product.ScalarFinish;
import io.github.lanedrop.kernels.product.VectorFinish;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The way of a {@link BlockedProduct}'s strips between C and the sums in {@link ProductScratch#strip}: turned if they are
 * computed across, masked if C is a gradient under masks, and with the epilogue when they are done.
 *
 * <p>Rows and columns are those that are computed: of a product across, columns and rows of C.
 */
final class ProductStrips {
    /** Stands for the bias where there is none: -0 changes no sum, not even -0. */
    private static final float[] NOTHING_ADDED = new float[COLUMNS];

    static {
        Arrays.fill(NOTHING_ADDED, -0f);
    }

    private final ProductScratch scratch;

    private Matrix c = BlockedProduct.NONE;
    private DropConnect weights = DropConnect.NONE;
    private boolean masked;
    private Epilogue epilogue = Epilogue.NONE;
    private boolean across;

    /** Where the keep bits of a block of C begin. */
    private int bitsRow;

    private int bitsColumn;
    private int bitStride;
    /** Where the bias of a block begins. */
    private int biasColumn;

    ProductStrips(ProductScratch scratch) {
        this.scratch = scratch;
    }

    /**
     * For a part of a product.
     *
     * @param masked whether only those elements of C change that the masks of the weights keep
     */
    void begin(Matrix c, DropConnect weights, boolean masked, Epilogue epilogue, boolean across) {
        this.c = c;
        this.weights = weights;
        this.masked = masked;
        this.epilogue = epilogue;
        this.across = across;
    }

    /** Holds nothing of the caller's any more. */
    void end() {
        c = BlockedProduct.NONE;
        weights = DropConnect.NONE;
        epilogue = Epilogue.NONE;
    }

    /**
     * For a block, of which strips follow: draws its keep bits and fetches its bias.
     *
     * @param firstWeight the mask's index of the first element of C
     * @param last whether the strips are done then
     */
    void block(int row, int rows, int column, int columns, long firstWeight, boolean last) {
        if (masked) {
            drawBits(weights.mask(), firstWeight, row, rows, column, columns);
        } else if (last && epilogue.drops()) {
            drawBits(epilogue.dropout(), epilogue.offset(), row, rows, column, columns);
        }
        if (last && epilogue.hasBias()) {
            biasColumn = across ? row : column;
            long at = (long) Float.BYTES * biasColumn;
            MemorySegment.copy(epilogue.bias(), FLOAT, at, scratch.bias, 0, across ? rows : columns);
        }
    }

    private void drawBits(MaskSource mask, long first, int row, int rows, int column, int columns) {
        bitsRow = across ? column : row;
        bitsColumn = across ? row : column;
        int memoryRows = across ? columns : rows;
        int memoryColumns = across ? rows : columns;
        scratch.bits = ProductScratch.bitsFor(scratch.bits, memoryRows * (memoryColumns + Byte.SIZE));
        long index = first + (long) bitsRow * c.columns() + bitsColumn;
        bitStride = Packing.keepBits(mask, index, c.columns(), memoryRows, memoryColumns, scratch.bits);
    }

    /** Fills the strip with what C holds. */
    void load(int row, int rows, int column, int columns) {
        float[] strip = across ? scratch.other : scratch.strip;
        int memoryRow = across ? column : row;
        int memoryRows = across ? columns : rows;
        int memoryColumn = across ? row : column;
        int memoryColumns = across ? rows : columns;
        load(strip, memoryRow, memoryRows, memoryColumn, memoryColumns);
        if (across) {
            turn(strip, memoryRows, memoryColumns, scratch.strip);
        }
    }

    /** Stores the strip to C, finished if it is done. */
    void finish(int row, int rows, int column, int columns, boolean last) {
        float[] strip = across ? scratch.other : scratch.strip;
        if (across) {
            turn(scratch.strip, rows, columns, strip);
        }
        int memoryRow = across ? column : row;
        int memoryRows = across ? columns : rows;
        int memoryColumn = across ? row : column;
        int memoryColumns = across ? rows : columns;
        change(strip, memoryRow, memoryRows, memoryColumn, memoryColumns, last);
        store(strip, memoryRow, memoryRows, memoryColumn, memoryColumns);
    }

    /** A strip to one across. */
    private void turn(float[] from, int rows, int columns, float[] to) {
        for (int r = 0; r < rows; r += LANES) {
            int lines = Math.min(LANES, rows - r);
            Packing.transpose(from, r * COLUMNS, COLUMNS, columns, lines, to, r, COLUMNS, scratch.squares);
        }
    }

    /**
     * What becomes of sums before they are stored, in rows as memory has them.
     *
     * <p>It is too long to be inlined: what chooses strips would pass the nodes after which C2 may box vectors.
     */
    private void change(float[] strip, int row, int rows, int column, int columns, boolean last) {
        int bit = (row - bitsRow) * bitStride + column - bitsColumn;
        if (masked) {
            float[] old = across ? scratch.strip : scratch.other;
            load(old, row, rows, column, columns);
            if (ProductSelfTest.VECTOR) {
                VectorFinish.keep(strip, old, rows, scratch.bits, bit, bitStride);
            } else {
                ScalarFinish.keep(strip, old, rows, scratch.bits, bit, bitStride);
            }
        }
        if (!last) {
            return;
        }
        boolean adds = epilogue.hasBias();
        boolean rectified = epilogue.activation() == Activation.RELU;
        boolean curve = !rectified && epilogue.activation() != Activation.IDENTITY;
        boolean drops = epilogue.drops();
        if (curve) {
            if (adds) {
                finish(strip, rows, column, true, false, false, 0);
            }
            MemorySegment segment = across ? scratch.otherSegment : scratch.stripSegment;
            Chain.ofActivation(epilogue.activation())
                    .forward(
                            KeepBits.ALL_KEPT,
                            DType.FLOAT32,
                            0,
                            segment,
                            Chain.NO_BIAS,
                            COLUMNS,
                            segment,
                            0,
                            (long) rows * COLUMNS);
        }
        if (drops || rectified || (adds && !curve)) {
            finish(strip, rows, column, adds && !curve, rectified, drops, bit);
        }
    }

    private void finish(float[] strip, int rows, int column, boolean adds, boolean rectified, boolean drops, int bit) {
        float[] bias = adds ? scratch.bias : NOTHING_ADDED;
        int biasAt = adds ? column - biasColumn : 0;
        float scale = drops ? (float) epilogue.dropout().scale() : 1;
        if (ProductSelfTest.VECTOR) {
            VectorFinish.finish(strip, rows, bias, biasAt, rectified, drops, scale, scratch.bits, bit, bitStride);
        } else {
            ScalarFinish.finish(strip, rows, bias, biasAt, rectified, drops, scale, scratch.bits, bit, bitStride);
        }
    }

    private void load(float[] strip, int row, int rows, int column, int columns) {
        long rowBytes = (long) c.columns() * Float.BYTES;
        long at = row * rowBytes + (long) column * Float.BYTES;
        if (ProductSelfTest.VECTOR && columns == COLUMNS && VectorFinish.reaches(c.segment())) {
            VectorFinish.load(c.segment(), at, rowBytes, strip, rows);
            return;
        }
        for (int r = 0; r < rows; r++) {
            MemorySegment.copy(c.segment(), FLOAT, at + r * rowBytes, strip, r * COLUMNS, columns);
        }
    }

    private void store(float[] strip, int row, int rows, int column, int columns) {
        long rowBytes = (long) c.columns() * Float.BYTES;
        long at = row * rowBytes + (long) column * Float.BYTES;
        if (ProductSelfTest.VECTOR && columns == COLUMNS && VectorFinish.reaches(c.segment())) {
            VectorFinish.store(strip, rows, c.segment(), at, rowBytes);
            return;
        }
        boolean together = columns == c.columns(); // rows follow one another
        if (together && ProductSelfTest.VECTOR) {
            VectorFinish.close(strip, rows, columns);
        } else if (together) {
            ScalarFinish.close(strip, rows, columns);
        }
        int pieces = together ? 1 : rows;
        int count = together ? rows * columns : columns;
        for (int r = 0; r < pieces; r++) {
            MemorySegment.copy(strip, r * COLUMNS, c.segment(), FLOAT, at + r * rowBytes, count);
        }
    }
}
