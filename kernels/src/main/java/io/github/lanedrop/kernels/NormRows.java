package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.lanes.Aligned;
import io.github.lanedrop.kernels.norm.NormLoop;
import io.github.lanedrop.kernels.norm.RowBatch;
import java.lang.foreign.MemorySegment;

/**
 * Layer normalisation in batches of rows that stay in L1, with or without dropout and a residual before it; a longer
 * row is a batch of its own, whose keep bits are filled chunk by chunk.
 *
 * <p>A row is read once and written once. Rows in memory that has no loop of its own, or in several kinds, are copied.
 */
final class NormRows {
    /** There is no such buffer. */
    static final MemorySegment NONE = MemorySegment.NULL;

    /** Elements of a batch: their inputs and results fit into an L1 of 32 KB. */
    private static final int BATCH = 2048;

    private static final Pool<RowBatch> POOL = new Pool<>(RowBatch::new);

    private NormRows() {}

    /** How many rows are in a batch. */
    static int batchRows(int columns) {
        return Math.clamp(BATCH / columns, 1, RowBatch.ROWS);
    }

    /** Rows {@code start} to {@code end}, exclusive, of {@code src} normalised. */
    static void forward(
            LayerNorm norm,
            MemorySegment src,
            MemorySegment dst,
            MemorySegment mean,
            MemorySegment rstd,
            long start,
            long end) {
        int columns = norm.columns();
        int batchRows = batchRows(columns);
        RowBatch batch = borrow(norm);
        boolean direct = src.getClass() == dst.getClass() && Norm.reads(dst.getClass());
        NormLoop loop = Norm.loop(direct ? dst.getClass() : Aligned.MEMORY);
        MemorySegment values = direct ? src : batch.stage;
        for (long first = start; first < end; first += batchRows) {
            int rows = (int) Math.min(batchRows, end - first);
            long firstByte = first * columns * Float.BYTES;
            long bytes = (long) rows * columns * Float.BYTES;
            long at = direct ? firstByte : 0;
            if (!direct) {
                MemorySegment.copy(src, firstByte, batch.stage, 0, bytes);
            }
            for (int r = 0; r < rows; r++) {
                loop.sum(values, at, r, batch);
            }
            loop.measure(values, at, batch, rows, norm.epsilon());
            loop.normalise(values, direct ? dst : batch.stage, at, batch, rows);
            if (!direct) {
                MemorySegment.copy(batch.stage, 0, dst, firstByte, bytes);
            }
            store(batch, mean, rstd, first, rows);
        }
        POOL.giveBack(batch);
    }

    /**
     * Rows {@code start} to {@code end}, exclusive, of the sum of {@code residual} and what is left of {@code src},
     * normalised.
     *
     * @param sum receives the sum, unless it is {@link #NONE}
     */
    static void forward(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment src,
            MemorySegment residual,
            MemorySegment sum,
            MemorySegment dst,
            MemorySegment mean,
            MemorySegment rstd,
            long start,
            long end) {
        int columns = norm.columns();
        int batchRows = batchRows(columns);
        RowBatch batch = borrow(norm);
        Scratch scratch = Scratch.POOL.borrow();
        float scale = (float) mask.scale();
        Class<?> memory = dst.getClass();
        boolean withSum = sum.byteSize() > 0;
        boolean direct = src.getClass() == memory
                && residual.getClass() == memory
                && (!withSum || sum.getClass() == memory)
                && Norm.reads(memory);
        NormLoop loop = Norm.loop(direct ? memory : Aligned.MEMORY);
        MemorySegment from = direct ? src : batch.stage;
        MemorySegment fromResidual = direct ? residual : batch.otherStage;
        // where no sum is asked for, it is where the result will be
        MemorySegment to = direct ? dst : batch.stage;
        MemorySegment values = direct && withSum ? sum : to;
        for (long first = start; first < end; first += batchRows) {
            int rows = (int) Math.min(batchRows, end - first);
            long firstByte = first * columns * Float.BYTES;
            long bytes = (long) rows * columns * Float.BYTES;
            long at = direct ? firstByte : 0;
            if (!direct) {
                MemorySegment.copy(src, firstByte, batch.stage, 0, bytes);
                MemorySegment.copy(residual, firstByte, batch.otherStage, 0, bytes);
            }
            for (int piece = 0; piece < columns; piece += Scratch.CHUNK) { // one piece but for long rows
                int elements = Math.min(Scratch.CHUNK, columns - piece);
                int bitsAt = Chain.keepBits(mask, offset + first * columns + piece, rows * elements, scratch);
                for (int r = 0; r < rows; r++) {
                    loop.join(
                            from,
                            fromResidual,
                            values,
                            at,
                            r,
                            piece,
                            elements,
                            scale,
                            scratch.keepBits,
                            bitsAt * Byte.SIZE + r * columns,
                            batch);
                }
            }
            if (withSum && !direct) {
                MemorySegment.copy(values, 0, sum, firstByte, bytes);
            }
            loop.measure(values, at, batch, rows, norm.epsilon());
            loop.normalise(values, to, at, batch, rows);
            if (!direct) {
                MemorySegment.copy(batch.stage, 0, dst, firstByte, bytes);
            }
            store(batch, mean, rstd, first, rows);
        }
        Scratch.POOL.giveBack(scratch);
        POOL.giveBack(batch);
    }

    /** The backward pass of rows {@code start} to {@code end}, exclusive, which are a part of the sums over columns. */
    static void backward(
            LayerNorm norm,
            MemorySegment src,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            ColumnSums sums,
            long sumsByte,
            long start,
            long end) {
        int columns = norm.columns();
        int batchRows = batchRows(columns);
        RowBatch batch = borrow(norm);
        Class<?> memory = srcGradient.getClass();
        boolean direct = src.getClass() == memory && dstGradient.getClass() == memory && Norm.reads(memory);
        NormLoop loop = Norm.loop(direct ? memory : Aligned.MEMORY);
        MemorySegment x = direct ? src : batch.stage;
        MemorySegment dy = direct ? dstGradient : batch.otherStage;
        MemorySegment dx = direct ? srcGradient : batch.stage;
        for (long first = start; first < end; first += batchRows) {
            int rows = (int) Math.min(batchRows, end - first);
            long firstByte = first * columns * Float.BYTES;
            long bytes = (long) rows * columns * Float.BYTES;
            long at = direct ? firstByte : 0;
            if (!direct) {
                MemorySegment.copy(src, firstByte, batch.stage, 0, bytes);
                MemorySegment.copy(dstGradient, firstByte, batch.otherStage, 0, bytes);
            }
            load(batch, mean, rstd, first, rows);
            loop.differentiate(x, dy, at, batch, rows);
            loop.finish(x, dy, dx, at, batch, rows, sums.first, sums.second, sumsByte);
            if (!direct) {
                MemorySegment.copy(batch.stage, 0, srcGradient, firstByte, bytes);
            }
        }
        POOL.giveBack(batch);
    }

    /**
     * The backward pass of rows {@code start} to {@code end}, exclusive, which are a part of the sums over columns, through
     * residual and dropout too.
     *
     * @param sumGradient the gradient that reaches the sum on another way, or {@link #NONE}
     */
    static void backward(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment sum,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment sumGradient,
            MemorySegment srcGradient,
            MemorySegment residualGradient,
            ColumnSums sums,
            long sumsByte,
            long start,
            long end) {
        int columns = norm.columns();
        int batchRows = batchRows(columns);
        RowBatch batch = borrow(norm);
        Scratch scratch = Scratch.POOL.borrow();
        float scale = (float) mask.scale();
        boolean hasSumGradient = sumGradient.byteSize() > 0;
        Class<?> memory = srcGradient.getClass();
        boolean direct = sum.getClass() == memory
                && dstGradient.getClass() == memory
                && residualGradient.getClass() == memory
                && (!hasSumGradient || sumGradient.getClass() == memory)
                && Norm.reads(memory);
        NormLoop loop = Norm.loop(direct ? memory : Aligned.MEMORY);
        MemorySegment x = direct ? sum : batch.stage;
        MemorySegment dy = direct ? dstGradient : batch.otherStage;
        // where they are copies, the gradients take the place of what they come from
        MemorySegment dResidual = direct ? residualGradient : batch.stage;
        MemorySegment dx = direct ? srcGradient : batch.otherStage;
        MemorySegment dSum = !direct ? batch.thirdStage : hasSumGradient ? sumGradient : residualGradient;
        for (long first = start; first < end; first += batchRows) {
            int rows = (int) Math.min(batchRows, end - first);
            long firstByte = first * columns * Float.BYTES;
            long bytes = (long) rows * columns * Float.BYTES;
            long at = direct ? firstByte : 0;
            if (!direct) {
                MemorySegment.copy(sum, firstByte, batch.stage, 0, bytes);
                MemorySegment.copy(dstGradient, firstByte, batch.otherStage, 0, bytes);
                if (hasSumGradient) {
                    MemorySegment.copy(sumGradient, firstByte, batch.thirdStage, 0, bytes);
                }
            }
            load(batch, mean, rstd, first, rows);
            loop.differentiate(x, dy, at, batch, rows);
            for (int piece = 0; piece < columns; piece += Scratch.CHUNK) { // one piece but for long rows
                int elements = Math.min(Scratch.CHUNK, columns - piece);
                int bitsAt = Chain.keepBits(mask, offset + first * columns + piece, rows * elements, scratch);
                for (int r = 0; r < rows; r++) {
                    loop.part(
                            x,
                            dy,
                            dSum,
                            hasSumGradient,
                            dResidual,
                            dx,
                            at + ((long) r * columns + piece) * Float.BYTES,
                            batch,
                            r,
                            piece,
                            elements,
                            scale,
                            scratch.keepBits,
                            bitsAt * Byte.SIZE + r * columns,
                            sums.first,
                            sums.second,
                            sumsByte);
                }
            }
            if (!direct) {
                MemorySegment.copy(batch.stage, 0, residualGradient, firstByte, bytes);
                MemorySegment.copy(batch.otherStage, 0, srcGradient, firstByte, bytes);
            }
        }
        Scratch.POOL.giveBack(scratch);
        POOL.giveBack(batch);
    }

    private static RowBatch borrow(LayerNorm norm) {
        RowBatch batch = POOL.borrow();
        int columns = norm.columns();
        batch.set(norm.gamma(), norm.beta(), columns, Math.max(Scratch.CHUNK, columns));
        return batch;
    }

    private static void store(RowBatch batch, MemorySegment mean, MemorySegment rstd, long first, int rows) {
        MemorySegment.copy(batch.mean, 0, mean, FLOAT, first * Float.BYTES, rows);
        MemorySegment.copy(batch.rstd, 0, rstd, FLOAT, first * Float.BYTES, rows);
    }

    private static void load(RowBatch batch, MemorySegment mean, MemorySegment rstd, long first, int rows) {
        MemorySegment.copy(mean, FLOAT, first * Float.BYTES, batch.mean, 0, rows);
        MemorySegment.copy(rstd, FLOAT, first * Float.BYTES, batch.rstd, 0, rows);
    }
}
