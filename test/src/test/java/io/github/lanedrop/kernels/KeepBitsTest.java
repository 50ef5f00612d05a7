package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The mask alone, against the oracle and against digests that never change. */
@Tag("paths")
final class KeepBitsTest {
    private static final Key[] KEYS = {
        Key.of(0), new Key(2026, 7), new Key(-1, Long.MAX_VALUE), new Key(0x8000000000000001L, 1L << 32)
    };

    private static final long[] OFFSETS = {
        0,
        1,
        5,
        7,
        8,
        63,
        64,
        65,
        127,
        128,
        4095,
        4096,
        (1L << 31) - 1,
        (1L << 31) + 1,
        (1L << 32) - 3,
        (1L << 32) + 3,
        (1L << 34) - 2053, // the byte stream's block counter carries into its upper word on the way at rate 1/2 ...
        (1L << 38) - 2053,
        (1L << 35) - 2053,
        (1L << 39) - 2053, // ... and here at two bytes a pattern
        (1L << 40) + 5,
        1L << 62,
        Long.MAX_VALUE, // as near as the number of elements allows
    };

    static DoubleStream rates() {
        return DoubleStream.of(
                0,
                1e-12,
                0x1p-33,
                0x1p-32,
                1e-6,
                .01,
                .05,
                .1,
                .2,
                .25,
                .3,
                1 / 3d,
                .5 - 0x1p-32,
                .5,
                .5 + 0x1p-32,
                .6,
                .75,
                .9,
                .99,
                1 - 0x1p-32,
                1 - 0x1p-34,
                1);
    }

    @ParameterizedTest
    @MethodSource("rates")
    void bitsAreTheOracles(double rate) {
        byte[] bits = new byte[4096 / 8 + 60];
        int refined = 0;
        for (Key key : KEYS) {
            var mask = new BernoulliMask(Rate.drop(rate), key);
            var oracle = new MaskOracle(key.seed(), key.stream(), rate);
            for (long offset : OFFSETS) {
                for (int elements : new int[] {1, 77, 512, 4096 + 77}) {
                    long first = Math.min(offset, Long.MAX_VALUE - elements);
                    int bytes = (elements + 7) / 8;
                    MemorySegment keepBits = MemorySegment.ofArray(bits).asSlice(0, bytes);
                    keepBits.fill((byte) 0x5A);
                    DropoutKernel.keepBits(mask, first, keepBits, elements);
                    assertThat(Memory.bytes(keepBits))
                            .as("%s, offset %d, %d elements", mask, first, elements)
                            .isEqualTo(oracle.keepBits(first, elements));
                }
                for (long j = offset / 8; j < offset / 8 + 64; j++) {
                    refined += oracle.refined(j) ? 1 : 0;
                }
            }
        }
        if (oracleDraws(rate)) {
            assertThat(refined).as("patterns that 16 bits left open").isGreaterThan(0);
        }
    }

    private static boolean oracleDraws(double rate) {
        return new MaskOracle(0, 0, rate).drawn();
    }

    /** Both outcomes of the refinement are met, and both are the oracle's. */
    @Test
    void refinementDecidesBothWays() {
        double rate = 0.3;
        int elements = 1 << 19;
        byte[] bits = new byte[elements / 8];
        DropoutKernel.keepBits(new BernoulliMask(Rate.drop(rate), Key.of(5)), 0, MemorySegment.ofArray(bits), elements);
        var oracle = new MaskOracle(5, 0, rate);
        var table = new MaskOracle.Table(MaskOracle.threshold(rate));
        byte[] stream = new byte[2 * bits.length];
        for (int block = 0; block < stream.length / 16; block++) {
            long[] words = MaskOracle.philox(5, 0, 0, block);
            for (int n = 0; n < 16; n++) {
                stream[16 * block + n] = (byte) (words[n / 4] >>> (8 * (n % 4)));
            }
        }
        int column = 0;
        int alias = 0;
        for (int j = 0; j < bits.length; j++) {
            int c = stream[2 * j] & 0xFF;
            if (oracle.refined(j) && table.alias[c] != c) {
                assertThat(bits[j] & 0xFF).as("pattern %d", j).isEqualTo(oracle.pattern(j));
                column += (bits[j] & 0xFF) == c ? 1 : 0;
                alias += (bits[j] & 0xFF) == table.alias[c] ? 1 : 0;
            }
        }
        assertThat(column).isGreaterThan(50);
        assertThat(alias).isGreaterThan(50);
    }

    /**
     * Patterns that only the lowest eight of 32 bits decide, one in sixteen million: found by search, so that a coarser
     * comparison shows.
     */
    @ParameterizedTest
    @CsvSource({
        "0.1, 5936982, -210",
        "0.3, 7634258, 182",
        "0.3, 8823181, -128",
        "0.3, 17894676, 22",
        "0.05, 3056464, -31",
        "0.05, 21553942, -110",
        "0.9, 8947495, -4",
        "0.9, 12961274, 201",
    })
    void everyBitOfTheRefinementCounts(double rate, long pattern, long distanceToCut) {
        var oracle = new MaskOracle(2026, 0, rate);
        assertThat(oracle.distanceToCut(pattern)).isEqualTo(distanceToCut);
        byte[] bits = new byte[200];
        long first = 8 * pattern - 800;
        var mask = new BernoulliMask(Rate.drop(rate), Key.of(2026));
        DropoutKernel.keepBits(mask, first, MemorySegment.ofArray(bits), 8L * bits.length);
        assertThat(bits).isEqualTo(oracle.keepBits(first, 8 * bits.length));
        DropoutKernel.keepBits(mask, 8 * pattern, MemorySegment.ofArray(bits).asSlice(0, 1), 8); // in a tail
        assertThat(bits[0] & 0xFF).isEqualTo(oracle.pattern(pattern));
    }

    @Test
    void everyBitAfterTheLastElementIsZero() {
        for (double rate : new double[] {0, .1, .5, 1e-6}) {
            var mask = new BernoulliMask(Rate.drop(rate), Key.of(1));
            var stored = new StoredMask(Rate.drop(rate), MemorySegment.ofArray(new byte[] {-1, -1, -1, -1, -1}));
            for (int elements = 1; elements < 24; elements++) {
                for (MaskSource source : new MaskSource[] {mask, stored}) {
                    byte[] bits = {-1, -1, -1};
                    DropoutKernel.keepBits(source, 3, MemorySegment.ofArray(bits), elements);
                    int last = bits[(elements - 1) / 8] & 0xFF;
                    int unused = elements % 8 == 0 ? 0 : 0xFF << (elements % 8) & 0xFF;
                    assertThat(last & unused)
                            .as("%s, %d elements", source, elements)
                            .isZero();
                }
            }
        }
    }

    /** More elements than an int counts: the last bits of one long call are those of a short one that starts there. */
    @Test
    void moreThanTwoToThe31Elements() {
        long elements = (1L << 31) + 5003;
        int last = 10_000;
        var mask = new BernoulliMask(Rate.drop(.5), new Key(2026, 3));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bits = arena.allocate((elements + 7) / 8);
            DropoutKernel.keepBits(mask, 11, bits, elements);
            long from = (elements - last) / 8 * 8;
            byte[] expected = new MaskOracle(2026, 3, .5).keepBits(11 + from, (int) (elements - from));
            assertThat(Memory.bytes(bits.asSlice(from / 8))).isEqualTo(expected);
            assertThat(Memory.bytes(bits.asSlice(0, 100))).isEqualTo(new MaskOracle(2026, 3, .5).keepBits(11, 800));
        }
    }

    /** Any cuts, in any order, give the bits of the whole. */
    @Test
    void anySplitGivesTheSameBits() {
        var random = new Random(31);
        int elements = 30_011;
        for (double rate : new double[] {.1, .5, .9}) {
            var mask = new BernoulliMask(Rate.drop(rate), new Key(9, 9));
            long offset = random.nextLong(1L << 40);
            byte[] expected = new MaskOracle(9, 9, rate).keepBits(offset, elements);
            byte[] actual = new byte[expected.length];
            int at = 0;
            while (at < elements) {
                int part = Math.min(elements - at, 1 + random.nextInt(3000));
                byte[] bits = new byte[(part + 7) / 8];
                DropoutKernel.keepBits(mask, offset + at, MemorySegment.ofArray(bits), part);
                for (int k = 0; k < part; k++) {
                    int bit = (bits[k / 8] >>> (k % 8)) & 1;
                    actual[(at + k) / 8] |= (byte) (bit << ((at + k) % 8));
                }
                at += part;
            }
            assertThat(actual).as("rate %s", rate).isEqualTo(expected);
        }
    }

    /** Digests of 2^20 keep bits. They are frozen: a change here is a new version of the mask function. */
    @ParameterizedTest
    @CsvFileSource(resources = "/golden-masks.csv", useHeadersInDisplayName = true)
    void goldenMasks(long seed, long stream, double rate, long offset, String sha256) throws NoSuchAlgorithmException {
        int elements = 1 << 20;
        byte[] bits = new byte[elements / 8];
        var mask = new BernoulliMask(Rate.drop(rate), new Key(seed, stream));
        DropoutKernel.keepBits(mask, offset, MemorySegment.ofArray(bits), elements);
        assertThat(sha256(bits)).isEqualTo(sha256);
        assertThat(sha256(new MaskOracle(seed, stream, rate).keepBits(offset, elements)))
                .as("oracle")
                .isEqualTo(sha256);
    }

    private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** The threshold of a rate that is not a multiple of 2^-32 is the nearest multiple. */
    @ParameterizedTest
    @MethodSource("rates")
    void thresholdIsTheOracles(double rate) {
        assertThat(BigInteger.valueOf(Rate.drop(rate).threshold())).isEqualTo(MaskOracle.threshold(rate));
    }
}
