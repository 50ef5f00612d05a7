package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The template of {@link NormLoop} a vector at a time, see {@link Specialised}. What is less than a vector at the end of a
 * row is done as the scalar twin does it.
 *
 * <p>Vectors cross no calls but the JDK's. An access to a segment makes C2 build some 800 nodes, and past 18,000 it inlines
 * no method that is not the JDK's, however short: it would box what crosses the call. So partial sums are in arrays, each
 * loop is in a method of its own, and nothing is called in one.
 *
 * <p>Up to four vectors of partial sums are in registers at a time. That is all of them at 512 bits; narrower vectors go
 * over the row, which is in L1, once for every four. They are arguments of the additions and never what {@code add} is called
 * on: C2 then knows their class from the other summand's.
 */
final class VectorNormLoop implements NormLoop {
    private static final Class<?> MEMORY = Specialised.data(MethodHandles.lookup(), Class.class);
    private static final int LANES = FLOATS.length();
    private static final int STEP = 4 * LANES;
    private static final long BYTES = FLOATS.vectorByteSize();

    VectorNormLoop() {}

    @Override
    public void measure(MemorySegment values, long firstByte, RowBatch batch, int rows, float epsilon) {
        for (int r = 0; r < rows; r++) {
            sum(values, batch.rowByte(firstByte, r), batch, r);
        }
        for (int r = 0; r < rows; r++) {
            batch.mean[r] = VectorRowSums.total(batch.sums, r) / batch.columns;
        }
        for (int r = 0; r < rows; r++) {
            squares(values, batch.rowByte(firstByte, r), batch, r);
        }
        for (int r = 0; r < rows; r++) {
            batch.rstd[r] = ScalarNorm.rstd(VectorRowSums.total(batch.sums, r) / batch.columns, epsilon);
        }
    }

    /** The partial sums of a row. */
    private static void sum(MemorySegment values, long rowByte, RowBatch batch, int r) {
        if (values.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never; after this C2 knows the class
        }
        float[] sums = batch.sums;
        int sumsAt = r * PARTIAL_SUMS;
        int columns = batch.columns;
        int rounds = columns / PARTIAL_SUMS * PARTIAL_SUMS;
        for (int j = 0; j < PARTIAL_SUMS; j += STEP) {
            // not a constant, which C2 would box together with what the loop makes of it
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = FloatVector.zero(FLOATS);
            FloatVector s2 = FloatVector.zero(FLOATS);
            FloatVector s3 = FloatVector.zero(FLOATS);
            for (int i = j; i < rounds; i += PARTIAL_SUMS) {
                long at = rowByte + (long) Float.BYTES * i;
                s0 = FloatVector.fromMemorySegment(FLOATS, values, at, ORDER).add(s0);
                s1 = FloatVector.fromMemorySegment(FLOATS, values, at + BYTES, ORDER)
                        .add(s1);
                s2 = FloatVector.fromMemorySegment(FLOATS, values, at + 2 * BYTES, ORDER)
                        .add(s2);
                s3 = FloatVector.fromMemorySegment(FLOATS, values, at + 3 * BYTES, ORDER)
                        .add(s3);
            }
            s0.intoArray(sums, sumsAt + j);
            s1.intoArray(sums, sumsAt + j + LANES);
            s2.intoArray(sums, sumsAt + j + 2 * LANES);
            s3.intoArray(sums, sumsAt + j + 3 * LANES);
        }
        int i = rounds;
        for (; i <= columns - LANES; i += LANES) {
            int partial = sumsAt + i - rounds;
            FloatVector.fromArray(FLOATS, sums, partial)
                    .add(FloatVector.fromMemorySegment(FLOATS, values, rowByte + (long) Float.BYTES * i, ORDER))
                    .intoArray(sums, partial);
        }
        ScalarNorm.addValues(values, rowByte, i, batch, r);
    }

    /** The partial sums of the squared distances from the mean. */
    private static void squares(MemorySegment values, long rowByte, RowBatch batch, int r) {
        if (values.getClass() != MEMORY) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        float[] sums = batch.sums;
        int sumsAt = r * PARTIAL_SUMS;
        int columns = batch.columns;
        int rounds = columns / PARTIAL_SUMS * PARTIAL_SUMS;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        for (int j = 0; j < PARTIAL_SUMS; j += STEP) {
            FloatVector s0 = FloatVector.zero(FLOATS); // not a constant, as above
            FloatVector s1 = FloatVector.zero(FLOATS);
            FloatVector s2 = FloatVector.zero(FLOATS);
            FloatVector s3 = FloatVector.zero(FLOATS);
            for (int i = j; i < rounds; i += PARTIAL_SUMS) {
                long at = rowByte + (long) Float.BYTES * i;
                FloatVector d0 =
                        FloatVector.fromMemorySegment(FLOATS, values, at, ORDER).sub(mean);
                FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, values, at + BYTES, ORDER)
                        .sub(mean);
                FloatVector d2 = FloatVector.fromMemorySegment(FLOATS, values, at + 2 * BYTES, ORDER)
                        .sub(mean);
                FloatVector d3 = FloatVector.fromMemorySegment(FLOATS, values, at + 3 * BYTES, ORDER)
                        .sub(mean);
                s0 = d0.mul(d0).add(s0);
                s1 = d1.mul(d1).add(s1);
                s2 = d2.mul(d2).add(s2);
                s3 = d3.mul(d3).add(s3);
            }
            s0.intoArray(sums, sumsAt + j);
            s1.intoArray(sums, sumsAt + j + LANES);
            s2.intoArray(sums, sumsAt + j + 2 * LANES);
            s3.intoArray(sums, sumsAt + j + 3 * LANES);
        }
        int i = rounds;
        for (; i <= columns - LANES; i += LANES) {
            int partial = sumsAt + i - rounds;
            FloatVector d = FloatVector.fromMemorySegment(FLOATS, values, rowByte + (long) Float.BYTES * i, ORDER)
                    .sub(mean);
            FloatVector.fromArray(FLOATS, sums, partial).add(d.mul(d)).intoArray(sums, partial);
        }
        ScalarNorm.addSquares(values, rowByte, i, batch, r);
    }

    @Override
    public void normalise(MemorySegment values, MemorySegment dst, long firstByte, RowBatch batch, int rows) {
        for (int r = 0; r < rows; r++) {
            normaliseRow(values, dst, batch.rowByte(firstByte, r), batch, r);
        }
    }

    private static void normaliseRow(MemorySegment values, MemorySegment dst, long rowByte, RowBatch batch, int r) {
        MemorySegment parameters = batch.parameters;
        long betaByte = batch.betaByte;
        if (values.getClass() != MEMORY || dst.getClass() != MEMORY || parameters.getClass() != Memories.NATIVE) {
            throw new IllegalArgumentException("wrong kind of memory"); // never, as above
        }
        int columns = batch.columns;
        FloatVector mean = FloatVector.broadcast(FLOATS, batch.mean[r]);
        FloatVector rstd = FloatVector.broadcast(FLOATS, batch.rstd[r]);
        int i = 0;
        for (; i <= columns - LANES; i += LANES) {
            long columnByte = (long) Float.BYTES * i;
            FloatVector.fromMemorySegment(FLOATS, values, rowByte + columnByte, ORDER)
                    .sub(mean)
                    .mul(rstd)
                    .mul(FloatVector.fromMemorySegment(FLOATS, parameters, columnByte, ORDER))
                    .add(FloatVector.fromMemorySegment(FLOATS, parameters, betaByte + columnByte, ORDER))
                    .intoMemorySegment(dst, rowByte + columnByte, ORDER);
        }
        ScalarNorm.normalise(values, dst, rowByte, i, batch, r);
    }
}
