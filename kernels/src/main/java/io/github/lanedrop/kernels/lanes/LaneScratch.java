package io.github.lanedrop.kernels.lanes;

/** What a {@link LaneLoop} needs beside its arguments. */
public final class LaneScratch {
    /** A byte an element, all bits of a kept one set. */
    final byte[] kept;
    /** What the operand leaves for dropped floats. */
    final int[] ints;
    /** What the operand leaves for dropped doubles. */
    final long[] longs;

    /**
     * Scratch memory.
     *
     * @param elements how many a piece has at most, a multiple of eight
     */
    public LaneScratch(int elements) {
        kept = new byte[elements];
        ints = new int[elements];
        longs = new long[elements];
    }
}
