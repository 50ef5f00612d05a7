package io.github.lanedrop.rng;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A smoke test of the byte stream's statistics: bytes, pairs of them, and what a flipped input bit does. Correlations
 * within a stream and between streams are the matter of {@code MaskIndependenceTest}; the evidence for Philox itself is
 * its authors' (BigCrush).
 *
 * <p>Keys are fixed, so the outcome is too. Counts must lie within 6 sigma of their mean, which a fair stream misses
 * twice in 10^9; chi-square tests must give a p-value above 10^-6 on either side.
 */
final class ByteStreamStatisticsTest {
    private static final int BYTES = 1 << 20;
    private static final double TAIL = 1e-6;

    static Stream<Key> keys() {
        return Stream.of(
                Key.of(0),
                Key.of(1),
                Key.of(2026),
                new Key(-1, Long.MAX_VALUE),
                Key.of(2026).site(3).step(1));
    }

    private static byte[] bytes(Key key) {
        byte[] bytes = new byte[BYTES];
        ByteStream.fill(key.seed(), key.stream(), 0, bytes, 0, BYTES / Philox4x32.BLOCK_BYTES);
        return bytes;
    }

    private static void assertFairCoins(String what, long ones, long bits) {
        assertThat(Math.abs(2 * ones - bits))
                .as("%s: %d ones in %d bits", what, ones, bits)
                .isLessThanOrEqualTo((long) (6 * Math.sqrt((double) bits)));
    }

    private static void assertUniform(String what, long[] counts) {
        double[] expected = new double[counts.length];
        Arrays.fill(expected, (double) Arrays.stream(counts).sum() / counts.length);
        assertThat(ChiSquareTest.withDefaults().test(expected, counts).getPValue())
                .as("p-value of %s", what)
                .isBetween(TAIL, 1 - TAIL);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void halfTheBitsAreOnes(Key key) {
        byte[] bytes = bytes(key);
        long[] ones = new long[8];
        for (byte b : bytes) {
            for (int bit = 0; bit < 8; bit++) {
                ones[bit] += (b >>> bit) & 1;
            }
        }
        assertFairCoins("all bits", Arrays.stream(ones).sum(), 8L * BYTES);
        for (int bit = 0; bit < 8; bit++) {
            assertFairCoins("bit " + bit, ones[bit], BYTES);
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void bytesAreUniformAtEveryPlaceOfABlock(Key key) {
        byte[] bytes = bytes(key);
        long[][] places = new long[Philox4x32.BLOCK_BYTES][256];
        long[] all = new long[256];
        for (int i = 0; i < BYTES; i++) {
            places[i % Philox4x32.BLOCK_BYTES][bytes[i] & 0xFF]++;
            all[bytes[i] & 0xFF]++;
        }
        assertUniform("all bytes", all);
        for (int place = 0; place < places.length; place++) {
            assertUniform("byte " + place + " of a block", places[place]);
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void pairsOfNeighbouringBytesAreUniform(Key key) {
        byte[] bytes = bytes(key);
        long[] pairs = new long[1 << 12];
        for (int i = 0; i + 1 < BYTES; i += 2) {
            pairs[((bytes[i] & 0x3F) << 6) | (bytes[i + 1] & 0x3F)]++;
        }
        assertUniform("pairs of 6 bits", pairs);
    }

    /** Flipping any bit of key or counter flips half the bits of the block. */
    @Test
    void everyInputBitChangesHalfTheOutput() {
        int trials = 2000;
        byte[] block = new byte[Philox4x32.BLOCK_BYTES];
        byte[] flipped = new byte[Philox4x32.BLOCK_BYTES];
        for (int bit = 0; bit < 192; bit++) {
            long flip = 1L << bit;
            long differing = 0;
            for (int trial = 0; trial < trials; trial++) {
                ByteStream.fill(2026, trial, 31L * trial, block, 0, 1);
                ByteStream.fill(
                        bit / 64 == 0 ? 2026 ^ flip : 2026,
                        bit / 64 == 1 ? trial ^ flip : trial,
                        bit / 64 == 2 ? (31L * trial) ^ flip : 31L * trial,
                        flipped,
                        0,
                        1);
                differing += Long.bitCount(Words.getLong(block, 0) ^ Words.getLong(flipped, 0));
                differing += Long.bitCount(Words.getLong(block, 8) ^ Words.getLong(flipped, 8));
            }
            assertFairCoins("input bit " + bit, differing, 128L * trials);
        }
    }
}
