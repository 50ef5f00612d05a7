package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** {@link NormLoop} element by element: the definition. */
public final class ScalarNorm implements NormLoop {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final float[] ZEROS = new float[PARTIAL_SUMS];

    /** The only kind. */
    public ScalarNorm() {}

    @Override
    public void take(MemorySegment src, long firstByte, int r, int rowAt, int elements, RowBatch batch) {
        begin(batch, r, rowAt);
        for (int i = 0; i < elements; i++) {
            take(batch, r, rowAt + i, get(src, firstByte, i));
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
        begin(batch, r, rowAt);
        for (int i = 0; i < elements; i++) {
            joinOne(src, residual, firstByte, r, rowAt, i, scale, bits, firstBit, batch);
        }
    }

    static void begin(RowBatch batch, int r, int rowAt) {
        if (rowAt == 0) {
            clear(batch.sums, r);
        }
    }

    private static void clear(MemorySegment sums, int r) {
        MemorySegment.copy(ZEROS, 0, sums, FLOAT, sumsByte(r), PARTIAL_SUMS);
    }

    /** Where a row's partial sums begin. */
    static long sumsByte(int r) {
        return (long) r * PARTIAL_SUMS * Float.BYTES;
    }

    static void joinOne(
            MemorySegment src,
            MemorySegment residual,
            long firstByte,
            int r,
            int rowAt,
            int i,
            float scale,
            byte[] bits,
            int firstBit,
            RowBatch batch) {
        float dropped = select(get(src, firstByte, i) * scale, bits, firstBit + i);
        take(batch, r, rowAt + i, get(residual, firstByte, i) + dropped);
    }

    static void take(RowBatch batch, int r, int i, float value) {
        set(batch.values, valuesByte(batch, r), i, value);
        add(batch.sums, sumsByte(r), i % PARTIAL_SUMS, value);
    }

    /** Where a row begins in {@link RowBatch#values}. */
    static long valuesByte(RowBatch batch, int r) {
        return (long) r * batch.columns * Float.BYTES;
    }

    @Override
    public void measure(RowBatch batch, int rows, float epsilon) {
        for (int r = 0; r < rows; r++) {
            batch.mean[r] = total(batch.sums, r) / batch.columns;
            begin(batch, r, 0);
            for (int i = 0; i < batch.columns; i++) {
                addSquare(batch, r, i);
            }
            batch.rstd[r] = rstd(total(batch.sums, r) / batch.columns, epsilon);
        }
    }

    static void addSquare(RowBatch batch, int r, int i) {
        float distance = get(batch.values, valuesByte(batch, r), i) - batch.mean[r];
        add(batch.sums, sumsByte(r), i % PARTIAL_SUMS, distance * distance);
    }

    static float rstd(float variance, float epsilon) {
        return (float) (1 / Math.sqrt((double) variance + epsilon));
    }

    /** The sum of a row's partial sums, in a tree. */
    private static float total(MemorySegment sums, int r) {
        for (int half = PARTIAL_SUMS / 2; half > 0; half /= 2) {
            for (int j = 0; j < half; j++) {
                add(sums, sumsByte(r), j, get(sums, sumsByte(r), j + half));
            }
        }
        return get(sums, sumsByte(r), 0);
    }

    @Override
    public void normalise(RowBatch batch, int rows, MemorySegment dst, long firstByte) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < batch.columns; i++) {
                normalise(batch, r, i, dst, firstByte);
            }
        }
    }

    static void normalise(RowBatch batch, int r, int i, MemorySegment dst, long firstByte) {
        long rowByte = valuesByte(batch, r);
        float normalised = (get(batch.values, rowByte, i) - batch.mean[r]) * batch.rstd[r];
        set(dst, firstByte + rowByte, i, normalised * get(batch.gamma, 0, i) + get(batch.beta, 0, i));
    }

    @Override
    public void differentiate(MemorySegment src, MemorySegment dstGradient, long firstByte, RowBatch batch, int rows) {
        for (int r = 0; r < rows; r++) {
            beginGradients(batch, r);
            for (int i = 0; i < batch.columns; i++) {
                addGradient(src, dstGradient, firstByte + valuesByte(batch, r), batch, r, i);
            }
            batch.gradientMean[r] = total(batch.sums, r) / batch.columns;
            batch.productMean[r] = total(batch.products, r) / batch.columns;
        }
    }

    static void beginGradients(RowBatch batch, int r) {
        begin(batch, r, 0);
        clear(batch.products, r);
    }

    static void addGradient(MemorySegment src, MemorySegment dstGradient, long rowByte, RowBatch batch, int r, int i) {
        float gradient = get(dstGradient, rowByte, i) * get(batch.gamma, 0, i);
        add(batch.sums, sumsByte(r), i % PARTIAL_SUMS, gradient);
        add(batch.products, sumsByte(r), i % PARTIAL_SUMS, gradient * value(src, rowByte, batch, r, i));
    }

    private static float value(MemorySegment src, long firstByte, RowBatch batch, int r, int i) {
        return (get(src, firstByte, i) - batch.mean[r]) * batch.rstd[r];
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
            long rowByte = firstByte + valuesByte(batch, r);
            for (int i = 0; i < batch.columns; i++) {
                float gradient = finish(src, dstGradient, rowByte, batch, r, 0, i, gammaSums, betaSums, sumsByte);
                set(srcGradient, rowByte, i, gradient);
            }
        }
    }

    /** The gradient with respect to element {@code i} of a piece. */
    static float finish(
            MemorySegment src,
            MemorySegment dstGradient,
            long firstByte,
            RowBatch batch,
            int r,
            int rowAt,
            int i,
            MemorySegment gammaSums,
            MemorySegment betaSums,
            long sumsByte) {
        float dy = get(dstGradient, firstByte, i);
        float value = value(src, firstByte, batch, r, i);
        add(gammaSums, sumsByte, rowAt + i, dy * value);
        add(betaSums, sumsByte, rowAt + i, dy);
        float gradient = dy * get(batch.gamma, 0, rowAt + i);
        return ((gradient - batch.gradientMean[r]) - value * batch.productMean[r]) * batch.rstd[r];
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
        for (int i = 0; i < elements; i++) {
            float joined = finish(sum, dstGradient, firstByte, batch, r, rowAt, i, gammaSums, betaSums, sumsByte);
            if (hasSumGradient) {
                joined += get(sumGradient, firstByte, i);
            }
            set(residualGradient, firstByte, i, joined);
            set(srcGradient, firstByte, i, select(joined * scale, bits, firstBit + i));
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
        int c = column;
        for (int i = 0; i < elements; i++) {
            add(sums, sumsByte, c, get(src, firstByte, i));
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

    static void add(MemorySegment sums, long firstByte, int i, float value) {
        set(sums, firstByte, i, get(sums, firstByte, i) + value);
    }
}
