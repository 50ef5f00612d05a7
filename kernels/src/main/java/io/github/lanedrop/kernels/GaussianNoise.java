package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.Objects;

/**
 * Independent normal values, decided by nothing but {@code (mean, deviation, key, i)}.
 *
 * <pre>
 * value[i] = mean + deviation * normal[i]
 * normal[2j], normal[2j + 1] = sqrt(-2 ln u) * cos(2 pi v), sqrt(-2 ln u) * sin(2 pi v)
 * u = ((word[2j] &gt;&gt;&gt; 8) + 1/2) * 2^-24        toward zero to float
 * v = (word[2j + 1] &gt;&gt;&gt; 8) * 2^-24
 * </pre>
 *
 * <p>{@code word} is the Philox4x32-10 word stream of {@code key}: one word a value, nothing is stored. Mean and deviation
 * are rounded to float32, the product and the sum each once. No value is further than 5.89 deviations from the mean. A
 * deviation of 0 draws nothing.
 *
 * <p>Source: G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates", Ann. Math. Statist. 29
 * (1958).
 *
 * @param mean the mean, in the range of float32
 * @param deviation the standard deviation, 0 or more, in the range of float32
 * @param key the address of this noise
 */
public record GaussianNoise(double mean, double deviation, Key key) implements NoiseSource {
    /**
     * Refuses what is not finite, a negative deviation and null.
     *
     * @throws IllegalArgumentException if mean or deviation is out of range
     */
    public GaussianNoise {
        Check.finiteFloat("mean", mean);
        Check.zeroOrMore("deviation", deviation);
        Objects.requireNonNull(key, "key");
    }

    /**
     * Gaussian dropout, for {@link NoiseKernel#multiply}: factors {@code N(1, p / q)}, {@code p} the realised rate and
     * {@code q = 1 - p}. So mean and variance of the output are those of inverted dropout at that rate, {@code x} and
     * {@code x^2 p / q}. Rate 0 is the identity.
     *
     * <p>Source: N. Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15 (2014),
     * section 10; S. Wang, C. Manning, "Fast dropout training", ICML 2013.
     *
     * @param rate the rate of the dropout that it stands for; not one that drops everything
     * @param key the address of the noise
     * @return the factors
     * @throws IllegalArgumentException if everything is dropped: the variance would be infinite
     */
    public static GaussianNoise dropout(Rate rate, Key key) {
        if (rate.dropsAll()) {
            throw new IllegalArgumentException(
                    "rate of Gaussian dropout must be less than 1, where its variance is infinite, got "
                            + rate.nominal());
        }
        return new GaussianNoise(1, Math.sqrt(rate.effective() / (1 - rate.effective())), key);
    }

    /**
     * Additive noise, for {@link NoiseKernel#add}: {@code N(0, deviation^2)}. Deviation 0 is the identity.
     *
     * <p>Source: C. Bishop, "Training with Noise is Equivalent to Tikhonov Regularization", Neural Computation 7 (1995).
     *
     * @param deviation the standard deviation, 0 or more, in the range of float32; it may exceed 1
     * @param key the address of the noise
     * @return the summands
     * @throws IllegalArgumentException if the deviation is out of range
     */
    public static GaussianNoise centred(double deviation, Key key) {
        return new GaussianNoise(0, deviation, key);
    }
}
