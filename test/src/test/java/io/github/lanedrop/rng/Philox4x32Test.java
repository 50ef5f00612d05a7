package io.github.lanedrop.rng;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lanedrop.rng.simd.PhiloxArrays;
import io.github.lanedrop.rng.simd.PhiloxVectors;
import io.github.lanedrop.rng.simd.Simd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Philox4x32 against its authors' known answers, and the SIMD twin against the scalar definition. */
final class Philox4x32Test {
    /** From {@code tests/kat_vectors} of the authors' Random123: rounds, counter, key, block. */
    static final List<String> KNOWN_ANSWERS = List.of(
            "philox4x32 7 00000000 00000000 00000000 00000000 00000000 00000000   5f6fb709 0d893f64 4f121f81 4f730a48",
            "philox4x32 7 ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff   5207ddc2 45165e59 4d8ee751 8c52f662",
            "philox4x32 7 243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0   4dfccaba 190a87f0 c47362ba b6b5242a",
            "philox4x32 10 00000000 00000000 00000000 00000000 00000000 00000000   6627e8d5 e169c58d bc57ac4c 9b00dbd8",
            "philox4x32 10 ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff   408f276d 41c83b0e a20bc7c6 6d5451fd",
            "philox4x32 10 243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0   d16cfe09 94fdcceb 5001e420 24126ea1");

    private record KnownAnswer(int rounds, long counterLow, long counterHigh, long key, String words) {
        static KnownAnswer parse(String line) {
            String[] fields = line.trim().split(" +");
            int[] in = Arrays.stream(fields, 2, 8)
                    .mapToInt(HexFormat::fromHexDigits)
                    .toArray();
            return new KnownAnswer(
                    Integer.parseInt(fields[1]),
                    pair(in[0], in[1]),
                    pair(in[2], in[3]),
                    pair(in[4], in[5]),
                    String.join(" ", List.of(fields).subList(8, 12)));
        }

        void checkScalar() {
            byte[] scalar = new byte[Philox4x32.BLOCK_BYTES];
            Philox4x32.fill(key, counterHigh, counterLow, rounds, scalar, 0, 1);
            assertThat(hex(scalar, 0)).as("scalar, %s", this).isEqualTo(words);
            if (rounds == Philox4x32.ROUNDS) {
                assertThat(HexFormat.of().toHexDigits(Philox4x32.word0(key, counterHigh, counterLow)))
                        .as("word0, %s", this)
                        .isEqualTo(words.substring(0, 8));
            }
        }

        void checkSimd() {
            // the block in every place of a call that takes all loops of the SIMD twin
            int blocks = 9 * PhiloxVectors.GROUP_BLOCKS;
            byte[] vector = new byte[blocks * Philox4x32.BLOCK_BYTES];
            for (int place = 0; place < blocks; place++) {
                PhiloxVectors.fill(key, counterHigh, counterLow - place, rounds, vector, 0, blocks);
                assertThat(hex(vector, place * Philox4x32.BLOCK_BYTES))
                        .as("SIMD, place %d, %s", place, this)
                        .isEqualTo(words);
            }
        }

        private static long pair(int low, int high) {
            return (low & 0xFFFFFFFFL) | ((long) high << 32);
        }

        private static String hex(byte[] bytes, int at) {
            return String.join(
                    " ",
                    IntStream.range(0, 4)
                            .mapToObj(w -> HexFormat.of().toHexDigits(Words.getInt(bytes, at + 4 * w)))
                            .toList());
        }
    }

    @ParameterizedTest
    @FieldSource("KNOWN_ANSWERS")
    void givesTheKnownAnswers(String line) {
        KnownAnswer.parse(line).checkScalar();
    }

    @ParameterizedTest
    @FieldSource("KNOWN_ANSWERS")
    void theSimdTwinGivesTheKnownAnswers(String line) {
        assumeTrue(Simd.ENABLED, "the SIMD path is off: " + Simd.REASON);
        KnownAnswer.parse(line).checkSimd();
    }

    @Test
    void givesEveryKnownAnswerOfThePublicFile() throws IOException {
        Path file = sharedFile("kat/philox.kat");
        if (!Files.exists(file)) {
            System.out.println("skipped: no public reference file " + file);
        }
        assumeTrue(Files.exists(file), () -> "no public reference file " + file);
        List<String> lines = Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("philox4x32 "))
                .toList();
        assertThat(lines).hasSize(6);
        for (String line : lines) {
            KnownAnswer answer = KnownAnswer.parse(line);
            answer.checkScalar();
            if (Simd.ENABLED) {
                answer.checkSimd();
            }
        }
    }

    /** Tests run in the test module's folder; the public data lie beside the project. */
    private static Path sharedFile(String name) {
        Path folder = Path.of("").toAbsolutePath();
        Path project = folder.endsWith("test") ? folder.resolve("..") : folder;
        return project.resolve("../shared").resolve(name).normalize();
    }

    static IntStream rounds() {
        return IntStream.rangeClosed(1, 12);
    }

    @ParameterizedTest
    @MethodSource("rounds")
    void theSimdTwinEqualsTheScalarDefinition(int rounds) {
        assumeTrue(Simd.ENABLED, "the SIMD path is off: " + Simd.REASON);
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(TestSeed.VALUE + rounds);
        int most = 9 * PhiloxVectors.GROUP_BLOCKS;
        long[] carries = LongStream.concat(
                        // carries out of the low word, and wraps of the low half, at every place in a group
                        LongStream.rangeClosed(-most, 1).flatMap(c -> LongStream.of(c, c + (7L << 32))),
                        LongStream.of(0x7FFFFFFEL, Long.MAX_VALUE - 2))
                .toArray();
        for (int blocks = 0; blocks <= most; blocks++) {
            assertTwin(random.nextLong(), random.nextLong(), random.nextLong(), rounds, blocks);
            assertTwin(0, 0, 0, rounds, blocks);
            assertTwin(-1, -1, -1, rounds, blocks);
        }
        for (long counterLow : carries) {
            assertTwin(random.nextLong(), random.nextLong(), counterLow, rounds, most);
        }
    }

    @Test
    void loopsOverArraysEqualTheScalarDefinition() {
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(TestSeed.VALUE);
        long[] state = random.longs(PhiloxArrays.STATE).toArray(); // what is in it does not matter
        int offset = 5;
        for (int blocks = 0; blocks <= 200; blocks++) {
            for (long counterLow : new long[] {random.nextLong(), 0, 0xFFFFFFFFL - blocks / 2, -1 - blocks / 2}) {
                long key = random.nextLong();
                long counterHigh = random.nextLong();
                byte[] expected = canaries(offset + blocks * Philox4x32.BLOCK_BYTES + 64);
                byte[] actual = expected.clone();
                Philox4x32.fill(key, counterHigh, counterLow, Philox4x32.ROUNDS, expected, offset, blocks);
                PhiloxArrays.fill(key, counterHigh, counterLow, actual, offset, blocks, state);
                assertThat(actual)
                        .as(
                                "key %x, counter %x %x, %d blocks, %s",
                                key, counterHigh, counterLow, blocks, TestSeed.describe())
                        .isEqualTo(expected);
            }
        }
    }

    private static void assertTwin(long key, long counterHigh, long counterLow, int rounds, int blocks) {
        int groups = (blocks + PhiloxVectors.GROUP_BLOCKS - 1) / PhiloxVectors.GROUP_BLOCKS;
        int written = groups * PhiloxVectors.GROUP_BLOCKS * Philox4x32.BLOCK_BYTES;
        int offset = 5;
        byte[] expected = canaries(offset + written + 64);
        byte[] actual = expected.clone();
        Philox4x32.fill(key, counterHigh, counterLow, rounds, expected, offset, groups * PhiloxVectors.GROUP_BLOCKS);
        PhiloxVectors.fill(key, counterHigh, counterLow, rounds, actual, offset, blocks);
        if (!Arrays.equals(actual, expected)) { // a million comparisons: describe only what fails
            assertThat(actual)
                    .as(
                            "key %x, counter %x %x, %d rounds, %d blocks, %s",
                            key, counterHigh, counterLow, rounds, blocks, TestSeed.describe())
                    .isEqualTo(expected);
        }
    }

    static byte[] canaries(int bytes) {
        byte[] canaries = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            canaries[i] = (byte) (0xA5 + 31 * i);
        }
        return canaries;
    }

    @Test
    void word0IsTheFirstWordOfTheBlock() {
        UniformRandomProvider random = TestSeed.generator();
        byte[] block = new byte[Philox4x32.BLOCK_BYTES];
        for (int i = 0; i < 10_000; i++) {
            long key = random.nextLong();
            long high = random.nextLong();
            long low = random.nextLong();
            Philox4x32.fill(key, high, low, Philox4x32.ROUNDS, block, 0, 1);
            assertThat(Philox4x32.word0(key, high, low))
                    .as("key %x, counter %x %x, %s", key, high, low, TestSeed.describe())
                    .isEqualTo(Words.getInt(block, 0));
        }
    }

    @Test
    void theSimdTwinDrawsScatteredWords() {
        assumeTrue(Simd.ENABLED, "the SIMD path is off: " + Simd.REASON);
        UniformRandomProvider random = TestSeed.generator();
        int most = 3 * PhiloxVectors.GROUP_BLOCKS;
        for (int blocks = 0; blocks <= most; blocks++) {
            long key = random.nextLong();
            long high = random.nextLong();
            long base = random.nextLong();
            long[] counters = random.longs(most).toArray();
            long[] words = new long[most];
            PhiloxVectors.words0(key, high, base, counters, words, blocks);
            for (int i = 0; i < blocks; i++) {
                assertThat(words[i])
                        .as("key %x, counter %x %x, %s", key, high, base + counters[i], TestSeed.describe())
                        .isEqualTo(Integer.toUnsignedLong(Philox4x32.word0(key, high, base + counters[i])));
            }
        }
    }
}
