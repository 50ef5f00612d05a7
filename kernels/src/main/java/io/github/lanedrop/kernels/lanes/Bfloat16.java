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
     * Rounds to the nearest, ties to even; values beyond the greatest become infinite. Of a NaN the upper half stays.
     *
     * @param value a number, or a NaN that is one by its upper half: it came from a bfloat16, or from arithmetic
     * @return the bfloat16
     */
    public static short fromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = bits + 0x7FFF + ((bits >>> 16) & 1); // which might make a zero of a NaN
        return (short) (((bits & 0x7FFFFFFF) > 0x7F800000 ? bits : rounded) >>> 16);
    }
}
