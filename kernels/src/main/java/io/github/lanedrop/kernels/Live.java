package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.simd.Simd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** The live path, decided once; C2 removes what is not live. */
final class Live {
    /** Whether the SIMD path runs: it may, and its self-test passed. */
    static final boolean VECTOR;

    /** Whether patterns are looked up 64 at a time by byte permutes over two 512-bit registers. */
    static final boolean PERMUTES;

    /** Why {@link #PERMUTES} is what it is, one sentence without a full stop. */
    static final String PATTERNS_REASON;

    static {
        VECTOR = ByteStream.VECTOR && SelfTest.vectorsAgree();
        if (ByteStream.VECTOR && !VECTOR) {
            warn(
                    "the SIMD kernels failed their self-test; the scalar path runs. Please report this with your JDK's version"
                            + " and CPU");
        }
        String choice = System.getProperty("lanedrop.patterns", "auto");
        if (!choice.equals("auto") && !choice.equals("permute") && !choice.equals("table")) {
            throw new IllegalArgumentException("lanedrop.patterns must be auto, permute or table, got " + choice);
        }
        boolean possible = VECTOR && Simd.BITS == 512;
        boolean wanted = choice.equals("permute") || (choice.equals("auto") && cpuPermutesBytes());
        PERMUTES = possible && wanted && SelfTest.patternsAgree();
        if (!choice.equals("auto")) {
            PATTERNS_REASON = "-Dlanedrop.patterns=" + choice + " was given";
        } else if (!possible) {
            PATTERNS_REASON = "permutes need the SIMD path at 512 bits";
        } else if (PERMUTES) {
            PATTERNS_REASON = "this CPU has AVX-512 VBMI";
        } else {
            PATTERNS_REASON = "AVX-512 VBMI was not found in /proc/cpuinfo; -Dlanedrop.patterns=permute if it is there";
        }
    }

    private Live() {}

    private static void warn(String message) {
        System.getLogger("io.github.lanedrop").log(System.Logger.Level.WARNING, message);
    }

    /**
     * Without AVX-512 VBMI the JDK emulates a permute of bytes lane by lane, hundreds of times slower, and has no call
     * that tells; so the answer is no wherever the operating system does not say yes.
     */
    private static boolean cpuPermutesBytes() {
        Path cpuInfo = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(cpuInfo)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(cpuInfo, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Arrays.asList(line.split("\\s+", -1)).contains("avx512vbmi"))
                    .orElse(false);
        } catch (IOException e) {
            return false;
        }
    }
}
