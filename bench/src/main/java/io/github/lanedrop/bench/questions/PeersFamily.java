package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.DropoutFamily.FORWARD;
import static io.github.lanedrop.bench.questions.Profile.FULL;
import static io.github.lanedrop.bench.questions.Profile.QUICK;
import static io.github.lanedrop.bench.questions.Profile.STANDARD;
import static io.github.lanedrop.bench.questions.Times.Code.KERNEL;
import static io.github.lanedrop.bench.questions.Times.Code.LOOP;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Machine;
import io.github.lanedrop.bench.report.Plot.Point;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import io.github.lanedrop.bench.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** How fast are others? Other people's dropout; garbage and threads are asked of them and of this library together. */
final class PeersFamily implements Part {
    /** The same algorithm in C. */
    static final String CEILING = "c";

    private static final String OPERATIONS = "forward backward inPlace";
    private static final String FRESH = "fresh";
    private static final String REUSED = "reused";

    @Override
    public List<Question> ofPeer(String peer, boolean library) {
        if (peer.equals(Run.LANEDROP)) { // which DropoutBench asks the rest
            return List.of(ask(FULL, KERNEL, peer, OPERATIONS, Sizes.ALL, "0.1 0.5", "1 2", FRESH));
        }
        List<Question> questions = new ArrayList<>(List.of(
                ask(QUICK, LOOP, peer, FORWARD, Sizes.L3, "0.1", "1", REUSED),
                ask(STANDARD, LOOP, peer, FORWARD, Sizes.FEW + " " + Sizes.HUGE, "0.1", "1", REUSED),
                ask(STANDARD, LOOP, peer, FORWARD, Sizes.L3, "0.1 0.5", "1", REUSED),
                ask(FULL, LOOP, peer, OPERATIONS, Sizes.ALL, "0.1 0.5", "1 2", "fresh reused")));
        if (library) {
            questions.addAll(List.of(
                    ask(QUICK, LOOP, peer, FORWARD, Sizes.FEW, "0.1", "1", REUSED),
                    ask(QUICK, LOOP, peer, FORWARD, Sizes.L3, "0.5", "1", REUSED),
                    ask(QUICK, LOOP, peer, FORWARD, Sizes.L3, "0.1", "2", REUSED),
                    ask(QUICK, LOOP, peer, "backward inPlace", Sizes.L3, "0.1", "1", REUSED),
                    ask(QUICK, LOOP, peer, FORWARD, Sizes.DRAM, "0.1", "1", FRESH)));
        }
        return questions;
    }

    private static Question ask(
            Profile from,
            Times.Code code,
            String peer,
            String methods,
            String elements,
            String rates,
            String threads,
            String memory) {
        return Question.ask(from, code, PeerBench.class, methods)
                .over(Run.PEER, peer)
                .over("elements", elements)
                .over("rate", rates)
                .over(Run.THREADS, threads)
                .over(Run.MEMORY, memory);
    }

    @Override
    public List<Section> sections(Measured measured) {
        return List.of(comparison(measured), Garbage.section(measured), Threads.section(measured));
    }

    private static Section comparison(Measured measured) {
        List<String> rates = measured.rates(Which.of(PeerBench.class, FORWARD));
        List<Figure> pictures = new ArrayList<>();
        rates.forEach(rate -> pictures.add(forward(measured, rate)));
        rates.forEach(rate -> pictures.addAll(speedUps(measured, rate)));
        measured.rates(others()).forEach(rate -> operations(measured, rate).ifPresent(pictures::add));
        return new Section(
                "How fast are others?",
                "Dropout on float32 as other libraries and the usual loops do it, each held to what dropout is before it is"
                        + " timed, in the same run, on the same buffers, on one thread.",
                pictures,
                List.of(),
                measured.machine().map(PeersFamily::whoIsWho).orElse(List.of()),
                "This run has no measurements of peers.");
    }

    private static List<Table> whoIsWho(Machine machine) {
        return machine.peers().isEmpty()
                ? List.of()
                : List.of(new Table(
                        "Who is compared, and who is not and why",
                        List.of("peer", "", "version", "what to know"),
                        machine.peers().stream().map(PeersFamily::row).toList()));
    }

    private static List<String> row(Machine.Peer peer) {
        return List.of(
                peer.id(),
                switch (peer.status()) {
                    case MEASURED -> "measured";
                    case REFUSED -> "refused";
                    case ABSENT -> "absent";
                },
                peer.version(),
                peer.status() == Machine.Status.MEASURED ? peer.note() : (peer.reason() + " " + peer.note()).strip());
    }

    private static Figure forward(Measured measured, String rate) {
        Predicate<Result> here = Which.usual(PeerBench.class, FORWARD).and(Which.atRate(rate));
        Predicate<Result> used = here.and(measured::isInUsedMemory);
        Predicate<Result> fresh = here.and(result -> !measured.isInUsedMemory(result));
        List<Series> series = new ArrayList<>(List.of(
                Pictures.line("Lanedrop", Colours.LANEDROP, false, measured.where(measured.self(FORWARD, rate))),
                Pictures.line("C ceiling", Colours.CEILING, true, measured.where(used.and(Which.ofPeer(CEILING))))));
        List<String> peers = measured.peers();
        for (String peer : peers) {
            String colour = Colours.ofPeer(peer, peers);
            series.add(Pictures.line(peer, colour, false, measured.where(used.and(Which.ofPeer(peer)))));
            series.add(Pictures.line(
                    peer + ", fresh memory", colour, true, measured.where(fresh.and(Which.ofPeer(peer)))));
        }
        return new Figure(
                Pictures.lines(Pictures.ELEMENTS, Pictures.NANOS_AN_ELEMENT, series),
                "Everybody's forward at rate " + rate,
                "Full lines write to memory that was used before, their own or what they are given; dashed ones get fresh"
                        + " memory from the operating system for each result, page fault by page fault.",
                command(measured));
    }

    private static List<Figure> speedUps(Measured measured, String rate) {
        Predicate<Result> here = Which.usual(PeerBench.class, FORWARD).and(Which.atRate(rate));
        return measured.barSizes(here).stream()
                .map(elements -> speedUps(measured, rate, elements, here.and(Which.sized(elements))))
                .toList();
    }

    private static Figure speedUps(Measured measured, String rate, double elements, Predicate<Result> here) {
        List<Result> self = measured.where(measured.self(FORWARD, rate).and(Which.sized(elements)))
                .limit(1)
                .toList();
        List<Result> others =
                measured.where(here.and(Which.ofPeer(Run.LANEDROP).negate())).toList();
        List<Series> series = Pictures.byMemory(
                measured,
                others,
                theirs -> self.stream().map(ours -> Ratios.of(name(theirs), Double.NaN, theirs, ours)));
        return new Figure(
                Pictures.bars(Pictures.TIMES_LANEDROP, Run.PEER, series),
                "Time of others / time of Lanedrop at rate " + rate + ", " + Pictures.size(elements) + " elements",
                "Forward; right of 1, Lanedrop is faster. The table of everybody's forward has every size.",
                command(measured));
    }

    /** Lanedrop's own times are those of its family, but in the fullest run. */
    static String command(Measured measured) {
        return measured.commandWithPeers(Family.DROPOUT, Family.PEERS);
    }

    /** What is measured of peers beside their forward. */
    private static Predicate<Result> others() {
        return Which.of(PeerBench.class)
                .and(result ->
                        result.mode().equals(Result.AVERAGE) && !result.method().equals(FORWARD))
                .and(Result::isPlain)
                .and(Result::isAlone);
    }

    private static Optional<Figure> operations(Measured measured, String rate) {
        return measured.usualSize(others().and(measured::isInUsedMemory).and(Which.atRate(rate)))
                .map(elements -> new Figure(
                        Pictures.bars(
                                Pictures.NANOS_AN_ELEMENT,
                                Run.PEER,
                                Pictures.sortedByValue(List.of(
                                        operation(measured, rate, elements, FORWARD, FORWARD, Colours.LANEDROP),
                                        operation(measured, rate, elements, "backward", "backward", Colours.CEILING),
                                        operation(measured, rate, elements, "inPlace", "in place", Colours.TWIN)))),
                        "Forward, backward, in place at rate " + rate,
                        "On " + Pictures.size(elements)
                                + " elements, results in memory used before; what a peer cannot do has no bar.",
                        command(measured)));
    }

    private static Series operation(
            Measured measured, String rate, double elements, String method, String name, String colour) {
        Predicate<Result> theirs = Which.usual(PeerBench.class, method)
                .and(measured::isInUsedMemory)
                .and(Which.atRate(rate));
        Stream<Result> all = measured.where(
                Which.sized(elements).and(measured.self(method, rate).or(theirs)));
        List<Point> points = all.map(result -> Pictures.anElement(result).named(name(result)))
                .toList();
        return new Series(name, colour, false, points);
    }

    /** Whose it is. */
    static String name(Result result) {
        return result.is(DropoutBench.class.getSimpleName(), result.method())
                ? name(Run.LANEDROP)
                : name(result.param(Run.PEER));
    }

    /** For people. */
    static String name(String peer) {
        return switch (peer) {
            case Run.LANEDROP -> "Lanedrop";
            case CEILING -> "C ceiling";
            default -> peer;
        };
    }
}
