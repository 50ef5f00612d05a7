package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.Profile.FULL;
import static io.github.lanedrop.bench.questions.Profile.QUICK;
import static io.github.lanedrop.bench.questions.Profile.STANDARD;
import static io.github.lanedrop.bench.questions.Times.Code.KERNEL;
import static io.github.lanedrop.bench.questions.Times.Code.LOOP;

import io.github.lanedrop.bench.jmh.CallBench;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Plot.Axis;
import io.github.lanedrop.bench.report.Plot.Point;
import io.github.lanedrop.bench.report.Plot.Scale;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;

/** How long does a small call take? Calls as small as a service makes them. */
final class CallsFamily implements Part {
    private static final int PERCENTILES = 6;
    private static final String FEW_SIZES = "128 768";
    private static final String SIZES = "128 768 4096 98304";

    @Override
    public List<Question> ofPeer(String peer, boolean library) {
        if (peer.equals(Run.LANEDROP)) {
            return List.of(ask(QUICK, KERNEL, peer, FEW_SIZES), ask(STANDARD, KERNEL, peer, SIZES));
        }
        if (peer.equals(PeersFamily.CEILING)) {
            return List.of(ask(QUICK, LOOP, peer, "768").in(Mode.AverageTime), ask(STANDARD, LOOP, peer, SIZES));
        }
        List<Question> questions = new ArrayList<>(List.of(
                ask(QUICK, LOOP, peer, "768").in(Mode.AverageTime),
                ask(STANDARD, LOOP, peer, "768"),
                ask(FULL, LOOP, peer, SIZES)));
        if (library) {
            questions.addAll(
                    List.of(ask(QUICK, LOOP, peer, "128").in(Mode.AverageTime), ask(QUICK, LOOP, peer, "768")));
        }
        return questions;
    }

    private static Question ask(Profile from, Times.Code code, String peer, String elements) {
        return Question.ask(from, code, CallBench.class, DropoutFamily.FORWARD)
                .over(Run.PEER, peer)
                .in(Mode.AverageTime, Mode.SampleTime)
                .over("elements", elements);
    }

    @Override
    public List<Section> sections(Measured measured) {
        List<Figure> pictures = new ArrayList<>();
        pictures.add(new Figure(
                Pictures.lines(
                        Pictures.ELEMENTS,
                        new Axis("nanoseconds a call", Scale.LOG),
                        byPeer(
                                measured,
                                Which.of(CallBench.class, DropoutFamily.FORWARD).and(Result::isPlain),
                                result -> Stream.of(Pictures.aCall(result)))),
                "A call on average",
                "Nanoseconds a call of few elements, as a service makes them, one after the other.",
                measured.commandWithPeers(Family.CALLS)));
        Predicate<Result> single = Which.of(CallBench.class)
                .and(result -> result.mode().equals(Result.SAMPLE))
                .and(Result::isPlain);
        for (String elements : measured.values(single, "elements")) {
            pictures.add(new Figure(
                    Pictures.lines(
                            new Axis("percentile of calls", Scale.PERCENTILES),
                            new Axis("nanoseconds", Scale.LOG),
                            byPeer(measured, single.and(Which.with("elements", elements)), CallsFamily::percentiles)),
                    "Single calls of " + Pictures.size(elements) + " elements",
                    "The time that a share of the calls stays below. Asking the clock takes some 20 ns, which is part of each"
                            + " call's time.",
                    measured.commandWithPeers(Family.CALLS)));
        }
        return List.of(Section.of(
                "How long does a small call take?",
                "Calls where the fixed cost of a call counts, on average and by percentile.",
                pictures,
                "This run has no measurements of small calls (CallBench)."));
    }

    private static List<Series> byPeer(
            Measured measured, Predicate<Result> condition, Function<Result, Stream<Point>> points) {
        List<String> peers = measured.peers();
        return measured.values(condition, Run.PEER).stream()
                .map(peer -> Pictures.series(
                        PeersFamily.name(peer),
                        Colours.ofPeer(peer, peers),
                        peer.equals(PeersFamily.CEILING),
                        measured.where(condition.and(Which.ofPeer(peer))).flatMap(points)))
                .toList();
    }

    private static Stream<Point> percentiles(Result result) {
        return result.percentiles().entrySet().stream()
                .filter(entry -> entry.getKey() >= 50 && entry.getKey() < 100)
                .limit(PERCENTILES)
                .map(entry -> new Point(
                        plain(entry.getKey()) + " %",
                        100 / (100 - entry.getKey()), // so that each further nine takes as much room
                        result.nanos(entry.getValue()),
                        Double.NaN,
                        Double.NaN,
                        Integer.toString(result.forks())));
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
