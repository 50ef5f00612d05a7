package io.github.lanedrop.kernels;

/**
 * How an element is stored, little endian.
 *
 * <p>16-bit types compute in float32 and round once, to the nearest, ties to even.
 */
public enum DType {
    /** IEEE 754 binary32. */
    FLOAT32(4),
    /** IEEE 754 binary64; computes in double. */
    FLOAT64(8),
    /** The upper 16 bits of a binary32: 8 bits of exponent, 8 of precision. */
    BFLOAT16(2),
    /** IEEE 754 binary16: 5 bits of exponent, 11 of precision. */
    FLOAT16(2);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * The size of an element.
     *
     * @return bytes an element takes
     */
    public int bytes() {
        return bytes;
    }
}
