package io.github.lanedrop.layers;

import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Random initial weights of mean 0.
 *
 * <pre>
 * std     = gain / sqrt(fanIn)
 * uniform = sqrt(3) * std * (2u - 1)                                 u  = (word &gt;&gt;&gt; 8) * 2^-24
 * normal  = std * sqrt(-2 ln u1) * cos(2 pi u2), then with sin       u1 = ((word &gt;&gt;&gt; 8) + 0.5) * 2^-24
 * </pre>
 *
 * <p>The words are those of the key's Philox stream in order, two for each two normal values. They and the elementary
 * functions are the same on every machine, so the weights are a function of the key and the shape alone.
 *
 * <p><b>After dropout.</b> Inverted dropout at rate {@code p} multiplies the expected square of its output by
 * {@code 1/(1-p)}, and with it the variance of the pre-activations of the next layer. {@link #afterDropout} takes
 * {@code sqrt(1-p)} off that layer's weights, so that the variance is again what the initialiser was made for.
 *
 * <p>Source: K. He et al., "Delving Deep into Rectifiers", ICCV 2015 (gain sqrt(2) for ReLU, fan-in mode).
 *
 * @param distribution the shape of the distribution
 * @param gain what the standard deviation is multiplied by, above 0
 */
public record Initializer(Distribution distribution, double gain) {
    private static final double TO_UNIT = 0x1p-24;
    private static final int BLOCKS = 256;

    /** The shape of a distribution. */
    public enum Distribution {
        /** Even between two bounds. */
        UNIFORM,
        /** Gaussian. */
        NORMAL
    }

    /**
     * Refuses null and gains that are not above 0.
     *
     * @throws IllegalArgumentException if the gain is not a finite number above 0
     */
    public Initializer {
        Objects.requireNonNull(distribution, "distribution");
        if (!(gain > 0 && gain < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("gain must be finite and above 0, got " + gain);
        }
    }

    /**
     * He's uniform initialiser: bound {@code sqrt(6 / fanIn)}.
     *
     * @return the initialiser
     */
    public static Initializer heUniform() {
        return new Initializer(Distribution.UNIFORM, Math.sqrt(2));
    }

    /**
     * He's normal initialiser: standard deviation {@code sqrt(2 / fanIn)}.
     *
     * @return the initialiser
     */
    public static Initializer heNormal() {
        return new Initializer(Distribution.NORMAL, Math.sqrt(2));
    }

    /**
     * This initialiser for a layer whose input comes out of dropout.
     *
     * @param rate the dropout's rate, below 1
     * @return the initialiser with its gain multiplied by {@code sqrt(1 - rate)}
     * @throws IllegalArgumentException if the rate is 1, where no weights could make up for it
     */
    public Initializer afterDropout(Rate rate) {
        if (rate.dropsAll()) {
            throw new IllegalArgumentException("rate must be below 1, got " + rate.nominal());
        }
        return new Initializer(distribution, gain * Math.sqrt(1 - rate.effective()));
    }

    /**
     * Overwrites a tensor with random values.
     *
     * @param weights receives the values in row-major order
     * @param fanIn how many inputs each output sums, 0 or more
     * @param key whose stream is used up; give each parameter a key of its own, such as {@code key.named("0.weight")}
     * @throws IllegalArgumentException if {@code fanIn} is negative
     */
    public void fill(Tensor weights, int fanIn, Key key) {
        if (fanIn < 0) {
            throw new IllegalArgumentException("fanIn must be 0 or more, got " + fanIn);
        }
        double std = gain / Math.sqrt(Math.max(1, fanIn));
        ByteBuffer words = ByteBuffer.allocate(BLOCKS * Philox4x32.BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[words.capacity() / Integer.BYTES];
        long block = 0;
        for (long at = 0; at < weights.elements(); at += values.length) {
            ByteStream.fill(key.seed(), key.stream(), block, words.array(), 0, BLOCKS);
            block += BLOCKS;
            switch (distribution) {
                case UNIFORM -> uniform(words, std * Math.sqrt(3), values);
                case NORMAL -> normal(words, std, values);
            }
            weights.write(at, values, (int) Math.min(values.length, weights.elements() - at));
        }
    }

    private static void uniform(ByteBuffer words, double bound, float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (bound * (2 * (high24(words, i) * TO_UNIT) - 1));
        }
    }

    /** The method of Box and Muller. */
    private static void normal(ByteBuffer words, double std, float[] values) {
        for (int i = 0; i < values.length; i += 2) {
            double radius = std * Math.sqrt(-2 * StrictMath.log((high24(words, i) + 0.5) * TO_UNIT));
            double angle = 2 * Math.PI * (high24(words, i + 1) * TO_UNIT);
            values[i] = (float) (radius * StrictMath.cos(angle));
            values[i + 1] = (float) (radius * StrictMath.sin(angle));
        }
    }

    private static int high24(ByteBuffer words, int index) {
        return words.getInt(index * Integer.BYTES) >>> 8;
    }
}
