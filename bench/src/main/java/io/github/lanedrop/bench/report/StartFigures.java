package io.github.lanedrop.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Median;

/** What cold starts look like: medians of JVMs, and the fastest and the slowest of them. */
final class StartFigures {
    private StartFigures() {}

    /** Nanoseconds against the number of the call. */
    static List<Plot.Point> curve(Starts.Variant variant) {
        SequencedMap<Long, List<Double>> nanos = new TreeMap<>();
        for (Starts.Start run : variant.runs()) {
            for (int i = 0; i < Math.min(run.calls().size(), run.nanos().size()); i++) {
                nanos.computeIfAbsent(run.calls().get(i), _ -> new ArrayList<>())
                        .add(run.nanos().get(i));
            }
        }
        List<Plot.Point> curve = new ArrayList<>();
        nanos.forEach((call, times) -> {
            double[] sorted = times.stream().mapToDouble(time -> time).sorted().toArray();
            curve.add(new Plot.Point(
                    Figures.grouped(call),
                    call,
                    Median.withDefaults().evaluate(sorted),
                    sorted[0],
                    sorted[sorted.length - 1],
                    Integer.toString(sorted.length)));
        });
        return curve;
    }

    /** A row a variant. */
    static Table table(long elements, List<Starts.Variant> variants) {
        return new Table(
                "Medians of fresh JVMs, in brackets the fastest and the slowest; calls on " + Figures.grouped(elements)
                        + " elements",
                List.of("variant", "JVM options", "JVMs", "ms to the first call", "µs of the first call", "calls to peak"),
                variants.stream()
                        .map(variant -> List.of(
                                variant.name(),
                                variant.jvm().isEmpty() ? "-" : String.join(" ", variant.jvm()),
                                Integer.toString(variant.runs().size()),
                                spread(variant, Starts.Start::startMillis),
                                spread(variant, start -> start.firstCallNanos() / 1e3),
                                spread(variant, Starts.Start::callsToPeak)))
                        .toList());
    }

    private static String spread(Starts.Variant variant, ToDoubleFunction<Starts.Start> number) {
        double[] sorted =
                variant.runs().stream().mapToDouble(number).sorted().toArray();
        return sorted.length == 0
                ? "-"
                : Figure.number(Median.withDefaults().evaluate(Arrays.copyOf(sorted, sorted.length))) + " ["
                        + Figure.number(sorted[0]) + ", " + Figure.number(sorted[sorted.length - 1]) + "]";
    }
}
