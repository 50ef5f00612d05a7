package io.github.lanedrop.kernels.lanes;

/**
 * What becomes of an element, told by constants that the loops are specialised for:
 *
 * <pre>
 * y = x                       the element
 * y = y * a                   if it scales
 * y = y + b                   if it shifts, the product having been rounded
 * y = kept ? y : otherwise    +0, the constant c, or the operand; with kept and dropped exchanged if it is inverted
 * y = operand + y             if it adds the operand
 * y = operand * b + y         if it adds the operand scaled, the product having been rounded
 * </pre>
 *
 * <p>An operation knows nothing of masks, memory or data types, and is written once for all of them. It is data and not a
 * method, since C2 does not always inline a method that takes and returns vectors, and then boxes them all. 16-bit types
 * compute in float.
 *
 * @param scales whether the element is multiplied by {@code a}
 * @param shifts whether {@code b} is added to it
 * @param otherwise what takes its place
 * @param inverted whether dropped elements count as kept, and kept ones as dropped
 * @param addsOperand whether the operand is added to what was selected
 * @param scalesOperand whether the operand is multiplied by {@code b} before it is added
 */
public record Operation(
        boolean scales,
        boolean shifts,
        Otherwise otherwise,
        boolean inverted,
        boolean addsOperand,
        boolean scalesOperand) {
    /** What takes the place of a dropped element. */
    public enum Otherwise {
        /** +0. */
        ZERO,
        /** The constant {@code c}. */
        CONSTANT,
        /** The element of the operand. */
        OPERAND
    }

    /** {@code kept ? x * a : +0}: inverted dropout with the scale {@code a}. */
    public static final Operation SCALE_SELECT = new Operation(true, false, Otherwise.ZERO, false, false, false);
    /** {@code kept ? x : +0}, all bits of it: standard dropout. */
    public static final Operation SELECT = new Operation(false, false, Otherwise.ZERO, false, false, false);
    /** {@code kept ? +0 : x}: what {@link #SELECT} leaves out. */
    public static final Operation SELECT_DROPPED = new Operation(false, false, Otherwise.ZERO, true, false, false);
    /** {@code kept ? x : operand}: zoneout, where a dropped unit keeps its previous state. */
    public static final Operation SELECT_OPERAND = new Operation(false, false, Otherwise.OPERAND, false, false, false);
    /** {@code kept ? x * a + b : c}: alpha dropout. */
    public static final Operation AFFINE_SELECT = new Operation(true, true, Otherwise.CONSTANT, false, false, false);
    /** {@code operand + (kept ? x * a : +0)}: dropout on a branch that joins a residual. */
    public static final Operation RESIDUAL_SCALE_SELECT =
            new Operation(true, false, Otherwise.ZERO, false, true, false);
    /** {@code operand * b + (kept ? x * a : +0)}: what zoneout expects, where all is kept. */
    public static final Operation WEIGHTED_SUM = new Operation(true, false, Otherwise.ZERO, false, true, true);

    /**
     * Whether every result is an element, an element of the operand or +0, all bits of it.
     *
     * @return false where anything is computed
     */
    public boolean copies() {
        return !scales && !shifts && !addsOperand && otherwise != Otherwise.CONSTANT;
    }

    /**
     * Whether there is an operand beside the element.
     *
     * @return false where there is none
     */
    public boolean hasOperand() {
        return addsOperand || otherwise == Otherwise.OPERAND;
    }
}
