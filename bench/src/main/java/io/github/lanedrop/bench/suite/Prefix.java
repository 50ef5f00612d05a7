package io.github.lanedrop.bench.suite;

import java.io.File;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

/**
 * Words before the command of a benchmark's JVM, such as {@code env} with what the C library must find in its environment,
 * and {@code taskset}. What does that is a profiler to JMH.
 */
public final class Prefix implements ExternalProfiler {
    private static final String SEPARATOR = "\n";

    private final List<String> words;

    /**
     * For JMH.
     *
     * @param line the words, one a line
     */
    public Prefix(String line) {
        words = List.of(line.split(SEPARATOR, -1));
    }

    /** What JMH makes one from. */
    static String line(List<String> words) {
        return String.join(SEPARATOR, words);
    }

    @Override
    public Collection<String> addJVMInvokeOptions(BenchmarkParams params) {
        return words;
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
        return "words before the command";
    }
}
