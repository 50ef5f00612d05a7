package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes squares of as many lines as a vector has lanes, by exchanging halves of ever nearer lines: four lines and two
 * exchanges at a time, since all exchanges in one method would be more vector operations than C2 takes well. Between the
 * two passes squares lie in an array in L1.
 *
 * <p>For vectors of 4 or 8 lanes; {@link VectorWideSquare} is for 16.
 */
final class VectorSquare {
    private static final int HALF = LANES / 2;
    private static final int QUARTER = LANES / 4;
    private static final VectorShuffle<Float> SWAP_HALVES = swap(HALF);
    private static final VectorShuffle<Float> SWAP_QUARTERS = swap(QUARTER);
    private static final VectorShuffle<Float> SWAP_NEIGHBOURS = swap(1);
    private static final VectorMask<Float> UPPER_HALVES = upper(HALF);
    private static final VectorMask<Float> UPPER_QUARTERS = upper(QUARTER);
    private static final VectorMask<Float> UPPER_NEIGHBOURS = upper(1);

    private VectorSquare() {}

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

    /** The first pass, of the squares of so many elements of lines in an array. */
    static void begin(float[] lines, int at, int stride, int count, float[] squares) {
        for (int i = 0; i < count; i += LANES) {
            for (int row = 0; row < QUARTER; row++) {
                FloatVector a = FloatVector.fromArray(FLOATS, lines, at + i + row * stride);
                FloatVector b = FloatVector.fromArray(FLOATS, lines, at + i + (row + QUARTER) * stride);
                FloatVector c = FloatVector.fromArray(FLOATS, lines, at + i + (row + HALF) * stride);
                FloatVector d = FloatVector.fromArray(FLOATS, lines, at + i + (row + HALF + QUARTER) * stride);
                FloatVector e = a.blend(c.rearrange(SWAP_HALVES), UPPER_HALVES);
                FloatVector f = b.blend(d.rearrange(SWAP_HALVES), UPPER_HALVES);
                FloatVector g = a.rearrange(SWAP_HALVES).blend(c, UPPER_HALVES);
                FloatVector h = b.rearrange(SWAP_HALVES).blend(d, UPPER_HALVES);
                e.blend(f.rearrange(SWAP_QUARTERS), UPPER_QUARTERS).intoArray(squares, (i + row) * LANES);
                e.rearrange(SWAP_QUARTERS).blend(f, UPPER_QUARTERS).intoArray(squares, (i + row + QUARTER) * LANES);
                g.blend(h.rearrange(SWAP_QUARTERS), UPPER_QUARTERS).intoArray(squares, (i + row + HALF) * LANES);
                g.rearrange(SWAP_QUARTERS)
                        .blend(h, UPPER_QUARTERS)
                        .intoArray(squares, (i + row + HALF + QUARTER) * LANES);
            }
        }
    }

    /** The first pass, of lines in native memory. */
    static void begin(MemorySegment lines, long at, long lineBytes, int count, float[] squares) {
        if (lines.getClass() != NATIVE) {
            throw new IllegalArgumentException("lines must be native"); // never; after this C2 knows the class
        }
        for (int i = 0; i < count; i += LANES) {
            for (int row = 0; row < QUARTER; row++) {
                long from = at + (long) i * Float.BYTES + row * lineBytes;
                FloatVector a = FloatVector.fromMemorySegment(FLOATS, lines, from, ORDER);
                FloatVector b = FloatVector.fromMemorySegment(FLOATS, lines, from + QUARTER * lineBytes, ORDER);
                FloatVector c = FloatVector.fromMemorySegment(FLOATS, lines, from + HALF * lineBytes, ORDER);
                FloatVector d =
                        FloatVector.fromMemorySegment(FLOATS, lines, from + (HALF + QUARTER) * lineBytes, ORDER);
                FloatVector e = a.blend(c.rearrange(SWAP_HALVES), UPPER_HALVES);
                FloatVector f = b.blend(d.rearrange(SWAP_HALVES), UPPER_HALVES);
                FloatVector g = a.rearrange(SWAP_HALVES).blend(c, UPPER_HALVES);
                FloatVector h = b.rearrange(SWAP_HALVES).blend(d, UPPER_HALVES);
                e.blend(f.rearrange(SWAP_QUARTERS), UPPER_QUARTERS).intoArray(squares, (i + row) * LANES);
                e.rearrange(SWAP_QUARTERS).blend(f, UPPER_QUARTERS).intoArray(squares, (i + row + QUARTER) * LANES);
                g.blend(h.rearrange(SWAP_QUARTERS), UPPER_QUARTERS).intoArray(squares, (i + row + HALF) * LANES);
                g.rearrange(SWAP_QUARTERS)
                        .blend(h, UPPER_QUARTERS)
                        .intoArray(squares, (i + row + HALF + QUARTER) * LANES);
            }
        }
    }

    /** The second pass, to an array; {@code count} is even. */
    static void end(float[] squares, float[] dst, int at, int stride, int count) {
        for (int row = 0; row < count; row += 2) {
            FloatVector a = FloatVector.fromArray(FLOATS, squares, row * LANES);
            FloatVector b = FloatVector.fromArray(FLOATS, squares, (row + 1) * LANES);
            if (LANES == 8) {
                a.blend(b.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoArray(dst, at + row * stride);
                a.rearrange(SWAP_NEIGHBOURS).blend(b, UPPER_NEIGHBOURS).intoArray(dst, at + (row + 1) * stride);
            } else {
                a.intoArray(dst, at + row * stride);
                b.intoArray(dst, at + (row + 1) * stride);
            }
        }
    }

    /** The second pass, to native memory. */
    static void end(float[] squares, MemorySegment dst, long at, long stride, int count) {
        if (dst.getClass() != NATIVE) {
            throw new IllegalArgumentException("dst must be native"); // never; after this C2 knows the class
        }
        for (int row = 0; row < count; row += 2) {
            FloatVector a = FloatVector.fromArray(FLOATS, squares, row * LANES);
            FloatVector b = FloatVector.fromArray(FLOATS, squares, (row + 1) * LANES);
            long to = at + row * stride;
            if (LANES == 8) {
                a.blend(b.rearrange(SWAP_NEIGHBOURS), UPPER_NEIGHBOURS).intoMemorySegment(dst, to, ORDER);
                a.rearrange(SWAP_NEIGHBOURS).blend(b, UPPER_NEIGHBOURS).intoMemorySegment(dst, to + stride, ORDER);
            } else {
                a.intoMemorySegment(dst, to, ORDER);
                b.intoMemorySegment(dst, to + stride, ORDER);
            }
        }
    }
}
