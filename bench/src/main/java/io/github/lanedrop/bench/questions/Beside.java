package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Plot.Axis;
import io.github.lanedrop.bench.report.Plot.Point;
import io.github.lanedrop.bench.report.Plot.Scale;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Pictures of what benchmarks take beside another one, a series a size. */
final class Beside {
    private static final Axis TIMES = new Axis("times as long", Scale.RATIO);

    private final Measured measured;
    private final Family family;

    /** Pictures of a family. */
    Beside(Measured measured, Family family) {
        this.measured = measured;
        this.family = family;
    }

    /** The answer to a question in pictures, or that a benchmark was not run. */
    static Section section(String question, Class<?> bench, Figure... pictures) {
        return Section.of(
                question,
                "",
                List.of(pictures),
                "This run has no measurements of " + bench.getSimpleName() + " and what to hold them against.");
    }

    /**
     * Draws.
     *
     * @param title what it shows
     * @param note how to read it
     * @param which what is measured
     * @param other what a measurement is held against
     */
    Figure picture(String title, String note, Predicate<Result> which, Function<Result, Optional<Result>> other) {
        List<Result> all = measured.where(which)
                .filter(result -> result.isPlain() && !result.mode().equals(Result.SAMPLE))
                .filter(result ->
                        other.apply(result).filter(top -> !top.equals(result)).isPresent())
                .toList();
        String size = Stream.of("elements", "length", "shape")
                .filter(name ->
                        all.stream().anyMatch(result -> !result.param(name).isEmpty()))
                .findFirst()
                .orElse("");
        List<String> methods = all.stream().map(Result::method).distinct().toList();
        List<String> tell = tell(all, size);
        List<Series> series = new ArrayList<>();
        for (String value : measured.values(all::contains, size)) {
            series.add(new Series(
                    size.equals("elements") ? Pictures.size(value) + " elements" : size + " " + Pictures.size(value),
                    Colours.size(series.size()),
                    false,
                    all.stream()
                            .filter(Which.with(size, value))
                            .sorted(Comparator.comparingInt(result -> methods.indexOf(result.method())))
                            .map(result -> bar(result, other.apply(result).orElseThrow(), methods, tell))
                            .toList()));
        }
        return new Figure(Pictures.bars(TIMES, "what", series), title, note, command(all, other));
    }

    /** What measures these and what they are held against, which may be of the first family. */
    private String command(List<Result> all, Function<Result, Optional<Result>> other) {
        boolean own = all.stream()
                .allMatch(result -> other.apply(result).orElseThrow().group().equals(result.group()));
        return own ? measured.command(family) : measured.command(Family.DROPOUT, family);
    }

    /** The parameters, beside the size, whose values differ. */
    private static List<String> tell(List<Result> all, String size) {
        return all.stream()
                .flatMap(result -> result.params().keySet().stream())
                .distinct()
                .filter(name -> !name.equals(size)
                        && all.stream()
                                        .map(result -> result.param(name))
                                        .distinct()
                                        .count()
                                > 1)
                .toList();
    }

    private static Point bar(Result result, Result other, List<String> methods, List<String> tell) {
        String label = label(
                result,
                tell.stream().filter(name -> isUsed(name, result.method())).toList());
        return Ratios.of(
                methods.size() == 1 && !tell.isEmpty() ? label : (result.method() + " " + label).strip(),
                Double.NaN,
                result,
                other);
    }

    /** All methods of a class have its parameters, but only those that say so have an activation. */
    private static boolean isUsed(String param, String method) {
        return !param.equals("activation") || method.toLowerCase(Locale.ROOT).contains(param);
    }

    /** What to hold a measurement against: of the same class and settings, or of the same size from another class. */
    Optional<Result> other(Result result, String method, Class<?> otherBench, String otherMethod) {
        Predicate<Result> same = here -> here.is(result.group(), method)
                && !here.mode().equals(Result.SAMPLE)
                && here.isPlain()
                && here.isAlone();
        return Stream.of(
                        same.and(other -> sameBut(result, other, "")),
                        same.and(Which.sized(result.elements())),
                        Which.usual(otherBench, otherMethod).and(Which.sized(result.elements())))
                .flatMap(condition -> measured.where(condition).limit(1))
                .findFirst();
    }

    /** Copying and scaling as much. */
    Optional<Result> roof(Result result) {
        return other(result, DropoutFamily.ROOF, DropoutBench.class, DropoutFamily.ROOF);
    }

    /** Whether two have the same values of all parameters that both have, but for one. */
    static boolean sameBut(Result one, Result other, String but) {
        return one.params().entrySet().stream()
                .allMatch(param -> param.getKey().equals(but)
                        || other.params()
                                .getOrDefault(param.getKey(), param.getValue())
                                .equals(param.getValue()));
    }

    /** The values of some parameters: words as they are, numbers and the like with the parameter's name. */
    static String label(Result result, List<String> params) {
        List<String> words = new ArrayList<>();
        for (String name : params) {
            String value = result.param(name);
            words.add(value.matches("[-0-9.]+|true|false|none|[a-z]") ? name + " " + value : value);
        }
        return String.join(", ", words);
    }
}
