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
    public void addParameters(
            MemorySegment src,
            MemorySegment dstGradient,
            long firstByte,
            RowBatch batch,
            int rows,
            MemorySegment sums,
            long gammaByte,
            long betaByte) {
        for (int r = 0; r < rows; r++) {
            addParametersOfRow(
                    src, dstGradient, batch.rowByte(firstByte, r), batch, r, sums, gammaByte, betaByte);
        }
    }

    private static void addParametersOfRow(
            MemorySegment src,
            MemorySegment dstGradient,
            long rowByte,
            RowBatch batch,
            int r,
            MemorySegment sums,
            long gammaByte,
            long betaByte) {
        if (src.getClass() != MEMORY || dstGradient.getClass() != MEMORY || sums.getClass() != Aligned.MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        int columns = batch.columns;
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            long at = (long) Float.BYTES * i;
            FloatVector dy = FloatVector.fromMemorySegment(FLOATS, dstGradient, rowByte + at, ORDER);
            FloatVector value = FloatVector.fromMemorySegment(FLOATS, src, rowByte + at, ORDER)
                    .sub(mean)
                    .mul(rstd);
            FloatVector.fromMemorySegment(FLOATS, sums, gammaByte + at, ORDER)
                    .add(dy.mul(value))
                    .intoMemorySegment(sums, gammaByte + at, ORDER);
            FloatVector.fromMemorySegment(FLOATS, sums, betaByte + at, ORDER)
                    .add(dy)
                    .intoMemorySegment(sums, betaByte + at, ORDER);
        }
        ScalarNormGradient.addParameters(src, dstGradient, rowByte, i, batch, r, sums, gammaByte, betaByte);
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
            long rowByte = batch.rowByte(firstByte, r);
            if (hasOther) {
                finishRowAndAdd(src, dstGradient, srcGradient, rowByte, batch, r);
            } else {
                finishRow(src, dstGradient, srcGradient, rowByte, batch, r);
            }
        }
    }

    private static void finishRow(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long rowByte,
            RowBatch batch,
            int r) {
        if (src.getClass() != MEMORY || dstGradient.getClass() != MEMORY || srcGradient.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        float[] gamma = batch.gamma;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        FloatVector gradientMean = FloatVector.broadcast(FLOATS, batch.gradientMean[r]);
        FloatVector productMean = FloatVector.broadcast(FLOATS, batch.productMean[r]);
        int columns = batch.columns;
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            long at = rowByte + (long) Float.BYTES * i;
            FloatVector value = FloatVector.fromMemorySegment(FLOATS, src, at, ORDER)
                    .sub(mean)
                    .mul(rstd);
            FloatVector.fromMemorySegment(FLOATS, dstGradient, at, ORDER)
                    .mul(FloatVector.fromArray(FLOATS, gamma, i))
                    .sub(gradientMean)
                    .sub(value.mul(productMean))
                    .mul(rstd)
                    .intoMemorySegment(srcGradient, at, ORDER);
        }
        ScalarNormGradient.finish(src, dstGradient, srcGradient, rowByte, i, batch, r, false);
    }

    /** As {@link #finishRow}: a loop of its own, since the question in that one would count as a segment more. */
    private static void finishRowAndAdd(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long rowByte,
            RowBatch batch,
            int r) {
        if (src.getClass() != MEMORY || dstGradient.getClass() != MEMORY || srcGradient.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        float[] gamma = batch.gamma;
        float[] otherGradient = batch.otherGradient;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        FloatVector gradientMean = FloatVector.broadcast(FLOATS, batch.gradientMean[r]);
        FloatVector productMean = FloatVector.broadcast(FLOATS, batch.productMean[r]);
        int columns = batch.columns;
        int row = r * columns;
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            long at = rowByte + (long) Float.BYTES * i;
            FloatVector value = FloatVector.fromMemorySegment(FLOATS, src, at, ORDER)
                    .sub(mean)
                    .mul(rstd);
            FloatVector.fromMemorySegment(FLOATS, dstGradient, at, ORDER)
                    .mul(FloatVector.fromArray(FLOATS, gamma, i))
                    .sub(gradientMean)
                    .sub(value.mul(productMean))
                    .mul(rstd)
                    .add(FloatVector.fromArray(FLOATS, otherGradient, row + i))
                    .intoMemorySegment(srcGradient, at, ORDER);
        }
        ScalarNormGradient.finish(src, dstGradient, srcGradient, rowByte, i, batch, r, true);
    }
}
