package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.jmh.DropoutBench;
import io.github.lanedrop.bench.jmh.PeerBench;
import io.github.lanedrop.bench.report.Machine;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Results;
import io.github.lanedrop.bench.start.Starts;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What there is to answer from.
 *
 * @param results the measurements
 * @param machine where they come from
 * @param starts the cold starts
 */
record Measured(Results results, Optional<Machine> machine, Optional<Starts> starts) {
    private static final List<String> LENGTHS = List.of("--quick", "--standard", "--full");
    private static final String PEERS = "--peers";

    /** Those of a kind. */
    Stream<Result> where(Predicate<Result> condition) {
        return results.where(condition);
    }

    boolean has(Predicate<Result> condition) {
        return where(condition).findAny().isPresent();
    }

    /** The values of a parameter, numbers in their order. */
    List<String> values(Predicate<Result> condition, String param) {
        List<String> values = where(condition)
                .map(result -> result.param(param))
                .filter(value -> !value.isEmpty())
                .distinct()
                .toList();
        return values.stream().allMatch(value -> value.matches("\\d{1,15}(\\.\\d+)?"))
                ? values.stream()
                        .sorted(Comparator.comparingDouble(Double::parseDouble))
                        .toList()
                : values;
    }

    List<String> rates(Predicate<Result> condition) {
        return values(condition, "rate");
    }

    /** The size that most measurements have, of several the closest to the usual one. */
    Optional<Double> usualSize(Predicate<Result> condition) {
        Map<Double, Long> count = new TreeMap<>();
        where(condition)
                .filter(result -> Double.isFinite(result.elements()))
                .forEach(result -> count.merge(result.elements(), 1L, Long::sum));
        return count.entrySet().stream()
                .max(Comparator.<Map.Entry<Double, Long>>comparingLong(Map.Entry::getValue)
                        .thenComparingDouble(entry -> -Math.abs(Math.log(entry.getKey()) - Math.log(Sizes.USUAL))))
                .map(Map.Entry::getKey);
    }

    /** The sizes that bars stand for: the usual one in memory that was used before, and that of fresh memory. */
    SequencedSet<Double> barSizes(Predicate<Result> condition) {
        SequencedSet<Double> sizes = new LinkedHashSet<>();
        usualSize(condition.and(this::isInUsedMemory)).ifPresent(sizes::add);
        usualSize(condition.and(result -> !isInUsedMemory(result))).ifPresent(sizes::add);
        return sizes;
    }

    /** Whether results get memory that was used before, or only one kind of memory was measured. */
    boolean isInUsedMemory(Result result) {
        return !results.isFresh(result);
    }

    /** Everybody but this library and its own algorithm in C, in the order of the measurements. */
    List<String> peers() {
        return results.all().stream()
                .map(result -> result.param(Run.PEER))
                .filter(peer -> !peer.isEmpty() && !peer.equals(Run.LANEDROP) && !peer.equals(PeersFamily.CEILING))
                .distinct()
                .toList();
    }

    /** Copying, or copying and scaling: measured at this rate, or at any, since it does not depend on it. */
    Predicate<Result> roof(String method, String rate) {
        Predicate<Result> all = Which.usual(DropoutBench.class, method);
        Predicate<Result> here = all.and(Which.atRate(rate));
        return has(here) ? here : all;
    }

    /** Lanedrop through the frame of the peers, or, if that was not measured, without. */
    Predicate<Result> self(String method, String rate) {
        Predicate<Result> framed = Which.usual(PeerBench.class, method)
                .and(Which.ofPeer(Run.LANEDROP))
                .and(Which.atRate(rate));
        return has(framed) ? framed : Which.usual(DropoutBench.class, method).and(Which.atRate(rate));
    }

    /** What measures some families again. */
    String command(Family... families) {
        return "./build run bench"
                + words().stream()
                        .filter(LENGTHS::contains)
                        .findFirst()
                        .map(length -> " " + length)
                        .orElse("")
                + " --family "
                + Arrays.stream(families).map(Family::label).collect(Collectors.joining(","));
    }

    /** The same with the libraries of this run. */
    String commandWithPeers(Family... families) {
        List<String> words = words();
        return command(families)
                + IntStream.range(0, words.size())
                        .filter(i -> words.get(i).startsWith(PEERS + "=")
                                || (words.get(i).equals(PEERS) && i + 1 < words.size()))
                        .mapToObj(i -> words.get(i).equals(PEERS)
                                ? words.get(i + 1)
                                : words.get(i).substring(PEERS.length() + 1))
                        .findFirst()
                        .map(names -> " " + PEERS + " " + names)
                        .orElse("");
    }

    private List<String> words() {
        return machine.map(from -> List.of(from.command().split("\\s+"))).orElse(List.of());
    }
}
