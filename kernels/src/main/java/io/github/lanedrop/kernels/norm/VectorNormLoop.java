package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.Aligned;
import io.github.lanedrop.kernels.lanes.Specialised;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The template of {@link NormLoop} a vector at a time, see {@link Specialised}. What is less than a vector at the end of a
 * row is done as the scalar twin does it.
 *
 * <p>Vectors cross no calls but the JDK's: C2 does not inline even a short method that it has compiled by itself into many
 * instructions, as it may have any that works on segments, and boxes what crosses the call.
 *
 * <p>Up to four vectors of partial sums are in registers at a time. That is all of them at 512 bits; narrower vectors go
 * over the row, which is in L1, once for every four.
 */
final class VectorNormLoop implements NormLoop {
    private static final Class<?> MEMORY = Specialised.data(MethodHandles.lookup(), Class.class);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LANES = FLOATS.length();
    private static final int STEP = 4 * LANES;
    private static final int LEAST_PARTIAL_SUMS = 16;
    private static final long BYTES = FLOATS.vectorByteSize();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    /** Moves the bit of each lane to the sign. */
    private static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    VectorNormLoop() {}

    /** Elements in whole rounds of partial sums. */
    private static int rounds(int elements) {
        return elements / PARTIAL_SUMS * PARTIAL_SUMS;
    }

    private static long at(long firstByte, int element) {
        return firstByte + (long) Float.BYTES * element;
    }

    /** After this C2 knows the class. */
    private static MemorySegment ours(MemorySegment segment) {
        if (segment.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never
        }
        return segment;
    }

    /** After this C2 knows the class. */
    private static MemorySegment scratch(MemorySegment segment) {
        if (segment.getClass() != Aligned.MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never
        }
        return segment;
    }

    @Override
    public void take(MemorySegment src, long firstByte, int r, int rowAt, int elements, RowBatch batch) {
        ours(src);
        ScalarNorm.begin(batch, r, rowAt);
        MemorySegment values = scratch(batch.values);
        long valuesByte = at(ScalarNorm.valuesByte(batch, r), rowAt);
        MemorySegment sums = scratch(batch.sums);
        long sumsByte = ScalarNorm.sumsByte(r);
        int rounds = rounds(elements);
        for (int j = 0; j < PARTIAL_SUMS; j += STEP) {
            FloatVector s0 = FloatVector.fromMemorySegment(FLOATS, sums, at(sumsByte, j), ORDER);
            FloatVector s1 = FloatVector.fromMemorySegment(FLOATS, sums, at(sumsByte, j + LANES), ORDER);
            FloatVector s2 = FloatVector.fromMemorySegment(FLOATS, sums, at(sumsByte, j + 2 * LANES), ORDER);
            FloatVector s3 = FloatVector.fromMemorySegment(FLOATS, sums, at(sumsByte, j + 3 * LANES), ORDER);
            for (int i = j; i < rounds; i += PARTIAL_SUMS) {
                long at = at(firstByte, i);
                FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, src, at, ORDER);
                FloatVector x1 = FloatVector.fromMemorySegment(FLOATS, src, at + BYTES, ORDER);
                FloatVector x2 = FloatVector.fromMemorySegment(FLOATS, src, at + 2 * BYTES, ORDER);
                FloatVector x3 = FloatVector.fromMemorySegment(FLOATS, src, at + 3 * BYTES, ORDER);
                long to = at(valuesByte, i);
                x0.intoMemorySegment(values, to, ORDER);
                x1.intoMemorySegment(values, to + BYTES, ORDER);
                x2.intoMemorySegment(values, to + 2 * BYTES, ORDER);
                x3.intoMemorySegment(values, to + 3 * BYTES, ORDER);
                s0 = s0.add(x0);
                s1 = s1.add(x1);
                s2 = s2.add(x2);
                s3 = s3.add(x3);
            }
            s0.intoMemorySegment(sums, at(sumsByte, j), ORDER);
            s1.intoMemorySegment(sums, at(sumsByte, j + LANES), ORDER);
            s2.intoMemorySegment(sums, at(sumsByte, j + 2 * LANES), ORDER);
            s3.intoMemorySegment(sums, at(sumsByte, j + 3 * LANES), ORDER);
        }
        int i = rounds;
        for (; i <= elements - LANES; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, src, at(firstByte, i), ORDER);
            x.intoMemorySegment(values, at(valuesByte, i), ORDER);
            long partial = at(sumsByte, i - rounds);
            FloatVector.fromMemorySegment(FLOATS, sums, partial, ORDER).add(x).intoMemorySegment(sums, partial, ORDER);
        }
        for (; i < elements; i++) {
            ScalarNorm.take(batch, r, rowAt + i, ScalarNorm.get(src, firstByte, i));
        }
    }

    @Override
    public void join(
            MemorySegment src,
            MemorySegment residual,
            long firstByte,
            int r,
            int rowAt,
            int elements,
            float scale,
            byte[] bits,
            int firstBit,
            RowBatch batch) {
        ours(src);
        ours(residual);
        ScalarNorm.begin(batch, r, rowAt);
        MemorySegment values = scratch(batch.values);
        long valuesByte = at(ScalarNorm.valuesByte(batch, r), rowAt);
        MemorySegment sums = scratch(batch.sums);
        long sumsByte = ScalarNorm.sumsByte(r);
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            long at = at(firstByte, i);
            long kept = kept(bits, firstBit + i);
            // without mask registers a long becomes a mask lane by lane; shifting its bits to the sign is one
            // instruction
            VectorMask<Float> mask = Simd.MASK_REGISTERS
                    ? VectorMask.fromLong(FLOATS, kept)
                    : IntVector.broadcast(INTS, (int) kept)
                            .lanewise(VectorOperators.LSHL, TO_SIGN)
                            .compare(VectorOperators.LT, 0)
                            .cast(FLOATS);
            FloatVector x = ZERO.blend(
                            FloatVector.fromMemorySegment(FLOATS, src, at, ORDER)
                                    .mul(FloatVector.broadcast(FLOATS, scale)),
                            mask)
                    .add(FloatVector.fromMemorySegment(FLOATS, residual, at, ORDER));
            x.intoMemorySegment(values, at(valuesByte, i), ORDER);
            long partial =
                    at(sumsByte, i % PARTIAL_SUMS); // there are several, so that they need not wait for each other
            FloatVector.fromMemorySegment(FLOATS, sums, partial, ORDER).add(x).intoMemorySegment(sums, partial, ORDER);
        }
        for (; i < elements; i++) {
            ScalarNorm.joinOne(src, residual, firstByte, r, rowAt, i, scale, bits, firstBit, batch);
        }
    }

    private static long kept(byte[] bits, int bit) {
        return (long) LONG.get(bits, bit >>> 3) >>> (bit & 7);
    }

    @Override
    public void measure(RowBatch batch, int rows, float epsilon) {
        for (int r = 0; r < rows; r++) {
            batch.mean[r] = total(batch.sums, r) / batch.columns;
        }
        for (int r = 0; r < rows; r++) {
            squares(batch, r);
        }
        for (int r = 0; r < rows; r++) {
            batch.rstd[r] = ScalarNorm.rstd(total(batch.sums, r) / batch.columns, epsilon);
        }
    }

    /** The partial sums of the squared distances from the mean. */
    private static void squares(RowBatch batch, int r) {
        MemorySegment values = scratch(batch.values);
        long valuesByte = ScalarNorm.valuesByte(batch, r);
        MemorySegment sums = scratch(batch.sums);
        long sumsByte = ScalarNorm.sumsByte(r);
        int columns = batch.columns;
        int rounds = rounds(columns);
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        for (int j = 0; j < PARTIAL_SUMS; j += STEP) {
            // not a constant, which C2 would box together with what the loop makes of it
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = FloatVector.zero(FLOATS);
            FloatVector s2 = FloatVector.zero(FLOATS);
            FloatVector s3 = FloatVector.zero(FLOATS);
            for (int i = j; i < rounds; i += PARTIAL_SUMS) {
                long at = at(valuesByte, i);
                FloatVector d0 =
                        FloatVector.fromMemorySegment(FLOATS, values, at, ORDER).sub(mean);
                FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, values, at + BYTES, ORDER)
                        .sub(mean);
                FloatVector d2 = FloatVector.fromMemorySegment(FLOATS, values, at + 2 * BYTES, ORDER)
                        .sub(mean);
                FloatVector d3 = FloatVector.fromMemorySegment(FLOATS, values, at + 3 * BYTES, ORDER)
                        .sub(mean);
                s0 = s0.add(d0.mul(d0));
                s1 = s1.add(d1.mul(d1));
                s2 = s2.add(d2.mul(d2));
                s3 = s3.add(d3.mul(d3));
            }
            s0.intoMemorySegment(sums, at(sumsByte, j), ORDER);
            s1.intoMemorySegment(sums, at(sumsByte, j + LANES), ORDER);
            s2.intoMemorySegment(sums, at(sumsByte, j + 2 * LANES), ORDER);
            s3.intoMemorySegment(sums, at(sumsByte, j + 3 * LANES), ORDER);
        }
        int i = rounds;
        for (; i <= columns - LANES; i += LANES) {
            FloatVector d = FloatVector.fromMemorySegment(FLOATS, values, at(valuesByte, i), ORDER)
                    .sub(mean);
            long partial = at(sumsByte, i - rounds);
            FloatVector.fromMemorySegment(FLOATS, sums, partial, ORDER)
                    .add(d.mul(d))
                    .intoMemorySegment(sums, partial, ORDER);
        }
        for (; i < columns; i++) {
            ScalarNorm.addSquare(batch, r, i);
        }
    }

    /** The tree of the scalar twin: in vectors, then, where vectors may be narrower, without a loop. */
    private static float total(MemorySegment partialSums, int r) {
        MemorySegment sums = scratch(partialSums);
        long at = ScalarNorm.sumsByte(r);
        for (int half = PARTIAL_SUMS / 2; half >= LEAST_PARTIAL_SUMS; half /= 2) {
            for (int j = 0; j < half; j += LANES) {
                FloatVector.fromMemorySegment(FLOATS, sums, at(at, j), ORDER)
                        .add(FloatVector.fromMemorySegment(FLOATS, sums, at(at, j + half), ORDER))
                        .intoMemorySegment(sums, at(at, j), ORDER);
            }
        }
        float s0 = ScalarNorm.get(sums, at, 0) + ScalarNorm.get(sums, at, 8);
        float s1 = ScalarNorm.get(sums, at, 1) + ScalarNorm.get(sums, at, 9);
        float s2 = ScalarNorm.get(sums, at, 2) + ScalarNorm.get(sums, at, 10);
        float s3 = ScalarNorm.get(sums, at, 3) + ScalarNorm.get(sums, at, 11);
        float s4 = ScalarNorm.get(sums, at, 4) + ScalarNorm.get(sums, at, 12);
        float s5 = ScalarNorm.get(sums, at, 5) + ScalarNorm.get(sums, at, 13);
        float s6 = ScalarNorm.get(sums, at, 6) + ScalarNorm.get(sums, at, 14);
        float s7 = ScalarNorm.get(sums, at, 7) + ScalarNorm.get(sums, at, 15);
        return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    }

    @Override
    public void normalise(RowBatch batch, int rows, MemorySegment dst, long firstByte) {
        for (int r = 0; r < rows; r++) {
            normaliseRow(batch, r, dst, firstByte);
        }
    }

    private static void normaliseRow(RowBatch batch, int r, MemorySegment dst, long firstByte) {
        ours(dst);
        MemorySegment values = scratch(batch.values);
        MemorySegment gamma = scratch(batch.gamma);
        MemorySegment beta = scratch(batch.beta);
        long valuesByte = ScalarNorm.valuesByte(batch, r);
        long dstByte = firstByte + valuesByte;
        int columns = batch.columns;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            long at = at(0, i);
            FloatVector.fromMemorySegment(FLOATS, values, valuesByte + at, ORDER)
                    .sub(mean)
                    .mul(rstd)
                    .mul(FloatVector.fromMemorySegment(FLOATS, gamma, at, ORDER))
                    .add(FloatVector.fromMemorySegment(FLOATS, beta, at, ORDER))
                    .intoMemorySegment(dst, dstByte + at, ORDER);
        }
        for (; i < columns; i++) {
            ScalarNorm.normalise(batch, r, i, dst, firstByte);
        }
    }

    @Override
    public void differentiate(MemorySegment src, MemorySegment dstGradient, long firstByte, RowBatch batch, int rows) {
        for (int r = 0; r < rows; r++) {
            differentiateRow(src, dstGradient, firstByte + ScalarNorm.valuesByte(batch, r), batch, r);
        }
        for (int r = 0; r < rows; r++) {
            batch.gradientMean[r] = total(batch.sums, r) / batch.columns;
            batch.productMean[r] = total(batch.products, r) / batch.columns;
        }
    }

    private static void differentiateRow(
            MemorySegment src, MemorySegment dstGradient, long rowByte, RowBatch batch, int r) {
        ours(src);
        ours(dstGradient);
        MemorySegment gamma = scratch(batch.gamma);
        MemorySegment sums = scratch(batch.sums);
        MemorySegment products = scratch(batch.products);
        long sumsByte = ScalarNorm.sumsByte(r);
        int columns = batch.columns;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        for (int j = 0; j < PARTIAL_SUMS; j += LANES) {
            FloatVector sum = FloatVector.zero(FLOATS);
            FloatVector product = FloatVector.zero(FLOATS);
            for (int i = j; i <= columns - LANES; i += PARTIAL_SUMS) {
                long at = at(0, i);
                FloatVector gradient = FloatVector.fromMemorySegment(FLOATS, dstGradient, rowByte + at, ORDER)
                        .mul(FloatVector.fromMemorySegment(FLOATS, gamma, at, ORDER));
                FloatVector value = FloatVector.fromMemorySegment(FLOATS, src, rowByte + at, ORDER)
                        .sub(mean)
                        .mul(rstd);
                sum = sum.add(gradient);
                product = product.add(gradient.mul(value));
            }
            sum.intoMemorySegment(sums, at(sumsByte, j), ORDER);
            product.intoMemorySegment(products, at(sumsByte, j), ORDER);
        }
        for (int i = columns / LANES * LANES; i < columns; i++) {
            ScalarNorm.addGradient(src, dstGradient, rowByte, batch, r, i);
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
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte) {
        for (int r = 0; r < rows; r++) {
            long rowByte = firstByte + ScalarNorm.valuesByte(batch, r);
            finishRow(src, dstGradient, srcGradient, rowByte, batch, r, gammaSums, betaSums, sumsByte);
        }
    }

    private static void finishRow(
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long rowByte,
            RowBatch batch,
            int r,
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte) {
        ours(src);
        ours(dstGradient);
        ours(srcGradient);
        scratch(gammaSums);
        scratch(betaSums);
        MemorySegment gamma = scratch(batch.gamma);
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        FloatVector gradientMean = FloatVector.broadcast(FLOATS, batch.gradientMean[r]);
        FloatVector productMean = FloatVector.broadcast(FLOATS, batch.productMean[r]);
        int columns = batch.columns;
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            long at = at(0, i);
            long sumAt = sumsByte + at;
            FloatVector dy = FloatVector.fromMemorySegment(FLOATS, dstGradient, rowByte + at, ORDER);
            FloatVector value = FloatVector.fromMemorySegment(FLOATS, src, rowByte + at, ORDER)
                    .sub(mean)
                    .mul(rstd);
            FloatVector.fromMemorySegment(FLOATS, gammaSums, sumAt, ORDER)
                    .add(dy.mul(value))
                    .intoMemorySegment(gammaSums, sumAt, ORDER);
            FloatVector.fromMemorySegment(FLOATS, betaSums, sumAt, ORDER)
                    .add(dy)
                    .intoMemorySegment(betaSums, sumAt, ORDER);
            dy.mul(FloatVector.fromMemorySegment(FLOATS, gamma, at, ORDER))
                    .sub(gradientMean)
                    .sub(value.mul(productMean))
                    .mul(rstd)
                    .intoMemorySegment(srcGradient, rowByte + at, ORDER);
        }
        for (; i < columns; i++) {
            float gradient =
                    ScalarNorm.finish(src, dstGradient, rowByte, batch, r, 0, i, gammaSums, betaSums, sumsByte);
            ScalarNorm.set(srcGradient, rowByte, i, gradient);
        }
    }

    @Override
    public void part(
            MemorySegment sum,
            MemorySegment dstGradient,
            MemorySegment sumGradient,
            boolean hasSumGradient,
            MemorySegment residualGradient,
            MemorySegment srcGradient,
            long firstByte,
            RowBatch batch,
            int r,
            int rowAt,
            int elements,
            float scale,
            byte[] bits,
            int firstBit,
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte) {
        ours(sum);
        ours(dstGradient);
        ours(sumGradient);
        ours(residualGradient);
        ours(srcGradient);
        scratch(gammaSums);
        scratch(betaSums);
        MemorySegment gamma = scratch(batch.gamma);
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        FloatVector gradientMean = FloatVector.broadcast(FLOATS, batch.gradientMean[r]);
        FloatVector productMean = FloatVector.broadcast(FLOATS, batch.productMean[r]);
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            long at = at(firstByte, i);
            long parameterAt = at(0, rowAt + i);
            long sumAt = sumsByte + parameterAt;
            FloatVector dy = FloatVector.fromMemorySegment(FLOATS, dstGradient, at, ORDER);
            FloatVector value = FloatVector.fromMemorySegment(FLOATS, sum, at, ORDER)
                    .sub(mean)
                    .mul(rstd);
            FloatVector.fromMemorySegment(FLOATS, gammaSums, sumAt, ORDER)
                    .add(dy.mul(value))
                    .intoMemorySegment(gammaSums, sumAt, ORDER);
            FloatVector.fromMemorySegment(FLOATS, betaSums, sumAt, ORDER)
                    .add(dy)
                    .intoMemorySegment(betaSums, sumAt, ORDER);
            FloatVector joined = dy.mul(FloatVector.fromMemorySegment(FLOATS, gamma, parameterAt, ORDER))
                    .sub(gradientMean)
                    .sub(value.mul(productMean))
                    .mul(rstd);
            if (hasSumGradient) {
                joined = joined.add(FloatVector.fromMemorySegment(FLOATS, sumGradient, at, ORDER));
            }
            joined.intoMemorySegment(residualGradient, at, ORDER);
            long kept = kept(bits, firstBit + i);
            VectorMask<Float> mask = Simd.MASK_REGISTERS // as in join
                    ? VectorMask.fromLong(FLOATS, kept)
                    : IntVector.broadcast(INTS, (int) kept)
                            .lanewise(VectorOperators.LSHL, TO_SIGN)
                            .compare(VectorOperators.LT, 0)
                            .cast(FLOATS);
            ZERO.blend(joined.mul(FloatVector.broadcast(FLOATS, scale)), mask)
                    .intoMemorySegment(srcGradient, at, ORDER);
        }
        for (; i < elements; i++) {
            float joined =
                    ScalarNorm.finish(sum, dstGradient, firstByte, batch, r, rowAt, i, gammaSums, betaSums, sumsByte);
            if (hasSumGradient) {
                joined += ScalarNorm.get(sumGradient, firstByte, i);
            }
            ScalarNorm.set(residualGradient, firstByte, i, joined);
            ScalarNorm.set(srcGradient, firstByte, i, ScalarNorm.select(joined * scale, bits, firstBit + i));
        }
    }

    @Override
    public void addRows(
            MemorySegment src,
            long firstByte,
            int elements,
            int column,
            int columns,
            MemorySegment sums,
            long sumsByte) {
        ours(src);
        scratch(sums);
        int c = column;
        int i = 0;
        while (i < elements) {
            int end = i + Math.min(columns - c, elements - i);
            for (; i <= end - LANES; i += LANES, c += LANES) {
                long sumAt = at(sumsByte, c);
                FloatVector.fromMemorySegment(FLOATS, sums, sumAt, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOATS, src, at(firstByte, i), ORDER))
                        .intoMemorySegment(sums, sumAt, ORDER);
            }
            for (; i < end; i++, c++) {
                ScalarNorm.add(sums, sumsByte, c, ScalarNorm.get(src, firstByte, i));
            }
            c = 0;
        }
    }
}
