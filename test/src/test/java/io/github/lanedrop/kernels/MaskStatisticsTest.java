package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is kept, over elements, positions and patterns, and what it does to outputs, at fixed seeds; that elements and
 * masks are independent is the matter of {@link MaskIndependenceTest}. Counts of independent draws are held to six standard deviations, which a
 * true Bernoulli source exceeds once in 5e8 times; with the seeds fixed, a test passes always or never.
 */
final class MaskStatisticsTest {
    private static final double SIGMAS = 6;
    private static final int ELEMENTS = 1 << 21;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static byte[] keepBits(double rate, Key key, long offset, int elements) {
        byte[] bits = new byte[(elements + 7) / 8];
        DropoutKernel.keepBits(new BernoulliMask(Rate.drop(rate), key), offset, MemorySegment.ofArray(bits), elements);
        return bits;
    }

    private static long[] words(byte[] bits) {
        long[] words = new long[bits.length / 8];
        MemorySegment.copy(MemorySegment.ofArray(bits), LONG, 0, words, 0, words.length);
        return words;
    }

    private static long ones(byte[] bits) {
        return Arrays.stream(words(bits)).map(Long::bitCount).sum();
    }

    private static void assertBinomial(String what, long count, double n, double p) {
        double sigma = Math.sqrt(n * p * (1 - p));
        assertThat((double) count).as(what).isBetween(n * p - SIGMAS * sigma, n * p + SIGMAS * sigma);
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                1e-4, .001, .01, .05, .1, .15, .2, .25, .3, 1 / 3d, .4, .5, .6, 2 / 3d, .75, .8, .9, .95, .99, .999
            })
    void keptCount(double rate) {
        for (long stream : new long[] {0, 1, 1L << 47, Long.MAX_VALUE}) {
            long kept = ones(keepBits(rate, new Key(2026, stream), 0, 2 * ELEMENTS));
            assertBinomial("kept of stream " + stream, kept, 2 * ELEMENTS, 1 - rate);
        }
    }

    /** No position within a pattern, nor within 64 elements, is special. */
    @ParameterizedTest
    @ValueSource(doubles = {.01, .1, .3, .5, .9})
    void keptCountAtEveryBitPosition(double rate) {
        int[] count = new int[64];
        long[] words = words(keepBits(rate, new Key(31, 5), 0, ELEMENTS));
        for (long word : words) {
            for (int bit = 0; bit < 64; bit++) {
                count[bit] += (int) (word >>> bit) & 1;
            }
        }
        for (int bit = 0; bit < 64; bit++) {
            assertBinomial("kept at bit " + bit, count[bit], words.length, 1 - rate);
        }
    }

    /** All 256 patterns come as often as eight independent draws say: chi-square, p above 1e-6. */
    @ParameterizedTest
    @CsvSource({"0.1, 1", "0.2, 2", "0.3, 3", "0.3333333333333333, 4", "0.4, 5", "0.5, 6", "0.6, 7", "0.75, 8", "0.9, 9"
    })
    void patternFrequencies(double rate, long seed) {
        int elements = 1 << 24;
        long[] observed = new long[256];
        for (byte pattern : keepBits(rate, Key.of(seed), 0, elements)) {
            observed[pattern & 0xFF]++;
        }
        double drop = Rate.drop(rate).effective();
        // patterns of fewer than five expected hits share bin 0
        double[] expected = new double[257];
        long[] pooled = new long[257];
        int bins = 1;
        for (int pattern = 0; pattern < 256; pattern++) {
            int kept = Integer.bitCount(pattern);
            double hits = elements / 8d * Math.pow(1 - drop, kept) * Math.pow(drop, 8 - kept);
            int bin = hits < 5 ? 0 : bins++;
            expected[bin] += hits;
            pooled[bin] += observed[pattern];
        }
        int from = expected[0] < 5 ? 1 : 0;
        if (from == 1) { // too rare even together
            expected[1] += expected[0];
            pooled[1] += pooled[0];
        }
        double p = ChiSquareTest.withDefaults()
                .test(Arrays.copyOfRange(expected, from, bins), Arrays.copyOfRange(pooled, from, bins))
                .getPValue();
        assertThat(p).as("chi-square p-value over %d bins", bins - from).isBetween(1e-6, 1 - 1e-6);
    }

    /** All 20 sets of 3 of 6 elements are dropped as often: chi-square, over 40,000 steps. */
    @Test
    void setsOfExactCountsAreEquallyLikely() {
        Map<Byte, Long> counts = new TreeMap<>();
        byte[] bits = new byte[1];
        for (int step = 0; step < 40_000; step++) {
            var mask = ExactCountMask.of(Rate.drop(.5), Key.of(14).step(step), 6);
            DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(bits), 6);
            counts.merge(bits[0], 1L, Long::sum);
        }
        assertThat(counts).hasSize(20);
        assertThat(counts.keySet()).allMatch(set -> Integer.bitCount(set) == 3);
        long[] observed = counts.values().stream().mapToLong(count -> count).toArray();
        assertThat(ChiSquareTest.withDefaults().test(observed).getPValue()).isBetween(1e-6, 1 - 1e-6);
    }

    /**
     * {@code E[y] = x} in every data type: the mean of outputs is that of the inputs, which go through all values of the type
     * from 1 to 2, within six standard errors. Those are of the mask, {@code Var(y) = x^2 p / q}, and of the rounding: of
     * each distinct input it errs by up to {@code 2^-b} of the output, b bits being the type's, in either direction. The scale
     * in 16 bits, rounding to zero, and sums in 16 bits would be off by more, at small rates.
     */
    @ParameterizedTest
    @CsvSource({
        "FLOAT32, 24, .01", "FLOAT32, 24, .1", "FLOAT32, 24, .25", "FLOAT32, 24, .5", "FLOAT32, 24, .75",
        "FLOAT32, 24, .9", "FLOAT32, 24, .99", "FLOAT64, 53, .1", "FLOAT64, 53, .9", "BFLOAT16, 8, .01",
        "BFLOAT16, 8, .1", "BFLOAT16, 8, .25", "BFLOAT16, 8, .75", "BFLOAT16, 8, .9", "FLOAT16, 11, .01",
        "FLOAT16, 11, .1", "FLOAT16, 11, .25", "FLOAT16, 11, .75", "FLOAT16, 11, .9"
    })
    void meanOfTheOutputIsTheInput(DType type, int bits, double rate) {
        int distinct = 1 << Math.min(bits - 1, 20);
        double mean = 0;
        double meanSquare = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate((long) type.bytes() * ELEMENTS);
            for (int i = 0; i < ELEMENTS; i++) {
                double x = 1 + (double) (i % distinct) / distinct;
                mean += x / ELEMENTS;
                meanSquare += x * x / ELEMENTS;
                TypedBits.set(type, segment, i, x);
            }
            var mask = new BernoulliMask(Rate.drop(rate), Key.of(88));
            DropoutKernel.forward(mask, type, 0, segment, segment, ELEMENTS, Workers.NONE);
            double outputs = 0;
            for (int i = 0; i < ELEMENTS; i++) {
                outputs += TypedBits.get(type, segment, i) / ELEMENTS;
            }
            double ofMask = Math.sqrt(meanSquare * rate / (1 - rate) / ELEMENTS);
            double ofRounding = 2 * Math.scalb(1, -bits) / Math.sqrt(3 * distinct);
            double bound = SIGMAS * (ofMask + ofRounding);
            assertThat(outputs - mean).isBetween(-bound, bound);
        }
    }
}
