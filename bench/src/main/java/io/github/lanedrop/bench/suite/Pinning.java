package io.github.lanedrop.bench.suite;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

/**
 * Gives the JVMs of a benchmark one processor by {@code taskset}, but those that measure several threads. JMH calls what goes
 * before a command a profiler.
 */
public final class Pinning implements ExternalProfiler {
    private final String processor;

    /**
     * For JMH.
     *
     * @param processor its number
     */
    public Pinning(String processor) {
        this.processor = processor;
    }

    /** What goes before a command. */
    static List<String> prefix(int processor) {
        return List.of("taskset", "-c", Integer.toString(processor));
    }

    /** Whether the operating system has the command. */
    static boolean isPossible() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "taskset")));
    }

    @Override
    public Collection<String> addJVMInvokeOptions(BenchmarkParams params) {
        String threads = params.getParam("threads");
        return threads == null || threads.equals("1") ? prefix(Integer.parseInt(processor)) : List.of();
    }

    @Override
    public Collection<String> addJVMOptions(BenchmarkParams params) {
        return List.of();
    }

    @Override
    public void beforeTrial(BenchmarkParams benchmarkParams) {}

    @Override
    public Collection<? extends Result> afterTrial(BenchmarkResult br, long pid, File stdOut, File stdErr) {
        return List.of();
    }

    @Override
    public boolean allowPrintOut() {
        return true;
    }

    @Override
    public boolean allowPrintErr() {
        return true;
    }

    @Override
    public String getDescription() {
        return "one processor for each JVM";
    }
}
