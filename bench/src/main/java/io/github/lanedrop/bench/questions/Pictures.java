package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.report.Figures;
import io.github.lanedrop.bench.report.Plot;
import io.github.lanedrop.bench.report.Plot.Axis;
import io.github.lanedrop.bench.report.Plot.Kind;
import io.github.lanedrop.bench.report.Plot.Point;
import io.github.lanedrop.bench.report.Plot.Scale;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Result;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** What pictures are made of. */
final class Pictures {
    static final Axis ELEMENTS = new Axis("elements", Scale.SIZES);
    static final Axis NANOS_AN_ELEMENT = new Axis("nanoseconds an element", Scale.LOG);
    static final Axis NANOS_AS_LENGTH = new Axis(NANOS_AN_ELEMENT.title(), Scale.LINEAR);
    static final Axis BYTES_A_CALL = new Axis("bytes a call", Scale.LOG);
    static final Axis TIMES_LANEDROP = new Axis("times as long as Lanedrop", Scale.RATIO);

    private static final String USED_MEMORY = "memory used before";
    private static final String FRESH_MEMORY = "fresh memory in each call";

    private Pictures() {}

    static Plot lines(Axis x, Axis y, List<Series> series) {
        return new Plot("", Kind.LINES, x, y, series);
    }

    static Plot bars(Axis values, String names, List<Series> series) {
        return new Plot("", Kind.BARS, values, new Axis(names, Scale.NAMES), series);
    }

    /** Nanoseconds an element against elements. */
    static Series line(String name, String colour, boolean dashed, Stream<Result> results) {
        return series(
                name,
                colour,
                dashed,
                results.filter(result -> Double.isFinite(result.elements())).map(Pictures::anElement));
    }

    /** A line through points, from left to right. */
    static Series series(String name, String colour, boolean dashed, Stream<Point> points) {
        return new Series(
                name,
                colour,
                dashed,
                points.sorted(Comparator.comparingDouble(Point::x)).toList());
    }

    /** Two series, in memory that was used before and in fresh memory; which of both a point is in is told by its result. */
    static List<Series> byMemory(Measured measured, List<Result> results, Function<Result, Stream<Point>> points) {
        return sortedByValue(List.of(
                new Series(
                        USED_MEMORY,
                        Colours.LANEDROP,
                        false,
                        results.stream()
                                .filter(measured::isInUsedMemory)
                                .flatMap(points)
                                .toList()),
                new Series(
                        FRESH_MEMORY,
                        Colours.TWIN,
                        false,
                        results.stream()
                                .filter(result -> !measured.isInUsedMemory(result))
                                .flatMap(points)
                                .toList())));
    }

    /** Bars in the order of the first series' values, names of other series after it. */
    static List<Series> sortedByValue(List<Series> series) {
        SequencedSet<String> names = new LinkedHashSet<>();
        for (Series one : series) {
            one.points().stream()
                    .sorted(Comparator.comparingDouble(Point::value))
                    .forEach(point -> names.add(point.label()));
        }
        List<String> order = List.copyOf(names);
        return series.stream()
                .map(one -> new Series(
                        one.name(),
                        one.colour(),
                        one.dashed(),
                        one.points().stream()
                                .sorted(Comparator.comparingInt(point -> order.indexOf(point.label())))
                                .toList()))
                .toList();
    }

    static Point anElement(Result result) {
        return point(result, result.elements());
    }

    static Point aCall(Result result) {
        return point(result, 1);
    }

    private static Point point(Result result, double divisor) {
        return new Point(
                size(result.elements()),
                result.elements(),
                result.nanos(result.score()) / divisor,
                result.nanos(result.low()) / divisor,
                result.nanos(result.high()) / divisor,
                Ratios.n(result));
    }

    /** Bytes a call, which have no interval. */
    static Point garbage(String name, double x, Result result) {
        return new Point(name, x, result.garbage(), Double.NaN, Double.NaN, Ratios.n(result));
    }

    static String size(double elements) {
        return Figures.grouped((long) elements);
    }

    static String size(String value) {
        return value.matches("\\d{1,15}") ? Figures.grouped(Long.parseLong(value)) : value;
    }
}
