package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Figures;
import io.github.lanedrop.bench.report.Plot;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Results;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One of the three figures that the page begins with.
 *
 * @param style the tile's class
 * @param name what it is about
 * @param big the figure
 * @param unit what it counts
 * @param detail what it is made of
 */
record Headline(String style, String name, String big, String unit, String detail) {
    private static final String NOTHING = "-";
    private static final Set<String> LOOPS =
            Set.of("splittable-random", "thread-local-random", "commons-rng", "weak-hash");
    private static final String NOT_MEASURED = "not measured in this run";

    /** The three, at the lowest rate and the usual size that there are. */
    static List<Headline> of(Results results) {
        Optional<Result> forward = results.where(ours(DropoutBench.class, DropoutFamily.FORWARD))
                .min(Comparator.comparingDouble(
                                (Result result) -> Math.abs(Math.log(result.elements()) - Math.log(Sizes.USUAL)))
                        .thenComparingDouble(result -> number(result.param("rate"))));
        return List.of(
                forward.flatMap(own -> roof(results, own)).orElse(nothing("plain", "Next to copying and scaling")),
                forward.flatMap(own -> peers(results, own)).orElse(nothing("dropped", "Next to the fastest library")),
                forward.filter(own -> Double.isFinite(own.garbage()))
                        .map(Headline::garbage)
                        .orElse(nothing("mc", "Garbage")));
    }

    private static Headline nothing(String style, String name) {
        return new Headline(style, name, NOTHING, NOT_MEASURED, "");
    }

    private static Optional<Headline> roof(Results results, Result own) {
        return results.where(ours(DropoutBench.class, DropoutFamily.ROOF))
                .filter(roof -> roof.elements() == own.elements())
                .min(Comparator.comparingInt(
                        roof -> roof.param("rate").equals(own.param("rate")) ? 0 : 1)) // which it does not depend on
                .map(roof -> {
                    Plot.Point ratio = Ratios.of("", Double.NaN, own, roof);
                    return new Headline(
                            "plain",
                            "Next to copying and scaling",
                            times(ratio.value()),
                            "the time",
                            "Forward takes " + perElement(own) + " ns an element, copying and scaling "
                                    + perElement(roof) + ", " + where(own) + "." + interval(ratio));
                });
    }

    /** The fastest library that is neither Lanedrop nor its own algorithm in C; where there is none the fastest loop. */
    private static Optional<Headline> peers(Results results, Result own) {
        Predicate<Result> comparable = ours(PeerBench.class, DropoutFamily.FORWARD)
                .and(result -> result.elements() == own.elements())
                .and(result -> result.param("rate").equals(own.param("rate")));
        Result self = results.where(comparable)
                .filter(result -> result.param(Run.PEER).equals(Run.LANEDROP))
                .findFirst()
                .orElse(own);
        List<Result> others = results.where(comparable)
                .filter(result -> !List.of(Run.LANEDROP, PeersFamily.CEILING, "lanedrop-warm")
                        .contains(result.param(Run.PEER)))
                .sorted(Comparator.comparing((Result result) -> LOOPS.contains(result.param(Run.PEER)))
                        .thenComparingDouble(Result::score))
                .toList();
        if (others.isEmpty()) {
            return Optional.empty();
        }
        Result fastest = others.getFirst();
        Plot.Point ratio = Ratios.of("", Double.NaN, fastest, self);
        String rest = others.stream()
                .filter(other -> other.param(Run.PEER).equals("torch") && !other.equals(fastest))
                .map(other -> " " + peer(results, other) + " takes "
                        + times(Ratios.of("", Double.NaN, other, self).value()) + " as long as Lanedrop.")
                .findFirst()
                .orElse("");
        return Optional.of(new Headline(
                "dropped",
                (LOOPS.contains(fastest.param(Run.PEER))
                                ? "Next to the fastest loop: "
                                : "Next to the fastest library: ")
                        + fastest.param(Run.PEER),
                times(ratio.value()),
                ratio.value() >= 1 ? "faster" : "as fast",
                peer(results, fastest) + " takes " + perElement(fastest) + " ns an element, Lanedrop "
                        + perElement(self) + ", " + where(own) + "." + interval(ratio) + rest));
    }

    private static String peer(Results results, Result result) {
        return result.param(Run.PEER) + (results.isFresh(result) ? " with fresh memory in each call" : "");
    }

    private static Headline garbage(Result own) {
        return new Headline(
                "mc",
                "Garbage",
                own.garbage() < 10 ? Figures.fixed(own.garbage(), 1) : Figures.grouped(Math.round(own.garbage())),
                "bytes a call",
                "Forward " + where(own)
                        + "; what JMH's profiler allocates itself, some 20 bytes a millisecond, is counted."
                        + " The call takes " + Figure.number(own.nanos(own.score()) / 1e6) + " ms.");
    }

    private static Predicate<Result> ours(Class<?> bench, String method) {
        return result -> result.is(bench.getSimpleName(), method)
                && result.mode().equals(Result.AVERAGE)
                && result.variant().isEmpty()
                && result.workers() == 1
                && Double.isFinite(result.nanos(result.score()) / result.elements());
    }

    private static String perElement(Result result) {
        return Figure.number(result.nanos(result.score()) / result.elements());
    }

    private static String where(Result result) {
        return "on " + Figures.grouped((long) result.elements()) + " elements at rate " + result.param("rate");
    }

    /** Three digits, since more would be noise. */
    private static String times(double ratio) {
        return Figures.fixed(ratio, ratio < 10 ? 2 : ratio < 100 ? 1 : 0) + "×";
    }

    private static String interval(Plot.Point ratio) {
        return Stream.of(ratio.low(), ratio.high()).allMatch(Double::isFinite) && !ratio.isUnbounded()
                ? " Intervals leave room for " + times(ratio.low()) + " to " + times(ratio.high()) + "."
                : " There are too few iterations for an interval.";
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            return Double.MAX_VALUE;
        }
    }
}
