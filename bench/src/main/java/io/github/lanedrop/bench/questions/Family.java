package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.report.Machine;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Section;
import io.github.lanedrop.bench.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What belongs together, in the order in which it is run and shown. A new family is a name here and its class. */
public enum Family {
    /** Dropout of float32 beside copying. */
    DROPOUT,
    /** Other people's dropout. */
    PEERS,
    /** Calls as small as a service makes them. */
    CALLS,
    /** Cold start. */
    START,
    /** Structured masks. */
    MASKS,
    /** Noise. */
    NOISE,
    /** Fused chains. */
    FUSED,
    /** Attention. */
    ATTENTION,
    /** Matrix products. */
    PRODUCTS;

    private Part part() {
        return switch (this) {
            case DROPOUT -> new DropoutFamily();
            case PEERS -> new PeersFamily();
            case CALLS -> new CallsFamily();
            case START -> new StartFamily();
            case MASKS -> new MasksFamily();
            case NOISE -> new NoiseFamily();
            case FUSED -> new FusedFamily();
            case ATTENTION -> new AttentionFamily();
            case PRODUCTS -> new ProductsFamily();
        };
    }

    /**
     * Its name on the command line and in tables.
     *
     * @return a word
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * What this library is asked alone.
     *
     * @return questions
     */
    public List<Question> ofSelf() {
        return part().ofSelf();
    }

    /**
     * What somebody's dropout is asked.
     *
     * @param peer its name
     * @param library whether it is a library of its own, and no loop of this module
     * @return questions
     */
    public List<Question> ofPeer(String peer, boolean library) {
        return part().ofPeer(peer, library);
    }

    /**
     * What somebody's matrix product is asked.
     *
     * @param peer its name
     * @return questions
     */
    public List<Question> ofProductPeer(String peer) {
        return part().ofProductPeer(peer);
    }

    /**
     * Which JVMs are started cold.
     *
     * @param profile how much is asked
     * @return elements of their calls; empty where no JVM is
     */
    public List<Integer> coldElements(Profile profile) {
        return part().coldElements(profile);
    }

    /** All sections of the page, with one for what failed and one for what no family knows, if there is any. */
    static List<Section> sections(Measured measured) {
        List<Section> sections = new ArrayList<>();
        for (Family family : values()) {
            sections.addAll(family.part().sections(measured));
        }
        failures(measured).ifPresent(sections::add);
        others(measured).ifPresent(sections::add);
        return sections;
    }

    private static Optional<Section> failures(Measured measured) {
        List<List<String>> failures = measured.machine().map(Machine::failures).orElse(List.of()).stream()
                .map(failure -> List.of(failure.what(), failure.reason()))
                .toList();
        return failures.isEmpty()
                ? Optional.empty()
                : Optional.of(new Section(
                        "What failed?",
                        "Runs that gave no numbers; nothing on this page stands for them.",
                        List.of(),
                        List.of(),
                        List.of(new Table("Failed runs", List.of("run", "reason"), failures)),
                        ""));
    }

    private static Optional<Section> others(Measured measured) {
        Set<String> known = Arrays.stream(values())
                .flatMap(Family::everything)
                .map(question -> question.bench().getSimpleName())
                .collect(Collectors.toSet());
        List<Result> unknown =
                measured.where(result -> !known.contains(result.group())).toList();
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of(new Section(
                        "Other measurements",
                        "",
                        List.of(),
                        List.of(Tables.measurements("Measured, but not pictured", unknown)),
                        List.of(),
                        ""));
    }

    private static Stream<Question> everything(Family family) {
        return Stream.of(family.ofSelf(), family.ofPeer("", true), family.ofProductPeer(""))
                .flatMap(List::stream);
    }
}
