package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.report.Section;
import java.util.List;

/** What a family asks, and how the page answers. */
interface Part {
    /** What this library is asked alone. */
    default List<Question> ofSelf() {
        return List.of();
    }

    /**
     * What somebody's dropout is asked.
     *
     * @param peer its name
     * @param library whether it is a library of its own; loops of this module are asked less, so that a quick look stays one
     */
    default List<Question> ofPeer(String peer, boolean library) {
        return List.of();
    }

    /** What somebody's matrix product is asked. */
    default List<Question> ofProductPeer(String peer) {
        return List.of();
    }

    /** Elements of the calls of JVMs that are started cold; empty where none is. */
    default List<Integer> coldElements(Profile profile) {
        return List.of();
    }

    /** What the page shows, in its order. */
    List<Section> sections(Measured measured);
}
