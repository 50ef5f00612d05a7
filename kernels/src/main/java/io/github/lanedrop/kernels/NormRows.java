package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.norm.NormGradientLoop;
import io.github.lanedrop.kernels.norm.NormLoop;
import io.github.lanedrop.kernels.norm.RowBatch;
import java.lang.foreign.MemorySegment;

/**
 * Layer normalisation in batches of rows that stay in L1, with or without dropout and a residual before it.
 *
 * <p>A row is read once and written once. Rows in memory that has no loop of its own, or in several kinds, are copied.
 * Dropout and the residual are those of {@link DropoutKernel} and {@link ResidualDropout}, on groups of rows that share a
 * chunk of keep bits, while they are in L1; of a longer row they take chunk by chunk. Of 16-bit elements a group is widened
 * before all that and rounded after it: what is then float32 begins with the group's first row, its {@code origin}.
 */
final class NormRows {
    /** There is no such buffer. */
    static final MemorySegment NONE = MemorySegment.NULL;

    /** Elements of a batch: their inputs and results fit into an L1 of 32 KB. */
    private static final int BATCH = 2048;

    private static final Pool<RowBatch> POOL = new Pool<>(RowBatch::new);

    private NormRows() {}

    /** How many rows are in a batch. */
    private static int batchRows(int columns) {
        return Math.clamp(BATCH / columns, 1, RowBatch.ROWS);
    }

    /** How many rows share a chunk of keep bits. */
    static int groupRows(int columns) {
        return Math.max(1, Scratch.CHUNK / columns);
    }

    private static RowBatch forForward(LayerNorm norm) {
        RowBatch batch = POOL.borrow();
        batch.set(norm.gamma(), norm.beta(), norm.columns());
        return batch;
    }

    private static RowBatch forBackward(LayerNorm norm) {
        RowBatch batch = POOL.borrow();
        batch.set(norm.gamma(), norm.columns());
        return batch;
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
        RowBatch batch = forForward(norm);
        normalise(batch, norm, src, dst, 0, mean, rstd, start, end);
        POOL.giveBack(batch);
    }

    /** Rows {@code start} to {@code end}, exclusive, of buffers that begin with row {@code origin}. */
    private static void normalise(
            RowBatch batch,
            LayerNorm norm,
            MemorySegment src,
            MemorySegment dst,
            long origin,
            MemorySegment mean,
            MemorySegment rstd,
            long start,
            long end) {
        int columns = norm.columns();
        int batchRows = batchRows(columns);
        Class<?> memory = dst.getClass();
        boolean direct = src.getClass() == memory && Norm.reads(memory);
        if (!direct) {
            batch.reserve(batchRows * columns);
        }
        NormLoop loop = Norm.loops(direct ? memory : Memories.NATIVE).forward();
        MemorySegment values = direct ? src : batch.stage;
        MemorySegment to = direct ? dst : batch.stage;
        for (long first = start; first < end; first += batchRows) {
            int rows = (int) Math.min(batchRows, end - first);
            long firstByte = (first - origin) * columns * Float.BYTES;
            long bytes = (long) rows * columns * Float.BYTES;
            long at = direct ? firstByte : 0;
            if (!direct) {
                MemorySegment.copy(src, firstByte, batch.stage, 0, bytes);
            }
            loop.measure(values, at, batch, rows, norm.epsilon());
            loop.normalise(values, to, at, batch, rows);
            if (!direct) {
                MemorySegment.copy(batch.stage, 0, dst, firstByte, bytes);
            }
            MemorySegment.copy(batch.mean, 0, mean, FLOAT, first * Float.BYTES, rows);
            MemorySegment.copy(batch.rstd, 0, rstd, FLOAT, first * Float.BYTES, rows);
        }
    }

    /**
     * Rows {@code start} to {@code end}, exclusive, of the sum of {@code residual} and what is left of {@code src},
     * normalised.
     *
     * @param sum receives the sum, or {@link #NONE}
     */
    static void forward(
            MaskSource mask,
            DType type,
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
        int groupRows = groupRows(columns);
        boolean keepsSum = sum.byteSize() > 0;
        boolean wide = type != DType.FLOAT32;
        RowBatch batch = forForward(norm);
        if (wide) {
            batch.reserveWide((long) groupRows * columns, 2);
        }
        MemorySegment x = wide ? batch.wide[0] : src;
        MemorySegment other = wide ? batch.wide[1] : residual;
        MemorySegment y = wide ? x : dst;
        MemorySegment joined = wide ? other : keepsSum ? sum : dst;
        for (long first = start; first < end; first += groupRows) {
            long last = Math.min(first + groupRows, end);
            long elements = (last - first) * columns;
            long origin = wide ? first : 0;
            long at = (first - origin) * columns;
            if (wide) {
                Storage.widen(type, src, first * columns, elements, x);
                Storage.widen(type, residual, first * columns, elements, other);
            }
            ResidualDropout.range(mask, DType.FLOAT32, offset + origin * columns, x, other, joined, at, at + elements);
            normalise(batch, norm, joined, y, origin, mean, rstd, first, last);
            if (wide && keepsSum) {
                Storage.round(type, joined, sum, first * columns, elements);
            }
            if (wide) {
                Storage.round(type, y, dst, first * columns, elements);
            }
        }
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
        RowBatch batch = forBackward(norm);
        differentiate(batch, norm, src, mean, rstd, dstGradient, NONE, srcGradient, 0, sums, sumsByte, start, end);
        POOL.giveBack(batch);
    }

    /** Rows {@code start} to {@code end}, exclusive, of buffers that begin with row {@code origin}. */
    private static void differentiate(
            RowBatch batch,
            LayerNorm norm,
            MemorySegment src,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment otherGradient,
            MemorySegment srcGradient,
            long origin,
            ColumnSums sums,
            long sumsByte,
            long start,
            long end) {
        int columns = norm.columns();
        int batchRows = batchRows(columns);
        boolean hasOther = otherGradient.byteSize() > 0;
        Class<?> memory = srcGradient.getClass();
        boolean direct = src.getClass() == memory && dstGradient.getClass() == memory && Norm.reads(memory);
        if (!direct) {
            batch.reserve(batchRows * columns);
        }
        if (hasOther) {
            batch.reserveOther(batchRows * columns);
        }
        NormGradientLoop loop = Norm.loops(direct ? memory : Memories.NATIVE).backward();
        MemorySegment x = direct ? src : batch.stage;
        MemorySegment dy = direct ? dstGradient : batch.otherStage;
        MemorySegment dx = direct ? srcGradient : batch.stage;
        for (long first = start; first < end; first += batchRows) {
            int rows = (int) Math.min(batchRows, end - first);
            long firstByte = (first - origin) * columns * Float.BYTES;
            long bytes = (long) rows * columns * Float.BYTES;
            long at = direct ? firstByte : 0;
            if (!direct) {
                MemorySegment.copy(src, firstByte, batch.stage, 0, bytes);
                MemorySegment.copy(dstGradient, firstByte, batch.otherStage, 0, bytes);
            }
            if (hasOther) {
                MemorySegment.copy(otherGradient, FLOAT, firstByte, batch.otherGradient, 0, rows * columns);
            }
            MemorySegment.copy(mean, FLOAT, first * Float.BYTES, batch.mean, 0, rows);
            MemorySegment.copy(rstd, FLOAT, first * Float.BYTES, batch.rstd, 0, rows);
            loop.sum(x, dy, at, batch, rows, sums.sums, sumsByte, sums.secondByte + sumsByte);
            loop.finish(x, dy, dx, at, batch, rows, hasOther);
            if (!direct) {
                MemorySegment.copy(batch.stage, 0, srcGradient, firstByte, bytes);
            }
        }
    }

    /**
     * The backward pass of rows {@code start} to {@code end}, exclusive, which are a part of the sums over columns, through
     * residual and dropout too.
     *
     * @param sumGradient the gradient that reaches the sum on another way, or {@link #NONE}
     */
    static void backward(
            MaskSource mask,
            DType type,
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
        int groupRows = groupRows(columns);
        boolean hasOther = sumGradient.byteSize() > 0;
        boolean wide = type != DType.FLOAT32;
        RowBatch batch = forBackward(norm);
        if (wide) {
            batch.reserveWide((long) groupRows * columns, hasOther ? 3 : 2);
        }
        MemorySegment x = wide ? batch.wide[0] : sum;
        MemorySegment dy = wide ? batch.wide[1] : dstGradient;
        MemorySegment other = wide && hasOther ? batch.wide[2] : sumGradient;
        MemorySegment joined = wide ? dy : residualGradient;
        MemorySegment dx = wide ? x : srcGradient;
        for (long first = start; first < end; first += groupRows) {
            long last = Math.min(first + groupRows, end);
            long elements = (last - first) * columns;
            long origin = wide ? first : 0;
            long at = (first - origin) * columns;
            if (wide) {
                Storage.widen(type, sum, first * columns, elements, x);
                Storage.widen(type, dstGradient, first * columns, elements, dy);
            }
            if (wide && hasOther) {
                Storage.widen(type, sumGradient, first * columns, elements, other);
            }
            differentiate(batch, norm, x, mean, rstd, dy, other, joined, origin, sums, sumsByte, first, last);
            DropoutKernel.range(mask, offset + origin * columns, DType.FLOAT32, joined, dx, at, at + elements);
            if (wide) {
                Storage.round(type, joined, residualGradient, first * columns, elements);
                Storage.round(type, dx, srcGradient, first * columns, elements);
            }
        }
        POOL.giveBack(batch);
    }
}
