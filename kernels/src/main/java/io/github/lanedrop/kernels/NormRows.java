package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.norm.NormLoop;
import io.github.lanedrop.kernels.norm.NormRow;
import java.lang.foreign.MemorySegment;

/**
 * Layer normalisation row by row, with or without dropout and a residual before it.
 *
 * <p>The keep bits of as many rows as fit into a chunk are filled at once; a longer row takes several chunks. A row is read
 * once, normalised in arrays and written once.
 */
final class NormRows {
    /** There is no such buffer. */
    static final MemorySegment NONE = MemorySegment.NULL;

    private static final Pool<NormRow> POOL = new Pool<>(NormRow::new);

    private NormRows() {}

    /** How many rows share a chunk. */
    static int rowsOfChunk(int columns) {
        return Math.max(1, Scratch.CHUNK / columns);
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
        NormRow row = borrow(norm);
        boolean direct = src.getClass() == dst.getClass() && Norm.reads(dst.getClass());
        NormLoop loop = Norm.loop(direct ? dst.getClass() : Memories.FLOAT_ARRAY);
        for (long r = start; r < end; r++) {
            long firstByte = r * columns * Float.BYTES;
            if (direct) {
                loop.take(src, firstByte, 0, columns, row);
                loop.normalise(row, norm.epsilon(), dst, firstByte);
            } else {
                copy(src, firstByte, row.stage, columns);
                loop.take(row.stage, 0, 0, columns, row);
                loop.normalise(row, norm.epsilon(), row.stage, 0);
                copyBack(row.stage, columns, dst, firstByte);
            }
            store(row, mean, rstd, r);
        }
        POOL.giveBack(row);
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
        NormRow row = borrow(norm);
        Scratch scratch = Scratch.POOL.borrow();
        float scale = (float) mask.scale();
        Class<?> memory = dst.getClass();
        boolean direct = src.getClass() == memory && residual.getClass() == memory && Norm.reads(memory);
        NormLoop loop = Norm.loop(direct ? memory : Memories.FLOAT_ARRAY);
        int rows = rowsOfChunk(columns);
        int bitsAt = 0;
        for (long r = start; r < end; r++) {
            long first = r * columns;
            int batched = (int) ((r - start) % rows);
            if (batched == 0 && columns <= Scratch.CHUNK) {
                int elements = (int) Math.min(rows, end - r) * columns;
                bitsAt = Chain.keepBits(mask, offset + first, elements, scratch);
            }
            for (int at = 0; at < columns; at += Scratch.CHUNK) {
                int elements = Math.min(Scratch.CHUNK, columns - at);
                long firstByte = (first + at) * Float.BYTES;
                if (columns > Scratch.CHUNK) {
                    bitsAt = Chain.keepBits(mask, offset + first + at, elements, scratch);
                }
                int firstBit = bitsAt * Byte.SIZE + batched * columns;
                if (direct) {
                    loop.join(
                            src, residual, firstByte, at, elements, scale, scratch.keepBits, firstBit, row);
                } else {
                    copy(src, firstByte, row.stage, elements);
                    copy(residual, firstByte, row.otherStage, elements);
                    loop.join(
                            row.stage,
                            row.otherStage,
                            0,
                            at,
                            elements,
                            scale,
                            scratch.keepBits,
                            firstBit,
                            row);
                }
            }
            long firstByte = first * Float.BYTES;
            if (sum.byteSize() > 0) {
                MemorySegment.copy(row.values, 0, sum, FLOAT, firstByte, columns);
            }
            if (direct) {
                loop.normalise(row, norm.epsilon(), dst, firstByte);
            } else {
                loop.normalise(row, norm.epsilon(), row.stage, 0);
                copyBack(row.stage, columns, dst, firstByte);
            }
            store(row, mean, rstd, r);
        }
        Scratch.POOL.giveBack(scratch);
        POOL.giveBack(row);
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
            int sumsAt,
            long start,
            long end) {
        int columns = norm.columns();
        NormRow row = borrow(norm);
        Class<?> memory = srcGradient.getClass();
        boolean direct = src.getClass() == memory && dstGradient.getClass() == memory && Norm.reads(memory);
        NormLoop loop = Norm.loop(direct ? memory : Memories.FLOAT_ARRAY);
        for (long r = start; r < end; r++) {
            long firstByte = r * columns * Float.BYTES;
            load(row, mean, rstd, r);
            if (direct) {
                loop.differentiate(src, dstGradient, firstByte, row, sums.first, sums.second, sumsAt);
                loop.finish(row, srcGradient, firstByte);
            } else {
                copy(src, firstByte, row.stage, columns);
                copy(dstGradient, firstByte, row.otherStage, columns);
                loop.differentiate(row.stage, row.otherStage, 0, row, sums.first, sums.second, sumsAt);
                loop.finish(row, row.stage, 0);
                copyBack(row.stage, columns, srcGradient, firstByte);
            }
        }
        POOL.giveBack(row);
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
            int sumsAt,
            long start,
            long end) {
        int columns = norm.columns();
        NormRow row = borrow(norm);
        Scratch scratch = Scratch.POOL.borrow();
        float scale = (float) mask.scale();
        boolean hasSumGradient = sumGradient.byteSize() > 0;
        Class<?> memory = srcGradient.getClass();
        boolean direct = sum.getClass() == memory
                && dstGradient.getClass() == memory
                && residualGradient.getClass() == memory
                && (!hasSumGradient || sumGradient.getClass() == memory)
                && Norm.reads(memory);
        NormLoop loop = Norm.loop(direct ? memory : Memories.FLOAT_ARRAY);
        MemorySegment other = hasSumGradient ? sumGradient : residualGradient;
        int rows = rowsOfChunk(columns);
        int bitsAt = 0;
        for (long r = start; r < end; r++) {
            long first = r * columns;
            int batched = (int) ((r - start) % rows);
            if (batched == 0 && columns <= Scratch.CHUNK) {
                int elements = (int) Math.min(rows, end - r) * columns;
                bitsAt = Chain.keepBits(mask, offset + first, elements, scratch);
            }
            load(row, mean, rstd, r);
            if (direct) {
                loop.differentiate(
                        sum, dstGradient, first * Float.BYTES, row, sums.first, sums.second, sumsAt);
            } else {
                copy(sum, first * Float.BYTES, row.stage, columns);
                copy(dstGradient, first * Float.BYTES, row.otherStage, columns);
                loop.differentiate(row.stage, row.otherStage, 0, row, sums.first, sums.second, sumsAt);
            }
            for (int at = 0; at < columns; at += Scratch.CHUNK) {
                int elements = Math.min(Scratch.CHUNK, columns - at);
                long firstByte = (first + at) * Float.BYTES;
                if (columns > Scratch.CHUNK) {
                    bitsAt = Chain.keepBits(mask, offset + first + at, elements, scratch);
                }
                int firstBit = bitsAt * Byte.SIZE + batched * columns;
                byte[] bits = scratch.keepBits;
                if (direct) {
                    loop.part(
                            row,
                            other,
                            hasSumGradient,
                            residualGradient,
                            srcGradient,
                            firstByte,
                            at,
                            elements,
                            scale,
                            bits,
                            firstBit);
                } else {
                    MemorySegment stage = row.stage;
                    if (hasSumGradient) {
                        copy(sumGradient, firstByte, stage, elements);
                    }
                    loop.part(
                            row, stage, hasSumGradient, stage, row.otherStage, 0, at, elements, scale, bits, firstBit);
                    copyBack(stage, elements, residualGradient, firstByte);
                    copyBack(row.otherStage, elements, srcGradient, firstByte);
                }
            }
        }
        Scratch.POOL.giveBack(scratch);
        POOL.giveBack(row);
    }

    private static NormRow borrow(LayerNorm norm) {
        NormRow row = POOL.borrow();
        row.set(norm.gamma(), norm.beta(), norm.columns());
        return row;
    }

    private static void copy(MemorySegment src, long firstByte, MemorySegment array, int elements) {
        MemorySegment.copy(src, firstByte, array, 0, (long) elements * Float.BYTES);
    }

    private static void copyBack(MemorySegment array, int elements, MemorySegment dst, long firstByte) {
        MemorySegment.copy(array, 0, dst, firstByte, (long) elements * Float.BYTES);
    }

    private static void store(NormRow row, MemorySegment mean, MemorySegment rstd, long r) {
        mean.set(FLOAT, r * Float.BYTES, row.mean);
        rstd.set(FLOAT, r * Float.BYTES, row.rstd);
    }

    private static void load(NormRow row, MemorySegment mean, MemorySegment rstd, long r) {
        row.mean = mean.get(FLOAT, r * Float.BYTES);
        row.rstd = rstd.get(FLOAT, r * Float.BYTES);
    }
}
