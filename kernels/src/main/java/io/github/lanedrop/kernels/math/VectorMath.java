package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.UMIN;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link ScalarMath} lane by lane, the same bits: of arrays, or of a vector.
 *
 * <p><b>Take those of arrays.</b> Each function makes C2 build 10,000 to 15,000 nodes, and past 18,000 it inlines no method
 * that is not the JDK's: a vector that such a call takes or returns is boxed, ten times slower. A formula of several
 * functions takes one pass for each over a chunk that stays in L1, which costs a load and a store beside some thirty
 * operations. They are longer than C2 inlines, as their constants are made before their loops: C2 compiles them by
 * themselves, and they fill no caller's nodes.
 *
 * <p><b>A function of a vector is for a long loop:</b> in a method of more than 325 bytes of bytecode, which C2 compiles by
 * itself, and once, before all else. In a shorter one C2 may inline the whole loop into its caller, and that one into
 * others, until the nodes are used up in the middle of it; in which JVM it does depends on what was compiled before. A test
 * holds all callers to that.
 *
 * <p>For the same reason nothing here has helper methods, lines are repeated, and vectors are reinterpreted by
 * {@code viewAsIntegralLanes} and converted by {@code convertShape}, as {@link VectorNoise} explains.
 */
public final class VectorMath {
    private static final int EXP_MAX = Float.floatToRawIntBits(ScalarMath.EXP_MAX);
    private static final int EXP_MIN = Float.floatToRawIntBits(ScalarMath.EXP_MIN);

    // Of functions of vectors, whose nodes count where they are inlined: an operation with a number takes 270 of C2's
    // nodes
    // more than one with a constant vector. Floats are no such constants, as a loop that writes floats would load them
    // again
    // for each vector.
    private static final IntVector SIGMOID_MOST =
            IntVector.broadcast(INTS, Float.floatToRawIntBits(ScalarMath.SIGMOID_MAX));
    private static final IntVector SIGMOID_LEAST = IntVector.broadcast(INTS, EXP_MIN);
    private static final IntVector TANH_MOST = IntVector.broadcast(INTS, Float.floatToRawIntBits(ScalarMath.TANH_MAX));
    private static final IntVector SIGN = IntVector.broadcast(INTS, ScalarMath.SIGN);
    private static final IntVector NORMAL_MOST =
            IntVector.broadcast(INTS, Float.floatToRawIntBits(ScalarMath.NORMAL_MAX));
    private static final IntVector NORMAL_LEAST =
            IntVector.broadcast(INTS, Float.floatToRawIntBits(-ScalarMath.NORMAL_MAX));

    private static final int LANES = FLOATS.length();

    private VectorMath() {}

    /**
     * {@link ScalarMath#exp} of every element, in place.
     *
     * @param values any floats; an array of whole vectors
     * @param count how many; lanes past it are computed too
     */
    public static void exp(float[] values, int count) {
        exp(values, 1, count);
    }

    /**
     * {@link ScalarMath#exp} of a factor times every element, in place.
     *
     * @param values any floats; an array of whole vectors
     * @param factor the factor
     * @param count how many; lanes past it are computed too
     */
    public static void exp(float[] values, float factor, int count) {
        if (factor != 1) {
            for (int i = 0; i < count; i += LANES) {
                FloatVector.fromArray(FLOATS, values, i).mul(factor).intoArray(values, i);
            }
        }
        IntVector greatest = IntVector.broadcast(INTS, EXP_MAX);
        IntVector least = IntVector.broadcast(INTS, EXP_MIN);
        FloatVector log2E = FloatVector.broadcast(FLOATS, ScalarMath.LOG2_E);
        FloatVector toPowers = FloatVector.broadcast(FLOATS, ScalarMath.ROUND_TO_POWERS);
        FloatVector ln2 = FloatVector.broadcast(FLOATS, -ScalarMath.LN2);
        FloatVector ln2Rest = FloatVector.broadcast(FLOATS, -ScalarMath.LN2_REST);
        FloatVector e6 = FloatVector.broadcast(FLOATS, ScalarMath.E6);
        FloatVector e5 = FloatVector.broadcast(FLOATS, ScalarMath.E5);
        FloatVector e4 = FloatVector.broadcast(FLOATS, ScalarMath.E4);
        FloatVector e3 = FloatVector.broadcast(FLOATS, ScalarMath.E3);
        FloatVector e2 = FloatVector.broadcast(FLOATS, ScalarMath.E2);
        FloatVector unit = FloatVector.broadcast(FLOATS, ScalarMath.EXP_UNIT);
        for (int i = 0; i < count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, values, i);
            // as bits: positive floats are in the order of their signed bits, negative ones in that of the unsigned,
            // beyond all others
            FloatVector middle =
                    x.viewAsIntegralLanes().min(greatest).lanewise(UMIN, least).viewAsFloatingLanes();
            FloatVector sum = middle.fma(log2E, toPowers);
            FloatVector n = sum.sub(toPowers);
            FloatVector r = n.fma(ln2Rest, n.fma(ln2, middle));
            FloatVector p =
                    r.fma(e6, e5).fma(r, e4).fma(r, e3).fma(r, e2).fma(r, unit).fma(r, unit);
            IntVector bits = sum.viewAsIntegralLanes();
            IntVector half = bits.lanewise(LSHR, 1);
            FloatVector e = p.viewAsIntegralLanes()
                    .add(half.lanewise(LSHL, ScalarMath.EXPONENT_SHIFT))
                    .viewAsFloatingLanes()
                    .mul(bits.sub(half)
                            .lanewise(LSHL, ScalarMath.EXPONENT_SHIFT)
                            .viewAsFloatingLanes());
            e.blend(x, x.compare(NE, x)).intoArray(values, i);
        }
    }

    /**
     * {@link ScalarMath#decay} lane by lane.
     *
     * @param x floats of -87 or more, or NaN
     * @return the exponentials of their negations
     */
    public static FloatVector decay(FloatVector x) {
        FloatVector toPower = FloatVector.broadcast(FLOATS, ScalarMath.ROUND_TO_POWER);
        FloatVector sum = x.fma(FloatVector.broadcast(FLOATS, -ScalarMath.LOG2_E), toPower);
        FloatVector n = sum.sub(toPower);
        FloatVector r = n.fma(
                FloatVector.broadcast(FLOATS, ScalarMath.LN2_REST),
                n.fma(FloatVector.broadcast(FLOATS, ScalarMath.LN2), x));
        FloatVector p = r.fma(ScalarMath.N6, ScalarMath.N5)
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.N4))
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.N3))
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.N2))
                .fma(r, FloatVector.broadcast(FLOATS, -1))
                .fma(r, FloatVector.broadcast(FLOATS, 1));
        FloatVector power = sum.viewAsIntegralLanes()
                .lanewise(LSHL, ScalarMath.EXPONENT_SHIFT)
                .viewAsFloatingLanes();
        return p.mul(power).blend(0f, x.compare(GT, ScalarMath.DECAY_MAX));
    }

    /**
     * {@link ScalarMath#log} of every element, in place.
     *
     * @param values any floats; an array of whole vectors
     * @param count how many; lanes past it are computed too
     */
    public static void log(float[] values, int count) {
        FloatVector lift = FloatVector.broadcast(FLOATS, ScalarMath.LIFT);
        FloatVector logLift = FloatVector.broadcast(FLOATS, ScalarMath.LOG_LIFT);
        IntVector fraction = IntVector.broadcast(INTS, ScalarMath.FRACTION);
        IntVector sqrtHalf = IntVector.broadcast(INTS, ScalarMath.SQRT_HALF);
        FloatVector ln2 = FloatVector.broadcast(FLOATS, ScalarMath.LN2);
        FloatVector l6 = FloatVector.broadcast(FLOATS, ScalarMath.L6);
        FloatVector l5 = FloatVector.broadcast(FLOATS, ScalarMath.L5);
        FloatVector l4 = FloatVector.broadcast(FLOATS, ScalarMath.L4);
        FloatVector l3 = FloatVector.broadcast(FLOATS, ScalarMath.L3);
        FloatVector l2 = FloatVector.broadcast(FLOATS, ScalarMath.L2);
        FloatVector l1 = FloatVector.broadcast(FLOATS, ScalarMath.L1);
        FloatVector l0 = FloatVector.broadcast(FLOATS, ScalarMath.L0);
        FloatVector minusHalf = FloatVector.broadcast(FLOATS, -0.5f);
        FloatVector ones = FloatVector.broadcast(FLOATS, 1);
        for (int i = 0; i < count; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, values, i);
            var subnormal = x.compare(LT, Float.MIN_NORMAL);
            FloatVector normal = x.blend(x.mul(lift), subnormal);
            IntVector above = normal.viewAsIntegralLanes().sub(sqrtHalf);
            FloatVector n = (FloatVector)
                    above.lanewise(ASHR, ScalarMath.EXPONENT_SHIFT).convertShape(I2F, FLOATS, 0);
            FloatVector f =
                    above.and(fraction).add(sqrtHalf).viewAsFloatingLanes().sub(ones);
            FloatVector square = f.mul(f);
            FloatVector y = f.fma(l6, l5)
                    .fma(f, l4)
                    .fma(f, l3)
                    .fma(f, l2)
                    .fma(f, l1)
                    .fma(f, l0)
                    .fma(f, minusHalf)
                    .fma(square, f);
            y = n.fma(ln2, y);
            y = y.blend(y.sub(logLift), subnormal);
            y = x.blend(y, x.compare(LT, Float.POSITIVE_INFINITY));
            y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0));
            y.blend(Float.NaN, x.compare(LT, 0)).intoArray(values, i);
        }
    }

    /**
     * {@link ScalarMath#sigmoid} lane by lane.
     *
     * @param x any floats
     * @return the logistic function
     */
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector middle = x.viewAsIntegralLanes()
                .min(SIGMOID_MOST)
                .lanewise(UMIN, SIGMOID_LEAST)
                .viewAsFloatingLanes(); // as in exp
        FloatVector toPower = FloatVector.broadcast(FLOATS, ScalarMath.ROUND_TO_SIGMOID);
        FloatVector sum = middle.fma(FloatVector.broadcast(FLOATS, -ScalarMath.LOG2_E), toPower);
        FloatVector n = sum.sub(toPower);
        FloatVector r = n.fma(
                FloatVector.broadcast(FLOATS, ScalarMath.LN2_REST),
                n.fma(FloatVector.broadcast(FLOATS, ScalarMath.LN2), middle));
        FloatVector p = r.fma(ScalarMath.N6, ScalarMath.N5)
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.N4))
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.N3))
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.N2))
                .fma(r, FloatVector.broadcast(FLOATS, -1))
                .fma(r, FloatVector.broadcast(FLOATS, 1));
        FloatVector power = sum.viewAsIntegralLanes()
                .lanewise(LSHL, ScalarMath.EXPONENT_SHIFT)
                .viewAsFloatingLanes();
        FloatVector unit = FloatVector.broadcast(FLOATS, ScalarMath.SIGMOID_UNIT);
        return unit.div(p.fma(power, unit)).blend(x, x.compare(NE, x));
    }

    /**
     * {@link ScalarMath#tanh} lane by lane.
     *
     * @param x any floats
     * @return the hyperbolic tangents
     */
    public static FloatVector tanh(FloatVector x) {
        IntVector bits = x.viewAsIntegralLanes();
        IntVector sign = bits.lanewise(AND, SIGN);
        FloatVector a = bits.lanewise(XOR, sign).min(TANH_MOST).viewAsFloatingLanes();
        FloatVector toPower = FloatVector.broadcast(FLOATS, ScalarMath.ROUND_TO_POWER);
        FloatVector sum = a.fma(FloatVector.broadcast(FLOATS, 2 * ScalarMath.LOG2_E), toPower);
        FloatVector n = sum.sub(toPower);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -ScalarMath.LN2 / 2), a);
        FloatVector p = r.fma(ScalarMath.T4, ScalarMath.T3)
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.T2))
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.T1))
                .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.T0))
                .fma(r.mul(r), r.add(r));
        FloatVector power = sum.viewAsIntegralLanes()
                .lanewise(LSHL, ScalarMath.EXPONENT_SHIFT)
                .viewAsFloatingLanes();
        FloatVector t = p.fma(power, power.sub(FloatVector.broadcast(FLOATS, 1)));
        return t.div(t.add(FloatVector.broadcast(FLOATS, 2)))
                .viewAsIntegralLanes()
                .lanewise(OR, sign)
                .viewAsFloatingLanes()
                .blend(x, x.compare(NE, x));
    }

    /**
     * {@link ScalarMath#normal} lane by lane.
     *
     * @param x any floats
     * @return the probabilities of less
     */
    public static FloatVector normal(FloatVector x) {
        FloatVector middle = x.viewAsIntegralLanes()
                .min(NORMAL_MOST)
                .lanewise(UMIN, NORMAL_LEAST)
                .viewAsFloatingLanes(); // as in exp
        FloatVector z = middle.mul(middle);
        FloatVector p = z.fma(ScalarMath.P5, ScalarMath.P4)
                .fma(z, FloatVector.broadcast(FLOATS, ScalarMath.P3))
                .fma(z, FloatVector.broadcast(FLOATS, ScalarMath.P2))
                .fma(z, FloatVector.broadcast(FLOATS, ScalarMath.P1))
                .fma(z, FloatVector.broadcast(FLOATS, ScalarMath.P0));
        FloatVector q = z.fma(ScalarMath.Q5, ScalarMath.Q4)
                .fma(z, FloatVector.broadcast(FLOATS, ScalarMath.Q3))
                .fma(z, FloatVector.broadcast(FLOATS, ScalarMath.Q2))
                .fma(z, FloatVector.broadcast(FLOATS, ScalarMath.Q1))
                .fma(z, FloatVector.broadcast(FLOATS, 1));
        return middle.mul(p).div(q).add(0.5f).blend(x, x.compare(NE, x));
    }
}
