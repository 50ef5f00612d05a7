package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.AttentionScratch.BITS_COLUMNS;

/**
 * The keep bits of a block of queries.
 *
 * <p>They are drawn for whole rows at once if the rows are short, as these are one range of the mask, or else for
 * {@value AttentionScratch#BITS_COLUMNS} columns of a row at a time: a call for the 64 columns of a tile would take as long
 * as one for 500.
 */
final class AttentionBits {
    private AttentionBits() {}

    /** Columns that are drawn at a time, and bits from one row to the next. */
    static int columnsAtOnce(AttentionScores scores) {
        return Math.clamp(scores.columns(), 1, BITS_COLUMNS);
    }

    /**
     * Fills so that the bit of a block's row {@code r} and column {@code c} is {@code r * columnsAtOnce + (c - column)}.
     *
     * @param firstRow the block's first row, of all planes'
     * @param rows how many
     * @param column the first column, a multiple of {@link #columnsAtOnce}
     */
    static void fill(
            MaskSource mask, long offset, AttentionScores scores, long firstRow, int rows, int column, byte[] bits) {
        Scratch scratch = Scratch.POOL.borrow();
        int columns = scores.columns();
        if (columns <= BITS_COLUMNS) {
            copy(mask, offset + (firstRow * columns), rows * columns, bits, 0, scratch);
        } else {
            int atOnce = Math.min(BITS_COLUMNS, columns - column);
            for (int row = 0; row < rows; row++) {
                long first = offset + ((firstRow + row) * columns) + column;
                copy(mask, first, atOnce, bits, row * BITS_COLUMNS / Byte.SIZE, scratch);
            }
        }
        Scratch.POOL.giveBack(scratch);
    }

    private static void copy(MaskSource mask, long first, int elements, byte[] bits, int at, Scratch scratch) {
        for (int done = 0; done < elements; done += Scratch.CHUNK) {
            int count = Math.min(Scratch.CHUNK, elements - done);
            int from = KeepBits.fill(mask, first + done, count, scratch);
            System.arraycopy(scratch.keepBits, from, bits, at + (done / Byte.SIZE), (int) Check.keepBitsBytes(count));
        }
    }
}
