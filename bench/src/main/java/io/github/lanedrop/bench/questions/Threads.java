package io.github.lanedrop.bench.questions;

import static io.github.lanedrop.bench.questions.DropoutFamily.FORWARD;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Plot.Axis;
import io.github.lanedrop.bench.report.Plot.Scale;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What do more threads bring? */
final class Threads {
    private static final Axis TIMES_FASTER = new Axis("times faster than one thread", Scale.LOG);

    private Threads() {}

    static Section section(Measured measured) {
        Predicate<Result> all = Which.of(DropoutBench.class, FORWARD)
                .or(Which.of(PeerBench.class, FORWARD).and(measured::isInUsedMemory))
                .and(Result::isPlain);
        List<Integer> counts = measured.where(all)
                .map(Result::workers)
                .filter(count -> count > 1)
                .distinct()
                .sorted()
                .toList();
        List<Figure> pictures = new ArrayList<>();
        for (int threads : counts) {
            for (String rate : measured.rates(all)) {
                pictures.add(picture(measured, threads, rate));
            }
        }
        return Section.of(
                "What do more threads bring?",
                "A call whose elements are split over threads that wait for it.",
                pictures,
                "This run measured one thread only.");
    }

    private static Figure picture(Measured measured, int threads, String rate) {
        Predicate<Result> peer =
                Which.of(PeerBench.class, FORWARD).and(measured::isInUsedMemory).and(Which.atRate(rate));
        Predicate<Result> ceiling = peer.and(Which.ofPeer(PeersFamily.CEILING));
        List<Series> series = new ArrayList<>(List.of(
                series(measured, threads, "Lanedrop", Colours.LANEDROP, false, own(FORWARD, rate)),
                series(measured, threads, "copy and scale", Colours.ROOF, false, own(DropoutFamily.ROOF, rate)),
                series(measured, threads, "C ceiling", Colours.CEILING, true, ceiling)));
        List<String> peers = measured.peers();
        for (String id : peers) {
            series.add(series(measured, threads, id, Colours.ofPeer(id, peers), false, peer.and(Which.ofPeer(id))));
        }
        return new Figure(
                Pictures.lines(Pictures.ELEMENTS, TIMES_FASTER, series),
                threads + " threads, rate " + rate,
                "Time on one thread / time on " + threads
                        + ", forward. What is bound by memory that threads share does not" + " reach " + threads + ".",
                measured.commandWithPeers(Family.DROPOUT, Family.PEERS));
    }

    private static Predicate<Result> own(String method, String rate) {
        return Which.of(DropoutBench.class, method).and(Which.atRate(rate));
    }

    private static Series series(
            Measured measured, int threads, String name, String colour, boolean dashed, Predicate<Result> which) {
        Predicate<Result> all = which.and(Result::isPlain);
        return Pictures.series(
                name,
                colour,
                dashed,
                measured.where(all)
                        .filter(result -> result.workers() == threads && Double.isFinite(result.elements()))
                        .flatMap(result -> measured.where(
                                        all.and(Result::isAlone).and(Which.sized(result.elements())))
                                .limit(1)
                                .map(one ->
                                        Ratios.of(Pictures.size(result.elements()), result.elements(), one, result))));
    }
}
