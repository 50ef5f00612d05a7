package io.github.lanedrop.kernels;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Tests of bits against independent ones that are 1 with a known probability {@code q}, which need not be one half.
 *
 * <p>Bits are 64 to a long, lowest first, and all 64 of each long count. A test returns a p-value, two-sided: also a fit
 * that is too good is none. The null distributions are the limits of large {@code n}; at p-values near 1e-9 they want
 * {@code n min(q, 1 - q)^m} to be at least about 1,000, where {@code m} is the number of bits that a test looks at
 * together.
 *
 * <p>Where the number of ones is given, as by {@link ExactCountMask}, every sequence of that many is as likely as any
 * other: {@link #monobit} says nothing, runs are conditional on the number anyway, correlations move by
 * {@code 1 / sqrt(n)} standard deviations, and the chi-square variables that contain the monobit's lose one degree of
 * freedom, {@code given = 1} below.
 */
final class BitTests {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    /** The least number that a bin should expect. */
    private static final double FEW = 50;

    private BitTests() {}

    static long bits(long[] words) {
        return (long) Long.SIZE * words.length;
    }

    static long ones(long[] words) {
        return Arrays.stream(words).map(Long::bitCount).sum();
    }

    /** The p-value of a standard normal variable. */
    static double ofNormal(double z) {
        return 2 * NORMAL.survivalProbability(Math.abs(z));
    }

    /** The p-value of a chi-square variable. */
    static double ofChiSquare(double x, double degreesOfFreedom) {
        var distribution = ChiSquaredDistribution.of(degreesOfFreedom);
        return 2 * Math.min(distribution.cumulativeProbability(x), distribution.survivalProbability(x));
    }

    /** The number of ones: binomial. */
    static double monobit(long[] words, double q) {
        double n = bits(words);
        return ofNormal((ones(words) - n * q) / Math.sqrt(n * q * (1 - q)));
    }

    /** The numbers of ones in blocks of {@code 64 * blockWords} bits: a chi-square variable, one degree a block. */
    static double blockFrequency(long[] words, double q, int blockWords, int given) {
        int blocks = words.length / blockWords;
        double expected = Long.SIZE * blockWords * q;
        double sum = 0;
        for (int block = 0; block < blocks; block++) {
            long ones = ones(Arrays.copyOfRange(words, block * blockWords, (block + 1) * blockWords));
            sum += square(ones - expected) / (expected * (1 - q));
        }
        return ofChiSquare(sum, blocks - given);
    }

    /** The numbers of ones in each 64 bits against the binomial distribution; rare ones are counted together. */
    static double countsOfWords(long[] words, double q, int given) {
        var binomial = BinomialDistribution.of(Long.SIZE, q);
        long[] observed = new long[Long.SIZE + 1];
        for (long word : words) {
            observed[Long.bitCount(word)]++;
        }
        double sum = 0;
        int bins = 0;
        double expectedInBin = 0;
        double observedInBin = 0;
        double rest = words.length;
        for (int ones = 0; ones <= Long.SIZE; ones++) {
            double expected = words.length * binomial.probability(ones);
            expectedInBin += expected;
            observedInBin += observed[ones];
            rest -= expected;
            if ((expectedInBin >= FEW && rest >= FEW) || ones == Long.SIZE) {
                sum += square(observedInBin - expectedInBin) / expectedInBin;
                bins++;
                expectedInBin = 0;
                observedInBin = 0;
            }
        }
        return ofChiSquare(sum, bins - 1 - given);
    }

    /** The numbers of ones at each of 64 positions: a chi-square variable with 64 degrees. */
    static double positions(long[] words, double q, int given) {
        double expected = words.length * q;
        double sum = 0;
        for (int bit = 0; bit < Long.SIZE; bit++) {
            long ones = 0;
            for (long word : words) {
                ones += (word >>> bit) & 1;
            }
            sum += square(ones - expected) / (expected * (1 - q));
        }
        return ofChiSquare(sum, Long.SIZE - given);
    }

    /**
     * The serial test on overlapping tuples of {@code m} bits, wrapped around. With {@code psi^2(m)} for Pearson's
     * statistic of the {@code 2^m} tuples against the products of {@code q} and {@code 1 - q}, the difference
     * {@code psi^2(m) - psi^2(m - 1)} is a chi-square variable with {@code 2^(m - 1)} degrees.
     *
     * <p>Source: I. J. Good, "The serial test for sampling numbers and other tests for randomness", Proc. Cambridge
     * Phil. Soc. 49 (1953), for one half. For any {@code q}: {@code psi^2(m)} is the sum of the squares of the normed
     * sums of the products of {@code (x - q) / sqrt(q (1 - q))} over the non-empty subsets of {@code m} neighbours, in
     * which only those are new that begin with the first of them; they are uncorrelated.
     */
    static double serial(long[] words, double q, int m, int given) {
        return ofChiSquare(pearson(words, q, m) - pearson(words, q, m - 1), (1 << (m - 1)) - given);
    }

    private static double pearson(long[] words, double q, int m) {
        long[] counts = new long[1 << m];
        for (int i = 0; i < words.length; i++) {
            long word = words[i];
            long next = words[i + 1 < words.length ? i + 1 : 0];
            for (int tuple = 0; tuple < counts.length; tuple++) {
                long matches = -1;
                for (int bit = 0; bit < m; bit++) {
                    long later = bit == 0 ? word : (word >>> bit) | (next << -bit);
                    matches &= ((tuple >>> bit) & 1) == 1 ? later : ~later;
                }
                counts[tuple] += Long.bitCount(matches);
            }
        }
        double sum = 0;
        for (int tuple = 0; tuple < counts.length; tuple++) {
            int ones = Integer.bitCount(tuple);
            double expected = bits(words) * Math.pow(q, ones) * Math.pow(1 - q, m - ones);
            sum += square(counts[tuple] - expected) / expected;
        }
        return sum;
    }

    /**
     * The number of runs, given the number of ones: whatever {@code q} is, its mean is {@code mu = 2 n1 n0 / n + 1} and
     * its variance {@code (mu - 1) (mu - 2) / (n - 1)}.
     *
     * <p>Source: A. Wald and J. Wolfowitz, "On a test whether two samples are from the same population", Annals of
     * Mathematical Statistics 11 (1940).
     */
    static double runs(long[] words) {
        long changes = 0;
        for (int i = 0; i < words.length; i++) {
            // the last bit of all has no successor
            long later = i + 1 < words.length ? (words[i] >>> 1) | (words[i + 1] << 63) : words[i] >> 1;
            changes += Long.bitCount(words[i] ^ later);
        }
        double n = bits(words);
        double ones = ones(words);
        double mean = 2 * ones * (n - ones) / n + 1;
        return ofNormal((changes + 1 - mean) / Math.sqrt((mean - 1) * (mean - 2) / (n - 1)));
    }

    /** The autocorrelation at a lag, wrapped around, as a standard normal variable; uncorrelated between lags. */
    static double autocorrelation(long[] words, double q, int lag) {
        return correlation(words, words, q, lag);
    }

    /** The correlation of two sequences as a standard normal variable. */
    static double correlation(long[] a, long[] b, double q) {
        return correlation(a, b, q, 0);
    }

    /**
     * {@code sum over i of (a[i] - q) (b[i + lag] - q)}, wrapped around, over its standard deviation
     * {@code sqrt(n) q (1 - q)}: as a standard normal variable, uncorrelated between lags.
     */
    static double correlation(long[] a, long[] b, double q, int lag) {
        int skip = lag >>> 6;
        int shift = lag & 63;
        int whole = a.length - skip - 1; // these need no wrapping around
        long both = 0;
        if (shift == 0) {
            for (int i = 0; i < whole; i++) {
                both += Long.bitCount(a[i] & b[i + skip]);
            }
        } else {
            for (int i = 0; i < whole; i++) {
                both += Long.bitCount(a[i] & ((b[i + skip] >>> shift) | (b[i + skip + 1] << -shift)));
            }
        }
        for (int i = Math.max(whole, 0); i < a.length; i++) {
            long low = b[(i + skip) % b.length];
            long high = b[(i + skip + 1) % b.length];
            both += Long.bitCount(a[i] & (shift == 0 ? low : (low >>> shift) | (high << -shift)));
        }
        double n = bits(a);
        return (both - q * (ones(a) + ones(b)) + n * q * q) / (Math.sqrt(n) * q * (1 - q));
    }

    private static double square(double x) {
        return x * x;
    }
}
