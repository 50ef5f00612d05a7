package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.kernels.norm.NormLoop.PARTIAL_SUMS;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** The template of {@link NormGradientLoop} a vector at a time, made as {@link VectorNormLoop}. */
final class VectorNormGradientLoop implements NormGradientLoop {
    private static final Class<?> MEMORY = Specialised.data(MethodHandles.lookup(), Class.class);
    private static final int LANES = FLOATS.length();
    private static final int STEP = 2 * LANES;
    /**
     * Whether four accumulators are all partial sums. Then two of them take two vectors, and the other two the next, in turn:
     * the row is read once from its beginning to its end. Four vectors in one round would be more than C2 inlines at once.
     */
    private static final boolean IN_TURN = 2 * STEP == PARTIAL_SUMS;

    private static final long BYTES = FLOATS.vectorByteSize();

    VectorNormGradientLoop() {}

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
            sumRow(src, dstGradient, batch.rowByte(firstByte, r), batch, r, sums, gammaByte, betaByte);
        }
        for (int r = 0; r < rows; r++) {
            batch.gradientMean[r] = VectorRowSums.total(batch.sums, r) / batch.columns;
            batch.productMean[r] = VectorRowSums.total(batch.products, r) / batch.columns;
        }
    }

    private static void sumRow(
            MemorySegment src,
            MemorySegment dstGradient,
            long rowByte,
            RowBatch batch,
            int r,
            MemorySegment sums,
            long gammaByte,
            long betaByte) {
        if (src.getClass() != MEMORY || dstGradient.getClass() != MEMORY || sums.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the classes
        }
        float[] gamma = batch.gamma;
        int sumsAt = r * PARTIAL_SUMS;
        int columns = batch.columns;
        int rounds = columns / PARTIAL_SUMS * PARTIAL_SUMS;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        for (int j = 0; j < PARTIAL_SUMS; j += IN_TURN ? PARTIAL_SUMS : STEP) {
            // not constants, which C2 would box together with what the loop makes of them
            FloatVector zero = FloatVector.zero(FLOATS);
            FloatVector s0 = zero;
            FloatVector s1 = zero;
            FloatVector p0 = zero;
            FloatVector p1 = zero;
            FloatVector nextS0 = zero;
            FloatVector nextS1 = zero;
            FloatVector nextP0 = zero;
            FloatVector nextP1 = zero;
            for (int i = j; i < rounds; i += IN_TURN ? STEP : PARTIAL_SUMS) {
                long to = (long) Float.BYTES * i;
                long at = rowByte + to;
                FloatVector dy0 = FloatVector.fromMemorySegment(FLOATS, dstGradient, at, ORDER);
                FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, src, at, ORDER)
                        .sub(mean)
                        .mul(rstd);
                FloatVector.fromMemorySegment(FLOATS, sums, gammaByte + to, ORDER)
                        .add(dy0.mul(x0))
                        .intoMemorySegment(sums, gammaByte + to, ORDER);
                FloatVector.fromMemorySegment(FLOATS, sums, betaByte + to, ORDER)
                        .add(dy0)
                        .intoMemorySegment(sums, betaByte + to, ORDER);
                FloatVector g0 = dy0.mul(FloatVector.fromArray(FLOATS, gamma, i));
                FloatVector newS0 = g0.add(s0);
                FloatVector newP0 = g0.mul(x0).add(p0);
                FloatVector dy1 = FloatVector.fromMemorySegment(FLOATS, dstGradient, at + BYTES, ORDER);
                FloatVector x1 = FloatVector.fromMemorySegment(FLOATS, src, at + BYTES, ORDER)
                        .sub(mean)
                        .mul(rstd);
                FloatVector.fromMemorySegment(FLOATS, sums, gammaByte + to + BYTES, ORDER)
                        .add(dy1.mul(x1))
                        .intoMemorySegment(sums, gammaByte + to + BYTES, ORDER);
                FloatVector.fromMemorySegment(FLOATS, sums, betaByte + to + BYTES, ORDER)
                        .add(dy1)
                        .intoMemorySegment(sums, betaByte + to + BYTES, ORDER);
                FloatVector g1 = dy1.mul(FloatVector.fromArray(FLOATS, gamma, i + LANES));
                FloatVector newS1 = g1.add(s1);
                FloatVector newP1 = g1.mul(x1).add(p1);
                s0 = IN_TURN ? nextS0 : newS0;
                s1 = IN_TURN ? nextS1 : newS1;
                p0 = IN_TURN ? nextP0 : newP0;
                p1 = IN_TURN ? nextP1 : newP1;
                nextS0 = newS0;
                nextS1 = newS1;
                nextP0 = newP0;
                nextP1 = newP1;
            }
            for (int to = j; to < j + (IN_TURN ? PARTIAL_SUMS : STEP); to += STEP) {
                s0.intoArray(batch.sums, sumsAt + to);
                s1.intoArray(batch.sums, sumsAt + to + LANES);
                p0.intoArray(batch.products, sumsAt + to);
                p1.intoArray(batch.products, sumsAt + to + LANES);
                s0 = nextS0;
                s1 = nextS1;
                p0 = nextP0;
                p1 = nextP1;
            }
        }
        sumRest(src, dstGradient, rowByte, batch, r, rounds, sums, gammaByte, betaByte);
    }

    /** What is less than a round of all partial sums. */
    private static void sumRest(
            MemorySegment src,
            MemorySegment dstGradient,
            long rowByte,
            RowBatch batch,
            int r,
            int rounds,
            MemorySegment sums,
            long gammaByte,
            long betaByte) {
        if (src.getClass() != MEMORY || dstGradient.getClass() != MEMORY || sums.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        float[] gamma = batch.gamma;
        float[] partialSums = batch.sums;
        float[] products = batch.products;
        int columns = batch.columns;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        int i = rounds;
        for (; i <= columns - LANES; i += LANES) {
            long at = (long) Float.BYTES * i;
            int partial = (r * PARTIAL_SUMS) + i - rounds;
            FloatVector dy = FloatVector.fromMemorySegment(FLOATS, dstGradient, rowByte + at, ORDER);
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, src, rowByte + at, ORDER)
                    .sub(mean)
                    .mul(rstd);
            FloatVector.fromMemorySegment(FLOATS, sums, gammaByte + at, ORDER)
                    .add(dy.mul(x))
                    .intoMemorySegment(sums, gammaByte + at, ORDER);
            FloatVector.fromMemorySegment(FLOATS, sums, betaByte + at, ORDER)
                    .add(dy)
                    .intoMemorySegment(sums, betaByte + at, ORDER);
            FloatVector gradient = dy.mul(FloatVector.fromArray(FLOATS, gamma, i));
            FloatVector.fromArray(FLOATS, partialSums, partial).add(gradient).intoArray(partialSums, partial);
            FloatVector.fromArray(FLOATS, products, partial)
                    .add(gradient.mul(x))
                    .intoArray(products, partial);
        }
        ScalarNormGradient.add(src, dstGradient, rowByte, i, batch, r, sums, gammaByte, betaByte);
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
            finishRow(src, dstGradient, srcGradient, batch.rowByte(firstByte, r), batch, r, hasOther);
        }
    }

    // Two loops, since the question in one of them would count as a segment more. Both stand in one method, which is so
    // long that C2 compiles it by itself: inlined it takes its caller over the limit of nodes.
    private static void finishRow(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long rowByte,
            RowBatch batch,
            int r,
            boolean hasOther) {
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
        int whole = columns / LANES * LANES;
        if (hasOther) {
            int row = r * columns;
            for (int i = 0; i < whole; i += LANES) {
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
        } else {
            for (int i = 0; i < whole; i += LANES) {
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
        }
        ScalarNormGradient.finish(src, dstGradient, srcGradient, rowByte, whole, batch, r, hasOther);
    }
}
