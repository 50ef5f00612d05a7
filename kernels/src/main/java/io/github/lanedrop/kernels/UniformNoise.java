package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.Objects;

/**
 * Independent uniform values, decided by nothing but {@code (mean, reach, key, i)}.
 *
 * <pre>
 * value[i] = mean + reach * r[i]
 * r[i]     = (2 (word[i] &gt;&gt;&gt; 8) + 1 - 2^24) * 2^-24        in (-1, 1), symmetric about 0, exact
 * </pre>
 *
 * <p>{@code word} is the Philox4x32-10 word stream of {@code key}: one word a value, nothing is stored. Mean and reach are
 * rounded to float32, the product and the sum each once. The variance is {@code reach^2 / 3}. A reach of 0 draws nothing.
 *
 * @param mean the mean, in the range of float32
 * @param reach how far from the mean, at most; 0 or more, in the range of float32
 * @param key the address of this noise
 */
public record UniformNoise(double mean, double reach, Key key) implements NoiseSource {
    /**
     * Refuses what is not finite, a negative reach and null.
     *
     * @throws IllegalArgumentException if mean or reach is out of range
     */
    public UniformNoise {
        Check.finiteFloat("mean", mean);
        Check.zeroOrMore("reach", reach);
        Objects.requireNonNull(key, "key");
    }

    /**
     * Uout, for {@link NoiseKernel#multiply}: factors {@code 1 + r} with {@code r} uniform in {@code (-beta, beta)}. The
     * variance of an input of variance {@code v} and mean 0 becomes {@code v (1 + beta^2 / 3)}. Beta 0 is the identity.
     *
     * <p>Source: X. Li et al., "Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift",
     * CVPR 2019 (arXiv:1801.05134).
     *
     * @param beta how far from 1, at most; 0 or more, in the range of float32
     * @param key the address of the noise
     * @return the factors
     * @throws IllegalArgumentException if beta is out of range
     */
    public static UniformNoise uout(double beta, Key key) {
        return new UniformNoise(1, Check.zeroOrMore("beta", beta), key);
    }
}
