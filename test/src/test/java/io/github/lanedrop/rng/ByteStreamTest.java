package io.github.lanedrop.rng;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.simd.Simd;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteStreamTest {
    private static final int MOST_BLOCKS = 100;

    @Test
    void theSimdPathIsLiveWhereItMayRun() {
        assertThat(ByteStream.VECTOR).isEqualTo(Simd.ENABLED);
    }

    @Test
    void theFlagIsTheOneThatTheDocumentationNames() {
        assertThat(Simd.FLAG).isEqualTo("--add-modules jdk.incubator.vector");
    }

    @Test
    void blockZeroOfTheSpecification() {
        byte[] block = new byte[Philox4x32.BLOCK_BYTES];
        ByteStream.fill(2026, 0, 0, block, 0, 1);
        assertThat(HexFormat.of().formatHex(block)).isEqualTo("e3285b6e5bbeb785b8b6ceb32cbfe94b");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 8, 61})
    void writesExactlyTheBlocksAskedFor(int offset) {
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(TestSeed.VALUE + offset);
        for (int blocks = 0; blocks <= MOST_BLOCKS; blocks++) {
            long key = random.nextLong();
            long high = random.nextLong();
            long low = random.nextInt(2 * MOST_BLOCKS) - MOST_BLOCKS + ((long) random.nextInt(2) << 32);
            byte[] expected = Philox4x32Test.canaries(offset + MOST_BLOCKS * Philox4x32.BLOCK_BYTES + 256);
            byte[] actual = expected.clone();
            Philox4x32.fill(key, high, low, Philox4x32.ROUNDS, expected, offset, blocks);
            ByteStream.fill(key, high, low, actual, offset, blocks);
            assertThat(actual)
                    .as("key %x, counter %x %x, %d blocks, %s", key, high, low, blocks, TestSeed.describe())
                    .isEqualTo(expected);
            // and where the array ends with the last block
            int end = offset + blocks * Philox4x32.BLOCK_BYTES;
            byte[] tight = Philox4x32Test.canaries(end);
            ByteStream.fill(key, high, low, tight, offset, blocks);
            assertThat(tight).isEqualTo(Arrays.copyOf(expected, end));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "2026, 7, 0",
        "2026, 7, 1",
        "-1, -1, -1",
        "0x299F31D0A4093822, 0x0370734413198A2E, 0xFFFFFFFF",
        "5, 0x7FFFFFFFFFFFFFFF, 0x123456789",
    })
    void equalsCommonsRngOneBlockEarlier(String key, String high, String low) {
        long k = Long.decode(key);
        long h = Long.decode(high);
        long l = Long.decode(low);
        // minus 1 with a borrow; a stream that wraps here carries there, so stop before
        int blocks = (int) Math.min(1000, l < 0 ? -l : 1000);
        byte[] expected = new byte[blocks * Philox4x32.BLOCK_BYTES];
        commons(k, l == 0 ? h - 1 : h, l - 1).nextBytes(expected);
        byte[] actual = new byte[expected.length];
        ByteStream.fill(k, h, l, actual, 0, blocks);
        assertThat(actual).isEqualTo(expected);
    }

    static UniformRandomProvider commons(long key, long high, long low) {
        return RandomSource.PHILOX_4X32.create(
                new int[] {(int) key, (int) (key >>> 32), (int) low, (int) (low >>> 32), (int) high, (int) (high >>> 32)
                });
    }

    @Test
    void theLowHalfWrapsWithoutACarry() {
        byte[] wrapping = new byte[64 * Philox4x32.BLOCK_BYTES];
        ByteStream.fill(9, 4, -20, wrapping, 0, 64);
        byte[] after = new byte[44 * Philox4x32.BLOCK_BYTES];
        ByteStream.fill(9, 4, 0, after, 0, 44);
        assertThat(Arrays.copyOfRange(wrapping, 20 * Philox4x32.BLOCK_BYTES, wrapping.length))
                .isEqualTo(after);
    }

    @ParameterizedTest
    @CsvSource({
        "16, 0, 2",
        "16, 1, 1",
        "15, 0, 1",
        "16, -1, 1",
        "16, 17, 0",
        "0, 0, 1",
        "16, 2147483647, 1",
        "16, 0, 134217727"
    })
    void refusesBlocksThatDoNotFit(int length, int offset, int blocks) {
        byte[] dst = Philox4x32Test.canaries(length);
        assertThatThrownBy(() -> ByteStream.fill(1, 2, 3, dst, offset, blocks))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(dst).isEqualTo(Philox4x32Test.canaries(length));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 1 << 27, (1 << 28) + 1, Integer.MAX_VALUE})
    void refusesAnImpossibleCount(int blocks) {
        assertThatThrownBy(() -> ByteStream.fill(1, 2, 3, new byte[16], 0, blocks))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("blocks must be in [0, 2^27), got " + blocks);
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> ByteStream.fill(1, 2, 3, nothing(), 0, 0));
    }

    @SuppressWarnings("NullAway") // a caller without its checks
    private static byte[] nothing() {
        return null;
    }
}
