package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.UMIN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link ScalarMath} lane by lane, the same bits.
 *
 * <p>A method is 25 to 45 vector operations; a caller in whose loop several of them are inlined must stay below some 150,
 * lest C2 box the vectors that pass between them.
 */
public final class VectorMath {
    private static final FloatVector ONE = FloatVector.broadcast(FLOATS, 1);
    private static final int ONE_BITS = Float.floatToRawIntBits(1);
    private static final int EXP_MAX = Float.floatToRawIntBits(ScalarMath.EXP_MAX);
    private static final int EXP_MIN = Float.floatToRawIntBits(ScalarMath.EXP_MIN);
    private static final int TANH_MAX = Float.floatToRawIntBits(ScalarMath.TANH_MAX);
    private static final int ERF_MAX = Float.floatToRawIntBits(ScalarMath.ERF_MAX);

    private VectorMath() {}

    /**
     * {@link ScalarMath#exp} lane by lane.
     *
     * @param x any floats
     * @return the exponentials
     */
    public static FloatVector exp(FloatVector x) {
        // as bits: positive floats are in the order of their signed bits, negative ones in that of the unsigned, beyond all others
        FloatVector middle = x.reinterpretAsInts()
                .min(EXP_MAX)
                .lanewise(UMIN, EXP_MIN)
                .reinterpretAsFloats();
        return expOfMiddle(middle).blend(x, x.compare(NE, x));
    }

    private static FloatVector expOfMiddle(FloatVector x) {
        FloatVector sum = x.mul(ScalarMath.LOG2_E).add(ScalarMath.ROUND_TO_SQUARE);
        FloatVector n = sum.sub(ScalarMath.ROUND_TO_SQUARE);
        FloatVector r = x.sub(n.mul(ScalarMath.LN2_HIGH)).sub(n.mul(ScalarMath.LN2_LOW));
        FloatVector p = r.mul(ScalarMath.E4)
                .add(ScalarMath.E3)
                .mul(r)
                .add(ScalarMath.E2)
                .mul(r)
                .add(ScalarMath.E1)
                .mul(r)
                .add(ScalarMath.E0)
                .mul(r)
                .add(1)
                .mul(r)
                .add(1);
        IntVector bits = sum.reinterpretAsInts();
        IntVector half = bits.lanewise(LSHR, 1);
        return p.mul(power(half)).mul(power(bits.sub(half)));
    }

    private static FloatVector power(IntVector exponent) {
        return exponent.lanewise(LSHL, ScalarMath.EXPONENT_SHIFT).reinterpretAsFloats();
    }

    /**
     * {@link ScalarMath#log} lane by lane.
     *
     * @param x any floats
     * @return the logarithms
     */
    public static FloatVector log(FloatVector x) {
        var subnormal = x.compare(LT, Float.MIN_NORMAL);
        FloatVector y = logOfNormal(x.blend(x.mul(ScalarMath.LIFT), subnormal));
        y = y.blend(y.sub(ScalarMath.LOG_LIFT), subnormal);
        y = x.blend(y, x.compare(LT, Float.POSITIVE_INFINITY));
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0));
        return y.blend(Float.NaN, x.compare(LT, 0));
    }

    /**
     * {@link ScalarMath#logOfNormal} lane by lane.
     *
     * @param x normal positive floats
     * @return the logarithms
     */
    public static FloatVector logOfNormal(FloatVector x) {
        IntVector above = x.reinterpretAsInts().sub(ScalarMath.SQRT_HALF);
        FloatVector n = (FloatVector) above.lanewise(ASHR, ScalarMath.EXPONENT_SHIFT).convert(I2F, 0);
        FloatVector f = above.and(ScalarMath.FRACTION)
                .add(ScalarMath.SQRT_HALF)
                .reinterpretAsFloats()
                .sub(1);
        return f.mul(ScalarMath.L6)
                .add(ScalarMath.L5)
                .mul(f)
                .add(ScalarMath.L4)
                .mul(f)
                .add(ScalarMath.L3)
                .mul(f)
                .add(ScalarMath.L2)
                .mul(f)
                .add(ScalarMath.L1)
                .mul(f)
                .add(ScalarMath.L0)
                .mul(f)
                .sub(0.5f)
                .mul(f.mul(f))
                .add(f)
                .add(n.mul(ScalarMath.LN2));
    }

    /**
     * {@link ScalarMath#sigmoid} lane by lane.
     *
     * @param x any floats
     * @return the logistic function
     */
    public static FloatVector sigmoid(FloatVector x) {
        IntVector below = x.reinterpretAsInts().lanewise(OR, ScalarMath.SIGN);
        FloatVector e = expOfMiddle(below.lanewise(UMIN, EXP_MIN).reinterpretAsFloats());
        return ONE.blend(e, x.compare(LT, 0)).div(e.add(1)).blend(x, x.compare(NE, x));
    }

    /**
     * {@link ScalarMath#tanh} lane by lane.
     *
     * @param x any floats
     * @return the hyperbolic tangents
     */
    public static FloatVector tanh(FloatVector x) {
        IntVector sign = x.reinterpretAsInts().lanewise(AND, ScalarMath.SIGN);
        FloatVector a =
                x.reinterpretAsInts().lanewise(XOR, sign).min(TANH_MAX).reinterpretAsFloats();
        FloatVector y = a.add(a);
        FloatVector sum = y.mul(ScalarMath.LOG2_E).add(ScalarMath.ROUND_TO_POWER);
        FloatVector r = y.sub(sum.sub(ScalarMath.ROUND_TO_POWER).mul(ScalarMath.LN2));
        FloatVector p = r.mul(ScalarMath.E4)
                .add(ScalarMath.E3)
                .mul(r)
                .add(ScalarMath.E2)
                .mul(r)
                .add(ScalarMath.E1)
                .mul(r)
                .add(ScalarMath.E0)
                .mul(r)
                .add(1)
                .mul(r);
        FloatVector power = power(sum.reinterpretAsInts());
        FloatVector t = p.mul(power).add(power.sub(1));
        return t.div(t.add(2))
                .reinterpretAsInts()
                .lanewise(OR, sign)
                .reinterpretAsFloats()
                .blend(x, x.compare(NE, x));
    }

    /**
     * {@link ScalarMath#erf} lane by lane.
     *
     * @param x any floats
     * @return the error function
     */
    public static FloatVector erf(FloatVector x) {
        IntVector sign = x.reinterpretAsInts().lanewise(AND, ScalarMath.SIGN);
        FloatVector a =
                x.reinterpretAsInts().lanewise(XOR, sign).min(ERF_MAX).reinterpretAsFloats();
        FloatVector z = a.mul(a);
        FloatVector p = z.mul(ScalarMath.P5)
                .add(ScalarMath.P4)
                .mul(z)
                .add(ScalarMath.P3)
                .mul(z)
                .add(ScalarMath.P2)
                .mul(z)
                .add(ScalarMath.P1)
                .mul(z)
                .add(ScalarMath.P0);
        FloatVector q = z.mul(ScalarMath.Q5)
                .add(ScalarMath.Q4)
                .mul(z)
                .add(ScalarMath.Q3)
                .mul(z)
                .add(ScalarMath.Q2)
                .mul(z)
                .add(ScalarMath.Q1)
                .mul(z)
                .add(1);
        return a.mul(p)
                .div(q)
                .reinterpretAsInts()
                .min(ONE_BITS)
                .lanewise(OR, sign)
                .reinterpretAsFloats()
                .blend(x, x.compare(NE, x));
    }

    /**
     * {@link ScalarMath#sinTurn} lane by lane.
     *
     * @param turn angles in 2^-32 turns
     * @return the sines
     */
    public static FloatVector sinTurn(IntVector turn) {
        IntVector octant = turn.add(ScalarMath.EIGHTH);
        var odd = octant.and(ScalarMath.QUARTER).compare(NE, 0).cast(FLOATS);
        FloatVector y = rest(turn);
        FloatVector magnitude = sinOfRest(y).blend(cosOfRest(y), odd);
        return magnitude
                .reinterpretAsInts()
                .lanewise(XOR, octant.and(ScalarMath.SIGN))
                .reinterpretAsFloats();
    }

    /**
     * {@link ScalarMath#cosTurn} lane by lane.
     *
     * @param turn angles in 2^-32 turns
     * @return the cosines
     */
    public static FloatVector cosTurn(IntVector turn) {
        IntVector octant = turn.add(ScalarMath.EIGHTH);
        var odd = octant.and(ScalarMath.QUARTER).compare(NE, 0).cast(FLOATS);
        FloatVector y = rest(turn);
        FloatVector magnitude = cosOfRest(y).blend(sinOfRest(y), odd);
        return magnitude
                .reinterpretAsInts()
                .lanewise(XOR, octant.add(ScalarMath.QUARTER).and(ScalarMath.SIGN))
                .reinterpretAsFloats();
    }

    private static FloatVector rest(IntVector turn) {
        return ((FloatVector) turn.lanewise(LSHL, 2).convert(I2F, 0)).mul(ScalarMath.TURN);
    }

    private static FloatVector sinOfRest(FloatVector y) {
        FloatVector z = y.mul(y);
        return z.mul(ScalarMath.S3)
                .add(ScalarMath.S2)
                .mul(z)
                .add(ScalarMath.S1)
                .mul(z)
                .add(ScalarMath.S0)
                .mul(y);
    }

    private static FloatVector cosOfRest(FloatVector y) {
        FloatVector z = y.mul(y);
        return z.mul(ScalarMath.C2)
                .add(ScalarMath.C1)
                .mul(z)
                .add(ScalarMath.C0)
                .mul(z)
                .add(1);
    }
}
