package io.github.lanedrop.kernels.lanes;

import java.lang.foreign.MemorySegment;

/** An operation over memory of one kind and data of one type, a vector at a time. */
public interface SegmentLoop {
    /**
     * As much of a chunk as fills groups of vectors.
     *
     * @param src the elements
     * @param operand the operand; {@code src} where the operation has none
     * @param dst receives the results; all three of the class that the loop was made for
     * @param firstByte where the chunk begins in each of them
     * @param elements how many
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}; not read where all have one fate
     * @param bitsAt the index of the first byte of keep bits; nothing after the last is read
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     * @return how many elements are done; fewer than 64 are left
     */
    int run(
            MemorySegment src,
            MemorySegment operand,
            MemorySegment dst,
            long firstByte,
            int elements,
            byte[] bits,
            int bitsAt,
            double a,
            double b,
            double c);
}
