package io.github.lanedrop.kernels.lanes;

/** Conversions between bfloat16, the upper half of a float, and float. */
public final class Bfloat16 {
    private Bfloat16() {}

    /**
     * Widens.
     *
     * @param bits a bfloat16
     * @return the same value
     */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /**
     * Rounds to the nearest, ties to even; values beyond the greatest become infinite.
     *
     * @param value a number, or a NaN whose lower 16 bits are 0: one that came from a bfloat16, or the default one
     * @return the bfloat16
     */
    public static short fromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
}
