package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.kernels.lanes.VectorKeepBits.FROM_LONG;
import static io.github.lanedrop.kernels.lanes.VectorKeepBits.MASKS;
import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.kernels.lanes.VectorKeepBits;
import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link ScalarFinish}, a vector at a time, and the way between a strip and native memory. */
public final class VectorFinish {
    private static final long BYTES = FLOATS.vectorByteSize();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);

    private VectorFinish() {}

    /** As {@link ScalarFinish#finish}. Both loops in one method, which is so long that C2 compiles it by itself. */
    public static void finish(
            float[] strip,
            int rows,
            float[] bias,
            int biasAt,
            boolean rectified,
            boolean selects,
            float scale,
            byte[] bits,
            int bitAt,
            int bitStride) {
        FloatVector bias0 = FloatVector.fromArray(FLOATS, bias, biasAt);
        FloatVector bias1 = FloatVector.fromArray(FLOATS, bias, biasAt + LANES);
        // the greatest sum that is rectified: nothing is less than NaN
        FloatVector most = FloatVector.broadcast(FLOATS, rectified ? 0f : Float.NaN);
        if (!selects) {
            for (int i = 0; i < rows * COLUMNS; i += COLUMNS) {
                FloatVector sum0 = FloatVector.fromArray(FLOATS, strip, i).add(bias0);
                FloatVector sum1 =
                        FloatVector.fromArray(FLOATS, strip, i + LANES).add(bias1);
                sum0.blend(ZERO, sum0.compare(VectorOperators.LE, most)).intoArray(strip, i);
                sum1.blend(ZERO, sum1.compare(VectorOperators.LE, most)).intoArray(strip, i + LANES);
            }
            return;
        }
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        int bit = bitAt;
        for (int i = 0; i < rows * COLUMNS; i += COLUMNS) {
            long kept = VectorKeepBits.kept(bits, bit);
            VectorMask<Float> kept0 = FROM_LONG
                    ? VectorMask.fromLong(FLOATS, kept)
                    : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(kept));
            VectorMask<Float> kept1 = FROM_LONG
                    ? VectorMask.fromLong(FLOATS, kept >>> LANES)
                    : VectorMask.fromArray(FLOATS, MASKS, VectorKeepBits.maskAt(kept >>> LANES));
            FloatVector sum0 = FloatVector.fromArray(FLOATS, strip, i).add(bias0);
            FloatVector sum1 = FloatVector.fromArray(FLOATS, strip, i + LANES).add(bias1);
            FloatVector value0 = sum0.blend(ZERO, sum0.compare(VectorOperators.LE, most));
            FloatVector value1 = sum1.blend(ZERO, sum1.compare(VectorOperators.LE, most));
            ZERO.blend(value0.mul(scales), kept0).intoArray(strip, i);
            ZERO.blend(value1.mul(scales), kept1).intoArray(strip, i + LANES);
            bit += bitStride;
        }
    }

    /** As {@link ScalarFinish#keep}. */
    public static void keep(float[] strip, float[] old, int rows, byte[] bits, int bitAt, int bitStride) {
        int bit = bitAt;
        for (int i = 0; i < rows * COLUMNS; i += COLUMNS) {
            long kept = VectorKeepBits.kept(bits, bit);
            for (int half = i; half < i + COLUMNS; half += LANES) {
                VectorMask<Float> mask = Simd.MASK_REGISTERS
                        ? VectorMask.fromLong(FLOATS, kept)
                        : IntVector.broadcast(INTS, (int) kept)
                                .lanewise(VectorOperators.LSHL, VectorKeepBits.TO_SIGN)
                                .compare(VectorOperators.LT, 0)
                                .cast(FLOATS);
                FloatVector.fromArray(FLOATS, old, half)
                        .blend(FloatVector.fromArray(FLOATS, strip, half), mask)
                        .intoArray(strip, half);
                kept >>>= LANES;
            }
            bit += bitStride;
        }
    }

    /** Moves rows together, {@code columns} apart, as in memory where a row has no more; what follows the last is stale. */
    public static void close(float[] strip, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            FloatVector row0 = FloatVector.fromArray(FLOATS, strip, r * COLUMNS);
            FloatVector row1 = FloatVector.fromArray(FLOATS, strip, r * COLUMNS + LANES);
            row0.intoArray(strip, r * columns);
            row1.intoArray(strip, r * columns + LANES);
        }
    }

    /** Whether {@link #load} and {@link #store} are for this kind of memory. */
    public static boolean reaches(MemorySegment segment) {
        return segment.getClass() == NATIVE;
    }

    /** Reads whole rows of a strip from native memory. */
    public static void load(MemorySegment c, long firstByte, long rowBytes, float[] strip, int rows) {
        if (c.getClass() != NATIVE) {
            throw new IllegalArgumentException("c must be native"); // never; after this C2 knows the class
        }
        long at = firstByte;
        for (int i = 0; i < rows * COLUMNS; i += COLUMNS) {
            FloatVector.fromMemorySegment(FLOATS, c, at, ORDER).intoArray(strip, i);
            FloatVector.fromMemorySegment(FLOATS, c, at + BYTES, ORDER).intoArray(strip, i + LANES);
            at += rowBytes;
        }
    }

    /** Writes whole rows of a strip to native memory. */
    public static void store(float[] strip, int rows, MemorySegment c, long firstByte, long rowBytes) {
        if (c.getClass() != NATIVE) {
            throw new IllegalArgumentException("c must be native"); // never; after this C2 knows the class
        }
        long at = firstByte;
        for (int i = 0; i < rows * COLUMNS; i += COLUMNS) {
            FloatVector.fromArray(FLOATS, strip, i).intoMemorySegment(c, at, ORDER);
            FloatVector.fromArray(FLOATS, strip, i + LANES).intoMemorySegment(c, at + BYTES, ORDER);
            at += rowBytes;
        }
    }
}
