package io.github.lanedrop.kernels.lanes;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Scratch memory that begins at a cache line. An array cannot: its elements begin 16 bytes after its header, so that at 512
 * bits each vector of it lies in two lines, which doubles the time of loads and more than doubles that of stores.
 */
public final class Aligned {
    private static final long LINE = 64;

    private Aligned() {}

    /**
     * Whole cache lines, so that what lies behind them is as well aligned as they are.
     *
     * @param floats how many floats they hold at least
     * @return their bytes
     */
    public static long bytes(long floats) {
        return Math.ceilDiv(floats * Float.BYTES, LINE) * LINE;
    }

    /**
     * Memory that lives as long as it can be reached.
     *
     * @param floats how many floats it holds
     * @return native memory, zeroed
     */
    public static MemorySegment floats(long floats) {
        return Arena.ofAuto().allocate(floats * Float.BYTES, LINE);
    }
}
