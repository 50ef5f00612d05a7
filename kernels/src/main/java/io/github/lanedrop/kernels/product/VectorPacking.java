package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * {@link ScalarPacking} in squares of as many lines as a vector has lanes.
 *
 * <p>A square is transposed by exchanging halves of ever nearer lines, two exchanges a pass: between passes it lies in an
 * array in L1, since all exchanges of 16 lines in one method would be more vector operations than C2 takes well.
 */
public final class VectorPacking {
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
     * As {@link ScalarPacking#transpose} of one line a lane, but reads and writes whole squares.
     *
     * @param square room for a square
     */
    public static void transpose(
            float[] lines, int at, int stride, int count, float[] dst, int dstAt, int dstStride, float[] square) {
        for (int i = 0; i < count; i += LANES) {
            halvesAndQuarters(lines, at + i, stride, square);
            if (LANES == 16) {
                pairsAndNeighbours(square, dst, dstAt + i * dstStride, dstStride);
            } else if (LANES == 8) {
                neighbours(square, dst, dstAt + i * dstStride, dstStride);
            } else {
                copy(square, dst, dstAt + i * dstStride, dstStride);
            }
        }
    }

    /** As {@link ScalarPacking#spread}. */
    public static void spread(float[] lines, int at, int stride, int lineCount, float[] dst, int dstAt) {
        int from = at;
        for (int to = dstAt; to < dstAt + lineCount * COLUMNS; to += COLUMNS) {
            FloatVector.fromArray(FLOATS, lines, from).intoArray(dst, to);
            FloatVector.fromArray(FLOATS, lines, from + LANES).intoArray(dst, to + LANES);
            from += stride;
        }
    }

    /** As {@link ScalarPacking#select}, but rounds the count up to whole vectors. */
    public static void select(float[] line, int at, int count, float scale, byte[] bits, int bitAt) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        for (int i = 0; i < count; i += LANES) {
            long kept = VectorKeepBits.kept(bits, bitAt + i);
            ZERO.blend(FloatVector.fromArray(FLOATS, line, at + i).mul(scales), VectorKeepBits.mask(kept))
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

    private static void pairsAndNeighbours(float[] square, float[] dst, int at, int stride) {
        for (int row = 0; row < LANES; row += 4) {
            FloatVector a = FloatVector.fromArray(FLOATS, square, row * LANES);
            FloatVector b = FloatVector.fromArray(FLOATS, square, (row + 1) * LANES);
            FloatVector c = FloatVector.fromArray(FLOATS, square, (row + 2) * LANES);
            FloatVector d = FloatVector.fromArray(FLOATS, square, (row + 3) * LANES);
            FloatVector e = a.blend(c.rearrange(SWAP_PAIRS), UPPER_PAIRS);
            FloatVector f = b.blend(d.rearrange(SWAP_PAIRS), UPPER_PAIRS);
            FloatVector g = a.rearrange(SWAP_PAIRS).blend(c, UPPER_PAIRS);
            FloatVector h = b.rearrange(SWAP_PAIRS).blend(d, UPPER_PAIRS);
            e.blend(f.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoArray(dst, at + row * stride);
            e.rearrange(SWAP_NEIGHBOURS).blend(f, UPPER_NEIGHBOURS).intoArray(dst, at + (row + 1) * stride);
            g.blend(h.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoArray(dst, at + (row + 2) * stride);
            g.rearrange(SWAP_NEIGHBOURS).blend(h, UPPER_NEIGHBOURS).intoArray(dst, at + (row + 3) * stride);
        }
    }

    private static void neighbours(float[] square, float[] dst, int at, int stride) {
        for (int row = 0; row < LANES; row += 2) {
            FloatVector a = FloatVector.fromArray(FLOATS, square, row * LANES);
            FloatVector b = FloatVector.fromArray(FLOATS, square, (row + 1) * LANES);
            a.blend(b.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoArray(dst, at + row * stride);
            a.rearrange(SWAP_NEIGHBOURS).blend(b, UPPER_NEIGHBOURS).intoArray(dst, at + (row + 1) * stride);
        }
    }

    private static void copy(float[] square, float[] dst, int at, int stride) {
        for (int row = 0; row < LANES; row++) {
            FloatVector.fromArray(FLOATS, square, row * LANES).intoArray(dst, at + row * stride);
        }
    }
}
