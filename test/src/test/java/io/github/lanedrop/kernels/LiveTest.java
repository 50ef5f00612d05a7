package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.lanedrop.kernels.Live.Patterns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What decides the live path, and that the reasons given are the true ones. */
final class LiveTest {
    private static boolean neverAsked() {
        throw new AssertionError("this does not depend on the answer");
    }

    @Test
    void aFailedSelfTestIsTheReason() {
        assertThat(Live.reason(true, true, "the choice")).isEqualTo("the choice");
        assertThat(Live.reason(false, false, "the choice")).isEqualTo("the choice");
        assertThat(Live.reason(true, false, "the choice")).startsWith("the SIMD generator failed");
    }

    @Test
    void aFamilyThatPassesItsSelfTestRuns() {
        assertThat(Live.trusted("a family of this test", () -> true)).isEqualTo(Live.VECTOR);
    }

    /** Those that fail are {@link io.github.lanedrop.FallbackTest}'s. */
    @Test
    void allVectorCodePassesItsSelfTest() {
        assertThat(Kernels.selfTest()).isTrue();
    }

    @Test
    void permutesRunWhereTheCpuHasThem() {
        assertThat(Live.patterns("auto", true, () -> true, () -> true))
                .isEqualTo(new Patterns(true, "this CPU has AVX-512 VBMI"));
        assertThat(Live.patterns("auto", true, () -> false, LiveTest::neverAsked)
                        .reason())
                .isEqualTo("AVX-512 VBMI was not found in /proc/cpuinfo; -Dlanedrop.patterns=permute if it is there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "permute"})
    void permutesNeed512Bits(String choice) {
        assertThat(Live.patterns(choice, false, LiveTest::neverAsked, LiveTest::neverAsked))
                .isEqualTo(new Patterns(false, "permutes need the SIMD path at 512 bits"));
    }

    @Test
    void thePropertyOverrulesTheCpu() {
        assertThat(Live.patterns("permute", true, LiveTest::neverAsked, () -> true))
                .isEqualTo(new Patterns(true, "-Dlanedrop.patterns=permute was given"));
        assertThat(Live.patterns("table", true, LiveTest::neverAsked, LiveTest::neverAsked))
                .isEqualTo(new Patterns(false, "-Dlanedrop.patterns=table was given"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "permute"})
    void permutesThatFailTheirSelfTestAreNotUsed(String choice) {
        Patterns patterns = Live.patterns(choice, true, () -> true, () -> false);
        assertThat(patterns.permutes()).isFalse();
        assertThat(patterns.reason()).startsWith("the byte permutes failed their self-test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Auto", "permutes"})
    void anUnknownChoiceIsRefused(String choice) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Live.patterns(choice, true, () -> true, () -> true))
                .withMessage("lanedrop.patterns must be auto, permute or table, got " + choice);
    }

    /** A file may be read so that an interrupted thread closes it, and the answer would then be no for good. */
    @Test
    void anInterruptedThreadLearnsWhatTheCpuHas(@TempDir Path folder) throws IOException {
        Path cpuInfo = cpuInfo(folder, "avx512f avx512vbmi avx512vl");
        Thread.currentThread().interrupt();
        boolean permutes = Live.cpuPermutesBytes(cpuInfo);
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertThat(permutes).isTrue();
    }

    @Test
    void aCpuThatDoesNotSaySoHasNoPermutes(@TempDir Path folder) throws IOException {
        assertThat(Live.cpuPermutesBytes(cpuInfo(folder, "avx512f avx512_vbmi2")))
                .isFalse();
        assertThat(Live.cpuPermutesBytes(Files.writeString(folder.resolve("none"), "processor : 0\n")))
                .isFalse();
        assertThat(Live.cpuPermutesBytes(folder.resolve("missing"))).isFalse();
    }

    private static Path cpuInfo(Path folder, String flags) throws IOException {
        return Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\nflags\t\t: fpu " + flags + "\n");
    }
}
