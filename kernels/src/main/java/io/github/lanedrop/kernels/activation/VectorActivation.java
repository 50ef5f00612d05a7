package io.github.lanedrop.kernels.activation;

import static io.github.lanedrop.kernels.activation.ScalarActivation.CUBIC;
import static io.github.lanedrop.kernels.activation.ScalarActivation.DENSITY;
import static io.github.lanedrop.kernels.activation.ScalarActivation.SATURATED;
import static io.github.lanedrop.kernels.activation.ScalarActivation.SATURATED_SIGMOID;
import static io.github.lanedrop.kernels.activation.ScalarActivation.SQRT_2_OVER_PI;
import static io.github.lanedrop.kernels.activation.ScalarActivation.SQRT_HALF;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;

import io.github.lanedrop.kernels.math.VectorMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ScalarActivation} on a vector, with the same bits.
 *
 * <p>Vectors cross these calls. Only {@link VectorChainLoop} may make them: it is small, and has its function in a
 * constant, so that C2 inlines it.
 */
interface VectorActivation {
    /** One in every lane. */
    FloatVector ONE = FloatVector.broadcast(FLOATS, 1f);

    /** {@code f(z)}. */
    FloatVector forward(FloatVector z);

    /** {@code dy * f'(z)}. */
    FloatVector backward(FloatVector z, FloatVector dy);

    /** Whether it takes so few operations that a loop may repeat it. */
    default boolean cheap() {
        return false;
    }

    /** The twin of a scalar activation. */
    static VectorActivation of(ScalarActivation twin) {
        return switch (twin) {
            case IDENTITY -> new Identity();
            case RELU -> new Relu();
            case SIGMOID -> new Sigmoid();
            case TANH -> new Tanh();
            case GELU -> new Gelu();
            case GELU_TANH -> new GeluTanh();
            case SILU -> new Silu();
        };
    }

    /** {@link ScalarActivation#IDENTITY}. */
    record Identity() implements VectorActivation {
        @Override
        public boolean cheap() {
            return true;
        }

        @Override
        public FloatVector forward(FloatVector z) {
            return z;
        }

        @Override
        public FloatVector backward(FloatVector z, FloatVector dy) {
            return dy;
        }
    }

    /** {@link ScalarActivation#RELU}. */
    record Relu() implements VectorActivation {
        @Override
        public boolean cheap() {
            return true;
        }

        @Override
        public FloatVector forward(FloatVector z) {
            return z.blend(FloatVector.zero(FLOATS), z.compare(VectorOperators.LE, 0f));
        }

        @Override
        public FloatVector backward(FloatVector z, FloatVector dy) {
            return dy.blend(FloatVector.zero(FLOATS), z.compare(VectorOperators.LE, 0f));
        }
    }

    /** {@link ScalarActivation#SIGMOID}. */
    record Sigmoid() implements VectorActivation {
        @Override
        public FloatVector forward(FloatVector z) {
            return VectorMath.sigmoid(z);
        }

        @Override
        public FloatVector backward(FloatVector z, FloatVector dy) {
            FloatVector s = VectorMath.sigmoid(z);
            return dy.mul(s.mul(ONE.sub(s)));
        }
    }

    /** {@link ScalarActivation#TANH}. */
    record Tanh() implements VectorActivation {
        @Override
        public FloatVector forward(FloatVector z) {
            return VectorMath.tanh(z);
        }

        @Override
        public FloatVector backward(FloatVector z, FloatVector dy) {
            FloatVector t = VectorMath.tanh(z);
            return dy.mul(ONE.sub(t.mul(t)));
        }
    }

    /** {@link ScalarActivation#GELU}. */
    record Gelu() implements VectorActivation {
        @Override
        public FloatVector forward(FloatVector z) {
            return above(z, -SATURATED).mul(phi(z));
        }

        @Override
        public FloatVector backward(FloatVector z, FloatVector dy) {
            FloatVector near = within(z, SATURATED);
            FloatVector density = VectorMath.exp(near.mul(near).mul(-0.5f)).mul(DENSITY);
            return dy.mul(phi(z).add(near.mul(density)));
        }

        private static FloatVector phi(FloatVector z) {
            return VectorMath.erf(z.mul(SQRT_HALF)).mul(0.5f).add(0.5f);
        }
    }

    /** {@link ScalarActivation#GELU_TANH}. */
    record GeluTanh() implements VectorActivation {
        @Override
        public FloatVector forward(FloatVector z) {
            FloatVector near = above(z, -SATURATED);
            return near.mul(0.5f).mul(VectorMath.tanh(inner(near)).add(1));
        }

        @Override
        public FloatVector backward(FloatVector z, FloatVector dy) {
            FloatVector near = within(z, SATURATED);
            FloatVector t = VectorMath.tanh(inner(near));
            FloatVector slope =
                    near.mul(near).mul(3 * CUBIC * SQRT_2_OVER_PI).add(SQRT_2_OVER_PI);
            return dy.mul(t.add(1).mul(0.5f).add(near.mul(0.5f).mul(ONE.sub(t.mul(t)).mul(slope))));
        }

        private static FloatVector inner(FloatVector z) {
            return z.mul(z.mul(z).mul(CUBIC * SQRT_2_OVER_PI).add(SQRT_2_OVER_PI));
        }
    }

    /** {@link ScalarActivation#SILU}. */
    record Silu() implements VectorActivation {
        @Override
        public FloatVector forward(FloatVector z) {
            return above(z, -SATURATED_SIGMOID).mul(VectorMath.sigmoid(z));
        }

        @Override
        public FloatVector backward(FloatVector z, FloatVector dy) {
            FloatVector near = within(z, SATURATED_SIGMOID);
            FloatVector s = VectorMath.sigmoid(near);
            return dy.mul(s.mul(near.mul(ONE.sub(s)).add(1)));
        }
    }

    private static FloatVector above(FloatVector z, float least) {
        return z.blend(least, z.compare(VectorOperators.LT, least));
    }

    private static FloatVector within(FloatVector z, float limit) {
        FloatVector low = above(z, -limit);
        return low.blend(limit, low.compare(VectorOperators.GT, limit));
    }
}
