package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Figures;
import io.github.lanedrop.bench.report.Plot;
import io.github.lanedrop.bench.report.Table;
import io.github.lanedrop.bench.start.Start;
import io.github.lanedrop.bench.start.Starts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Median;

/** What cold starts look like: medians of JVMs, and the fastest and the slowest of them. */
final class StartFigures {
    private static final long[] FIRSTS = {1, 2, 5};

    private StartFigures() {}

    /** Nanoseconds against the number of the call, as far as all JVMs went. */
    static List<Plot.Point> curve(Starts.Variant variant) {
        long last = variant.runs().stream()
                .mapToLong(run -> run.calls().getLast())
                .min()
                .orElse(0);
        List<Plot.Point> curve = new ArrayList<>();
        for (int i = 0; call(i) <= last; i++) {
            long call = call(i);
            double[] nanos = variant.runs().stream()
                    .mapToDouble(run -> run.nanosOf(call))
                    .sorted()
                    .toArray();
            curve.add(new Plot.Point(
                    Figures.grouped(call),
                    call,
                    Median.withDefaults().evaluate(nanos.clone()),
                    nanos[0],
                    nanos[nanos.length - 1],
                    Integer.toString(nanos.length)));
        }
        return curve;
    }

    /** 1, 2, 5, 10, 20, 50 and so on. */
    private static long call(int i) {
        return FIRSTS[i % FIRSTS.length] * Math.powExact(10L, i / FIRSTS.length);
    }

    /** A row a variant; its cells have lines. */
    static Table table(long elements, List<Starts.Variant> variants) {
        return new Table(
                "Medians of fresh JVMs, in brackets the fastest and the slowest; calls on " + Figures.grouped(elements)
                        + " elements",
                List.of(
                        "start",
                        "JVM options",
                        "JVMs",
                        "ms to main",
                        "ms of warmUp()",
                        "µs of the first call",
                        "calls to peak",
                        "ms to peak",
                        "ns a call then"),
                variants.stream()
                        .map(variant -> List.of(
                                variant.name(),
                                variant.jvm().isEmpty() ? "-" : String.join("\n", variant.jvm()),
                                Integer.toString(variant.runs().size()),
                                spread(variant, Start::startMillis),
                                variant.warmUp() ? spread(variant, Start::warmUpMillis) : "-",
                                spread(variant, start -> start.firstCallNanos() / 1e3),
                                spread(variant, Start::callsToPeak),
                                spread(variant, Start::millisToPeak),
                                spread(variant, Start::peakNanos)))
                        .toList());
    }

    private static String spread(Starts.Variant variant, ToDoubleFunction<Start> number) {
        double[] sorted = variant.runs().stream().mapToDouble(number).sorted().toArray();
        return sorted.length == 0
                ? "-"
                : Figure.number(Median.withDefaults().evaluate(sorted.clone())) + "\n[" + Figure.number(sorted[0])
                        + " to " + Figure.number(sorted[sorted.length - 1]) + "]";
    }
}
