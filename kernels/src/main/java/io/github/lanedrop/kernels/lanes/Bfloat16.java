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
     * @param value a number, a quiet NaN, as arithmetic gives it, or a NaN that came from a bfloat16
     * @return the bfloat16
     */
    public static short fromFloat(float value) {
        return (short) (round(Float.floatToRawIntBits(value)) >>> 16);
    }

    /**
     * Rounds as {@link #fromFloat}.
     *
     * @param bits the bits of a float
     * @return bits, of which the upper 16 are the bfloat16
     */
    public static int round(int bits) {
        int nan = (0x7F800000 - (bits & 0x7FFFFFFF)) >> 31; // all ones: its payload is cut, rounded it would wrap to 0
        return bits + (~nan & (0x7FFF + ((bits >>> 16) & 1)));
    }
}
