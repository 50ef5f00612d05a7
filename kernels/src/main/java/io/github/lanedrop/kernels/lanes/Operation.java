package io.github.lanedrop.kernels.lanes;

/**
 * What becomes of an element: a line of arithmetic on the element, on the operand beside it if there is one, on whether it
 * is kept, and on up to three constants.
 *
 * <p>The methods here are the definition; {@link #vectors} gives the same on lanes, bit for bit. An operation knows nothing
 * of masks, memory or data types, and is written once for all of them. 16-bit types compute in float.
 */
public sealed interface Operation
        permits AffineSelect, ResidualScaleSelect, ScaleSelect, Select, SelectDropped, SelectOperand {
    /**
     * The definition in float.
     *
     * @param x the element
     * @param operand the element of the operand, 0 where the operation has none
     * @param kept 1 if the element is kept, 0 if dropped
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     * @return the result
     */
    float apply(float x, float operand, int kept, float a, float b, float c);

    /**
     * The definition in double.
     *
     * @param x the element
     * @param operand the element of the operand, 0 where the operation has none
     * @param kept 1 if the element is kept, 0 if dropped
     * @param a the first constant
     * @param b the second constant
     * @param c the third constant
     * @return the result
     */
    double apply(double x, double operand, int kept, double a, double b, double c);

    /**
     * Whether there is an operand beside the element.
     *
     * @return false where there is none
     */
    default boolean hasOperand() {
        return false;
    }

    /**
     * The same on lanes; to be called only where the vector module is.
     *
     * @return the vector form
     */
    VectorOperation vectors();

    /**
     * {@code kept ? x : otherwise}, by bits: a branch on random ones would be guessed wrong at the rate.
     *
     * @param x the value of a kept element
     * @param otherwise the value of a dropped one
     * @param kept 1 or 0
     * @return one of the two, all its bits
     */
    static float select(float x, float otherwise, int kept) {
        return Float.intBitsToFloat(
                (Float.floatToRawIntBits(x) & -kept) | (Float.floatToRawIntBits(otherwise) & (kept - 1)));
    }

    /**
     * {@code kept ? x : otherwise}, by bits.
     *
     * @param x the value of a kept element
     * @param otherwise the value of a dropped one
     * @param kept 1 or 0
     * @return one of the two, all its bits
     */
    static double select(double x, double otherwise, int kept) {
        return Double.longBitsToDouble(
                (Double.doubleToRawLongBits(x) & -(long) kept) | (Double.doubleToRawLongBits(otherwise) & (kept - 1L)));
    }
}
