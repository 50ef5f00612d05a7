package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests of bits pass what is random, with p-values that are uniform, and fail what is not. */
final class BitTestsTest {
    /** What {@link MaskIndependenceTest} calls a failure. */
    private static final double FLOOR = MaskIndependenceTest.FLOOR;

    /** Independent bits from another generator than the project's. */
    private static long[] independent(UniformRandomProvider random, int words, double q) {
        return bits(words, _ -> random.nextDouble() < q);
    }

    private static long[] bits(int words, IntPredicate one) {
        long[] bits = new long[words];
        for (int i = 0; i < 64 * words; i++) {
            if (one.test(i)) {
                bits[i >>> 6] |= 1L << i;
            }
        }
        return bits;
    }

    private static boolean bit(long[] words, int i) {
        return ((words[i >>> 6] >>> i) & 1) == 1;
    }

    private static UniformRandomProvider random(long seed) {
        return RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
    }

    /** As many ones as there are, to the bit, in any order. */
    private static long[] exactly(UniformRandomProvider random, int words, double q) {
        int n = 64 * words;
        int[] left = {(int) Math.round(q * n)};
        return bits(words, i -> {
            boolean one = random.nextInt(n - i) < left[0];
            left[0] -= one ? 1 : 0;
            return one;
        });
    }

    private static Map<String, ToDoubleFunction<long[]>> tests(double q, int given) {
        Map<String, ToDoubleFunction<long[]>> all = new TreeMap<>();
        if (given == 0) {
            all.put("monobit", words -> BitTests.monobit(words, q));
        }
        all.put("blocks", words -> BitTests.blockFrequency(words, q, 8, given));
        all.put("counts", words -> BitTests.countsOfWords(words, q, given));
        all.put("positions", words -> BitTests.positions(words, q, given));
        all.put("runs", BitTests::runs);
        for (int m = 2; m <= 4; m++) {
            int bits = m;
            all.put("serial " + m, words -> BitTests.serial(words, q, bits, given));
        }
        for (int lag : new int[] {1, 63, 64, 1000}) {
            all.put("lag " + lag, words -> BitTests.ofNormal(BitTests.autocorrelation(words, q, lag)));
        }
        return all;
    }

    /**
     * Each null distribution, by Kolmogorov and Smirnov on the p-values of 400 sequences of independent bits, and of as many
     * whose number of ones is given.
     */
    @ParameterizedTest
    @CsvSource({".1, 0", ".3, 0", ".5, 0", ".8, 0", ".1, 1", ".3, 1", ".5, 1", ".8, 1"})
    void pValuesOfRandomBitsAreUniform(double q, int given) {
        int sequences = 400;
        UniformRandomProvider random = random(7);
        Map<String, double[]> pValues = new TreeMap<>();
        for (int sequence = 0; sequence < sequences; sequence++) {
            long[] words = given == 0 ? independent(random, 1 << 10, q) : exactly(random, 1 << 10, q);
            int at = sequence;
            tests(q, given)
                    .forEach((name, test) ->
                            pValues.computeIfAbsent(name, _ -> new double[sequences])[at] = test.applyAsDouble(words));
        }
        pValues.forEach((name, p) -> assertThat(KolmogorovSmirnovTest.withDefaults()
                        .test(p, x -> Math.clamp(x, 0, 1))
                        .getPValue())
                .as("uniform p-values of %s at %s, given %d", name, q, given)
                .isGreaterThan(1e-5));
    }

    /** Sums that the words' way of counting must equal. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 127, 128, 200, 639, 640, 700})
    void correlationCountsEveryPairOnce(int lag) {
        double q = .3;
        long[] a = independent(random(1), 10, q);
        long[] b = independent(random(2), 10, q);
        double sum = 0;
        for (int i = 0; i < 640; i++) {
            sum += ((bit(a, i) ? 1 : 0) - q) * ((bit(b, (i + lag) % 640) ? 1 : 0) - q);
        }
        assertThat(BitTests.correlation(a, b, q, lag)).isCloseTo(sum / (Math.sqrt(640) * q * (1 - q)), within(1e-12));
    }

    /** 0011 0111 0000..., by hand: 4 runs in 64 bits with 5 ones. */
    @Test
    void runsOfASmallSequence() {
        double mean = 2 * 5 * 59 / 64d + 1;
        double sigma = Math.sqrt((mean - 1) * (mean - 2) / 63);
        double expected = 2 * NormalDistribution.of(0, 1).cumulativeProbability(-Math.abs(5 - mean) / sigma);
        assertThat(BitTests.runs(new long[] {0b1110_1100})).isCloseTo(expected, within(1e-12));
    }

    @Test
    void aBiasIsFound() {
        long[] words = independent(random(3), 1 << 15, .505);
        assertThat(BitTests.monobit(words, .5)).isLessThan(FLOOR);
        assertThat(BitTests.monobit(words, .505)).isGreaterThan(1e-4);
        assertThat(BitTests.monobit(bits(1 << 15, i -> i % 2 == 0), .5))
                .as("one half to the bit")
                .isGreaterThan(.99);
    }

    @Test
    void aBiasThatDriftsIsFound() {
        UniformRandomProvider random = random(4);
        long[] words = bits(1 << 15, i -> random.nextDouble() < (i / 4096 % 2 == 0 ? .52 : .48));
        assertThat(BitTests.monobit(words, .5)).isGreaterThan(1e-4);
        assertThat(BitTests.blockFrequency(words, .5, 64, 0)).isLessThan(FLOOR);
    }

    @Test
    void aPositionThatIsSpecialIsFound() {
        UniformRandomProvider random = random(5);
        long[] words = bits(1 << 15, i -> random.nextDouble() < (i % 64 == 17 ? .53 : i % 64 == 18 ? .47 : .5));
        assertThat(BitTests.monobit(words, .5)).isGreaterThan(1e-4);
        assertThat(BitTests.positions(words, .5, 0)).isLessThan(FLOOR);
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, .9})
    void bitsThatStickTogetherAreFound(double q) {
        UniformRandomProvider random = random(6);
        boolean[] last = {false};
        // with probability .02 as the last one
        long[] words = bits(1 << 18, _ -> last[0] = random.nextDouble() < .02 ? last[0] : random.nextDouble() < q);
        assertThat(BitTests.monobit(words, q)).isGreaterThan(1e-4);
        assertThat(BitTests.runs(words)).isLessThan(FLOOR);
        assertThat(BitTests.serial(words, q, 2, 0)).isLessThan(FLOOR);
        assertThat(BitTests.ofNormal(BitTests.autocorrelation(words, q, 1))).isLessThan(FLOOR);
    }

    /** Any two of three neighbours are independent, but the three are not. */
    @Test
    void whatOnlyTriplesShowIsFound() {
        long[] even = independent(random(8), 1 << 14, .5);
        UniformRandomProvider random = random(9);
        // the third of each three is the parity of the others, one time in ten
        long[] words = bits(
                1 << 14,
                i -> (i % 3 == 2 && random.nextInt(10) == 0) ? bit(even, i - 1) ^ bit(even, i - 2) : bit(even, i));
        assertThat(BitTests.serial(words, .5, 2, 0)).isGreaterThan(1e-4);
        assertThat(BitTests.serial(words, .5, 3, 0)).isLessThan(FLOOR);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 64, 512, 777, 1024})
    void anEchoIsFoundAtItsLagAlone(int lag) {
        long[] source = independent(random(10), 1 << 15, .3);
        UniformRandomProvider random = random(11);
        long[] words = bits(1 << 15, i -> bit(source, (i >= lag && random.nextInt(50) == 0) ? i - lag : i));
        assertThat(BitTests.ofNormal(BitTests.autocorrelation(words, .3, lag))).isLessThan(FLOOR);
        assertThat(BitTests.ofNormal(BitTests.autocorrelation(words, .3, lag + 1)))
                .isGreaterThan(1e-4);
    }

    @Test
    void aSequenceThatIsTooGoodIsFound() {
        assertThat(BitTests.blockFrequency(bits(1 << 15, i -> i % 2 == 0), .5, 64, 0))
                .isLessThan(FLOOR);
    }
}
