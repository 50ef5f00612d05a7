package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.Specialised;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The template of {@link NormLoop} a vector at a time, see {@link Specialised}. What is less than a vector at the end of a
 * row is done as the scalar twin does it.
 *
 * <p>Four vectors of partial sums are in registers at a time. That is all of them at 512 bits; narrower vectors go over
 * the row, which is in L1, once for every four.
 */
final class VectorNormLoop implements NormLoop {
    private static final Class<?> MEMORY = Specialised.data(MethodHandles.lookup(), Class.class);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LANES = FLOATS.length();
    private static final int STEP = 4 * LANES;
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

    private static FloatVector load(MemorySegment segment, long at) {
        return FloatVector.fromMemorySegment(FLOATS, segment, at, ORDER);
    }

    private static FloatVector load(float[] array, int at) {
        return FloatVector.fromArray(FLOATS, array, at);
    }

    /** After this C2 knows the classes. */
    private static void require(boolean rightMemory) {
        if (!rightMemory) {
            throw new IllegalArgumentException("wrong kind of memory"); // never
        }
    }

    @Override
    public void take(MemorySegment src, long firstByte, int rowAt, int elements, NormRow row) {
        require(src.getClass() == MEMORY);
        ScalarNorm.begin(row, rowAt);
        float[] values = row.values;
        float[] sums = row.sums;
        int rounds = rounds(elements);
        for (int j = 0; j < PARTIAL_SUMS; j += STEP) {
            FloatVector s0 = load(sums, j);
            FloatVector s1 = load(sums, j + LANES);
            FloatVector s2 = load(sums, j + 2 * LANES);
            FloatVector s3 = load(sums, j + 3 * LANES);
            for (int i = j; i < rounds; i += PARTIAL_SUMS) {
                long at = at(firstByte, i);
                FloatVector x0 = load(src, at);
                FloatVector x1 = load(src, at + BYTES);
                FloatVector x2 = load(src, at + 2 * BYTES);
                FloatVector x3 = load(src, at + 3 * BYTES);
                x0.intoArray(values, rowAt + i);
                x1.intoArray(values, rowAt + i + LANES);
                x2.intoArray(values, rowAt + i + 2 * LANES);
                x3.intoArray(values, rowAt + i + 3 * LANES);
                s0 = s0.add(x0);
                s1 = s1.add(x1);
                s2 = s2.add(x2);
                s3 = s3.add(x3);
            }
            s0.intoArray(sums, j);
            s1.intoArray(sums, j + LANES);
            s2.intoArray(sums, j + 2 * LANES);
            s3.intoArray(sums, j + 3 * LANES);
        }
        int i = rounds;
        for (; i <= elements - LANES; i += LANES) {
            FloatVector x = load(src, at(firstByte, i));
            x.intoArray(values, rowAt + i);
            load(sums, i - rounds).add(x).intoArray(sums, i - rounds);
        }
        for (; i < elements; i++) {
            ScalarNorm.take(row, rowAt + i, ScalarNorm.get(src, firstByte, i));
        }
    }

    @Override
    public void join(
            MemorySegment src,
            MemorySegment residual,
            long firstByte,
            int rowAt,
            int elements,
            float scale,
            byte[] bits,
            int firstBit,
            NormRow row) {
        require(src.getClass() == MEMORY && residual.getClass() == MEMORY);
        ScalarNorm.begin(row, rowAt);
        float[] values = row.values;
        float[] sums = row.sums;
        int rounds = rounds(elements);
        for (int j = 0; j < PARTIAL_SUMS; j += STEP) {
            FloatVector s0 = load(sums, j);
            FloatVector s1 = load(sums, j + LANES);
            FloatVector s2 = load(sums, j + 2 * LANES);
            FloatVector s3 = load(sums, j + 3 * LANES);
            for (int i = j; i < rounds; i += PARTIAL_SUMS) {
                long at = at(firstByte, i);
                int bit = firstBit + i;
                FloatVector x0 = joined(src, residual, at, scale, bits, bit);
                FloatVector x1 = joined(src, residual, at + BYTES, scale, bits, bit + LANES);
                FloatVector x2 = joined(src, residual, at + 2 * BYTES, scale, bits, bit + 2 * LANES);
                FloatVector x3 = joined(src, residual, at + 3 * BYTES, scale, bits, bit + 3 * LANES);
                x0.intoArray(values, rowAt + i);
                x1.intoArray(values, rowAt + i + LANES);
                x2.intoArray(values, rowAt + i + 2 * LANES);
                x3.intoArray(values, rowAt + i + 3 * LANES);
                s0 = s0.add(x0);
                s1 = s1.add(x1);
                s2 = s2.add(x2);
                s3 = s3.add(x3);
            }
            s0.intoArray(sums, j);
            s1.intoArray(sums, j + LANES);
            s2.intoArray(sums, j + 2 * LANES);
            s3.intoArray(sums, j + 3 * LANES);
        }
        int i = rounds;
        for (; i <= elements - LANES; i += LANES) {
            FloatVector x = joined(src, residual, at(firstByte, i), scale, bits, firstBit + i);
            x.intoArray(values, rowAt + i);
            load(sums, i - rounds).add(x).intoArray(sums, i - rounds);
        }
        for (; i < elements; i++) {
            float dropped = ScalarNorm.select(ScalarNorm.get(src, firstByte, i) * scale, bits, firstBit + i);
            ScalarNorm.take(row, rowAt + i, ScalarNorm.get(residual, firstByte, i) + dropped);
        }
    }

    // Vectors may cross these calls: they are far too small, and so are their callers, for C2 not to inline them.
    private static FloatVector joined(
            MemorySegment src, MemorySegment residual, long at, float scale, byte[] bits, int bit) {
        return load(residual, at).add(dropped(load(src, at), scale, bits, bit));
    }

    private static FloatVector dropped(FloatVector x, float scale, byte[] bits, int bit) {
        long kept = (long) LONG.get(bits, bit >>> 3) >>> (bit & 7);
        return ZERO.blend(x.mul(FloatVector.broadcast(FLOATS, scale)), mask(kept));
    }

    private static VectorMask<Float> mask(long kept) {
        if (Simd.MASK_REGISTERS) {
            return VectorMask.fromLong(FLOATS, kept);
        }
        // without mask registers a long becomes a mask lane by lane; shifting its bits to the sign is one instruction
        return IntVector.broadcast(INTS, (int) kept)
                .lanewise(VectorOperators.LSHL, TO_SIGN)
                .compare(VectorOperators.LT, 0)
                .cast(FLOATS);
    }

    @Override
    public void normalise(NormRow row, float epsilon, MemorySegment dst, long firstByte) {
        require(dst.getClass() == MEMORY);
        row.mean = total(row.sums) / row.columns;
        squares(row);
        row.rstd = ScalarNorm.rstd(total(row.sums) / row.columns, epsilon);
        float[] values = row.values;
        float[] gamma = row.gamma;
        float[] beta = row.beta;
        int columns = row.columns;
        FloatVector mean = FloatVector.broadcast(FLOATS, row.mean);
        FloatVector rstd = FloatVector.broadcast(FLOATS, row.rstd);
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            load(values, i)
                    .sub(mean)
                    .mul(rstd)
                    .mul(load(gamma, i))
                    .add(load(beta, i))
                    .intoMemorySegment(dst, at(firstByte, i), ORDER);
        }
        for (; i < columns; i++) {
            ScalarNorm.set(dst, firstByte, i, ScalarNorm.normalised(row, i));
        }
    }

    /** The partial sums of the squared distances from the mean. */
    private static void squares(NormRow row) {
        float[] values = row.values;
        float[] sums = row.sums;
        int columns = row.columns;
        int rounds = rounds(columns);
        FloatVector mean = FloatVector.broadcast(FLOATS, row.mean);
        Arrays.fill(sums, 0);
        for (int j = 0; j < PARTIAL_SUMS; j += STEP) {
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = FloatVector.zero(FLOATS);
            FloatVector s2 = FloatVector.zero(FLOATS);
            FloatVector s3 = FloatVector.zero(FLOATS);
            for (int i = j; i < rounds; i += PARTIAL_SUMS) {
                FloatVector d0 = load(values, i).sub(mean);
                FloatVector d1 = load(values, i + LANES).sub(mean);
                FloatVector d2 = load(values, i + 2 * LANES).sub(mean);
                FloatVector d3 = load(values, i + 3 * LANES).sub(mean);
                s0 = s0.add(d0.mul(d0));
                s1 = s1.add(d1.mul(d1));
                s2 = s2.add(d2.mul(d2));
                s3 = s3.add(d3.mul(d3));
            }
            s0.intoArray(sums, j);
            s1.intoArray(sums, j + LANES);
            s2.intoArray(sums, j + 2 * LANES);
            s3.intoArray(sums, j + 3 * LANES);
        }
        int i = rounds;
        for (; i <= columns - LANES; i += LANES) {
            FloatVector d = load(values, i).sub(mean);
            load(sums, i - rounds).add(d.mul(d)).intoArray(sums, i - rounds);
        }
        for (; i < columns; i++) {
            sums[i - rounds] += ScalarNorm.square(values[i] - row.mean);
        }
    }

    /** The tree of {@link ScalarNorm#total}: vectors until one is left, then its lanes. */
    private static float total(float[] sums) {
        for (int half = PARTIAL_SUMS / 2; half >= LANES; half /= 2) {
            for (int j = 0; j < half; j += LANES) {
                load(sums, j).add(load(sums, j + half)).intoArray(sums, j);
            }
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int j = 0; j < half; j++) {
                sums[j] += sums[j + half];
            }
        }
        return sums[0];
    }

    @Override
    public void differentiate(
            MemorySegment src,
            MemorySegment dstGradient,
            long firstByte,
            NormRow row,
            float[] gammaSums,
            float[] betaSums,
            int sumsAt) {
        require(src.getClass() == MEMORY && dstGradient.getClass() == MEMORY);
        float[] values = row.values;
        float[] gradients = row.gradient;
        float[] gamma = row.gamma;
        float[] sums = row.sums;
        float[] products = row.products;
        int columns = row.columns;
        FloatVector mean = FloatVector.broadcast(FLOATS, row.mean);
        FloatVector rstd = FloatVector.broadcast(FLOATS, row.rstd);
        Arrays.fill(sums, 0);
        Arrays.fill(products, 0);
        for (int j = 0; j < PARTIAL_SUMS; j += LANES) {
            FloatVector sum = FloatVector.zero(FLOATS);
            FloatVector product = FloatVector.zero(FLOATS);
            for (int i = j; i <= columns - LANES; i += PARTIAL_SUMS) {
                FloatVector dy = load(dstGradient, at(firstByte, i));
                FloatVector value = load(src, at(firstByte, i)).sub(mean).mul(rstd);
                FloatVector gradient = dy.mul(load(gamma, i));
                value.intoArray(values, i);
                gradient.intoArray(gradients, i);
                sum = sum.add(gradient);
                product = product.add(gradient.mul(value));
                load(gammaSums, sumsAt + i).add(dy.mul(value)).intoArray(gammaSums, sumsAt + i);
                load(betaSums, sumsAt + i).add(dy).intoArray(betaSums, sumsAt + i);
            }
            sum.intoArray(sums, j);
            product.intoArray(products, j);
        }
        for (int i = columns / LANES * LANES; i < columns; i++) {
            float dy = ScalarNorm.get(dstGradient, firstByte, i);
            float x = ScalarNorm.get(src, firstByte, i);
            ScalarNorm.differentiate(row, i, x, dy, gammaSums, betaSums, sumsAt);
        }
        row.gradientMean = total(sums) / columns;
        row.productMean = total(products) / columns;
    }

    @Override
    public void finish(NormRow row, MemorySegment srcGradient, long firstByte) {
        require(srcGradient.getClass() == MEMORY);
        int columns = row.columns;
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            finished(row, i).intoMemorySegment(srcGradient, at(firstByte, i), ORDER);
        }
        for (; i < columns; i++) {
            ScalarNorm.set(srcGradient, firstByte, i, ScalarNorm.finished(row, i));
        }
    }

    private static FloatVector finished(NormRow row, int i) {
        return load(row.gradient, i)
                .sub(FloatVector.broadcast(FLOATS, row.gradientMean))
                .sub(load(row.values, i).mul(FloatVector.broadcast(FLOATS, row.productMean)))
                .mul(FloatVector.broadcast(FLOATS, row.rstd));
    }

    @Override
    public void part(
            NormRow row,
            MemorySegment sumGradient,
            boolean hasSumGradient,
            MemorySegment residualGradient,
            MemorySegment srcGradient,
            long firstByte,
            int rowAt,
            int elements,
            float scale,
            byte[] bits,
            int firstBit) {
        require(sumGradient.getClass() == MEMORY
                && residualGradient.getClass() == MEMORY
                && srcGradient.getClass() == MEMORY);
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            FloatVector joined = finished(row, rowAt + i);
            if (hasSumGradient) {
                joined = joined.add(load(sumGradient, at(firstByte, i)));
            }
            joined.intoMemorySegment(residualGradient, at(firstByte, i), ORDER);
            dropped(joined, scale, bits, firstBit + i).intoMemorySegment(srcGradient, at(firstByte, i), ORDER);
        }
        for (; i < elements; i++) {
            float joined = ScalarNorm.finished(row, rowAt + i);
            if (hasSumGradient) {
                joined += ScalarNorm.get(sumGradient, firstByte, i);
            }
            ScalarNorm.set(residualGradient, firstByte, i, joined);
            ScalarNorm.set(srcGradient, firstByte, i, ScalarNorm.select(joined * scale, bits, firstBit + i));
        }
    }

    @Override
    public void addRows(
            MemorySegment src, long firstByte, int elements, int column, int columns, float[] sums, int sumsAt) {
        require(src.getClass() == MEMORY);
        int c = column;
        int i = 0;
        while (i < elements) {
            int end = i + Math.min(columns - c, elements - i);
            for (; i <= end - LANES; i += LANES, c += LANES) {
                load(sums, sumsAt + c).add(load(src, at(firstByte, i))).intoArray(sums, sumsAt + c);
            }
            for (; i < end; i++, c++) {
                sums[sumsAt + c] += ScalarNorm.get(src, firstByte, i);
            }
            c = 0;
        }
    }
}
