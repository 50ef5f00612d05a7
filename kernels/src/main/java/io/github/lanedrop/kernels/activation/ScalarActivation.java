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
            return above(z, -SATURATED) * ScalarMath.normal(z);
        }

        @Override
        public float backward(float z, float dy) {
            float density = ScalarMath.decay((z * z) * 0.5f) * DENSITY;
            return dy * (ScalarMath.normal(z) + within(z, SATURATED) * density);
        }
    },

    /** GELU by a hyperbolic tangent: {@code (1 + tanh(u)) / 2} is the logistic function of {@code 2 u}. */
    GELU_TANH {
        @Override
        public float forward(float z) {
            return above(z, -SATURATED) * ScalarMath.sigmoid(inner(z));
        }

        @Override
        public float backward(float z, float dy) {
            float inner = inner(z);
            float tail = ScalarMath.sigmoid(-Math.abs(inner)); // 1 less than what is nearly 1 would be mostly error
            float near = within(z, SATURATED);
            float slope = (near * near) * (3 * INNER_CUBIC) + INNER;
            return dy * ((near * tail) * ((1 - tail) * slope) + (inner < 0 ? tail : 1 - tail));
        }

        private float inner(float z) {
            return z * ((z * z) * INNER_CUBIC + INNER);
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

    /** {@code 1 / sqrt(2 pi)}. */
    static final float DENSITY = 0x1.988454p-2f;

    /** {@code 2 sqrt(2 / pi)}, and its product with the coefficient of the cube. */
    static final float INNER = 0x1.988454p0f;

    static final float INNER_CUBIC = 0.044715f * INNER;

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
