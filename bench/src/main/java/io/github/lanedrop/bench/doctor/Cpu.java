package io.github.lanedrop.bench.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The CPU as far as the operating system tells.
 *
 * @param model its name
 * @param architecture as the JDK names it
 * @param processors how many this JVM may use
 * @param features what it has of what matters to the kernels, in Linux's words; absent where that could not be read
 * @param unread what could not be read and why, one sentence without a full stop
 */
public record Cpu(
        Optional<String> model,
        String architecture,
        int processors,
        Optional<List<String>> features,
        Optional<String> unread) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** Vectors, mask registers, byte permutes and what else C2 compiles the kernels to; x86 first, then Arm and RISC-V. */
    private static final Set<String> RELEVANT = Set.of(
            "sse4_1",
            "sse4_2",
            "avx",
            "avx2",
            "fma",
            "bmi2",
            "avx512f",
            "avx512dq",
            "avx512bw",
            "avx512vl",
            "avx512vbmi",
            "avx512_vbmi2",
            "gfni",
            "asimd",
            "asimdhp",
            "sve",
            "sve2");

    /**
     * Reads what there is to read.
     *
     * @return the CPU
     */
    public static Cpu read() {
        try {
            return of(Files.readAllLines(CPU_INFO, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return of(List.of());
        }
    }

    /**
     * Understands what Linux says.
     *
     * @param cpuInfo the lines of {@code /proc/cpuinfo}; empty where there is no such file
     * @return the CPU
     */
    public static Cpu of(List<String> cpuInfo) {
        Optional<String> model = value(cpuInfo, "model name");
        Optional<List<String>> features = value(cpuInfo, "flags")
                .or(() -> value(cpuInfo, "Features"))
                .map(words -> Arrays.stream(words.split("\\s+", -1))
                        .filter(RELEVANT::contains)
                        .toList());
        String missing =
                model.isEmpty() && features.isEmpty() ? "model and features" : model.isEmpty() ? "model" : "features";
        Optional<String> unread = model.isPresent() && features.isPresent()
                ? Optional.empty()
                : Optional.of("the CPU's " + missing + " could not be read: "
                        + (cpuInfo.isEmpty() ? "there is no " : "not in ") + CPU_INFO);
        return new Cpu(
                model, System.getProperty("os.arch"), Runtime.getRuntime().availableProcessors(), features, unread);
    }

    private static Optional<String> value(List<String> lines, String key) {
        return lines.stream()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2 && parts[0].strip().equals(key))
                .map(parts -> parts[1].strip())
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /**
     * Whether the operating system says that the CPU has a feature.
     *
     * @param feature in Linux's words
     * @return false also where nothing could be read
     */
    public boolean has(String feature) {
        return features.orElse(List.of()).contains(feature);
    }
}
