package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.Profile.FULL;
import static io.github.lanedrop.bench.questions.Profile.QUICK;
import static io.github.lanedrop.bench.questions.Profile.STANDARD;
import static io.github.lanedrop.bench.questions.Times.Code.KERNEL;
import static io.github.lanedrop.bench.questions.Times.Code.LOOP;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What does an element cost? Dropout of float32 beside copying. */
final class DropoutFamily implements Part {
    /** The benchmark that everything is held against. */
    static final String FORWARD = "forward";

    /** The least that any dropout must do: read, multiply, write. */
    static final String ROOF = "copyAndScale";

    private static final String COPY = "copy";
    private static final String RATES = "0.1 0.5";

    @Override
    public List<Question> ofSelf() {
        return List.of(
                ask(QUICK, LOOP, COPY, Sizes.FEW, "0.1", "1"),
                ask(QUICK, KERNEL, "copyAndScale forward", Sizes.FEW, "0.1", "1"),
                ask(QUICK, KERNEL, FORWARD, Sizes.L3, "0.5", "1"),
                ask(QUICK, KERNEL, FORWARD, Sizes.L3, "0.1", "2"),
                ask(QUICK, KERNEL, "inPlace backwardStored", Sizes.L3, "0.1", "1"),
                ask(QUICK, KERNEL, FORWARD, Sizes.L3, "0.1", "1").under(List.of(Variation.SCALAR)),
                ask(STANDARD, LOOP, COPY, Sizes.ALL, "0.1", "1"),
                ask(STANDARD, KERNEL, ROOF, Sizes.ALL, "0.1", "1"),
                ask(STANDARD, KERNEL, ROOF, Sizes.SHARED, "0.1", "2"),
                ask(STANDARD, KERNEL, FORWARD, Sizes.ALL, RATES, "1"),
                ask(STANDARD, KERNEL, FORWARD, Sizes.SHARED, "0.1", "2"),
                ask(STANDARD, KERNEL, "backward inPlace", Sizes.SEVERAL, "0.1", "1"),
                ask(STANDARD, KERNEL, "backward inPlace", Sizes.L3, "0.5", "1"),
                ask(STANDARD, KERNEL, "keepBits", Sizes.L3, "0.1", "1"),
                ask(STANDARD, KERNEL, FORWARD, Sizes.L3, "0.1", "1").under(Variation.ALL),
                ask(FULL, LOOP, COPY, Sizes.ALL, "0.1", "1 2"),
                ask(FULL, KERNEL, ROOF, Sizes.ALL, "0.1", "1 2"),
                ask(FULL, KERNEL, "forward backward inPlace backwardStored keepBits", Sizes.ALL, RATES, "1 2"),
                ask(FULL, KERNEL, FORWARD, Sizes.ALL, RATES, "1").under(Variation.ALL));
    }

    private static Question ask(
            Profile from, Times.Code code, String methods, String elements, String rates, String threads) {
        return Question.ask(from, code, DropoutBench.class, methods)
                .over("elements", elements)
                .over("rate", rates)
                .over(Run.THREADS, threads);
    }

    @Override
    public List<Section> sections(Measured measured) {
        List<String> rates = measured.rates(Which.of(DropoutBench.class, FORWARD));
        List<Figure> pictures = new ArrayList<>();
        rates.forEach(rate -> pictures.add(forward(measured, rate)));
        rates.forEach(rate -> operations(measured, rate).ifPresent(pictures::add));
        rates.forEach(rate -> pictures.add(widths(measured, rate)));
        return List.of(Section.of(
                "What does an element cost?",
                "Nanoseconds an element against the size of a call, on one thread, from L1 to DRAM.",
                pictures,
                "This run has no measurements of DropoutBench.forward."));
    }

    private static Figure forward(Measured measured, String rate) {
        Predicate<Result> ceiling = Which.usual(PeerBench.class, FORWARD)
                .and(Which.ofPeer(PeersFamily.CEILING))
                .and(measured::isInUsedMemory);
        Predicate<Result> twin = Which.of(DropoutBench.class, FORWARD)
                .and(Result::isAlone)
                .and(result -> result.variant().equals("scalar twin"));
        List<Series> series = List.of(
                line(measured, "copy", Colours.ROOF, true, measured.roof(COPY, rate)),
                line(measured, "copy and scale", Colours.ROOF, false, measured.roof(ROOF, rate)),
                line(measured, "Lanedrop", Colours.LANEDROP, false, own(FORWARD, rate)),
                line(measured, "C ceiling", Colours.CEILING, true, ceiling.and(Which.atRate(rate))),
                line(measured, "scalar twin", Colours.TWIN, true, twin.and(Which.atRate(rate))));
        return new Figure(
                Pictures.lines(Pictures.ELEMENTS, Pictures.NANOS_AN_ELEMENT, series),
                "Forward at rate " + rate,
                "Copying, and copying and scaling, are the least that any dropout must do on these buffers; the C ceiling is"
                        + " the same algorithm in C with AVX-512 intrinsics.",
                measured.command(Family.DROPOUT, Family.PEERS)); // the C ceiling is a peer
    }

    private static Optional<Figure> operations(Measured measured, String rate) {
        Series stored = line(measured, "stored mask", Colours.other(2), true, own("backwardStored", rate));
        Series alone = line(measured, "mask alone", Colours.other(3), true, own("keepBits", rate));
        List<Series> others = Stream.of(
                        line(measured, "backward", Colours.other(0), false, own("backward", rate)),
                        line(measured, "in place", Colours.other(1), false, own("inPlace", rate)),
                        stored,
                        alone)
                .filter(series -> !series.points().isEmpty())
                .toList();
        if (others.isEmpty()) {
            return Optional.empty();
        }
        List<Series> series = new ArrayList<>(List.of(
                line(measured, "copy and scale", Colours.ROOF, false, measured.roof(ROOF, rate)),
                line(measured, "forward", Colours.LANEDROP, false, own(FORWARD, rate))));
        series.addAll(others);
        return Optional.of(new Figure(
                Pictures.lines(Pictures.ELEMENTS, Pictures.NANOS_AN_ELEMENT, series),
                "The other operations at rate " + rate,
                "Backward draws the mask again"
                        + (stored.points().isEmpty() ? "" : "; with a stored mask it reads one bit an element")
                        + (alone.points().isEmpty() ? "" : "; the last is the mask alone, without the activations")
                        + ".",
                measured.command(Family.DROPOUT)));
    }

    private static Figure widths(Measured measured, String rate) {
        Predicate<Result> all =
                Which.of(DropoutBench.class, FORWARD).and(Result::isAlone).and(Which.atRate(rate));
        List<Series> series = new ArrayList<>();
        for (String elements : measured.values(all.and(result -> !result.isPlain()), "elements")) {
            series.add(new Series(
                    Pictures.size(elements) + " elements",
                    Colours.size(series.size()),
                    false,
                    measured.where(all.and(Which.with("elements", elements)))
                            .map(result -> Pictures.anElement(result)
                                    .named(result.isPlain() ? "as the JDK chooses" : result.variant()))
                            .toList()));
        }
        return new Figure(
                Pictures.bars(Pictures.NANOS_AS_LENGTH, "path", Pictures.sortedByValue(series)),
                "Vector widths, forward at rate " + rate,
                "The same bits on every path; what differs is how many elements an instruction takes.",
                measured.command(Family.DROPOUT));
    }

    private static Predicate<Result> own(String method, String rate) {
        return Which.usual(DropoutBench.class, method).and(Which.atRate(rate));
    }

    private static Series line(
            Measured measured, String name, String colour, boolean dashed, Predicate<Result> condition) {
        return Pictures.line(name, colour, dashed, measured.where(condition));
    }
}
