package io.github.lanedrop.bench.suite;

import io.github.lanedrop.bench.jmh.ProductPeerBench;
import io.github.lanedrop.bench.peers.Peer;
import io.github.lanedrop.bench.peers.ProductPeer;
import io.github.lanedrop.bench.questions.Run;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * What a run must know of a peer without loading it.
 *
 * @param kind what it is measured at
 * @param id its name
 * @param version what exactly is measured
 * @param description what a reader must know
 * @param methods the benchmarks that it can run
 * @param parallel whether it can use more than one thread
 * @param allocates whether each call allocates its result
 * @param refusal why it is not measured
 * @param place where it is
 */
record Entrant(
        Kind kind,
        String id,
        String version,
        String description,
        Set<String> methods,
        boolean parallel,
        boolean allocates,
        Optional<String> refusal,
        Place place) {
    /** What a peer is measured at. */
    enum Kind {
        /** Dropout. */
        DROPOUT,
        /** Matrix products. */
        PRODUCT
    }

    /** Keeps what it is given. */
    Entrant {
        methods = Set.copyOf(methods);
    }

    /** Whether it is on this library's own class path. */
    boolean isBuiltIn() {
        return place.equals(Place.OWN);
    }

    /** Whether a run is one of this peer, of which there may be two of a name: one that drops and one that multiplies. */
    boolean isAskedBy(Run run) {
        return id.equals(run.parameters().get(Run.PEER))
                && (kind == Kind.PRODUCT) == (run.bench() == ProductPeerBench.class);
    }

    /** One that cannot even say what it is. */
    static Entrant lost(String id, String refusal, Place place) {
        return new Entrant(Kind.DROPOUT, id, "", "", Set.of(), false, false, Optional.of(refusal), place);
    }

    static String method(Peer.Operation operation) {
        return switch (operation) {
            case FORWARD -> "forward";
            case BACKWARD -> "backward";
            case IN_PLACE -> "inPlace";
        };
    }

    /** What {@link Probe} tells of a peer. */
    static Properties told(Peer peer, Optional<String> refusal, boolean allocates) {
        Properties told = told(Kind.DROPOUT, peer.id(), refusal);
        told.setProperty("version", peer.version());
        told.setProperty("description", peer.description());
        told.setProperty(
                "methods",
                String.join(
                        " ",
                        EnumSet.copyOf(peer.operations()).stream()
                                .map(Entrant::method)
                                .toList()));
        told.setProperty("parallel", Boolean.toString(peer.isParallel()));
        told.setProperty("allocates", Boolean.toString(allocates));
        return told;
    }

    /** What {@link Probe} tells of a product peer. */
    static Properties told(ProductPeer peer, Optional<String> refusal) {
        Properties told = told(Kind.PRODUCT, peer.id(), refusal);
        told.setProperty("version", peer.version());
        told.setProperty("description", peer.description());
        told.setProperty("methods", peer.epilogue() == ProductPeer.EpilogueKind.NONE ? "product" : "product epilogue");
        return told;
    }

    /** What {@link Probe} tells of what cannot say its version. */
    static Properties told(Kind kind, String id, Optional<String> refusal) {
        Properties told = new Properties();
        told.setProperty("kind", kind.name());
        told.setProperty("id", id);
        refusal.ifPresent(reason -> told.setProperty("refusal", reason));
        return told;
    }

    /** Understands what was told. */
    static Entrant of(Properties told, Place place) {
        return new Entrant(
                Kind.valueOf(told.getProperty("kind")),
                told.getProperty("id"),
                told.getProperty("version", ""),
                told.getProperty("description", ""),
                Set.of(told.getProperty("methods", "").split(" ", -1)),
                Boolean.parseBoolean(told.getProperty("parallel")),
                Boolean.parseBoolean(told.getProperty("allocates")),
                Optional.ofNullable(told.getProperty("refusal")),
                place);
    }
}
