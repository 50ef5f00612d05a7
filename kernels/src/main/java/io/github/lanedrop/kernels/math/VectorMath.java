package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
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
    private static final int MAX_VALUE = Float.floatToRawIntBits(Float.MAX_VALUE);

    private VectorMath() {}

    /**
     * {@link ScalarMath#exp} lane by lane.
     *
     * @param x any floats
     * @return the exponentials
     */
    public static FloatVector exp(FloatVector x) {
        FloatVector middle = x.blend(ScalarMath.EXP_MAX, x.compare(GT, ScalarMath.EXP_MAX));
        middle = middle.blend(ScalarMath.EXP_MIN, x.compare(LT, ScalarMath.EXP_MIN));
        return expOfMiddle(middle).blend(x, x.test(IS_NAN));
    }

    private static FloatVector expOfMiddle(FloatVector x) {
        FloatVector sum = x.mul(ScalarMath.LOG2_E).add(ScalarMath.ROUND);
        FloatVector n = sum.sub(ScalarMath.ROUND);
        FloatVector r = x.sub(n.mul(ScalarMath.LN2_HIGH)).sub(n.mul(ScalarMath.LN2_LOW));
        FloatVector p = r.mul(ScalarMath.E4)
                .add(ScalarMath.E3)
                .mul(r)
                .add(ScalarMath.E2)
                .mul(r)
                .add(ScalarMath.E1)
                .mul(r)
                .add(ScalarMath.E0)
                .mul(r.mul(r))
                .add(r)
                .add(1);
        IntVector bits = sum.reinterpretAsInts();
        IntVector half = bits.lanewise(LSHR, 1);
        IntVector rest = bits.sub(half);
        return p.mul(power(half)).mul(power(rest));
    }

    private static FloatVector power(IntVector n) {
        return n.lanewise(LSHL, ScalarMath.EXPONENT_SHIFT).add(ScalarMath.ONE).reinterpretAsFloats();
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
        // infinity and NaN are themselves; their bits without the sign are the greatest
        y = y.blend(x, x.abs().reinterpretAsInts().compare(GT, MAX_VALUE).cast(FLOATS));
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
        FloatVector square = f.mul(f);
        FloatVector p = f.mul(ScalarMath.L7)
                .add(ScalarMath.L6)
                .mul(f)
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
                .add(ScalarMath.L0);
        return p.mul(square.mul(f))
                .add(n.mul(ScalarMath.LN2_LOW))
                .sub(square.mul(0.5f))
                .add(f)
                .add(n.mul(ScalarMath.LN2_HIGH));
    }

    /**
     * {@link ScalarMath#sigmoid} lane by lane.
     *
     * @param x any floats
     * @return the logistic function
     */
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector below = x.reinterpretAsInts().lanewise(OR, ScalarMath.SIGN).reinterpretAsFloats();
        FloatVector e = expOfMiddle(below.blend(ScalarMath.EXP_MIN, below.compare(LT, ScalarMath.EXP_MIN)));
        return ONE.blend(e, x.compare(LT, 0)).div(e.add(1)).blend(x, x.test(IS_NAN));
    }

    /**
     * {@link ScalarMath#tanh} lane by lane.
     *
     * @param x any floats
     * @return the hyperbolic tangents
     */
    public static FloatVector tanh(FloatVector x) {
        IntVector sign = x.reinterpretAsInts().lanewise(AND, ScalarMath.SIGN);
        FloatVector a = x.reinterpretAsInts().lanewise(XOR, sign).reinterpretAsFloats();
        a = a.blend(ScalarMath.TANH_MAX, a.compare(GT, ScalarMath.TANH_MAX));
        FloatVector y = a.add(a);
        FloatVector sum = y.mul(ScalarMath.LOG2_E).add(ScalarMath.ROUND);
        FloatVector n = sum.sub(ScalarMath.ROUND);
        FloatVector r = y.sub(n.mul(ScalarMath.LN2_HIGH)).sub(n.mul(ScalarMath.LN2_LOW));
        FloatVector p = r.mul(ScalarMath.E4)
                .add(ScalarMath.E3)
                .mul(r)
                .add(ScalarMath.E2)
                .mul(r)
                .add(ScalarMath.E1)
                .mul(r)
                .add(ScalarMath.E0)
                .mul(r.mul(r))
                .add(r);
        FloatVector power = power(sum.reinterpretAsInts());
        FloatVector t = p.mul(power).add(power.sub(1));
        return t.div(t.add(2))
                .reinterpretAsInts()
                .lanewise(OR, sign)
                .reinterpretAsFloats()
                .blend(x, x.test(IS_NAN));
    }

    /**
     * {@link ScalarMath#erf} lane by lane.
     *
     * @param x any floats
     * @return the error function
     */
    public static FloatVector erf(FloatVector x) {
        IntVector sign = x.reinterpretAsInts().lanewise(AND, ScalarMath.SIGN);
        FloatVector a = x.reinterpretAsInts().lanewise(XOR, sign).reinterpretAsFloats();
        a = a.blend(ScalarMath.ERF_MAX, a.compare(GT, ScalarMath.ERF_MAX));
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
        FloatVector y = a.mul(p).div(q);
        y = y.blend(1, y.compare(GT, 1));
        return y.reinterpretAsInts().lanewise(OR, sign).reinterpretAsFloats().blend(x, x.test(IS_NAN));
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
