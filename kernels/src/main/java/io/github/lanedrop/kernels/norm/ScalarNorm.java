package io.github.lanedrop.kernels.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** {@link NormLoop} element by element: the definition. */
final class ScalarNorm implements NormLoop {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public void measure(MemorySegment values, long firstByte, RowBatch batch, int rows, float epsilon) {
        for (int r = 0; r < rows; r++) {
            long rowByte = batch.rowByte(firstByte, r);
            clear(batch.sums, r);
            addValues(values, rowByte, 0, batch, r);
            batch.mean[r] = total(batch.sums, r) / batch.columns;
            clear(batch.sums, r);
            addSquares(values, rowByte, 0, batch, r);
            batch.rstd[r] = rstd(total(batch.sums, r) / batch.columns, epsilon);
        }
    }

    /** Adds a row's elements from {@code start} on to its partial sums. */
    static void addValues(MemorySegment values, long rowByte, int start, RowBatch batch, int r) {
        for (int i = start; i < batch.columns; i++) {
            batch.sums[partial(r, i)] += get(values, rowByte, i);
        }
    }

    /** Adds the squared distances from the mean of a row's elements from {@code start} on to its partial sums. */
    static void addSquares(MemorySegment values, long rowByte, int start, RowBatch batch, int r) {
        for (int i = start; i < batch.columns; i++) {
            float distance = get(values, rowByte, i) - batch.mean[r];
            batch.sums[partial(r, i)] += distance * distance;
        }
    }

    /** The partial sum that a row's element joins. */
    static int partial(int r, int i) {
        return r * PARTIAL_SUMS + i % PARTIAL_SUMS;
    }

    static void clear(float[] sums, int r) {
        Arrays.fill(sums, r * PARTIAL_SUMS, (r + 1) * PARTIAL_SUMS, 0);
    }

    /** The sum of a row's partial sums, in a tree. */
    static float total(float[] sums, int r) {
        int at = r * PARTIAL_SUMS;
        for (int half = PARTIAL_SUMS / 2; half > 0; half /= 2) {
            for (int j = at; j < at + half; j++) {
                sums[j] += sums[j + half];
            }
        }
        return sums[at];
    }

    static float rstd(float variance, float epsilon) {
        return (float) (1 / Math.sqrt((double) variance + epsilon));
    }

    @Override
    public void normalise(MemorySegment values, MemorySegment dst, long firstByte, RowBatch batch, int rows) {
        for (int r = 0; r < rows; r++) {
            normalise(values, dst, batch.rowByte(firstByte, r), 0, batch, r);
        }
    }

    /** A row's elements from {@code start} on. */
    static void normalise(MemorySegment values, MemorySegment dst, long rowByte, int start, RowBatch batch, int r) {
        for (int i = start; i < batch.columns; i++) {
            float normalised = (get(values, rowByte, i) - batch.mean[r]) * batch.rstd[r];
            float gamma = get(batch.parameters, 0, i);
            set(dst, rowByte, i, normalised * gamma + get(batch.parameters, batch.betaByte, i));
        }
    }

    static float get(MemorySegment segment, long firstByte, int i) {
        return segment.get(FLOAT, firstByte + (long) Float.BYTES * i);
    }

    static void set(MemorySegment segment, long firstByte, int i, float value) {
        segment.set(FLOAT, firstByte + (long) Float.BYTES * i, value);
    }
}
