package io.github.lanedrop.kernels.activation;

import io.github.lanedrop.kernels.math.ScalarMath;

/** The activations on one float: the definition, each line in the order of its operations. */
public enum ScalarActivation {
    /** {@code z}. */
    IDENTITY {
        @Override
        public float forward(float z) {
            return z;
        }

        @Override
        public float backward(float z, float dy) {
            return dy;
        }
    },

    /** {@code max(z, 0)}. */
    RELU {
        @Override
        public float forward(float z) {
            return z <= 0 ? 0 : z;
        }

        @Override
        public float backward(float z, float dy) {
            return z <= 0 ? 0 : dy;
        }
    },

    /** The logistic function. */
    SIGMOID {
        @Override
        public float forward(float z) {
            return ScalarMath.sigmoid(z);
        }

        @Override
        public float backward(float z, float dy) {
            float s = ScalarMath.sigmoid(z);
            return dy * (s * (1 - s));
        }
    },

    /** The hyperbolic tangent. */
    TANH {
        @Override
        public float forward(float z) {
            return ScalarMath.tanh(z);
        }

        @Override
        public float backward(float z, float dy) {
            float t = ScalarMath.tanh(z);
            return dy * (1 - t * t);
        }
    },

    /** {@code z Phi(z)}. */
    GELU {
        @Override
        public float forward(float z) {
            return above(z, -SATURATED) * phi(z);
        }

        @Override
        public float backward(float z, float dy) {
            float density = ScalarMath.exp((z * z) * -0.5f) * DENSITY;
            return dy * (phi(z) + within(z, SATURATED) * density);
        }

        // the normal distribution function
        private float phi(float z) {
            return ScalarMath.erf(z * SQRT_HALF) * 0.5f + 0.5f;
        }
    },

    /** GELU by a hyperbolic tangent. */
    GELU_TANH {
        @Override
        public float forward(float z) {
            return (above(z, -SATURATED) * 0.5f) * (ScalarMath.tanh(inner(z)) + 1);
        }

        @Override
        public float backward(float z, float dy) {
            float t = ScalarMath.tanh(inner(z));
            float near = within(z, SATURATED);
            float slope = (near * near) * (3 * CUBIC * SQRT_2_OVER_PI) + SQRT_2_OVER_PI;
            return dy * ((t + 1) * 0.5f + (near * 0.5f) * ((1 - t * t) * slope));
        }

        private float inner(float z) {
            return z * ((z * z) * (CUBIC * SQRT_2_OVER_PI) + SQRT_2_OVER_PI);
        }
    },

    /** {@code z / (1 + exp(-z))}. */
    SILU {
        @Override
        public float forward(float z) {
            return above(z, -SATURATED_SIGMOID) * ScalarMath.sigmoid(z);
        }

        @Override
        public float backward(float z, float dy) {
            float s = ScalarMath.sigmoid(z);
            return dy * (s * (within(z, SATURATED_SIGMOID) * (1 - s) + 1));
        }
    };

    /** Beyond this distance from 0 a GELU is the identity or 0 to float's precision, and infinities must not meet zeros. */
    static final float SATURATED = 15;
    /** The same for a sigmoid that is multiplied by its argument. */
    static final float SATURATED_SIGMOID = 128;

    static final float SQRT_HALF = 0x1.6a09e6p-1f;
    /** {@code 1 / sqrt(2 pi)}. */
    static final float DENSITY = 0x1.988454p-2f;

    static final float SQRT_2_OVER_PI = 0x1.988454p-1f;
    static final float CUBIC = 0.044715f;

    private static float above(float z, float least) {
        return z < least ? least : z;
    }

    private static float within(float z, float limit) {
        float low = above(z, -limit);
        return low > limit ? limit : low;
    }

    /**
     * {@code f(z)}.
     *
     * @param z any float
     * @return the activation
     */
    public abstract float forward(float z);

    /**
     * {@code dy * f'(z)}.
     *
     * @param z any float
     * @param dy the gradient with respect to the activation
     * @return the gradient with respect to {@code z}
     */
    public abstract float backward(float z, float dy);
}
