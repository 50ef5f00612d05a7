package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.AttentionScratch.BLOCK_ROWS;
import static io.github.lanedrop.kernels.AttentionScratch.PANEL_COLUMNS;
import static io.github.lanedrop.kernels.AttentionScratch.SQUARE_ROWS;
import static io.github.lanedrop.kernels.Scratch.FLOAT;
import static io.github.lanedrop.kernels.attention.ScalarTile.STRIDE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The backward pass of {@link Attention}: a block of queries meets all its keys, block by block, and adds to their
 * gradients in memory.
 *
 * <p>A gradient is one chain of fused multiply-adds, over queries or over keys in their order, whether a task computes all
 * gradients of a plane or one task those of keys and values and another those of queries.
 */
final class AttentionBackward {
    private AttentionBackward() {}

    /** Blocks of keys in a plane. */
    private static int planeKeyBlocks(AttentionShape shape) {
        return (int) (((long) shape.scores().columns() + PANEL_COLUMNS - 1) / PANEL_COLUMNS);
    }

    /** Blocks of keys in all planes. */
    static long keyBlocks(AttentionShape shape) {
        return (long) shape.scores().planes() * planeKeyBlocks(shape);
    }

    /** All gradients of planes {@code start} to {@code end}, exclusive. */
    static void planes(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            MemorySegment outputGradient,
            AttentionOperands gradients,
            long start,
            long end) {
        AttentionScratch scratch = AttentionScratch.POOL.borrow();
        int rows = shape.scores().rows();
        int columns = shape.scores().columns();
        for (int plane = (int) start; plane < end; plane++) {
            zeroKeysAndValues(shape, gradients, plane, 0, columns, scratch);
            for (int row = 0; row < rows; row += BLOCK_ROWS) {
                block(
                        mask,
                        offset,
                        shape,
                        operands,
                        output,
                        logSums,
                        outputGradient,
                        gradients,
                        plane,
                        row,
                        0,
                        columns,
                        true,
                        true,
                        scratch);
            }
        }
        AttentionScratch.POOL.giveBack(scratch);
    }

    /** The gradients of keys and values in blocks {@code start} to {@code end}, exclusive, of all planes'. */
    static void keysAndValues(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            MemorySegment outputGradient,
            AttentionOperands gradients,
            long start,
            long end) {
        AttentionScratch scratch = AttentionScratch.POOL.borrow();
        int planeBlocks = planeKeyBlocks(shape);
        long next;
        for (long block = start; block < end; block = next) {
            int plane = (int) (block / planeBlocks);
            next = Math.min(end, (long) (plane + 1) * planeBlocks);
            int first = (int) (block % planeBlocks) * PANEL_COLUMNS;
            int last = (int) Math.min(shape.scores().columns(), first + ((next - block) * PANEL_COLUMNS));
            zeroKeysAndValues(shape, gradients, plane, first, last, scratch);
            for (int row = 0; row < shape.scores().rows(); row += BLOCK_ROWS) {
                block(
                        mask,
                        offset,
                        shape,
                        operands,
                        output,
                        logSums,
                        outputGradient,
                        gradients,
                        plane,
                        row,
                        first,
                        last,
                        false,
                        true,
                        scratch);
            }
        }
        AttentionScratch.POOL.giveBack(scratch);
    }

    /** The gradients of queries in blocks {@code start} to {@code end}, exclusive, of all planes'. */
    static void queries(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            MemorySegment outputGradient,
            AttentionOperands gradients,
            long start,
            long end) {
        AttentionScratch scratch = AttentionScratch.POOL.borrow();
        int planeBlocks = AttentionForward.planeBlocks(shape);
        for (long block = start; block < end; block++) {
            block(
                    mask,
                    offset,
                    shape,
                    operands,
                    output,
                    logSums,
                    outputGradient,
                    gradients,
                    (int) (block / planeBlocks),
                    (int) (block % planeBlocks) * BLOCK_ROWS,
                    0,
                    shape.scores().columns(),
                    true,
                    false,
                    scratch);
        }
        AttentionScratch.POOL.giveBack(scratch);
    }

    private static void zeroKeysAndValues(
            AttentionShape shape,
            AttentionOperands gradients,
            int plane,
            int first,
            int last,
            AttentionScratch scratch) {
        Arrays.fill(scratch.line, 0f);
        long planeKeys = (long) plane * shape.scores().columns();
        for (int column = first; column < last; column += BLOCK_ROWS) {
            int columns = Math.min(BLOCK_ROWS, last - column);
            zero(gradients.keys(), planeKeys + column, columns, shape.depth(), scratch.line);
            zero(gradients.values(), planeKeys + column, columns, shape.valueDepth(), scratch.line);
        }
    }

    private static void zero(MemorySegment dst, long firstRow, int rows, int depth, float[] zeros) {
        MemorySegment.copy(zeros, 0, dst, FLOAT, firstRow * depth * Float.BYTES, rows * depth);
    }

    /** What a block of queries has to do with the keys {@code firstColumn} to {@code lastColumn}, exclusive. */
    private static void block(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            MemorySegment outputGradient,
            AttentionOperands gradients,
            int plane,
            int firstRow,
            int firstColumn,
            int lastColumn,
            boolean ofQueries,
            boolean ofKeysAndValues,
            AttentionScratch scratch) {
        AttentionScores scores = shape.scores();
        int rows = Math.min(BLOCK_ROWS, scores.rows() - firstRow);
        long firstQuery = ((long) plane * scores.rows()) + firstRow;
        long planeKeys = (long) plane * scores.columns();
        int depth = shape.depth();
        int valueDepth = shape.valueDepth();
        float[] line = scratch.line;
        if (ofQueries) {
            AttentionTiles.zero(scratch.queriesGradient, depth, BLOCK_ROWS);
        }
        int limit = AttentionMask.dropsAll(mask) ? 0 : Math.min(lastColumn, scores.limit(plane, firstRow + rows - 1));
        if (firstColumn < limit) {
            loadQueries(shape, operands, output, logSums, outputGradient, firstQuery, rows, scratch);
        }
        int bitsColumns = AttentionBits.columnsAtOnce(scores);
        for (int column = firstColumn; column < limit; column += PANEL_COLUMNS) {
            int bitsColumn = column % bitsColumns;
            if (bitsColumn == 0 || column == firstColumn) {
                AttentionBits.fill(mask, offset, scores, firstQuery, rows, column - bitsColumn, scratch.bits);
            }
            int columns = Math.min(PANEL_COLUMNS, limit - column);
            long firstKey = planeKeys + column;
            float[] squares = scratch.squares;
            AttentionTiles.loadTransposed(
                    operands.keys(), firstKey, columns, depth, line, squares, scratch.keysTransposed, 0);
            AttentionTiles.loadTransposed(
                    operands.values(), firstKey, columns, valueDepth, line, squares, scratch.valuesTransposed, 0);
            if (ofQueries) {
                AttentionTiles.load(operands.keys(), firstKey, columns, depth, line, scratch.keys, PANEL_COLUMNS, 0);
            }
            if (ofKeysAndValues) {
                AttentionTiles.load(
                        gradients.keys(), firstKey, columns, depth, line, scratch.keysGradient, PANEL_COLUMNS, 0);
                AttentionTiles.load(
                        gradients.values(),
                        firstKey,
                        columns,
                        valueDepth,
                        line,
                        scratch.valuesGradient,
                        PANEL_COLUMNS,
                        0);
            }
            for (int row = 0; row < rows; row += SQUARE_ROWS) {
                int tileRows = Math.min(SQUARE_ROWS, rows - row);
                int tileColumns = Math.min(columns, scores.limit(plane, firstRow + row + tileRows - 1) - column);
                if (tileColumns > 0) {
                    Arrays.fill(scratch.tile, 0f);
                    AttentionForward.scores(shape, row, tileRows, 0, PANEL_COLUMNS, tileColumns, scratch);
                    probabilitiesGradient(shape, row, tileRows, tileColumns, scratch);
                    for (int i = 0; i < tileRows; i++) {
                        scratch.seen[i] = Math.clamp(scores.limit(plane, firstRow + row + i) - column, 0, tileColumns);
                    }
                    int bit = (row * bitsColumns) + bitsColumn;
                    scoresGradient(mask, scores, row, tileRows, bit, bitsColumns, scratch);
                    if (ofQueries) {
                        addToQueries(shape, row, tileRows, tileColumns, scratch);
                    }
                    if (ofKeysAndValues) {
                        addToKeysAndValues(shape, row, tileRows, tileColumns, scratch);
                    }
                }
            }
            if (ofKeysAndValues) {
                AttentionTiles.store(
                        scratch.keysGradient, PANEL_COLUMNS, line, gradients.keys(), firstKey, columns, depth);
                AttentionTiles.store(
                        scratch.valuesGradient, PANEL_COLUMNS, line, gradients.values(), firstKey, columns, valueDepth);
            }
        }
        if (ofQueries) {
            AttentionTiles.store(
                    scratch.queriesGradient, BLOCK_ROWS, line, gradients.queries(), firstQuery, rows, depth);
        }
    }

    /** Queries, their output's gradient, its product with the output, and log-sums. */
    private static void loadQueries(
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            MemorySegment outputGradient,
            long firstQuery,
            int rows,
            AttentionScratch scratch) {
        int valueDepth = shape.valueDepth();
        float[] line = scratch.line;
        AttentionTiles.load(operands.queries(), firstQuery, rows, shape.depth(), line, scratch.queries, BLOCK_ROWS, 0);
        AttentionTiles.load(outputGradient, firstQuery, rows, valueDepth, line, scratch.outputGradient, BLOCK_ROWS, 0);
        AttentionTiles.load(output, firstQuery, rows, valueDepth, line, scratch.output, BLOCK_ROWS, 0);
        MemorySegment.copy(logSums, FLOAT, firstQuery * Float.BYTES, scratch.sum, 0, rows);
        for (int row = 0; row < rows; row += 4) {
            dots(row, valueDepth, scratch);
        }
    }

    /** The products of outputs and their gradients: four chains at a time, since in each a product waits for the last. */
    private static void dots(int row, int valueDepth, AttentionScratch scratch) {
        float[] x = scratch.outputGradient;
        float[] y = scratch.output;
        float dot0 = 0;
        float dot1 = 0;
        float dot2 = 0;
        float dot3 = 0;
        for (int k = 0; k < valueDepth; k++) {
            int at = (k / STRIDE * STRIDE * BLOCK_ROWS) + (row * STRIDE) + (k % STRIDE);
            dot0 = Math.fma(x[at], y[at], dot0);
            dot1 = Math.fma(x[at + STRIDE], y[at + STRIDE], dot1);
            dot2 = Math.fma(x[at + (2 * STRIDE)], y[at + (2 * STRIDE)], dot2);
            dot3 = Math.fma(x[at + (3 * STRIDE)], y[at + (3 * STRIDE)], dot3);
        }
        scratch.dot[row] = dot0;
        scratch.dot[row + 1] = dot1;
        scratch.dot[row + 2] = dot2;
        scratch.dot[row + 3] = dot3;
    }

    /** The products of a tile's output gradients and values, to {@code scratch.tileGradient}. */
    private static void probabilitiesGradient(
            AttentionShape shape, int row, int rows, int columns, AttentionScratch scratch) {
        Arrays.fill(scratch.tileGradient, 0f);
        for (int k = 0; k < shape.valueDepth(); k += STRIDE) {
            AttentionTiles.multiplyAdd(
                    scratch.outputGradient,
                    (k * BLOCK_ROWS) + (row * STRIDE),
                    STRIDE,
                    scratch.valuesTransposed,
                    k * STRIDE,
                    scratch.tileGradient,
                    0,
                    PANEL_COLUMNS,
                    rows,
                    Math.min(STRIDE, shape.valueDepth() - k),
                    columns);
        }
    }

    /** A tile's scores become probabilities after dropout, and the gradient of these that of the scores. */
    private static void scoresGradient(
            MaskSource mask,
            AttentionScores scores,
            int row,
            int rows,
            int bit,
            int bitStride,
            AttentionScratch scratch) {
        SoftmaxRows.backward(
                scratch.tile,
                scratch.tileGradient,
                rows,
                scratch.seen,
                scores.scale(),
                scratch.sum,
                scratch.dot,
                row,
                (float) AttentionMask.scale(mask, scores),
                scores.renormalized(),
                scratch.bits,
                bit,
                bitStride);
    }

    private static void addToQueries(AttentionShape shape, int row, int rows, int columns, AttentionScratch scratch) {
        for (int k = 0; k < shape.depth(); k += STRIDE) {
            AttentionTiles.multiplyAdd(
                    scratch.tileGradient,
                    0,
                    PANEL_COLUMNS,
                    scratch.keys,
                    k * PANEL_COLUMNS,
                    scratch.queriesGradient,
                    (k * BLOCK_ROWS) + (row * STRIDE),
                    STRIDE,
                    rows,
                    columns,
                    Math.min(STRIDE, shape.depth() - k));
        }
    }

    private static void addToKeysAndValues(
            AttentionShape shape, int row, int rows, int columns, AttentionScratch scratch) {
        for (int k = 0; k < shape.depth(); k += STRIDE) {
            AttentionTiles.multiplyTransposedAdd(
                    scratch.tileGradient,
                    0,
                    scratch.queries,
                    (k * BLOCK_ROWS) + (row * STRIDE),
                    scratch.keysGradient,
                    k * PANEL_COLUMNS,
                    columns,
                    rows,
                    Math.min(STRIDE, shape.depth() - k));
        }
        for (int k = 0; k < shape.valueDepth(); k += STRIDE) {
            AttentionTiles.multiplyTransposedAdd(
                    scratch.tile,
                    0,
                    scratch.outputGradient,
                    (k * BLOCK_ROWS) + (row * STRIDE),
                    scratch.valuesGradient,
                    k * PANEL_COLUMNS,
                    columns,
                    rows,
                    Math.min(STRIDE, shape.valueDepth() - k));
        }
    }
}
