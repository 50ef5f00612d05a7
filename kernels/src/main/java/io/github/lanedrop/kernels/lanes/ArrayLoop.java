package io.github.lanedrop.kernels.lanes;

/** An operation over arrays, in place: the scalar form. Tails and the scalar path end here. */
public interface ArrayLoop {
    /**
     * Elements {@code start} to {@code end}, exclusive, of a chunk.
     *
     * @param x the elements, receives the results
     * @param operand the operand, element by element
     * @param start the first element
     * @param end the element after the last
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     */
    void run(float[] x, float[] operand, int start, int end, byte[] bits, int bitsAt, float a, float b, float c);

    /**
     * Elements {@code start} to {@code end}, exclusive, of a chunk.
     *
     * @param x the elements, receives the results
     * @param operand the operand, element by element
     * @param start the first element
     * @param end the element after the last
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     */
    void run(double[] x, double[] operand, int start, int end, byte[] bits, int bitsAt, double a, double b, double c);
}
