package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.kernels.norm.NormLoop.PARTIAL_SUMS;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.Aligned;
import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The template of {@link NormGradientLoop} a vector at a time, made as {@link VectorNormLoop}. */
final class VectorNormGradientLoop implements NormGradientLoop {
    private static final Class<?> MEMORY = Specialised.data(MethodHandles.lookup(), Class.class);
    private static final int LANES = FLOATS.length();
    private static final int STEP = 4 * LANES;
    private static final long BYTES = FLOATS.vectorByteSize();

    VectorNormGradientLoop() {}

    @Override
    public void sum(MemorySegment src, MemorySegment dstGradient, long firstByte, RowBatch batch, int rows) {
        for (int r = 0; r < rows; r++) {
            sumRow(src, dstGradient, batch.rowByte(firstByte, r), batch, r);
        }
        for (int r = 0; r < rows; r++) {
            batch.gradientMean[r] = VectorRowSums.total(batch.sums, r) / batch.columns;
            batch.productMean[r] = VectorRowSums.total(batch.products, r) / batch.columns;
        }
    }

    private static void sumRow(MemorySegment src, MemorySegment dstGradient, long rowByte, RowBatch batch, int r) {
        float[] gamma = batch.gamma;
        if (src.getClass() != MEMORY || dstGradient.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        float[] sums = batch.sums;
        float[] products = batch.products;
        int sumsAt = r * PARTIAL_SUMS;
        int columns = batch.columns;
        int rounds = columns / PARTIAL_SUMS * PARTIAL_SUMS;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        for (int j = 0; j < PARTIAL_SUMS; j += STEP) {
            // not constants, which C2 would box together with what the loop makes of them
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = FloatVector.zero(FLOATS);
            FloatVector s2 = FloatVector.zero(FLOATS);
            FloatVector s3 = FloatVector.zero(FLOATS);
            FloatVector p0 = FloatVector.zero(FLOATS);
            FloatVector p1 = FloatVector.zero(FLOATS);
            FloatVector p2 = FloatVector.zero(FLOATS);
            FloatVector p3 = FloatVector.zero(FLOATS);
            for (int i = j; i < rounds; i += PARTIAL_SUMS) {
                long at = rowByte + (long) Float.BYTES * i;
                FloatVector g0 = FloatVector.fromMemorySegment(FLOATS, dstGradient, at, ORDER)
                        .mul(FloatVector.fromArray(FLOATS, gamma, i));
                FloatVector g1 = FloatVector.fromMemorySegment(FLOATS, dstGradient, at + BYTES, ORDER)
                        .mul(FloatVector.fromArray(FLOATS, gamma, i + LANES));
                FloatVector g2 = FloatVector.fromMemorySegment(FLOATS, dstGradient, at + 2 * BYTES, ORDER)
                        .mul(FloatVector.fromArray(FLOATS, gamma, i + 2 * LANES));
                FloatVector g3 = FloatVector.fromMemorySegment(FLOATS, dstGradient, at + 3 * BYTES, ORDER)
                        .mul(FloatVector.fromArray(FLOATS, gamma, i + 3 * LANES));
                s0 = s0.add(g0);
                s1 = s1.add(g1);
                s2 = s2.add(g2);
                s3 = s3.add(g3);
                p0 = p0.add(g0.mul(FloatVector.fromMemorySegment(FLOATS, src, at, ORDER)
                        .sub(mean)
                        .mul(rstd)));
                p1 = p1.add(g1.mul(FloatVector.fromMemorySegment(FLOATS, src, at + BYTES, ORDER)
                        .sub(mean)
                        .mul(rstd)));
                p2 = p2.add(g2.mul(FloatVector.fromMemorySegment(FLOATS, src, at + 2 * BYTES, ORDER)
                        .sub(mean)
                        .mul(rstd)));
                p3 = p3.add(g3.mul(FloatVector.fromMemorySegment(FLOATS, src, at + 3 * BYTES, ORDER)
                        .sub(mean)
                        .mul(rstd)));
            }
            s0.intoArray(sums, sumsAt + j);
            s1.intoArray(sums, sumsAt + j + LANES);
            s2.intoArray(sums, sumsAt + j + 2 * LANES);
            s3.intoArray(sums, sumsAt + j + 3 * LANES);
            p0.intoArray(products, sumsAt + j);
            p1.intoArray(products, sumsAt + j + LANES);
            p2.intoArray(products, sumsAt + j + 2 * LANES);
            p3.intoArray(products, sumsAt + j + 3 * LANES);
        }
        sumRest(src, dstGradient, rowByte, batch, r, rounds);
    }

    /** What is less than a round of all partial sums. */
    private static void sumRest(
            MemorySegment src, MemorySegment dstGradient, long rowByte, RowBatch batch, int r, int rounds) {
        float[] gamma = batch.gamma;
        if (src.getClass() != MEMORY || dstGradient.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        float[] sums = batch.sums;
        float[] products = batch.products;
        int columns = batch.columns;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        int i = rounds;
        for (; i <= columns - LANES; i += LANES) {
            long at = (long) Float.BYTES * i;
            int partial = (r * PARTIAL_SUMS) + i - rounds;
            FloatVector gradient = FloatVector.fromMemorySegment(FLOATS, dstGradient, rowByte + at, ORDER)
                    .mul(FloatVector.fromArray(FLOATS, gamma, i));
            FloatVector product = gradient.mul(FloatVector.fromMemorySegment(FLOATS, src, rowByte + at, ORDER)
                    .sub(mean)
                    .mul(rstd));
            FloatVector.fromArray(FLOATS, sums, partial).add(gradient).intoArray(sums, partial);
            FloatVector.fromArray(FLOATS, products, partial).add(product).intoArray(products, partial);
        }
        ScalarNormGradient.add(src, dstGradient, rowByte, i, batch, r);
    }

    @Override
    public void finish(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment otherGradient,
            boolean hasOther,
            MemorySegment srcGradient,
            long firstByte,
            RowBatch batch,
            int rows,
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte) {
        for (int r = 0; r < rows; r++) {
            finishRow(
                    src,
                    dstGradient,
                    otherGradient,
                    hasOther,
                    srcGradient,
                    batch.rowByte(firstByte, r),
                    batch,
                    r,
                    gammaSums,
                    betaSums,
                    sumsByte);
        }
    }

    private static void finishRow(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment otherGradient,
            boolean hasOther,
            MemorySegment srcGradient,
            long rowByte,
            RowBatch batch,
            int r,
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte) {
        float[] gamma = batch.gamma;
        if (src.getClass() != MEMORY
                || dstGradient.getClass() != MEMORY
                || otherGradient.getClass() != MEMORY
                || srcGradient.getClass() != MEMORY
                || gammaSums.getClass() != Aligned.MEMORY
                || betaSums.getClass() != Aligned.MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        FloatVector gradientMean = FloatVector.broadcast(FLOATS, batch.gradientMean[r]);
        FloatVector productMean = FloatVector.broadcast(FLOATS, batch.productMean[r]);
        int columns = batch.columns;
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            long at = (long) Float.BYTES * i;
            long rowAt = rowByte + at;
            long sumAt = sumsByte + at;
            FloatVector dy = FloatVector.fromMemorySegment(FLOATS, dstGradient, rowAt, ORDER);
            FloatVector value = FloatVector.fromMemorySegment(FLOATS, src, rowAt, ORDER)
                    .sub(mean)
                    .mul(rstd);
            FloatVector.fromMemorySegment(FLOATS, gammaSums, sumAt, ORDER)
                    .add(dy.mul(value))
                    .intoMemorySegment(gammaSums, sumAt, ORDER);
            FloatVector.fromMemorySegment(FLOATS, betaSums, sumAt, ORDER)
                    .add(dy)
                    .intoMemorySegment(betaSums, sumAt, ORDER);
            FloatVector dx = dy.mul(FloatVector.fromArray(FLOATS, gamma, i))
                    .sub(gradientMean)
                    .sub(value.mul(productMean))
                    .mul(rstd);
            if (hasOther) {
                dx = dx.add(FloatVector.fromMemorySegment(FLOATS, otherGradient, rowAt, ORDER));
            }
            dx.intoMemorySegment(srcGradient, rowAt, ORDER);
        }
        ScalarNormGradient.finish(
                src,
                dstGradient,
                otherGradient,
                hasOther,
                srcGradient,
                rowByte,
                i,
                batch,
                r,
                gammaSums,
                betaSums,
                sumsByte);
    }
}
