package io.github.lanedrop.kernels.math;

/**
 * Elementary functions of a float: the definition that {@link VectorMath} repeats lane by lane.
 *
 * <p>Bounds on the error are in units in the last place of the exact result rounded to float, over all floats. A NaN gives
 * a NaN with its payload; subnormal arguments and results are not flushed.
 *
 * <p>All is as few operations as can be, Horner's rule in {@link Math#fma}, which is rounded once and so the same everywhere.
 * Polynomials and the rational are least-maximum fits of the relative error of what they are part of, found by reweighted
 * least squares (Lawson's algorithm) on 3,000 Chebyshev nodes in double precision; coefficients were rounded to float one
 * after the other, lowest power first, each time refitting the rest.
 */
public final class ScalarMath {
    /** Adding this rounds a float of less than 2^22 to an integer, which is then in the low bits of the sum. */
    private static final float ROUND = 0x1.8p23f;
    /** So that the low bits are those of an exponent. */
    static final float ROUND_TO_POWER = ROUND + 127;

    static final float LOG2_E = 0x1.715476p0f;
    static final float LN2 = 0x1.62e43p-1f;
    /** What the nearest float lacks of ln 2. */
    static final float LN2_REST = -0x1.05c61p-29f;

    static final int EXPONENT_SHIFT = 23;
    static final int SIGN = 0x80000000;

    /** Arguments beyond these have the exponentials infinity and 0. */
    static final float EXP_MAX = 89;

    static final float EXP_MIN = -104;
    /** From beyond this on {@link #decay} is 0: soon its result would be subnormal. */
    static final float DECAY_MAX = 87;

    /** {@code e^-r} for {@code |r| <= ln(2) / 2}, of which the first terms are 1 and -r; within 3.2e-9. */
    static final float N2 = 0x1.fffffcp-2f;

    static final float N3 = -0x1.555492p-3f;
    static final float N4 = 0x1.5558acp-5f;
    static final float N5 = -0x1.12397ap-7f;
    static final float N6 = 0x1.6a5136p-10f;

    /** The exponential's two powers of two are this much too large together, so that neither is subnormal or infinite. */
    static final float EXP_UNIT = 0x1p-63f;

    static final float ROUND_TO_POWERS = ROUND_TO_POWER + 63;

    /** {@code e^r}, in that unit. */
    static final float E2 = N2 * EXP_UNIT;

    static final float E3 = -N3 * EXP_UNIT;
    static final float E4 = N4 * EXP_UNIT;
    static final float E5 = -N5 * EXP_UNIT;
    static final float E6 = N6 * EXP_UNIT;

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

    /** The logistic function's numerator, so that its denominator does not overflow. */
    static final float SIGMOID_UNIT = 0x1p-32f;

    static final float ROUND_TO_SIGMOID = ROUND_TO_POWER - 32;
    /** From here on the logistic function is 1; from 16.64 on it rounds to 1. */
    static final float SIGMOID_MAX = 64;

    /** From here on the hyperbolic tangent rounds to 1. */
    static final float TANH_MAX = 9.1f;

    /** {@code (e^2r - 1 - 2r) / r^2} for {@code |r| <= ln(2) / 4}; {@code e^2r - 1} is within 1.4e-8 of itself. */
    static final float T0 = 0x1.fffffep0f;

    static final float T1 = 0x1.5554b4p0f;
    static final float T2 = 0x1.5556f8p-1f;
    static final float T3 = 0x1.122534p-2f;
    static final float T4 = 0x1.6b953ap-4f;

    /** From here on the rational is 1/2 exactly, and nowhere more. */
    static final float NORMAL_MAX = 0x1.4950c2p2f;

    /** {@code (Phi(x) - 1/2) / x}, numerator and denominator in {@code x^2} up to 5.3; within 5.9e-9 times x. */
    static final float P0 = 0x1.988452p-2f;

    static final float P1 = 0x1.0d7362p-5f;
    static final float P2 = 0x1.2f1d22p-8f;
    static final float P3 = 0x1.4f4092p-13f;
    static final float P4 = 0x1.abb456p-18f;
    static final float P5 = 0x1.9d85c8p-26f;
    static final float Q1 = 0x1.fe2f9p-3f;
    static final float Q2 = 0x1.cc9baep-6f;
    static final float Q3 = 0x1.e0c17ap-10f;
    static final float Q4 = 0x1.2a9388p-14f;
    static final float Q5 = 0x1.4c2388p-20f;

    private ScalarMath() {}

    /**
     * {@code e^x}, within 1 ulp: {@code 2^n e^r} with {@code r = x - n ln 2}. Infinity from 88.73 on, 0 up to -103.98.
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
        float sum = Math.fma(x, LOG2_E, ROUND_TO_POWERS);
        float n = sum - ROUND_TO_POWERS;
        float r = Math.fma(n, -LN2_REST, Math.fma(n, -LN2, x));
        float p = Math.fma(Math.fma(E6, r, E5), r, E4);
        p = Math.fma(Math.fma(p, r, E3), r, E2);
        p = Math.fma(Math.fma(p, r, EXP_UNIT), r, EXP_UNIT);
        // 2^n in two factors, of which neither overflows and only the second can make the result subnormal
        int bits = Float.floatToRawIntBits(sum);
        int half = bits >>> 1;
        return Float.intBitsToFloat(Float.floatToRawIntBits(p) + (half << EXPONENT_SHIFT)) * power(bits - half);
    }

    /**
     * {@code e^-x} of what is 0 or more, as softmax and densities need it, within 1 ulp: half the operations of {@link #exp}. 0 from
     * beyond 87, so that no result is subnormal. It holds for less than 0 as well, down to -87, and is anything below that. A
     * NaN gives any NaN.
     *
     * @param x a float of -87 or more, or NaN
     * @return the exponential of its negation
     */
    public static float decay(float x) {
        float sum = Math.fma(x, -LOG2_E, ROUND_TO_POWER);
        float n = sum - ROUND_TO_POWER;
        float r = Math.fma(n, LN2_REST, Math.fma(n, LN2, x));
        float p = Math.fma(Math.fma(N6, r, N5), r, N4);
        p = Math.fma(Math.fma(p, r, N3), r, N2);
        p = Math.fma(Math.fma(p, r, -1), r, 1);
        float e = p * power(Float.floatToRawIntBits(sum));
        return x > DECAY_MAX ? 0f : e;
    }

    /** The power of two whose exponent the low bits are. */
    private static float power(int exponent) {
        return Float.intBitsToFloat(exponent << EXPONENT_SHIFT);
    }

    /**
     * The natural logarithm, within 1.5 ulp. 0 gives minus infinity, less than 0 NaN, infinity itself.
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

    /** {@link #log} of what is positive, normal and finite. */
    private static float logOfNormal(float x) {
        int above = Float.floatToRawIntBits(x) - SQRT_HALF;
        float n = above >> EXPONENT_SHIFT;
        float f = Float.intBitsToFloat((above & FRACTION) + SQRT_HALF) - 1;
        float square = f * f;
        float p = Math.fma(Math.fma(Math.fma(L6, f, L5), f, L4), f, L3);
        p = Math.fma(Math.fma(Math.fma(p, f, L2), f, L1), f, L0);
        return Math.fma(n, LN2, Math.fma(Math.fma(p, f, -0.5f), square, f));
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
        float middle = x > SIGMOID_MAX ? SIGMOID_MAX : x < EXP_MIN ? EXP_MIN : x;
        float sum = Math.fma(middle, -LOG2_E, ROUND_TO_SIGMOID);
        float n = sum - ROUND_TO_SIGMOID;
        float r = Math.fma(n, LN2_REST, Math.fma(n, LN2, middle));
        float p = Math.fma(Math.fma(N6, r, N5), r, N4);
        p = Math.fma(Math.fma(p, r, N3), r, N2);
        p = Math.fma(Math.fma(p, r, -1), r, 1);
        float power = power(Float.floatToRawIntBits(sum));
        return SIGMOID_UNIT / Math.fma(p, power, SIGMOID_UNIT);
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
        float sum = Math.fma(a, 2 * LOG2_E, ROUND_TO_POWER);
        float n = sum - ROUND_TO_POWER;
        float r = Math.fma(n, -LN2 / 2, a); // where this is not exact the tangent hardly changes
        float q = Math.fma(Math.fma(T4, r, T3), r, T2);
        q = Math.fma(Math.fma(q, r, T1), r, T0);
        float p = Math.fma(q, r * r, r + r); // which is rounded once
        float power = power(Float.floatToRawIntBits(sum));
        float t = Math.fma(p, power, power - 1);
        return withSign(t / (t + 2), x);
    }

    /**
     * The normal distribution function {@code Phi(x) = (1 + erf(x / sqrt(2))) / 2}, within 2e-7; from 0 to 1, both
     * included.
     *
     * @param x any float
     * @return the probability of less
     */
    public static float normal(float x) {
        if (Float.isNaN(x)) {
            return x;
        }
        float middle = x > NORMAL_MAX ? NORMAL_MAX : x < -NORMAL_MAX ? -NORMAL_MAX : x;
        float z = middle * middle;
        float p = Math.fma(Math.fma(P5, z, P4), z, P3);
        p = Math.fma(Math.fma(Math.fma(p, z, P2), z, P1), z, P0);
        float q = Math.fma(Math.fma(Q5, z, Q4), z, Q3);
        q = Math.fma(Math.fma(Math.fma(q, z, Q2), z, Q1), z, 1);
        return middle * p / q + 0.5f;
    }

    private static float withSign(float magnitude, float sign) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(magnitude) | (Float.floatToRawIntBits(sign) & SIGN));
    }
}
