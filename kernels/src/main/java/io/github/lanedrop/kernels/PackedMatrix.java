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
    static final PackedMatrix NONE = new PackedMatrix(0, 0, new MemorySegment[0], Matrix.of(MemorySegment.NULL, 0, 0));

    private final int rows;
    private final int columns;
    /** The panels of each block of the inner index. */
    private final MemorySegment[] blocks;

    /** Fewer columns than a panel has, each in one piece: for products that are computed across. */
    private final Matrix narrow;

    private PackedMatrix(int rows, int columns, MemorySegment[] blocks, Matrix narrow) {
        this.rows = rows;
        this.columns = columns;
        this.blocks = blocks;
        this.narrow = narrow;
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
        // filled before the constructor ends: whoever sees the object then sees what it holds, however it got there
        return new PackedMatrix(matrix.rows(), matrix.columns(), blocks(matrix), narrow(matrix));
    }

    private static MemorySegment[] blocks(Matrix matrix) {
        int rows = matrix.rows();
        int columns = matrix.columns();
        int step = Tiles.innerBlock(rows);
        var blocks = new MemorySegment[columns == 0 ? 0 : Math.ceilDiv(rows, Math.max(1, step))];
        var scratch = new ProductScratch();
        for (int block = 0; block < blocks.length; block++) {
            int k = block * step;
            int inner = Math.min(step, rows - k);
            MemorySegment panels = Tiles.panels(Packing.panels(columns) * Tiles.panelBytes(inner));
            Packing.panels(matrix, false, k, inner, 0, columns, panels, scratch);
            blocks[block] = panels;
        }
        return blocks;
    }

    private static Matrix narrow(Matrix matrix) {
        if (matrix.columns() >= Tiles.COLUMNS) {
            return BlockedProduct.NONE;
        }
        var narrow = new Matrix(Tiles.panels(matrix.bytes()), matrix.rows(), matrix.columns(), true);
        Packing.copy(matrix, narrow);
        return narrow;
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
