package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.AttentionScratch.BLOCK_COLUMNS;
import static io.github.lanedrop.kernels.AttentionScratch.BLOCK_ROWS;
import static io.github.lanedrop.kernels.AttentionScratch.PANEL_COLUMNS;
import static io.github.lanedrop.kernels.AttentionScratch.TILE_ROWS;
import static io.github.lanedrop.kernels.AttentionShape.MAX_DEPTH;
import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.attention.ScalarTile.STRIDE;

import io.github.lanedrop.kernels.attention.ScalarSoftmax;
import io.github.lanedrop.kernels.math.ScalarMath;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The forward pass of {@link Attention}: a block of queries meets all its keys, block by block. */
final class AttentionForward {
    private AttentionForward() {}

    /** Blocks of queries in a plane. */
    static int planeBlocks(AttentionShape shape) {
        return (int) (((long) shape.scores().rows() + BLOCK_ROWS - 1) / BLOCK_ROWS);
    }

    /** Blocks of queries in all planes. */
    static long blocks(AttentionShape shape) {
        return (long) shape.scores().planes() * planeBlocks(shape);
    }

    /** Blocks of queries {@code start} to {@code end}, exclusive, of all planes'. */
    static void run(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            long start,
            long end) {
        AttentionScratch scratch = AttentionScratch.POOL.borrow();
        int planeBlocks = planeBlocks(shape);
        for (long block = start; block < end; block++) {
            int plane = (int) (block / planeBlocks);
            int row = (int) (block % planeBlocks) * BLOCK_ROWS;
            int rows = Math.min(BLOCK_ROWS, shape.scores().rows() - row);
            block(mask, offset, shape, operands, plane, row, rows, scratch);
            finish(mask, shape, output, logSums, plane, row, rows, scratch);
        }
        AttentionScratch.POOL.giveBack(scratch);
    }

    /** Output, greatest scores and sums of a block of queries, to the scratch; the output not yet divided by the sums. */
    private static void block(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            int plane,
            int firstRow,
            int rows,
            AttentionScratch scratch) {
        AttentionScores scores = shape.scores();
        long planeKeys = (long) plane * scores.columns();
        long firstQuery = ((long) plane * scores.rows()) + firstRow;
        AttentionTiles.load(
                operands.queries(), firstQuery, rows, shape.depth(), scratch.line, scratch.queries, BLOCK_ROWS, 0);
        AttentionTiles.zero(scratch.output, shape.valueDepth(), BLOCK_ROWS);
        Arrays.fill(scratch.max, Float.NEGATIVE_INFINITY);
        Arrays.fill(scratch.sum, 0f);
        int limit = scores.limit(plane, firstRow + rows - 1); // no row before sees more
        int bitsColumns = AttentionBits.columnsAtOnce(scores);
        for (int column = 0; column < limit; column += BLOCK_COLUMNS) {
            if (column % bitsColumns == 0) {
                AttentionBits.fill(mask, offset, scores, firstQuery, rows, column, scratch.bits);
            }
            int columns = Math.min(BLOCK_COLUMNS, limit - column);
            loadKeys(shape, operands, planeKeys + column, columns, scratch);
            for (int row = 0; row < rows; row += TILE_ROWS) {
                int tileRows = Math.min(TILE_ROWS, rows - row);
                int tileColumns = Math.min(columns, scores.limit(plane, firstRow + row + tileRows - 1) - column);
                if (tileColumns > 0) {
                    Arrays.fill(scratch.tile, 0f);
                    for (int panel = 0; panel < tileColumns; panel += PANEL_COLUMNS) {
                        int panelColumns = Math.min(PANEL_COLUMNS, tileColumns - panel);
                        scores(shape, row, tileRows, panel, BLOCK_COLUMNS, panelColumns, scratch);
                    }
                    for (int i = 0; i < tileRows; i++) {
                        int seen = scores.limit(plane, firstRow + row + i) - column;
                        int bit = ((row + i) * bitsColumns) + (column % bitsColumns);
                        softmax(
                                shape,
                                row + i,
                                i * BLOCK_COLUMNS,
                                tileColumns,
                                Math.clamp(seen, 0, tileColumns),
                                bit,
                                scratch);
                    }
                    addValues(shape, row, tileRows, tileColumns, scratch);
                }
            }
        }
    }

    /** A block's keys and values, panel by panel. */
    private static void loadKeys(
            AttentionShape shape, AttentionOperands operands, long firstKey, int columns, AttentionScratch scratch) {
        for (int panel = 0; panel < columns; panel += PANEL_COLUMNS) {
            int panelColumns = Math.min(PANEL_COLUMNS, columns - panel);
            AttentionTiles.loadTransposed(
                    operands.keys(),
                    firstKey + panel,
                    panelColumns,
                    shape.depth(),
                    scratch.line,
                    scratch.squares,
                    scratch.keysTransposed,
                    panel * MAX_DEPTH);
            AttentionTiles.load(
                    operands.values(),
                    firstKey + panel,
                    panelColumns,
                    shape.valueDepth(),
                    scratch.line,
                    scratch.values,
                    BLOCK_COLUMNS,
                    panel);
        }
    }

    /**
     * The products of a tile's queries and of a panel of keys join what is in {@code scratch.tile}.
     *
     * @param panel the panel's first column in the tile
     * @param stride floats from one row of the tile to the next
     */
    static void scores(
            AttentionShape shape, int row, int rows, int panel, int stride, int columns, AttentionScratch scratch) {
        for (int k = 0; k < shape.depth(); k += STRIDE) {
            AttentionTiles.multiplyAdd(
                    scratch.queries,
                    (k * BLOCK_ROWS) + (row * STRIDE),
                    STRIDE,
                    scratch.keysTransposed,
                    (panel * MAX_DEPTH) + (k * STRIDE),
                    scratch.tile,
                    panel,
                    stride,
                    rows,
                    Math.min(STRIDE, shape.depth() - k),
                    columns);
        }
    }

    /**
     * A query's scores become exponentials, of which the kept ones stay, and join what it has summed so far.
     *
     * @param row the query in the block
     * @param at the index of its first score in the tile
     * @param columns the tile's
     * @param seen how many of them it sees
     * @param bit the first score's keep bit
     */
    private static void softmax(
            AttentionShape shape, int row, int at, int columns, int seen, int bit, AttentionScratch scratch) {
        float before = scratch.max[row];
        Arrays.fill(scratch.sums, 0f);
        float max = SoftmaxRows.keptExponentials(
                scratch.tile, at, seen, shape.scores(), scratch.bits, bit, before, scratch.sums);
        int counting = max == Float.NEGATIVE_INFINITY ? 0 : seen;
        if (counting > 0) {
            if (max != before) { // or NaN
                scratch.max[row] = max;
                if (before != Float.NEGATIVE_INFINITY) { // else there is nothing yet
                    rescale(shape, row, ScalarMath.decay(max - before), scratch);
                }
            }
            scratch.sum[row] += ScalarSoftmax.total(scratch.sums);
        }
        Arrays.fill(scratch.tile, at + counting, at + columns, 0f);
    }

    private static void rescale(AttentionShape shape, int row, float factor, AttentionScratch scratch) {
        scratch.sum[row] *= factor;
        for (int k = 0; k < shape.valueDepth(); k += STRIDE) {
            AttentionTiles.scale(scratch.output, (k * BLOCK_ROWS) + (row * STRIDE), STRIDE, factor);
        }
    }

    /** The products of a tile's probabilities and values join the output. */
    private static void addValues(AttentionShape shape, int row, int rows, int columns, AttentionScratch scratch) {
        for (int k = 0; k < shape.valueDepth(); k += STRIDE) {
            AttentionTiles.multiplyAdd(
                    scratch.tile,
                    0,
                    BLOCK_COLUMNS,
                    scratch.values,
                    k * BLOCK_COLUMNS,
                    scratch.output,
                    (k * BLOCK_ROWS) + (row * STRIDE),
                    STRIDE,
                    rows,
                    columns,
                    Math.min(STRIDE, shape.valueDepth() - k));
        }
    }

    /** Divides by the sums, and writes. */
    private static void finish(
            MaskSource mask,
            AttentionShape shape,
            MemorySegment output,
            MemorySegment logSums,
            int plane,
            int firstRow,
            int rows,
            AttentionScratch scratch) {
        boolean dropsAll = AttentionMask.dropsAll(mask);
        double scale = dropsAll ? 0 : AttentionMask.scale(mask, shape.scores());
        for (int row = 0; row < rows; row++) {
            float sum = scratch.sum[row];
            float factor = sum == 0 ? 0f : (float) (scale / sum);
            for (int k = 0; k < shape.valueDepth(); k += STRIDE) {
                int at = (k * BLOCK_ROWS) + (row * STRIDE);
                if (dropsAll) {
                    Arrays.fill(scratch.output, at, at + STRIDE, 0f); // where a value was infinite, there is NaN
                } else {
                    AttentionTiles.scale(scratch.output, at, STRIDE, factor);
                }
            }
            scratch.sum[row] = (float) (scratch.max[row] + StrictMath.log(sum));
        }
        long firstQuery = ((long) plane * shape.scores().rows()) + firstRow;
        AttentionTiles.store(scratch.output, BLOCK_ROWS, scratch.line, output, firstQuery, rows, shape.valueDepth());
        MemorySegment.copy(scratch.sum, 0, logSums, FLOAT, firstQuery * Float.BYTES, rows);
    }
}
