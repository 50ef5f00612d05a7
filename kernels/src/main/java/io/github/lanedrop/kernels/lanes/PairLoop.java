package io.github.lanedrop.kernels.lanes;

import java.lang.foreign.MemorySegment;

/** An operation over floats in arrays, in place, two at a time: what runs where there are no vectors. */
public interface PairLoop {
    /**
     * The first elements of a chunk, rounded up to eight.
     *
     * @param x the elements, receives the results
     * @param xBytes the memory of {@code x}
     * @param operand the operand, element by element
     * @param operandBytes the memory of {@code operand}
     * @param elements how many
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     */
    void run(
            float[] x,
            MemorySegment xBytes,
            float[] operand,
            MemorySegment operandBytes,
            int elements,
            byte[] bits,
            int bitsAt,
            float a,
            float b,
            float c);
}
