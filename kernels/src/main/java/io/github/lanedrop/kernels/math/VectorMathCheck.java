package io.github.lanedrop.kernels.math;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;

/** Holds {@link VectorMath} against {@link ScalarMath} before it is trusted. */
public final class VectorMathCheck {
    private static final float[] ARGUMENTS = {
        0, -0f, 1, -1, .3f, -.6f, 2.5f, -20, 88.7f, -103.5f, 1e-40f, 3e38f, Float.NaN, 1 / 0f, -1 / 0f, 17
    };

    private VectorMathCheck() {}

    /**
     * Whether all functions agree, bit for bit, on zeros, infinities, NaN, subnormal and ordinary arguments.
     *
     * @return false if one does not
     */
    public static boolean agrees() {
        float[] exp = ARGUMENTS.clone();
        float[] log = ARGUMENTS.clone();
        VectorMath.exp(exp, exp.length);
        VectorMath.log(log, log.length);
        boolean agree = true;
        for (int at = 0; at < ARGUMENTS.length; at += FLOATS.length()) {
            FloatVector x = FloatVector.fromArray(FLOATS, ARGUMENTS, at);
            FloatVector sigmoid = VectorMath.sigmoid(x);
            FloatVector tanh = VectorMath.tanh(x);
            FloatVector normal = VectorMath.normal(x);
            FloatVector decay = VectorMath.decay(x.abs());
            for (int lane = 0; lane < FLOATS.length(); lane++) {
                float argument = ARGUMENTS[at + lane];
                agree &= same(exp[at + lane], ScalarMath.exp(argument))
                        && same(log[at + lane], ScalarMath.log(argument))
                        && same(sigmoid.lane(lane), ScalarMath.sigmoid(argument))
                        && same(tanh.lane(lane), ScalarMath.tanh(argument))
                        && same(normal.lane(lane), ScalarMath.normal(argument))
                        && Float.compare(decay.lane(lane), ScalarMath.decay(Math.abs(argument))) == 0; // any NaN
            }
        }
        return agree;
    }

    private static boolean same(float a, float b) {
        return Float.floatToRawIntBits(a) == Float.floatToRawIntBits(b);
    }
}
