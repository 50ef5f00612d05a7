package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.kernels.norm.NormRow.FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** {@link NormLoop} element by element: the definition. */
public final class ScalarNorm implements NormLoop {
    /** The only kind. */
    public ScalarNorm() {}

    @Override
    public void take(MemorySegment src, long firstByte, int rowAt, int elements, NormRow row) {
        begin(row, rowAt);
        for (int i = 0; i < elements; i++) {
            take(row, rowAt + i, get(src, firstByte, i));
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
        begin(row, rowAt);
        for (int i = 0; i < elements; i++) {
            float dropped = select(get(src, firstByte, i) * scale, bits, firstBit + i);
            take(row, rowAt + i, get(residual, firstByte, i) + dropped);
        }
    }

    static void begin(NormRow row, int rowAt) {
        if (rowAt == 0) {
            Arrays.fill(row.sums, 0);
        }
    }

    static void take(NormRow row, int i, float value) {
        row.values[i] = value;
        row.sums[i % PARTIAL_SUMS] += value;
    }

    @Override
    public void normalise(NormRow row, float epsilon, MemorySegment dst, long firstByte) {
        row.mean = total(row.sums) / row.columns;
        Arrays.fill(row.sums, 0);
        for (int i = 0; i < row.columns; i++) {
            row.sums[i % PARTIAL_SUMS] += square(row.values[i] - row.mean);
        }
        row.rstd = rstd(total(row.sums) / row.columns, epsilon);
        for (int i = 0; i < row.columns; i++) {
            set(dst, firstByte, i, normalised(row, i));
        }
    }

    static float square(float distance) {
        return distance * distance;
    }

    static float rstd(float variance, float epsilon) {
        return (float) (1 / Math.sqrt((double) variance + epsilon));
    }

    static float normalised(NormRow row, int i) {
        return ((row.values[i] - row.mean) * row.rstd) * row.gamma[i] + row.beta[i];
    }

    /** The sum of partial sums, in a tree. */
    static float total(float[] sums) {
        for (int half = PARTIAL_SUMS / 2; half > 0; half /= 2) {
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
        Arrays.fill(row.sums, 0);
        Arrays.fill(row.products, 0);
        for (int i = 0; i < row.columns; i++) {
            float dy = get(dstGradient, firstByte, i);
            differentiate(row, i, get(src, firstByte, i), dy, gammaSums, betaSums, sumsAt);
        }
        row.gradientMean = total(row.sums) / row.columns;
        row.productMean = total(row.products) / row.columns;
    }

    static void differentiate(
            NormRow row, int i, float x, float dy, float[] gammaSums, float[] betaSums, int sumsAt) {
        float value = (x - row.mean) * row.rstd;
        float gradient = dy * row.gamma[i];
        row.values[i] = value;
        row.gradient[i] = gradient;
        row.sums[i % PARTIAL_SUMS] += gradient;
        row.products[i % PARTIAL_SUMS] += gradient * value;
        gammaSums[sumsAt + i] += dy * value;
        betaSums[sumsAt + i] += dy;
    }

    @Override
    public void finish(NormRow row, MemorySegment srcGradient, long firstByte) {
        for (int i = 0; i < row.columns; i++) {
            set(srcGradient, firstByte, i, finished(row, i));
        }
    }

    static float finished(NormRow row, int i) {
        return ((row.gradient[i] - row.gradientMean) - row.values[i] * row.productMean) * row.rstd;
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
        for (int i = 0; i < elements; i++) {
            float joined = finished(row, rowAt + i);
            if (hasSumGradient) {
                joined += get(sumGradient, firstByte, i);
            }
            set(residualGradient, firstByte, i, joined);
            set(srcGradient, firstByte, i, select(joined * scale, bits, firstBit + i));
        }
    }

    @Override
    public void addRows(
            MemorySegment src, long firstByte, int elements, int column, int columns, float[] sums, int sumsAt) {
        int c = column;
        for (int i = 0; i < elements; i++) {
            sums[sumsAt + c] += get(src, firstByte, i);
            c = c + 1 < columns ? c + 1 : 0;
        }
    }

    /** {@code kept ? scaled : +0}, by bits: a branch on random ones would be guessed wrong at the rate. */
    static float select(float scaled, byte[] bits, int bit) {
        int kept = (bits[bit >>> 3] >>> (bit & 7)) & 1;
        return Float.intBitsToFloat(Float.floatToRawIntBits(scaled) & -kept);
    }

    static float get(MemorySegment segment, long firstByte, int i) {
        return segment.get(FLOAT, firstByte + (long) Float.BYTES * i);
    }

    static void set(MemorySegment segment, long firstByte, int i, float value) {
        segment.set(FLOAT, firstByte + (long) Float.BYTES * i, value);
    }
}
