package io.github.lanedrop.bench.questions;

import java.util.List;

/** Tokens of the page's style: the same thing has the same colour in each picture. */
final class Colours {
    static final String LANEDROP = "dropped";
    static final String CEILING = "mc";
    static final String TWIN = "plain";
    static final String ROOF = "quiet";

    private static final int OTHERS = 12;
    private static final int SIZES = 5;

    private Colours() {}

    /** One of many. */
    static String other(int i) {
        return "p" + i % OTHERS;
    }

    /** One of few that have an order. */
    static String size(int i) {
        return "s" + Math.min(i, SIZES - 1);
    }

    /** That of a peer among all. */
    static String ofPeer(String peer, List<String> peers) {
        return switch (peer) {
            case Run.LANEDROP -> LANEDROP;
            case PeersFamily.CEILING -> CEILING;
            default -> other(Math.max(0, peers.indexOf(peer)));
        };
    }
}
