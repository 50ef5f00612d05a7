package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.product.Tiles;
import java.lang.foreign.MemorySegment;

/**
 * The right operand of a product, copied once into the order in which a product reads it: for weights that are multiplied
 * many times between changes.
 *
 * <p>It holds about as many floats as the matrix, twice as many if that has only a few columns, in native memory that is
 * freed when nobody holds it, and does not follow later changes of the matrix. Immutable and safe for any number of threads.
 * The order inside is that of this process's vectors: it is no storage format.
 */
public final class PackedMatrix {
    static final PackedMatrix NONE = new PackedMatrix(0, 0);

    private final int rows;
    private final int columns;
    /** The panels of each block of the inner index. */
    private final MemorySegment[] blocks;

    /** Fewer columns than a panel has, each in one piece: for products that are computed across. */
    private final Matrix narrow;

    private PackedMatrix(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        blocks = new MemorySegment[columns == 0 ? 0 : Math.ceilDiv(rows, Math.max(1, Tiles.innerBlock(rows)))];
        narrow = columns < Tiles.COLUMNS
                ? new Matrix(Tiles.panels((long) rows * columns * Float.BYTES), rows, columns, true)
                : BlockedProduct.NONE;
    }

    /**
     * Packs a matrix.
     *
     * @param matrix K x N, as it stands on the right of a product; its transpose is as good
     * @return the packed matrix
     */
    public static PackedMatrix of(Matrix matrix) {
        long elements = matrix.bytes() / Float.BYTES;
        Check.readable("matrix", matrix.segment(), matrix.bytes(), elements, "float32 elements");
        var packed = new PackedMatrix(matrix.rows(), matrix.columns());
        int step = Tiles.innerBlock(packed.rows);
        var scratch = new ProductScratch();
        for (int block = 0; block < packed.blocks.length; block++) {
            int k = block * step;
            int inner = Math.min(step, packed.rows - k);
            MemorySegment panels = Tiles.panels(Packing.panels(packed.columns) * Tiles.panelBytes(inner));
            Packing.panels(matrix, false, k, inner, 0, packed.columns, panels, scratch);
            packed.blocks[block] = panels;
        }
        Packing.copy(matrix, packed.narrow);
        return packed;
    }

    /**
     * The rows, K.
     *
     * @return how many
     */
    public int rows() {
        return rows;
    }

    /**
     * The columns, N.
     *
     * @return how many
     */
    public int columns() {
        return columns;
    }

    /** The same matrix as a view of its columns, or one without elements if it is not narrow. */
    Matrix narrow() {
        return narrow;
    }

    /** The panels of the block that begins with this step of the inner index. */
    MemorySegment panels(int k) {
        return blocks.length == 0 ? MemorySegment.NULL : blocks[k / Tiles.innerBlock(rows)];
    }
}
