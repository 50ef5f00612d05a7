package io.github.lanedrop.bench.peers;

import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The peers of this class path. */
public final class Peers {
    private Peers() {}

    /**
     * All that drop.
     *
     * @return the peers, those of this module first
     */
    public static List<Peer> all() {
        return load(Peer.class);
    }

    /**
     * All that multiply matrices.
     *
     * @return the peers
     */
    public static List<ProductPeer> allProducts() {
        return load(ProductPeer.class);
    }

    /**
     * The peer of a name.
     *
     * @param id its name
     * @return the peer
     * @throws IllegalArgumentException if there is none on this class path
     */
    public static Peer find(String id) {
        return find(all(), Peer::id, id);
    }

    /**
     * The product peer of a name.
     *
     * @param id its name
     * @return the peer
     * @throws IllegalArgumentException if there is none on this class path
     */
    public static ProductPeer findProduct(String id) {
        return find(allProducts(), ProductPeer::id, id);
    }

    private static <T> List<T> load(Class<T> type) {
        return ServiceLoader.load(type).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static <T> T find(List<T> peers, Function<T, String> id, String wanted) {
        return peers.stream()
                .filter(peer -> id.apply(peer).equals(wanted))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no peer \"" + wanted + "\" on the class path: there are "
                                + peers.stream().map(id).collect(Collectors.joining(", "))));
    }
}
