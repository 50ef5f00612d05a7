package io.github.lanedrop.bench.report;

import io.github.lanedrop.bench.doctor.Folders;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What JMH says of one benchmark with one set of parameters.
 *
 * @param benchmark its class and method
 * @param mode JMH's word: {@code avgt}, {@code sample}, {@code thrpt} or {@code ss}
 * @param threads how many threads JMH called it from
 * @param forks how many JVMs measured it
 * @param jvmArgs the options of those JVMs
 * @param params the parameters' values, in JMH's order
 * @param score the mean
 * @param error half the 99.9 % interval of the mean; NaN where there are too few iterations for one
 * @param low where the interval begins
 * @param high where it ends
 * @param unit for example {@code ns/op}
 * @param raw the iterations of each fork; empty where JMH kept a histogram
 * @param percentiles values by percent
 * @param garbage bytes of Java heap a call; NaN where the run did not measure it
 */
public record Result(
        String benchmark,
        String mode,
        int threads,
        int forks,
        List<String> jvmArgs,
        SequencedMap<String, String> params,
        double score,
        double error,
        double low,
        double high,
        String unit,
        List<List<Double>> raw,
        SequencedMap<Double, Double> percentiles,
        double garbage) {
    public static final String AVERAGE = "avgt";
    public static final String SAMPLE = "sample";
    public static final String THROUGHPUT = "thrpt";

    /** What decides how the kernels run; other options are how a peer wants its JVM. */
    private static final Pattern VARIES = Pattern.compile(
            "-Dlanedrop\\.(?!home=).*"
                    + "|-XX:(UseAVX|UseSVE|MaxVectorSize|TieredStopAtLevel)=.*|-XX:[-+](EnableVectorSupport|UseSuperWord)|-Xint");

    /** The class without its package. */
    public String group() {
        String clazz = benchmark.substring(0, Math.max(0, benchmark.lastIndexOf('.')));
        return clazz.substring(clazz.lastIndexOf('.') + 1);
    }

    public String method() {
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    /** The class and the method, as people say them. */
    public String name() {
        return group().isEmpty() ? method() : group() + "." + method();
    }

    /** A parameter's value, or nothing but an empty text. */
    public String param(String name) {
        return params.getOrDefault(name, "");
    }

    public boolean is(String group, String method) {
        return group().equals(group) && method().equals(method);
    }

    /** Elements a call; NaN where the benchmark does not count them. */
    public double elements() {
        try {
            return Double.parseDouble(param("elements"));
        } catch (NumberFormatException _) {
            return Double.NaN;
        }
    }

    /** How many threads work: a parameter where the benchmark has one, since it splits a call itself. */
    public int workers() {
        return param("threads").matches("\\d{1,9}") ? Integer.parseInt(param("threads")) : threads;
    }

    /** The score in nanoseconds a call, times {@code what / score}; NaN where it is no time. */
    public double nanos(double what) {
        return switch (unit) {
            case "ns/op" -> what;
            case "us/op" -> 1e3 * what;
            case "ms/op" -> 1e6 * what;
            case "s/op" -> 1e9 * what;
            default -> Double.NaN;
        };
    }

    /** How its JVM differed in what matters to the kernels: nothing for the usual one. */
    public String variant() {
        return jvmArgs.stream()
                .filter(option -> VARIES.matcher(option).matches())
                .distinct()
                .map(Result::inWords)
                .collect(Collectors.joining(", "));
    }

    private static String inWords(String option) {
        return option.equals("-Dlanedrop.path=scalar")
                ? "scalar twin"
                : option.equals("-XX:UseAVX=2")
                        ? "AVX2"
                        : option.startsWith("-Dlanedrop.vectorBits=")
                                ? option.substring(option.indexOf('=') + 1) + " bits"
                                : Folders.hide(option.replaceFirst("^-Dlanedrop\\.", ""));
    }

    /** What the measurement is of: two of the same identity can be compared. */
    public String identity() {
        return String.join("\u0000", benchmark, mode, Integer.toString(threads), params.toString(), variant());
    }

    /** The parameters and the JVM, as people say them. */
    public String setting() {
        String values = params.entrySet().stream()
                .map(param -> param.getKey() + " " + param.getValue())
                .collect(Collectors.joining(", "));
        return variant().isEmpty() ? values : values.isEmpty() ? variant() : values + ", " + variant();
    }

    /** Iterations in all forks. */
    public int iterations() {
        return raw.stream().mapToInt(List::size).sum();
    }

    /** Whether its JVM was one as people start it. */
    public boolean isPlain() {
        return variant().isEmpty();
    }

    /** Whether one thread worked. */
    public boolean isAlone() {
        return workers() == 1;
    }

    /** Whether a larger score is a worse one. */
    public boolean lowerIsBetter() {
        return !mode.equals(THROUGHPUT);
    }
}
