package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.DropoutFamily.FORWARD;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** How much garbage does a call leave? Of peers where they were measured, else of this library alone. */
final class Garbage {
    private Garbage() {}

    static Section section(Measured measured) {
        List<Figure> pictures = ofPeers(measured);
        return Section.of(
                "How much garbage does a call leave?",
                "Bytes on the Java heap as JMH's profiler counts them, some 20 a millisecond of its own included. What a"
                        + " library allocates outside of the heap is not in here; it shows as time where memory is fresh. The larger a"
                        + " call, the fewer of them an iteration has, and the more each bears of what a JVM allocates once.",
                pictures.isEmpty() ? List.of(ofSelf(measured)) : pictures,
                "This run did not measure garbage (-prof gc).");
    }

    private static boolean isCounted(Result result) {
        return Double.isFinite(result.garbage());
    }

    private static List<Figure> ofPeers(Measured measured) {
        Predicate<Result> all = Which.usual(PeerBench.class, FORWARD).and(Garbage::isCounted);
        List<Figure> pictures = new ArrayList<>();
        for (String rate : measured.rates(all)) {
            Predicate<Result> here = all.and(Which.atRate(rate));
            measured.barSizes(here).forEach(elements -> {
                Predicate<Result> self = measured.self(FORWARD, rate).and(Garbage::isCounted);
                List<Result> results =
                        measured.where(Which.sized(elements).and(self.or(here))).toList();
                pictures.add(new Figure(
                        Pictures.bars(
                                Pictures.BYTES_A_CALL,
                                Run.PEER,
                                Pictures.byMemory(
                                        measured,
                                        results,
                                        result -> Stream.of(
                                                Pictures.garbage(PeersFamily.name(result), Double.NaN, result)))),
                        "Bytes a call at rate " + rate + ", " + Pictures.size(elements) + " elements",
                        "Forward.",
                        PeersFamily.command(measured)));
            });
        }
        return pictures;
    }

    private static Figure ofSelf(Measured measured) {
        Predicate<Result> all = Which.usual(DropoutBench.class, FORWARD).and(Garbage::isCounted);
        List<Series> series = new ArrayList<>();
        for (String rate : measured.rates(all)) {
            series.add(new Series(
                    "rate " + rate,
                    series.isEmpty() ? Colours.LANEDROP : Colours.other(series.size()),
                    false,
                    measured.where(all.and(Which.atRate(rate)))
                            .filter(result -> Double.isFinite(result.elements()))
                            .map(result ->
                                    Pictures.garbage(Pictures.size(result.elements()), result.elements(), result))
                            .toList()));
        }
        return new Figure(
                Pictures.lines(Pictures.ELEMENTS, Pictures.BYTES_A_CALL, series),
                "Bytes a call",
                "Lanedrop's forward.",
                measured.command(Family.DROPOUT));
    }
}
