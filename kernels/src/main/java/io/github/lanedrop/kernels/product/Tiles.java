package io.github.lanedrop.kernels.product;

import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The sizes of the pieces that a product is cut into. None of them changes a bit of the result. */
public final class Tiles {
    /**
     * Rows of the largest tile. Eight rows of two vectors are 16 accumulators, which need the 32 registers that come with
     * mask registers; with 16 registers, eight accumulators hide the latency of a fused multiply-add as well.
     */
    public static final int ROWS = Simd.MASK_REGISTERS ? 8 : 4;

    /** Floats of a vector; of a vector of 256 bits where there are none. */
    public static final int LANES = Simd.BITS == 0 ? 8 : Simd.BITS / Float.SIZE;

    /** Columns of a tile, two vectors. */
    public static final int COLUMNS = 2 * LANES;

    /** Steps of the inner index a block, at most. */
    public static final int INNER = 1024;

    /** Floats between rows of A: not a power of two, so that the rows of a tile do not fall on one set of the cache. */
    public static final int ROW_STRIDE = INNER + 16;

    /** Rows a block, which takes half of L2. */
    public static final int BLOCK_ROWS = 128;

    /** Columns a block, at most: each row of A is packed once for so many. */
    public static final int BLOCK_COLUMNS = 512;

    /** Rows of a strip, the sums that are finished and stored together. */
    public static final int STRIP_ROWS = COLUMNS;

    /** Lines of memory that are packed at a time: the rows and columns of a square of lanes, at least. */
    public static final int LINES = Math.max(8, LANES);

    /** Floats of such a line, at most: so many lines stay in L1. */
    public static final int LINE = 256;

    /** Floats between such lines. */
    public static final int LINE_STRIDE = LINE + 16;

    /** Steps of a panel that is packed when it is needed: it stays in L1 with what it is made of. */
    public static final int PIECE = 128;

    /** Floats of squares that are transposed at a time: one line a lane, a piece of each. */
    public static final int SQUARES = LANES * PIECE;

    /** Bytes between steps of the inner index in a panel. */
    public static final long PANEL_STEP = (long) COLUMNS * Float.BYTES;

    /** How floats lie in memory. */
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long CACHE_LINE = 64;

    private Tiles() {}

    /** Bytes between panels of B: a line of the cache more than they hold, so that they do not fall on one set. */
    public static long panelBytes(int inner) {
        long steps = (inner + LANES - 1L) / LANES * LANES;
        return steps * PANEL_STEP + CACHE_LINE;
    }

    /** Memory for panels, which begins at a line of the cache. */
    public static MemorySegment panels(long bytes) {
        return Arena.ofAuto().allocate(bytes, CACHE_LINE);
    }

    /** Steps of the inner index in each block but perhaps the last: as even as multiples of a vector can be. */
    public static int innerBlock(int inner) {
        int blocks = Math.max(1, Math.ceilDiv(inner, INNER));
        return Math.ceilDiv(Math.ceilDiv(inner, blocks), LANES) * LANES;
    }
}
