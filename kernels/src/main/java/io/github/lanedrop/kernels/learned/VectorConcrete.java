package io.github.lanedrop.kernels.learned;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.lanedrop.kernels.math.VectorMath;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/** {@link ScalarConcrete}, a vector at a time. Arrays hold whole vectors: lanes past {@code count} are garbage. */
public final class VectorConcrete {
    private static final int LANES = FLOATS.length();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    private static final FloatVector ONE = FloatVector.broadcast(FLOATS, 1);

    private VectorConcrete() {}

    /**
     * As {@link ScalarConcrete#kept}.
     *
     * @param words random words, little endian
     * @param wordsAt the first byte of the first word
     * @param kept {@code 1 - z} of each element
     * @param count how many elements
     * @param logit the logit of the drop probability
     * @param inverseTemperature 1 / temperature
     */
    public static void kept(byte[] words, int wordsAt, float[] kept, int count, float logit, float inverseTemperature) {
        odds(words, wordsAt, kept, count);
        VectorMath.log(kept, count);
        exponents(kept, count, logit, inverseTemperature);
        VectorMath.exp(kept, count);
        shares(kept, count);
    }

    private static void odds(byte[] words, int wordsAt, float[] odds, int count) {
        for (int i = 0; i < count; i += LANES) {
            IntVector numerators = ((IntVector) ByteVector.fromArray(BYTES, words, wordsAt + Integer.BYTES * i)
                            .reinterpretShape(INTS, 0))
                    .lanewise(LSHR, 8)
                    .lanewise(LSHL, 1)
                    .add(1);
            ((FloatVector) numerators.convertShape(I2F, FLOATS, 0))
                    .div((FloatVector) numerators.neg().add(ScalarConcrete.ODDS).convertShape(I2F, FLOATS, 0))
                    .intoArray(odds, i);
        }
    }

    private static void exponents(float[] logarithms, int count, float logit, float inverseTemperature) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(FLOATS, logarithms, i)
                    .add(logit)
                    .mul(inverseTemperature)
                    .intoArray(logarithms, i);
        }
    }

    private static void shares(float[] exponentials, int count) {
        for (int i = 0; i < count; i += LANES) {
            ONE.div(FloatVector.fromArray(FLOATS, exponentials, i).add(ONE)).intoArray(exponentials, i);
        }
    }

    /**
     * As {@link ScalarConcrete#apply}.
     *
     * @param x the elements
     * @param kept {@code 1 - z} of each element
     * @param scale what is kept is multiplied by it
     * @param count how many elements
     */
    public static void apply(float[] x, float[] kept, float scale, int count) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector share = FloatVector.fromArray(FLOATS, kept, i);
            FloatVector.fromArray(FLOATS, x, i)
                    .mul(share.mul(scale))
                    .blend(ZERO, share.compare(EQ, 0))
                    .intoArray(x, i);
        }
    }

    /**
     * As {@link ScalarConcrete#backward}.
     *
     * @param x the elements
     * @param gradient the gradient of what came out
     * @param kept {@code 1 - z} of each element
     * @param scale what is kept is multiplied by it
     * @param slope the derivative of the scale's logarithm
     * @param inverseTemperature 1 / temperature
     * @param terms receives the terms
     * @param count how many elements
     */
    public static void backward(
            float[] x,
            float[] gradient,
            float[] kept,
            float scale,
            float slope,
            float inverseTemperature,
            float[] terms,
            int count) {
        FloatVector slopes = FloatVector.broadcast(FLOATS, slope);
        for (int i = 0; i < count; i += LANES) {
            FloatVector share = FloatVector.fromArray(FLOATS, kept, i);
            VectorMask<Float> nothing = share.compare(EQ, 0);
            FloatVector passed = FloatVector.fromArray(FLOATS, gradient, i).mul(share.mul(scale));
            passed.mul(FloatVector.fromArray(FLOATS, x, i))
                    .mul(slopes.sub(ONE.sub(share).mul(inverseTemperature)))
                    .blend(ZERO, nothing)
                    .intoArray(terms, i);
            passed.blend(ZERO, nothing).intoArray(gradient, i);
        }
    }
}
