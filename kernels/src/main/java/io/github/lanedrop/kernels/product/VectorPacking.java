package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.kernels.product.Tiles.PANEL_STEP;
import static io.github.lanedrop.kernels.product.Tiles.PIECE;
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

/** {@link ScalarPacking}, a vector at a time; transposes are made of squares of as many lines as a vector has lanes. */
public final class VectorPacking {
    private static final long BYTES = FLOATS.vectorByteSize();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);

    private VectorPacking() {}

    /**
     * As {@link ScalarPacking#transpose(float[], int, int, int, int, float[], int, int)} of one line a lane, but reads and
     * writes whole squares.
     *
     * @param squares room for {@link Tiles#SQUARES} floats
     */
    public static void transpose(
            float[] lines, int at, int stride, int count, float[] dst, int dstAt, int dstStride, float[] squares) {
        for (int i = 0; i < count; i += PIECE) {
            int part = Math.min(PIECE, count - i + LANES - 1) / LANES * LANES;
            VectorSquare.begin(lines, at + i, stride, part, squares);
            VectorSquare.end(squares, dst, dstAt + i * dstStride, dstStride, part);
        }
    }

    /** As above, of whole squares of native memory. */
    public static void transpose(
            MemorySegment lines,
            long at,
            long lineBytes,
            int count,
            float[] dst,
            int dstAt,
            int dstStride,
            float[] squares) {
        for (int i = 0; i < count; i += PIECE) {
            int part = Math.min(PIECE, count - i + LANES - 1) / LANES * LANES;
            VectorSquare.begin(lines, at + (long) i * Float.BYTES, lineBytes, part, squares);
            VectorSquare.end(squares, dst, dstAt + i * dstStride, dstStride, part);
        }
    }

    /**
     * As {@link ScalarPacking#transpose(float[], int, int, int, MemorySegment, long)} of one line a lane, but reads and
     * writes whole squares.
     *
     * @param squares room for {@link Tiles#SQUARES} floats
     */
    public static void transpose(
            float[] lines, int stride, int count, MemorySegment panel, long panelAt, float[] squares) {
        for (int i = 0; i < count; i += PIECE) {
            int part = Math.min(PIECE, count - i + LANES - 1) / LANES * LANES;
            VectorSquare.begin(lines, i, stride, part, squares);
            VectorSquare.end(squares, panel, panelAt + i * PANEL_STEP, PANEL_STEP, part);
        }
    }

    /** As above, of whole squares of native memory. */
    public static void transpose(
            MemorySegment lines,
            long at,
            long lineBytes,
            int count,
            MemorySegment panel,
            long panelAt,
            float[] squares) {
        for (int i = 0; i < count; i += PIECE) {
            int part = Math.min(PIECE, count - i + LANES - 1) / LANES * LANES;
            VectorSquare.begin(lines, at + (long) i * Float.BYTES, lineBytes, part, squares);
            VectorSquare.end(squares, panel, panelAt + i * PANEL_STEP, PANEL_STEP, part);
        }
    }

    /** As {@link ScalarPacking#spread}. */
    public static void spread(float[] lines, int at, int stride, int lineCount, MemorySegment panel, long panelAt) {
        if (panel.getClass() != NATIVE) {
            throw new IllegalArgumentException("panel must be native"); // never; after this C2 knows the class
        }
        int from = at;
        for (int line = 0; line < lineCount; line++) {
            long to = panelAt + line * PANEL_STEP;
            FloatVector.fromArray(FLOATS, lines, from).intoMemorySegment(panel, to, ORDER);
            FloatVector.fromArray(FLOATS, lines, from + LANES).intoMemorySegment(panel, to + BYTES, ORDER);
            from += stride;
        }
    }

    /** Whether memory of this kind is read where it lies. */
    public static boolean reaches(MemorySegment segment) {
        return segment.getClass() == NATIVE;
    }

    /** As {@link ScalarPacking#spread}, from native memory. */
    public static void spread(
            MemorySegment lines, long at, long stride, int lineCount, MemorySegment panel, long panelAt) {
        if (panel.getClass() != NATIVE || lines.getClass() != NATIVE) {
            throw new IllegalArgumentException("panel must be native"); // never; after this C2 knows the class
        }
        for (int line = 0; line < lineCount; line++) {
            long from = at + line * stride;
            long to = panelAt + line * PANEL_STEP;
            FloatVector.fromMemorySegment(FLOATS, lines, from, ORDER).intoMemorySegment(panel, to, ORDER);
            FloatVector.fromMemorySegment(FLOATS, lines, from + BYTES, ORDER)
                    .intoMemorySegment(panel, to + BYTES, ORDER);
        }
    }

    /** As {@link ScalarPacking#select}, but rounds the count up to whole vectors. */
    public static void select(float[] line, int at, int count, float scale, byte[] bits, int bitAt) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        for (int i = 0; i < count; i += LANES) {
            long kept = VectorKeepBits.kept(bits, bitAt + i);
            VectorMask<Float> mask = Simd.MASK_REGISTERS
                    ? VectorMask.fromLong(FLOATS, kept)
                    : IntVector.broadcast(INTS, (int) kept)
                            .lanewise(VectorOperators.LSHL, VectorKeepBits.TO_SIGN)
                            .compare(VectorOperators.LT, 0)
                            .cast(FLOATS);
            ZERO.blend(FloatVector.fromArray(FLOATS, line, at + i).mul(scales), mask)
                    .intoArray(line, at + i);
        }
    }
}
