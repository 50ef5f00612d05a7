package io.github.lanedrop.bench.doctor;

import io.github.lanedrop.kernels.Kernels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a reader must know of the machine that numbers come from, to judge them and to get them again; no name of the host or
 * of a user, and no path. What cannot be read is {@value #UNKNOWN}.
 *
 * @param cpu the CPU's name
 * @param architecture as the JDK names it
 * @param processors how many this JVM may use
 * @param features what the CPU has of what matters to the kernels, in Linux's words
 * @param caches of the first core, for example {@code L1 data 32K}
 * @param governor how the clock rate is chosen; hidden in most virtual machines
 * @param hyperThreads whether processors share cores
 * @param virtualised whether a hypervisor shares the machine out
 * @param memory in GiB
 * @param hugePages Linux's policy on transparent huge pages, which decides what fresh memory costs
 * @param kernel the operating system and its version
 * @param jdk the JDK's version and vendor
 * @param vm the virtual machine and how it runs code
 * @param options what it was started with of what matters to the kernels
 * @param flags the values of the flags that matter to the kernels
 * @param path which path of the kernels runs, how wide its vectors are and why
 * @param commit of the sources, with {@code "modified"} after it where they were not as committed
 * @param date when it was read, in UTC
 */
public record Passport(
        String cpu,
        String architecture,
        int processors,
        List<String> features,
        List<String> caches,
        String governor,
        String hyperThreads,
        String virtualised,
        String memory,
        String hugePages,
        String kernel,
        String jdk,
        String vm,
        List<String> options,
        SequencedMap<String, String> flags,
        String path,
        String commit,
        String date) {
    /** Stands for what could not be read. */
    public static final String UNKNOWN = "unknown";

    private static final String CPUS = "sys/devices/system/cpu";
    private static final Pattern CHOSEN = Pattern.compile("\\[(.+)]");
    private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal:\\s*(\\d+) kB");

    /** Keeps what it is given. */
    public Passport {
        features = List.copyOf(features);
        caches = List.copyOf(caches);
        options = List.copyOf(options);
        flags = new TreeMap<>(flags);
    }

    /**
     * Reads what there is to read.
     *
     * @param sources the folder of the project's sources
     * @return the passport of this JVM
     */
    public static Passport read(Path sources) {
        return read(Path.of("/"), Cpu.read(), Jdk.read(), commit(sources));
    }

    /** The same on another root folder, for tests. */
    static Passport read(Path root, Cpu cpu, Jdk jdk, String commit) {
        Path system = root.resolve(CPUS);
        return new Passport(
                cpu.model().orElse(UNKNOWN),
                cpu.architecture(),
                cpu.processors(),
                cpu.features().orElse(List.of()),
                caches(system.resolve("cpu0/cache")),
                text(system.resolve("cpu0/cpufreq/scaling_governor")),
                switch (text(system.resolve("smt/active"))) {
                    case "0" -> "no";
                    case "1" -> "yes";
                    default -> UNKNOWN;
                },
                virtualised(text(root.resolve("proc/cpuinfo"))),
                memory(text(root.resolve("proc/meminfo"))),
                chosen(text(root.resolve("sys/kernel/mm/transparent_hugepage/enabled"))),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                jdk.version() + ", " + jdk.vendor(),
                jdk.vm(),
                jdk.options().stream()
                        .filter(option -> !option.startsWith("-Dlanedrop.home="))
                        .toList(),
                jdk.flags(),
                path(Kernels.describe()),
                commit,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static String path(Kernels.Path path) {
        return (path.vector() ? path.vectorBits() + "-bit vectors: " : "scalar: ")
                + path.reason()
                + (path.vector() ? "; patterns " + (path.permutes() ? "64 at a time: " : "one by one: ") : "")
                + (path.vector() ? path.permutesReason() : "");
    }

    /** What a file holds without the end of its last line. */
    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private static List<String> caches(Path folder) {
        List<String> caches = new ArrayList<>();
        for (int i = 0; Files.exists(folder.resolve("index" + i)); i++) {
            Path cache = folder.resolve("index" + i);
            String type = text(cache.resolve("type"));
            if (!type.equals("Instruction")) {
                caches.add("L" + text(cache.resolve("level")) + " " + (type.equals("Data") ? "data " : "")
                        + text(cache.resolve("size")));
            }
        }
        return caches;
    }

    private static String virtualised(String cpuInfo) {
        return cpuInfo.equals(UNKNOWN)
                ? UNKNOWN
                : Pattern.compile("(?m)^flags\\s*:.*\\bhypervisor\\b")
                                .matcher(cpuInfo)
                                .find()
                        ? "yes"
                        : "no sign of it";
    }

    private static String memory(String memInfo) {
        Matcher total = MEMORY.matcher(memInfo);
        return total.find() ? Math.round(Long.parseLong(total.group(1)) / 1048576.0) + " GiB" : UNKNOWN;
    }

    private static String chosen(String choice) {
        Matcher chosen = CHOSEN.matcher(choice);
        return chosen.find() ? chosen.group(1) : choice;
    }

    /** What git says; nothing is asked of it that would change anything. */
    private static String commit(Path sources) {
        String head = git(sources, "rev-parse", "HEAD");
        return head.equals(UNKNOWN) || git(sources, "status", "--porcelain").isEmpty() ? head : head + " modified";
    }

    private static String git(Path folder, String... command) {
        List<String> words = new ArrayList<>(List.of("git", "-C", folder.toString()));
        words.addAll(List.of(command));
        try {
            Process git = new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? answer : UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}
