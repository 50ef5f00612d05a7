package io.github.lanedrop.kernels.lanes;

import java.lang.foreign.MemorySegment;

/**
 * An operation on floats in native memory while random blocks for later are made: the multiplications of the generator
 * take place while memory is waited for, and the memory stream does not stop while random bits are made.
 */
public interface DrawingLoop {
    /** Elements of a call. */
    int ELEMENTS = 2048;

    /** Random blocks of a call, two bits an element. */
    int BLOCKS = 32;

    /** What becomes of an element {@code x} before the operation. */
    enum Before {
        /** Nothing. */
        NOTHING,
        /** {@code x + bias}. */
        BIAS,
        /** {@code x + bias <= 0 ? +0 : x + bias}. */
        BIAS_RELU
    }

    /**
     * Applies the operation to some elements, and makes random blocks.
     *
     * @param key the key of the generator
     * @param counterHigh the counter words c2 and c3
     * @param counterLow the counter words c0 and c1 of the first block; c1 must be the same for all of them
     * @param stream receives the blocks, as {@link io.github.lanedrop.rng.Philox4x32#fill} makes them
     * @param streamAt the index in {@code stream} of the first byte written
     * @param src the elements, in native memory
     * @param bias the bias of the elements, in native memory; not read where the loop was made for none
     * @param biasByte where it begins
     * @param dst receives the results; may be {@code src}
     * @param firstByte where the elements begin in both
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     */
    void run(
            long key,
            long counterHigh,
            long counterLow,
            byte[] stream,
            int streamAt,
            MemorySegment src,
            MemorySegment bias,
            long biasByte,
            MemorySegment dst,
            long firstByte,
            byte[] bits,
            int bitsAt,
            double a,
            double b,
            double c);
}
