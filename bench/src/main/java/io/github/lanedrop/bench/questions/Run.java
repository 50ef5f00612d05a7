package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.peers.NativeMemory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;

/**
 * One benchmark with all that it is told: what JMH measures in JVMs of its own.
 *
 * @param family whose question it answers
 * @param bench the class
 * @param method the benchmark's method
 * @param mode average time, or the time of single calls
 * @param parameters of the benchmark
 * @param variation options of the JVM, beside the vector module
 * @param code how much there is to compile
 */
public record Run(
        Family family,
        Class<?> bench,
        String method,
        Mode mode,
        SequencedMap<String, String> parameters,
        List<String> variation,
        Times.Code code) {
    /** The parameter that names a peer. */
    public static final String PEER = "peer";

    /** The parameter that says what results are written to. */
    public static final String MEMORY = "memory";

    /** The parameter that says how many threads share a call. */
    public static final String THREADS = "threads";

    private static final String ONE = "1";

    /** This library, which is on every class path. */
    public static final String LANEDROP = "lanedrop";

    /** Keeps what it is given. */
    public Run {
        parameters = new LinkedHashMap<>(parameters);
        variation = List.copyOf(variation);
    }

    /** What results are written to. */
    public NativeMemory memory() {
        return NativeMemory.valueOf(
                parameters.getOrDefault(MEMORY, NativeMemory.FRESH.name()).toUpperCase(Locale.ROOT));
    }

    /** Whether it measures several threads. */
    public boolean isParallel() {
        return !parameters.getOrDefault(THREADS, ONE).equals(ONE);
    }

    /** With another value of a parameter. */
    public Run with(String parameter, String value) {
        SequencedMap<String, String> others = new LinkedHashMap<>(parameters);
        others.put(parameter, value);
        return new Run(family, bench, method, mode, others, variation, code);
    }

    /** For example {@code DropoutBench.forward elements=4096 rate=0.1}. */
    @Override
    public String toString() {
        String told = parameters.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(" "));
        return String.join(
                        " ",
                        bench.getSimpleName() + "." + method,
                        mode == Mode.AverageTime ? "" : mode.shortLabel(),
                        told,
                        String.join(" ", variation))
                .replaceAll(" +", " ")
                .strip();
    }
}
