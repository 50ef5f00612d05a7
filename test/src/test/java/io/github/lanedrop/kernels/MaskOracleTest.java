package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who tests the oracle: Commons RNG its words, the specification's own numbers the rest. */
final class MaskOracleTest {
    @ParameterizedTest
    @CsvSource({
        "2026, 0, 1",
        "-1, 9223372036854775807, 4294967290",
        "81985529216486895, 4294967296, 1152921504606846970",
        "42, 9223372041149743104, 77", // the refinement domain
    })
    void wordsAreThoseOfCommonsRng(long seed, String stream, long block) {
        long counterHigh = Long.parseUnsignedLong(stream);
        long before = block - 1; // Commons RNG counts up before each block
        int[] state = {
            (int) seed,
            (int) (seed >>> 32),
            (int) before,
            (int) (before >>> 32),
            (int) counterHigh,
            (int) (counterHigh >>> 32)
        };
        UniformRandomProvider expected = RandomSource.PHILOX_4X32.create(state);
        for (int b = 0; b < 64; b++) {
            long[] words = MaskOracle.philox(seed, counterHigh & 0xFFFFFFFFL, counterHigh >>> 32, block + b);
            for (long word : words) {
                assertThat((int) word).as("block %d", block + b).isEqualTo(expected.nextInt());
            }
        }
    }

    @Test
    void wordsOfTheSpecification() {
        assertThat(MaskOracle.philox(2026, 0, 0, 0))
                .containsExactly(0x6e5b28e3L, 0x85b7be5bL, 0xb3ceb6b8L, 0x4be9bf2cL);
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.MaskExamples#keepBits")
    void workedExamplesOfTheSpecification(long seed, long stream, double rate, long offset, String expected) {
        byte[] keepBits = new MaskOracle(seed, stream, rate).keepBits(offset, 64);
        assertThat(HexFormat.of().formatHex(keepBits)).isEqualTo(expected);
    }
}
