package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.kernels.product.Tiles.LANES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes squares of as many lines as a vector has lanes, by exchanging halves of ever nearer lines: four lines and two
 * exchanges at a time, since all exchanges in one method would be more vector operations than C2 takes well. Between the
 * two passes squares lie in an array in L1.
 *
 * <p>With 16 lanes an exchange is a permutation of two vectors, which AVX-512 has as one instruction. Both ways stand in each
 * method, which makes it too long to be inlined: what packs lines or turns strips would pass the nodes after which C2 may box
 * vectors.
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
    private static final IntVector FIRST_HALVES = first(HALF);
    private static final IntVector SECOND_HALVES = second(HALF);
    private static final IntVector FIRST_QUARTERS = first(QUARTER);
    private static final IntVector SECOND_QUARTERS = second(QUARTER);
    private static final IntVector FIRST_PAIRS = first(2);
    private static final IntVector SECOND_PAIRS = second(2);
    private static final IntVector FIRST_NEIGHBOURS = first(1);
    private static final IntVector SECOND_NEIGHBOURS = second(1);

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

    /** What an exchange leaves in the first of two lines: of each so many lanes the lower ones, of both lines. */
    private static IntVector first(int distance) {
        int[] from = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            from[lane] = (lane & distance) != 0 ? LANES + (lane ^ distance) : lane;
        }
        return IntVector.fromArray(INTS, from, 0);
    }

    /** And in the second: the upper ones. */
    private static IntVector second(int distance) {
        int[] from = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            from[lane] = (lane & distance) != 0 ? LANES + lane : lane ^ distance;
        }
        return IntVector.fromArray(INTS, from, 0);
    }

    /** The first pass, of the squares of so many elements of lines in an array. */
    static void begin(float[] lines, int at, int stride, int count, float[] squares) {
        for (int i = 0; i < count; i += LANES) {
            for (int row = 0; row < QUARTER; row++) {
                if (LANES == 16) {
                    IntVector a = FloatVector.fromArray(FLOATS, lines, at + i + row * stride)
                            .viewAsIntegralLanes();
                    IntVector b = FloatVector.fromArray(FLOATS, lines, at + i + (row + QUARTER) * stride)
                            .viewAsIntegralLanes();
                    IntVector c = FloatVector.fromArray(FLOATS, lines, at + i + (row + HALF) * stride)
                            .viewAsIntegralLanes();
                    IntVector d = FloatVector.fromArray(FLOATS, lines, at + i + (row + HALF + QUARTER) * stride)
                            .viewAsIntegralLanes();
                    IntVector e = FIRST_HALVES.selectFrom(a, c);
                    IntVector f = FIRST_HALVES.selectFrom(b, d);
                    IntVector g = SECOND_HALVES.selectFrom(a, c);
                    IntVector h = SECOND_HALVES.selectFrom(b, d);
                    FIRST_QUARTERS.selectFrom(e, f).viewAsFloatingLanes().intoArray(squares, (i + row) * LANES);
                    SECOND_QUARTERS
                            .selectFrom(e, f)
                            .viewAsFloatingLanes()
                            .intoArray(squares, (i + row + QUARTER) * LANES);
                    FIRST_QUARTERS.selectFrom(g, h).viewAsFloatingLanes().intoArray(squares, (i + row + HALF) * LANES);
                    SECOND_QUARTERS
                            .selectFrom(g, h)
                            .viewAsFloatingLanes()
                            .intoArray(squares, (i + row + HALF + QUARTER) * LANES);
                } else {
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
    }

    /** The first pass, of lines in native memory. */
    static void begin(MemorySegment lines, long at, long lineBytes, int count, float[] squares) {
        if (lines.getClass() != NATIVE) {
            throw new IllegalArgumentException("lines must be native"); // never; after this C2 knows the class
        }
        for (int i = 0; i < count; i += LANES) {
            for (int row = 0; row < QUARTER; row++) {
                long from = at + (long) i * Float.BYTES + row * lineBytes;
                if (LANES == 16) {
                    IntVector a = IntVector.fromMemorySegment(INTS, lines, from, ORDER);
                    IntVector b = IntVector.fromMemorySegment(INTS, lines, from + QUARTER * lineBytes, ORDER);
                    IntVector c = IntVector.fromMemorySegment(INTS, lines, from + HALF * lineBytes, ORDER);
                    IntVector d = IntVector.fromMemorySegment(INTS, lines, from + (HALF + QUARTER) * lineBytes, ORDER);
                    IntVector e = FIRST_HALVES.selectFrom(a, c);
                    IntVector f = FIRST_HALVES.selectFrom(b, d);
                    IntVector g = SECOND_HALVES.selectFrom(a, c);
                    IntVector h = SECOND_HALVES.selectFrom(b, d);
                    FIRST_QUARTERS.selectFrom(e, f).viewAsFloatingLanes().intoArray(squares, (i + row) * LANES);
                    SECOND_QUARTERS
                            .selectFrom(e, f)
                            .viewAsFloatingLanes()
                            .intoArray(squares, (i + row + QUARTER) * LANES);
                    FIRST_QUARTERS.selectFrom(g, h).viewAsFloatingLanes().intoArray(squares, (i + row + HALF) * LANES);
                    SECOND_QUARTERS
                            .selectFrom(g, h)
                            .viewAsFloatingLanes()
                            .intoArray(squares, (i + row + HALF + QUARTER) * LANES);
                } else {
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
    }

    /** The second pass, to an array; {@code count} is a multiple of four. */
    static void end(float[] squares, float[] dst, int at, int stride, int count) {
        if (LANES == 16) {
            for (int row = 0; row < count; row += 4) {
                int from = row * LANES;
                int to = at + row * stride;
                IntVector a = FloatVector.fromArray(FLOATS, squares, from).viewAsIntegralLanes();
                IntVector b =
                        FloatVector.fromArray(FLOATS, squares, from + LANES).viewAsIntegralLanes();
                IntVector c =
                        FloatVector.fromArray(FLOATS, squares, from + 2 * LANES).viewAsIntegralLanes();
                IntVector d =
                        FloatVector.fromArray(FLOATS, squares, from + 3 * LANES).viewAsIntegralLanes();
                IntVector e = FIRST_PAIRS.selectFrom(a, c);
                IntVector f = FIRST_PAIRS.selectFrom(b, d);
                IntVector g = SECOND_PAIRS.selectFrom(a, c);
                IntVector h = SECOND_PAIRS.selectFrom(b, d);
                FIRST_NEIGHBOURS.selectFrom(e, f).viewAsFloatingLanes().intoArray(dst, to);
                SECOND_NEIGHBOURS.selectFrom(e, f).viewAsFloatingLanes().intoArray(dst, to + stride);
                FIRST_NEIGHBOURS.selectFrom(g, h).viewAsFloatingLanes().intoArray(dst, to + 2 * stride);
                SECOND_NEIGHBOURS.selectFrom(g, h).viewAsFloatingLanes().intoArray(dst, to + 3 * stride);
            }
            return;
        }
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
        if (LANES == 16) {
            for (int row = 0; row < count; row += 4) {
                int from = row * LANES;
                long to = at + row * stride;
                IntVector a = FloatVector.fromArray(FLOATS, squares, from).viewAsIntegralLanes();
                IntVector b =
                        FloatVector.fromArray(FLOATS, squares, from + LANES).viewAsIntegralLanes();
                IntVector c =
                        FloatVector.fromArray(FLOATS, squares, from + 2 * LANES).viewAsIntegralLanes();
                IntVector d =
                        FloatVector.fromArray(FLOATS, squares, from + 3 * LANES).viewAsIntegralLanes();
                IntVector e = FIRST_PAIRS.selectFrom(a, c);
                IntVector f = FIRST_PAIRS.selectFrom(b, d);
                IntVector g = SECOND_PAIRS.selectFrom(a, c);
                IntVector h = SECOND_PAIRS.selectFrom(b, d);
                FIRST_NEIGHBOURS.selectFrom(e, f).intoMemorySegment(dst, to, ORDER);
                SECOND_NEIGHBOURS.selectFrom(e, f).intoMemorySegment(dst, to + stride, ORDER);
                FIRST_NEIGHBOURS.selectFrom(g, h).intoMemorySegment(dst, to + 2 * stride, ORDER);
                SECOND_NEIGHBOURS.selectFrom(g, h).intoMemorySegment(dst, to + 3 * stride, ORDER);
            }
            return;
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
