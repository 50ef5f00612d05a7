package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.simd.Simd;
import io.github.lanedrop.rng.simd.Trust;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * The live path, decided once; C2 removes what is not live.
 *
 * <p>The system property {@code lanedrop.patterns=auto|permute|table} chooses how patterns are looked up.
 */
final class Live {
    /** Whether the SIMD path runs: it may, and its generator passed its self-test. */
    static final boolean VECTOR;

    /** Why {@link #VECTOR} is what it is, one sentence without a full stop. */
    static final String REASON;

    /** Whether patterns are looked up 64 at a time by byte permutes over two 512-bit registers. */
    static final boolean PERMUTES;

    /** Whether patterns are decided in vectors, however they are looked up. */
    static final boolean VECTOR_PATTERNS;

    /** Why {@link #PERMUTES} is what it is, one sentence without a full stop. */
    static final String PATTERNS_REASON;

    private static final String REPORT = "please report this with your JDK's version and CPU";

    /** How patterns are looked up, and why. */
    record Patterns(boolean permutes, String reason) {}

    static {
        VECTOR = ByteStream.VECTOR;
        REASON = reason(Simd.ENABLED, ByteStream.VECTOR, Simd.REASON);
        Patterns patterns = patterns(
                System.getProperty("lanedrop.patterns", "auto"),
                VECTOR && Simd.BITS == 512,
                () -> cpuPermutesBytes(Path.of("/proc/cpuinfo")),
                () -> Trust.passes("pattern permutes", SelfTest::permutesAgree));
        PERMUTES = patterns.permutes;
        PATTERNS_REASON = patterns.reason;
        VECTOR_PATTERNS = PERMUTES || trusted("pattern tables", SelfTest::tablesAgree);
    }

    private Live() {}

    /**
     * Whether the vector code of a family of kernels runs: the SIMD path is live, and its self-test passes. Each family asks
     * when it is first needed, so that nobody waits for the tests of kernels that are not used.
     */
    static boolean trusted(String family, BooleanSupplier selfTest) {
        return VECTOR && Trust.passes(family, selfTest);
    }

    /** Says why a path is live that passed, or did not pass, the self-test of its generator. */
    static String reason(boolean enabled, boolean generatorPassed, String choice) {
        if (enabled && !generatorPassed) {
            return "the SIMD generator failed its known-answer self-test; " + REPORT;
        }
        return choice;
    }

    /** Decides how patterns are looked up, and says why; the self-test runs only where permutes would. */
    static Patterns patterns(String choice, boolean possible, BooleanSupplier cpuPermutes, BooleanSupplier selfTest) {
        boolean auto = choice.equals("auto");
        if (!auto && !choice.equals("permute") && !choice.equals("table")) {
            throw new IllegalArgumentException("lanedrop.patterns must be auto, permute or table, got " + choice);
        }
        String given = "-Dlanedrop.patterns=" + choice + " was given";
        if (choice.equals("table")) {
            return new Patterns(false, given);
        }
        if (!possible) {
            return new Patterns(false, "permutes need the SIMD path at 512 bits");
        }
        if (auto && !cpuPermutes.getAsBoolean()) {
            return new Patterns(
                    false, "AVX-512 VBMI was not found in /proc/cpuinfo; -Dlanedrop.patterns=permute if it is there");
        }
        if (!selfTest.getAsBoolean()) {
            return new Patterns(false, "the byte permutes failed their self-test; " + REPORT);
        }
        return new Patterns(true, auto ? "this CPU has AVX-512 VBMI" : given);
    }

    /**
     * Without AVX-512 VBMI the JDK emulates a permute of bytes lane by lane, hundreds of times slower, and has no call
     * that tells; so the answer is no wherever the operating system does not say yes.
     */
    static boolean cpuPermutesBytes(Path cpuInfo) {
        if (!Files.isReadable(cpuInfo)) {
            return false;
        }
        // Files.lines fails on a thread that was interrupted
        try (BufferedReader reader = Files.newBufferedReader(cpuInfo, StandardCharsets.ISO_8859_1)) {
            return reader.lines()
                    .filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Arrays.asList(line.split("\\s+", -1)).contains("avx512vbmi"))
                    .orElse(false);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }
}
