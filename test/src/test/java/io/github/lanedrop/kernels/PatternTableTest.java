package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The alias table: the specification's numbers, and how exact its probabilities are. */
final class PatternTableTest {
    private static final long ONE = 1L << 32;

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.MaskExamples#table")
    void columnsOfRateOneTenth(int column, String cut, int alias) {
        Rate rate = Rate.drop(0.1);
        assertThat(rate.threshold()).isEqualTo(0x1999999aL);
        assertThat(rate.table().cut[column]).isEqualTo(Integer.parseUnsignedInt(cut, 16));
        assertThat(rate.table().alias[column] & 0xFF).isEqualTo(alias);
    }

    /** Thresholds at both ends, of common rates and at random. */
    static LongStream thresholds() {
        LongStream ends = LongStream.of(1, 2, 3, ONE / 2 - 1, ONE / 2 + 1, ONE - 3, ONE - 2, ONE - 1);
        LongStream common = DoubleStream.of(.01, .05, .1, .2, .25, 1 / 3d, .3, .4, .6, .75, .8, .9, .99)
                .mapToLong(rate -> MaskOracle.threshold(rate).longValueExact());
        LongStream random = new Random(20).longs(60, 1, ONE);
        return LongStream.concat(LongStream.concat(ends, common), random);
    }

    @ParameterizedTest
    @MethodSource("thresholds")
    void tableIsTheOracles(long threshold) {
        PatternTable table = PatternTable.of(threshold);
        var expected = new MaskOracle.Table(BigInteger.valueOf(threshold));
        for (int column = 0; column < 256; column++) {
            assertThat(table.cut[column] & 0xFFFFFFFFL).as("cut of %d", column).isEqualTo(expected.cut[column]);
            assertThat(table.alias[column] & 0xFF).as("alias of %d", column).isEqualTo(expected.alias[column]);
        }
    }

    /**
     * In units of 2^-40, the weights of a table: what each pattern would be drawn how often. Compared, without any
     * rounding, with the product of eight independent draws, which has the denominator 2^256.
     *
     * <p>Rounding 256 weights down loses less than 256 units, which go to one pattern: so no pattern is off by more than
     * 2^-32, and no element, whose fate at most 128 of the rounded patterns decide one way, by more than 2^-33.
     */
    @ParameterizedTest
    @MethodSource("thresholds")
    void probabilitiesAreExactToTheRounding(long threshold) {
        BigInteger[] weight = realised(PatternTable.of(threshold));
        for (int pattern = 0; pattern < 256; pattern++) {
            assertThat(patternError(weight, threshold, pattern))
                    .as("pattern %d", pattern)
                    .isLessThanOrEqualTo(BigInteger.TWO.pow(256 - 32));
        }
        for (int element = 0; element < 8; element++) {
            assertThat(elementError(weight, threshold, element))
                    .as("element %d", element)
                    .isLessThanOrEqualTo(BigInteger.TWO.pow(256 - 33));
        }
    }

    /** The tighter bound that the specification states, at the rates where it holds. */
    @ParameterizedTest
    @CsvSource({"0.1", "0.25", "0.3", "0.3333333333333333", "0.4", "0.6", "0.75", "0.9"})
    void commonRatesAreTwiceAsExact(double rate) {
        long threshold = Rate.drop(rate).threshold();
        BigInteger[] weight = realised(Rate.drop(rate).table());
        for (int pattern = 0; pattern < 256; pattern++) {
            assertThat(patternError(weight, threshold, pattern)).isLessThanOrEqualTo(BigInteger.TWO.pow(256 - 33));
        }
        for (int element = 0; element < 8; element++) {
            assertThat(elementError(weight, threshold, element)).isLessThanOrEqualTo(BigInteger.TWO.pow(256 - 34));
        }
    }

    @Test
    void ratesThatDrawNoPatternHaveNoTable() {
        for (long threshold : new long[] {0, ONE / 2, ONE}) {
            assertThat(PatternTable.of(threshold).cut).containsOnly(0);
        }
    }

    private static BigInteger[] realised(PatternTable table) {
        long[] weight = new long[256];
        for (int column = 0; column < 256; column++) {
            long cut = table.cut[column] & 0xFFFFFFFFL;
            weight[column] += cut;
            weight[table.alias[column] & 0xFF] += ONE - cut;
        }
        assertThat(LongStream.of(weight).sum()).isEqualTo(ONE << 8);
        return LongStream.of(weight).mapToObj(BigInteger::valueOf).toArray(BigInteger[]::new);
    }

    private static BigInteger patternError(BigInteger[] weight, long threshold, int pattern) {
        int kept = Integer.bitCount(pattern);
        BigInteger product = BigInteger.valueOf(ONE - threshold)
                .pow(kept)
                .multiply(BigInteger.valueOf(threshold).pow(8 - kept));
        return weight[pattern].shiftLeft(216).subtract(product).abs();
    }

    private static BigInteger elementError(BigInteger[] weight, long threshold, int element) {
        BigInteger dropped = BigInteger.ZERO;
        for (int pattern = 0; pattern < 256; pattern++) {
            if (((pattern >>> element) & 1) == 0) {
                dropped = dropped.add(weight[pattern]);
            }
        }
        return dropped.shiftLeft(216)
                .subtract(BigInteger.valueOf(threshold).shiftLeft(224))
                .abs();
    }
}
