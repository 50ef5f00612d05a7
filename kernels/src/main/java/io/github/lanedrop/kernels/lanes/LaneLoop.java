package io.github.lanedrop.kernels.lanes;

import java.lang.foreign.MemorySegment;

/**
 * An operation over elements in arrays, in place, for which C2 makes vectors by itself: what runs without those
 * of ours. What does not override a method must not be called by it.
 */
public interface LaneLoop {
    /**
     * The first elements of a piece, rounded up to eight.
     *
     * @param x the elements, receives the results
     * @param xBytes the memory of {@code x}
     * @param operand the operand, element by element
     * @param operandBytes the memory of {@code operand}
     * @param elements how many, at most as many as the scratch is for
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     * @param scratch memory
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     */
    default void run(
            float[] x,
            MemorySegment xBytes,
            float[] operand,
            MemorySegment operandBytes,
            int elements,
            byte[] bits,
            int bitsAt,
            LaneScratch scratch,
            float a,
            float b,
            float c) {
        throw new UnsupportedOperationException("no loop for float32");
    }

    /**
     * The first elements of a piece, rounded up to eight.
     *
     * @param x the elements, receives the results
     * @param xBytes the memory of {@code x}
     * @param operand the operand, element by element
     * @param operandBytes the memory of {@code operand}
     * @param elements how many, at most as many as the scratch is for
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     * @param scratch memory
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     */
    default void run(
            double[] x,
            MemorySegment xBytes,
            double[] operand,
            MemorySegment operandBytes,
            int elements,
            byte[] bits,
            int bitsAt,
            LaneScratch scratch,
            double a,
            double b,
            double c) {
        throw new UnsupportedOperationException("no loop for float64");
    }
}
