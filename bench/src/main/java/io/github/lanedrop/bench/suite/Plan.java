package io.github.lanedrop.bench.suite;

import io.github.lanedrop.bench.questions.Family;
import io.github.lanedrop.bench.questions.Profile;
import io.github.lanedrop.bench.questions.Question;
import io.github.lanedrop.bench.questions.Run;
import io.github.lanedrop.bench.questions.Times;
import io.github.lanedrop.bench.questions.Variation;
import io.github.lanedrop.bench.start.ColdJvms;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is to be run, a function of what was asked for, of the peers and of the machine.
 *
 * @param times how long each is measured
 * @param pinned whether each JVM has one processor
 * @param runs the benchmarks, in order
 * @param modules peers with libraries of their own, whose JVMs take longer to start
 * @param coldElements of the calls of JVMs that are started cold; empty if none is
 */
record Plan(Times times, boolean pinned, List<Run> runs, Set<String> modules, List<Integer> coldElements) {
    private static final String FRESH = "fresh";
    private static final int AVX512_BITS = 512;

    /** Keeps what it is given. */
    Plan {
        runs = List.copyOf(runs);
        modules = Set.copyOf(modules);
        coldElements = List.copyOf(coldElements);
    }

    /**
     * What the machine can do.
     *
     * @param processors how many this process may use
     * @param x86 whether HotSpot has options for it that begin with {@code UseAVX}
     * @param vectorBits the width of the kernels' vectors, 0 where there are none
     */
    record Machine(int processors, boolean x86, int vectorBits) {}

    /** Plans. */
    static Plan of(Profile profile, Set<Family> families, List<Entrant> entrants, Machine machine, boolean pinned) {
        List<Family> ordered = Arrays.stream(Family.values()) // so that what belongs together is measured together
                .filter(families::contains)
                .toList();
        SequencedSet<Run> runs = new LinkedHashSet<>();
        for (Family family : ordered) {
            questions(family, entrants)
                    .filter(question -> question.from().compareTo(profile) <= 0)
                    .flatMap(question -> question.runs(family).stream())
                    .filter(run -> isPossible(run, machine))
                    .flatMap(run -> fit(run, entrants).stream())
                    .forEach(runs::add);
        }
        Set<String> modules = entrants.stream()
                .filter(entrant -> !entrant.isBuiltIn())
                .map(Entrant::id)
                .collect(Collectors.toSet());
        return new Plan(
                profile.times(),
                pinned,
                List.copyOf(runs),
                modules,
                ordered.stream()
                        .flatMap(family -> family.coldElements(profile).stream())
                        .toList());
    }

    private static Stream<Question> questions(Family family, List<Entrant> entrants) {
        return Stream.concat(
                family.ofSelf().stream(),
                entrants.stream()
                        .filter(entrant -> entrant.refusal().isEmpty())
                        .flatMap(entrant -> switch (entrant.kind()) {
                            case DROPOUT -> family.ofPeer(entrant.id(), !entrant.isBuiltIn()).stream();
                            case PRODUCT -> family.ofProductPeer(entrant.id()).stream();
                        }));
    }

    private static boolean isPossible(Run run, Machine machine) {
        if (Integer.parseInt(run.parameters().getOrDefault(Run.THREADS, "1")) > machine.processors()) {
            return false;
        }
        if (run.variation().equals(Variation.AVX2)) {
            return machine.x86() && machine.vectorBits() == AVX512_BITS;
        }
        return Variation.bits(run.variation()) < machine.vectorBits()
                || run.variation().isEmpty();
    }

    /** What becomes of a run with a peer, which need not be able to do everything. */
    private static Optional<Run> fit(Run run, List<Entrant> entrants) {
        if (!run.parameters().containsKey(Run.PEER)) {
            return Optional.of(run);
        }
        Entrant entrant =
                entrants.stream().filter(one -> one.isAskedBy(run)).findFirst().orElseThrow();
        if (!entrant.methods().contains(run.method()) || (!entrant.parallel() && run.isParallel())) {
            return Optional.empty();
        }
        return Optional.of(
                run.parameters().containsKey(Run.MEMORY) && !entrant.allocates() ? run.with(Run.MEMORY, FRESH) : run);
    }

    /** What all is expected to take. */
    double seconds() {
        return runs.stream().mapToDouble(this::seconds).sum() + coldSeconds();
    }

    /** What a run is expected to take. */
    double seconds(Run run) {
        return times.seconds(run.code(), modules.contains(run.parameters().getOrDefault(Run.PEER, "")), pinned);
    }

    /** How many JVMs are started cold. */
    int cold() {
        return ColdJvms.ways() * coldElements.size() * times.jvms();
    }

    /** What the cold starts are expected to take. */
    double coldSeconds() {
        return cold() * times.coldSeconds();
    }

    /** The arithmetic, a line a family. */
    String describe() {
        StringBuilder text = new StringBuilder("| family | runs | JVMs | minutes |\n|---|---:|---:|---:|\n");
        for (Family family : Family.values()) {
            List<Run> its = runs.stream().filter(run -> run.family() == family).toList();
            if (!its.isEmpty()) {
                line(
                        text,
                        family.label(),
                        its.size(),
                        its.size() * times.forks(),
                        its.stream().mapToDouble(this::seconds).sum());
            }
        }
        if (cold() > 0) {
            line(text, Family.START.label(), cold(), cold(), coldSeconds());
        }
        line(text, "all", runs.size() + cold(), runs.size() * times.forks() + cold(), seconds());
        return text.append('\n').append(times.describe(pinned)).toString();
    }

    private static void line(StringBuilder text, String name, int runs, int jvms, double seconds) {
        text.append(String.format(Locale.ROOT, "| %s | %d | %d | %.1f |%n", name, runs, jvms, seconds / 60));
    }
}
