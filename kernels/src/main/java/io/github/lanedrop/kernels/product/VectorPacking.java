package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.kernels.product.Tiles.PANEL_STEP;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * {@link ScalarPacking} in squares of as many lines as a vector has lanes.
 *
 * <p>A square is transposed by exchanging halves of ever nearer lines, two exchanges a pass: between passes it lies in an
 * array in L1, since all exchanges of 16 lines in one method would be more vector operations than C2 takes well.
 */
public final class VectorPacking {
    private static final Class<?> NATIVE = MemorySegment.NULL.getClass();
    private static final long BYTES = FLOATS.vectorByteSize();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final int HALF = LANES / 2;
    private static final int QUARTER = LANES / 4;
    private static final VectorShuffle<Float> SWAP_HALVES = swap(HALF);
    private static final VectorShuffle<Float> SWAP_QUARTERS = swap(QUARTER);
    private static final VectorShuffle<Float> SWAP_PAIRS = swap(2);
    private static final VectorShuffle<Float> SWAP_NEIGHBOURS = swap(1);
    private static final VectorMask<Float> UPPER_HALVES = upper(HALF);
    private static final VectorMask<Float> UPPER_QUARTERS = upper(QUARTER);
    private static final VectorMask<Float> UPPER_PAIRS = upper(2);
    private static final VectorMask<Float> UPPER_NEIGHBOURS = upper(1);

    private VectorPacking() {}

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ distance) % LANES);
    }

    private static VectorMask<Float> upper(int distance) {
        long bits = 0;
        for (int lane = 0; lane < LANES; lane++) {
            bits |= (lane & distance) != 0 ? 1L << lane : 0;
        }
        return VectorMask.fromLong(FLOATS, bits);
    }

    /**
     * As {@link ScalarPacking#transpose(float[], int, int, int, int, float[], int, int)} of one line a lane, but reads and
     * writes whole squares.
     *
     * @param square room for a square
     */
    public static void transpose(
            float[] lines, int at, int stride, int count, float[] dst, int dstAt, int dstStride, float[] square) {
        for (int i = 0; i < count; i += LANES) {
            transpose(lines, at + i, stride, square);
            for (int row = 0; row < LANES; row++) {
                FloatVector.fromArray(FLOATS, square, row * LANES).intoArray(dst, dstAt + (i + row) * dstStride);
            }
        }
    }

    /**
     * As {@link ScalarPacking#transpose(float[], int, int, int, MemorySegment, long)} of one line a lane, but reads and
     * writes whole squares.
     *
     * @param square room for a square
     */
    public static void transpose(
            float[] lines, int stride, int count, MemorySegment panel, long panelAt, float[] square) {
        for (int i = 0; i < count; i += LANES) {
            if (LANES == 16) {
                halvesAndQuarters(lines, i, stride, square);
                pairsAndNeighbours(square, panel, panelAt + i * PANEL_STEP);
            } else {
                transpose(lines, i, stride, square);
                store(square, panel, panelAt + i * PANEL_STEP);
            }
        }
    }

    private static void store(float[] square, MemorySegment panel, long at) {
        if (panel.getClass() != NATIVE) {
            throw new IllegalArgumentException("panel must be native"); // never; after this C2 knows the class
        }
        for (int row = 0; row < LANES; row++) {
            FloatVector.fromArray(FLOATS, square, row * LANES).intoMemorySegment(panel, at + row * PANEL_STEP, ORDER);
        }
    }

    private static void transpose(float[] lines, int at, int stride, float[] square) {
        halvesAndQuarters(lines, at, stride, square);
        if (LANES == 16) {
            pairsAndNeighbours(square);
        } else if (LANES == 8) {
            neighbours(square);
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

    /** Whether {@link #spread(MemorySegment, long, long, int, MemorySegment, long)} is for this kind of memory. */
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

    private static void halvesAndQuarters(float[] src, int at, int stride, float[] square) {
        for (int row = 0; row < QUARTER; row++) {
            FloatVector a = FloatVector.fromArray(FLOATS, src, at + row * stride);
            FloatVector b = FloatVector.fromArray(FLOATS, src, at + (row + QUARTER) * stride);
            FloatVector c = FloatVector.fromArray(FLOATS, src, at + (row + HALF) * stride);
            FloatVector d = FloatVector.fromArray(FLOATS, src, at + (row + HALF + QUARTER) * stride);
            FloatVector e = a.blend(c.rearrange(SWAP_HALVES), UPPER_HALVES);
            FloatVector f = b.blend(d.rearrange(SWAP_HALVES), UPPER_HALVES);
            FloatVector g = a.rearrange(SWAP_HALVES).blend(c, UPPER_HALVES);
            FloatVector h = b.rearrange(SWAP_HALVES).blend(d, UPPER_HALVES);
            e.blend(f.rearrange(SWAP_QUARTERS), UPPER_QUARTERS).intoArray(square, row * LANES);
            e.rearrange(SWAP_QUARTERS).blend(f, UPPER_QUARTERS).intoArray(square, (row + QUARTER) * LANES);
            g.blend(h.rearrange(SWAP_QUARTERS), UPPER_QUARTERS).intoArray(square, (row + HALF) * LANES);
            g.rearrange(SWAP_QUARTERS).blend(h, UPPER_QUARTERS).intoArray(square, (row + HALF + QUARTER) * LANES);
        }
    }

    private static void pairsAndNeighbours(float[] square) {
        for (int at = 0; at < LANES * LANES; at += 4 * LANES) {
            FloatVector a = FloatVector.fromArray(FLOATS, square, at);
            FloatVector b = FloatVector.fromArray(FLOATS, square, at + LANES);
            FloatVector c = FloatVector.fromArray(FLOATS, square, at + 2 * LANES);
            FloatVector d = FloatVector.fromArray(FLOATS, square, at + 3 * LANES);
            FloatVector e = a.blend(c.rearrange(SWAP_PAIRS), UPPER_PAIRS);
            FloatVector f = b.blend(d.rearrange(SWAP_PAIRS), UPPER_PAIRS);
            FloatVector g = a.rearrange(SWAP_PAIRS).blend(c, UPPER_PAIRS);
            FloatVector h = b.rearrange(SWAP_PAIRS).blend(d, UPPER_PAIRS);
            e.blend(f.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoArray(square, at);
            e.rearrange(SWAP_NEIGHBOURS).blend(f, UPPER_NEIGHBOURS).intoArray(square, at + LANES);
            g.blend(h.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoArray(square, at + 2 * LANES);
            g.rearrange(SWAP_NEIGHBOURS).blend(h, UPPER_NEIGHBOURS).intoArray(square, at + 3 * LANES);
        }
    }

    private static void pairsAndNeighbours(float[] square, MemorySegment panel, long panelAt) {
        if (panel.getClass() != NATIVE) {
            throw new IllegalArgumentException("panel must be native"); // never; after this C2 knows the class
        }
        long to = panelAt;
        for (int at = 0; at < LANES * LANES; at += 4 * LANES) {
            FloatVector a = FloatVector.fromArray(FLOATS, square, at);
            FloatVector b = FloatVector.fromArray(FLOATS, square, at + LANES);
            FloatVector c = FloatVector.fromArray(FLOATS, square, at + 2 * LANES);
            FloatVector d = FloatVector.fromArray(FLOATS, square, at + 3 * LANES);
            FloatVector e = a.blend(c.rearrange(SWAP_PAIRS), UPPER_PAIRS);
            FloatVector f = b.blend(d.rearrange(SWAP_PAIRS), UPPER_PAIRS);
            FloatVector g = a.rearrange(SWAP_PAIRS).blend(c, UPPER_PAIRS);
            FloatVector h = b.rearrange(SWAP_PAIRS).blend(d, UPPER_PAIRS);
            e.blend(f.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoMemorySegment(panel, to, ORDER);
            e.rearrange(SWAP_NEIGHBOURS).blend(f, UPPER_NEIGHBOURS).intoMemorySegment(panel, to + PANEL_STEP, ORDER);
            g.blend(h.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS)
                    .intoMemorySegment(panel, to + 2 * PANEL_STEP, ORDER);
            g.rearrange(SWAP_NEIGHBOURS)
                    .blend(h, UPPER_NEIGHBOURS)
                    .intoMemorySegment(panel, to + 3 * PANEL_STEP, ORDER);
            to += 4 * PANEL_STEP;
        }
    }

    private static void neighbours(float[] square) {
        for (int at = 0; at < LANES * LANES; at += 2 * LANES) {
            FloatVector a = FloatVector.fromArray(FLOATS, square, at);
            FloatVector b = FloatVector.fromArray(FLOATS, square, at + LANES);
            a.blend(b.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoArray(square, at);
            a.rearrange(SWAP_NEIGHBOURS).blend(b, UPPER_NEIGHBOURS).intoArray(square, at + LANES);
        }
    }
}
