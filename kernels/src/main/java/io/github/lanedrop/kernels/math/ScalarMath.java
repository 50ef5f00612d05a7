package io.github.lanedrop.kernels.math;

/**
 * Elementary functions of a float: the definition that {@link VectorMath} repeats lane by lane.
 *
 * <p>Bounds on the error are in units in the last place of the exact result rounded to float, over all floats. A NaN gives
 * a NaN with its payload; subnormal arguments and results are not flushed.
 *
 * <p>Polynomials are summed in pairs of terms, powers of the square between them: as many operations as Horner's rule, half
 * the latency. They and the rational are least-maximum fits of the relative error of what they are part of, found by
 * reweighted least squares (Lawson's algorithm) on 3,000 Chebyshev nodes in double precision; coefficients were rounded to
 * float one after the other, lowest power first, each time refitting the rest.
 */
public final class ScalarMath {
    /** Adding this rounds a float of less than 2^22 to an integer, which is then in the low bits of the sum. */
    private static final float ROUND = 0x1.8p23f;
    /** So that the low bits are those of an exponent, or of two exponents' sum. */
    static final float ROUND_TO_POWER = ROUND + 127;

    static final float ROUND_TO_SQUARE = ROUND + 254;

    static final float LOG2_E = 0x1.715476p0f;
    static final float LN2 = 0x1.62e43p-1f;
    /** ln 2 in two parts: nine bits, so that the product with an integer is exact, and the rest. */
    static final float LN2_HIGH = 0x1.63p-1f;

    static final float LN2_LOW = -0x1.bd0106p-13f;
    static final int EXPONENT_SHIFT = 23;
    static final int SIGN = 0x80000000;

    /** Arguments beyond these have the exponentials infinity and 0. */
    static final float EXP_MAX = 89;

    static final float EXP_MIN = -104;

    /** {@code (e^r - 1 - r) / r^2} for {@code |r| <= ln(2) / 2}; {@code e^r - 1} is within 1.4e-8. */
    static final float E0 = 0x1.fffffep-2f;

    static final float E1 = 0x1.5554b4p-3f;
    static final float E2 = 0x1.5556f2p-5f;
    static final float E3 = 0x1.12254ap-7f;
    static final float E4 = 0x1.6b9c68p-10f;

    /** Bits of sqrt(1/2): the logarithm's argument is scaled to between this and its double. */
    static final int SQRT_HALF = 0x3F3504F3;

    static final int FRACTION = 0x007FFFFF;
    static final int ONE = 0x3F800000;
    /** A power of two that makes subnormals normal, and its logarithm. */
    static final float LIFT = 0x1p24f;

    static final float LOG_LIFT = 0x1.0a2b24p4f;

    /** {@code (ln(1 + f) - f + f^2 / 2) / f^3} from {@code sqrt(1/2)} to {@code sqrt(2)}; the logarithm is within 3.2e-8. */
    static final float L0 = 0x1.5556d8p-2f;

    static final float L1 = -0x1.00038p-2f;
    static final float L2 = 0x1.98d824p-3f;
    static final float L3 = -0x1.5382a4p-3f;
    static final float L4 = 0x1.3172fap-3f;
    static final float L5 = -0x1.242fdp-3f;
    static final float L6 = 0x1.645e52p-4f;

    /** From here on the hyperbolic tangent rounds to 1. */
    static final float TANH_MAX = 9.1f;

    /** From here on the error function is 1; from 3.93 on it rounds to 1, from here on the rational is certain to. */
    static final float ERF_MAX = 4.1f;

    /** {@code erf(x) / x}, numerator and denominator in {@code x^2} up to 3.93; within 5.7e-8. */
    static final float P0 = 0x1.20dd74p0f;

    static final float P1 = 0x1.86b8aap-3f;
    static final float P2 = 0x1.b074a6p-5f;
    static final float P3 = 0x1.ef63ap-9f;
    static final float P4 = 0x1.2aa3d4p-12f;
    static final float P5 = 0x1.12117ep-19f;
    static final float Q1 = 0x1.013bbap-1f;
    static final float Q2 = 0x1.d3fed2p-4f;
    static final float Q3 = 0x1.eb6e1cp-7f;
    static final float Q4 = 0x1.317278p-10f;
    static final float Q5 = 0x1.3eccb4p-15f;

    /** {@code sin(2 pi y) / y} in {@code y^2} for {@code |y| <= 1/4}; the sine is within 6.0e-7. */
    static final float S0 = 0x1.921f5cp2f;

    static final float S1 = -0x1.4ab274p5f;
    static final float S2 = 0x1.455c9ep6f;
    static final float S3 = -0x1.1bf57cp6f;
    /** {@code (cos(2 pi y) - 1) / y^2} in {@code y^2}; the cosine is within 5.5e-8. */
    static final float C0 = -0x1.3bd3bp4f;

    static final float C1 = 0x1.03bd9ap6f;
    static final float C2 = -0x1.55020ap6f;
    static final float C3 = 0x1.c29304p5f;

    /** A quarter of a turn in {@link #sinTurn}'s unit, and the unit of the angle less the nearest half turn. */
    static final int QUARTER = 1 << 30;

    static final float TURN = 0x1p-33f;

    private ScalarMath() {}

    /**
     * {@code e^x}, within 1.5 ulp: {@code 2^n e^r} with {@code r = x - n ln 2}. Infinity from 88.73 on, 0 up to -103.98.
     *
     * @param x any float
     * @return the exponential
     */
    public static float exp(float x) {
        if (Float.isNaN(x)) {
            return x;
        }
        return expOfMiddle(x > EXP_MAX ? EXP_MAX : x < EXP_MIN ? EXP_MIN : x);
    }

    /** {@link #exp} of an argument between {@link #EXP_MIN} and {@link #EXP_MAX}. */
    private static float expOfMiddle(float x) {
        float sum = x * LOG2_E + ROUND_TO_SQUARE;
        float n = sum - ROUND_TO_SQUARE;
        float r = (x - n * LN2_HIGH) - n * LN2_LOW;
        float square = r * r;
        float q = (square * E4 + (r * E3 + E2)) * square + (r * E1 + E0);
        float p = q * square + (r + 1);
        // 2^n in two factors, of which neither overflows and only the second can make the result subnormal
        int bits = Float.floatToRawIntBits(sum);
        int half = bits >>> 1;
        return p * power(half) * power(bits - half);
    }

    /** The power of two whose exponent the low bits are. */
    private static float power(int exponent) {
        return Float.intBitsToFloat(exponent << EXPONENT_SHIFT);
    }

    /**
     * The natural logarithm, within 2 ulp. 0 gives minus infinity, less than 0 NaN, infinity itself.
     *
     * @param x any float
     * @return the logarithm
     */
    public static float log(float x) {
        if (x > 0 && x < Float.POSITIVE_INFINITY) {
            return x < Float.MIN_NORMAL ? logOfNormal(x * LIFT) - LOG_LIFT : logOfNormal(x);
        }
        return x == 0 ? Float.NEGATIVE_INFINITY : x < 0 ? Float.NaN : x;
    }

    /**
     * The natural logarithm of what is known to be positive, normal and finite; of anything else, anything.
     *
     * @param x a normal positive float
     * @return {@link #log} of it
     */
    public static float logOfNormal(float x) {
        int above = Float.floatToRawIntBits(x) - SQRT_HALF;
        float n = above >> EXPONENT_SHIFT;
        float f = Float.intBitsToFloat((above & FRACTION) + SQRT_HALF) - 1;
        float square = f * f;
        float p = ((square * L6 + (f * L5 + L4)) * square + (f * L3 + L2)) * square + (f * L1 + L0);
        return (p * f - 0.5f) * square + f + n * LN2;
    }

    /**
     * {@code 1 / (1 + e^-x)}, within 3 ulp, subnormal results included.
     *
     * @param x any float
     * @return the logistic function
     */
    public static float sigmoid(float x) {
        if (Float.isNaN(x)) {
            return x;
        }
        float below = -Math.abs(x);
        float e = expOfMiddle(below < EXP_MIN ? EXP_MIN : below);
        return (x < 0 ? e : 1) / (e + 1);
    }

    /**
     * The hyperbolic tangent, within 3 ulp: {@code t / (t + 2)} with {@code t = e^2x - 1}. -0 gives -0.
     *
     * @param x any float
     * @return the hyperbolic tangent
     */
    public static float tanh(float x) {
        if (Float.isNaN(x)) {
            return x;
        }
        float a = Math.abs(x);
        a = a > TANH_MAX ? TANH_MAX : a;
        float y = a + a;
        float sum = y * LOG2_E + ROUND_TO_POWER;
        float r = y - (sum - ROUND_TO_POWER) * LN2; // where this is not exact the tangent hardly changes
        float square = r * r;
        float q = (square * E4 + (r * E3 + E2)) * square + (r * E1 + E0);
        float p = q * square + r;
        float power = power(Float.floatToRawIntBits(sum));
        float t = p * power + (power - 1);
        return withSign(t / (t + 2), x);
    }

    /**
     * The error function, within 6 ulp, 4e-7 of the exact value in all. -0 gives -0; never more than 1.
     *
     * @param x any float
     * @return the error function
     */
    public static float erf(float x) {
        if (Float.isNaN(x)) {
            return x;
        }
        float a = Math.abs(x);
        a = a > ERF_MAX ? ERF_MAX : a;
        float z = a * a;
        float square = z * z;
        float p = ((z * P5 + P4) * square + (z * P3 + P2)) * square + (z * P1 + P0);
        float q = ((z * Q5 + Q4) * square + (z * Q3 + Q2)) * square + (z * Q1 + 1);
        float y = a * p / q;
        return withSign(y > 1 ? 1 : y, x);
    }

    private static float withSign(float magnitude, float sign) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(magnitude) | (Float.floatToRawIntBits(sign) & SIGN));
    }

    /**
     * {@code sin(2 pi turn / 2^32)}, within 1e-6: the angle is a fraction of a turn, as random words are.
     *
     * @param turn the angle in 2^-32 turns; signed or unsigned is the same
     * @return the sine
     */
    public static float sinTurn(int turn) {
        float y = (turn << 1) * TURN; // less the nearest half turn, which changes the sign
        float z = y * y;
        float square = z * z;
        return withTurnsSign(((z * S3 + S2) * square + (z * S1 + S0)) * y, turn);
    }

    /**
     * {@code cos(2 pi turn / 2^32)}, within 1e-6.
     *
     * @param turn the angle in 2^-32 turns; signed or unsigned is the same
     * @return the cosine
     */
    public static float cosTurn(int turn) {
        float y = (turn << 1) * TURN;
        float z = y * y;
        float square = z * z;
        return withTurnsSign(((z * C3 + C2) * square + (z * C1 + C0)) * z + 1, turn);
    }

    /** Negated from a quarter turn to three. */
    private static float withTurnsSign(float x, int turn) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) ^ ((turn + QUARTER) & SIGN));
    }
}
