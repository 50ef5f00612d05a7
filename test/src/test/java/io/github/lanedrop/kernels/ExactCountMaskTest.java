package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exactly so many are dropped, and any of them. */
@Tag("paths")
final class ExactCountMaskTest {
    private static BitSet kept(ExactCountMask mask) {
        int elements = (int) mask.elements();
        byte[] bits = new byte[(elements + 7) / 8];
        DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(bits), elements);
        return BitSet.valueOf(bits);
    }

    @ParameterizedTest
    @CsvSource({
        "0, .5, 0",
        "1, .4, 0",
        "1, .5, 1",
        "5, .1, 1",
        "5, .09, 0",
        "10, .1, 1",
        "10, .25, 3",
        "1000, .1, 100",
        "4096, 1, 4096",
        "4096, 0, 0",
        "100000, .333, 33300",
        "1000003, .5, 500002"
    })
    void theCountIsTheRoundedShare(int elements, double rate, int dropped) {
        for (int stream = 0; stream < 3; stream++) {
            var mask = ExactCountMask.of(Rate.drop(rate), new Key(2026, stream), elements);
            assertThat(mask.dropped()).isEqualTo(dropped);
            assertThat(elements - kept(mask).cardinality()).isEqualTo(dropped);
            assertThat(mask.scale()).isEqualTo(dropped == 0 ? 1 : (double) elements / (elements - dropped));
        }
    }

    /** Where a caller forgot to check, it must not look for words that there are not, for ever. */
    @Test
    void beyondTheLastElementThereIsNothingToFill() {
        var mask = ExactCountMask.of(Rate.drop(.5), new Key(2026, 1), 10);
        Scratch scratch = Scratch.POOL.borrow();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> KeepBits.fill(mask, 8, 3, scratch));
        assertThat(KeepBits.fill(mask, 8, 2, scratch)).isZero();
    }

    /** All sets of k of n are equally likely: chi-square over n choose k sets, p above 1e-6. */
    @ParameterizedTest
    @CsvSource({"4, .5, 6", "6, .3333333333, 15", "7, .4285714286, 35", "5, .8, 5"})
    void everySetIsEquallyLikely(int elements, double rate, int sets) {
        int draws = 40_000;
        Rate drop = Rate.drop(rate);
        Map<BitSet, Long> counts = new HashMap<>();
        for (int stream = 0; stream < draws; stream++) {
            counts.merge(kept(ExactCountMask.of(drop, new Key(77, stream), elements)), 1L, Long::sum);
        }
        assertThat(counts).hasSize(sets);
        double[] expected = new double[sets];
        Arrays.fill(expected, (double) draws / sets);
        double p = ChiSquareTest.withDefaults()
                .test(
                        expected,
                        counts.values().stream().mapToLong(Long::longValue).toArray())
                .getPValue();
        assertThat(p).isBetween(1e-6, 1 - 1e-6);
    }

    /** Without replacement: the covariance of two elements is {@code -pq / (n - 1)}, to six standard errors. */
    @Test
    void pairsAreAnticorrelatedAsWithoutReplacement() {
        int elements = 8;
        int draws = 20_000;
        long both = 0;
        for (int stream = 0; stream < draws; stream++) {
            BitSet kept = kept(ExactCountMask.of(Rate.drop(.5), new Key(5, stream), elements));
            both += kept.get(1) && kept.get(6) ? 1 : 0;
        }
        double p = .5 * 3 / 7; // 4 of 8 kept
        assertThat((double) both / draws).isCloseTo(p, within(6 * Math.sqrt(p * (1 - p) / draws)));
    }

    /** The rule with a cut for each element: word i at least its own threshold. */
    @Test
    void isTheRuleOfAThresholdForEachElement() {
        Key key = new Key(3, 1L << 40);
        var mask = ExactCountMask.of(Rate.drop(.25), key, 5003);
        BitSet kept = kept(mask);
        for (int i = 0; i < 5003; i++) {
            long least = i <= mask.tie() ? mask.leastKept() : mask.leastKept() - 1;
            assertThat(kept.get(i)).as("element %d", i).isEqualTo(MaskSources.word(key, i) >= least);
        }
    }

    /** The sum of the output of a constant input is that of the input: no variance of the count. */
    @Test
    void theMeanOfAConstantIsKept() {
        float[] values = new float[1 << 16];
        Arrays.fill(values, 1);
        MemorySegment segment = MemorySegment.ofArray(values);
        DropoutKernel.forward(
                ExactCountMask.of(Rate.drop(.5), Key.of(1), values.length), 0, segment, segment, values.length);
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        assertThat(sum).isEqualTo(values.length);
    }

    @Test
    void equalWhereTheMaskIs() {
        var mask = ExactCountMask.of(Rate.drop(.5), Key.of(1), 100);
        assertThat(mask)
                .isEqualTo(ExactCountMask.of(Rate.drop(.5), Key.of(1), 100))
                .hasSameHashCodeAs(ExactCountMask.of(Rate.drop(.5), Key.of(1), 100))
                .isNotEqualTo(ExactCountMask.of(Rate.drop(.5), Key.of(1), 101))
                .isNotEqualTo(ExactCountMask.of(Rate.drop(.5), Key.of(2), 100))
                .hasToString("50 dropped of 100, " + Key.of(1));
    }
}
