package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.kernels.norm.ScalarNorm.get;
import static io.github.lanedrop.kernels.norm.ScalarNorm.set;

import java.lang.foreign.MemorySegment;

/** {@link NormGradientLoop} element by element: the definition. */
final class ScalarNormGradient implements NormGradientLoop {
    @Override
    public void sum(
            MemorySegment src,
            MemorySegment dstGradient,
            long firstByte,
            RowBatch batch,
            int rows,
            MemorySegment sums,
            long gammaByte,
            long betaByte) {
        for (int r = 0; r < rows; r++) {
            ScalarNorm.clear(batch.sums, r);
            ScalarNorm.clear(batch.products, r);
            add(src, dstGradient, batch.rowByte(firstByte, r), 0, batch, r, sums, gammaByte, betaByte);
            batch.gradientMean[r] = ScalarNorm.total(batch.sums, r) / batch.columns;
            batch.productMean[r] = ScalarNorm.total(batch.products, r) / batch.columns;
        }
    }

    /** Adds a row's elements from {@code start} on to its partial sums and to those over columns. */
    static void add(
            MemorySegment src,
            MemorySegment dstGradient,
            long rowByte,
            int start,
            RowBatch batch,
            int r,
            MemorySegment sums,
            long gammaByte,
            long betaByte) {
        for (int i = start; i < batch.columns; i++) {
            float dy = get(dstGradient, rowByte, i);
            float value = (get(src, rowByte, i) - batch.mean[r]) * batch.rstd[r];
            set(sums, gammaByte, i, get(sums, gammaByte, i) + dy * value);
            set(sums, betaByte, i, get(sums, betaByte, i) + dy);
            float gradient = dy * batch.gamma[i];
            int partial = ScalarNorm.partial(r, i);
            batch.sums[partial] += gradient;
            batch.products[partial] += gradient * value;
        }
    }

    @Override
    public void finish(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long firstByte,
            RowBatch batch,
            int rows,
            boolean hasOther) {
        for (int r = 0; r < rows; r++) {
            finish(src, dstGradient, srcGradient, batch.rowByte(firstByte, r), 0, batch, r, hasOther);
        }
    }

    /** A row's elements from {@code start} on. */
    static void finish(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long rowByte,
            int start,
            RowBatch batch,
            int r,
            boolean hasOther) {
        for (int i = start; i < batch.columns; i++) {
            float gradient = get(dstGradient, rowByte, i) * batch.gamma[i];
            float value = (get(src, rowByte, i) - batch.mean[r]) * batch.rstd[r];
            float dx = ((gradient - batch.gradientMean[r]) - value * batch.productMean[r]) * batch.rstd[r];
            set(srcGradient, rowByte, i, dx);
        }
        if (hasOther) { // asked in that loop it would count as a segment more
            for (int i = start; i < batch.columns; i++) {
                set(srcGradient, rowByte, i, get(srcGradient, rowByte, i) + batch.otherGradient[r * batch.columns + i]);
            }
        }
    }
}
