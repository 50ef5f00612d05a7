package io.github.lanedrop.bench.suite;

import io.github.lanedrop.bench.peers.Peer;
import io.github.lanedrop.bench.peers.PeerCheck;
import io.github.lanedrop.bench.peers.Peers;
import io.github.lanedrop.bench.peers.ProductPeer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * The main class of a JVM that has the class path of a peer: checks the peers that it finds, and tells what they are in one
 * properties file a peer.
 */
final class Probe {
    private static final int ELEMENTS = 1024;
    private static final int THREADS = 2;

    private Probe() {}

    /**
     * Checks.
     *
     * @param arguments a folder for the answers, and the names of peers that are known already
     * @throws IOException if an answer cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Set<String> known = Set.of(Arrays.copyOfRange(arguments, 1, arguments.length));
        for (Peer peer : Peers.all()) {
            if (!known.contains(peer.id())) {
                tell(folder, ask(peer));
            }
        }
        for (ProductPeer peer : Peers.allProducts()) {
            if (!known.contains(peer.id())) {
                tell(folder, ask(peer));
            }
        }
        System.exit(0); // libraries may have started threads
    }

    private static Properties ask(Peer peer) {
        try {
            Optional<String> refusal = PeerCheck.refusal(peer, 1);
            if (refusal.isEmpty() && peer.isParallel()) {
                refusal = PeerCheck.refusal(peer, THREADS);
            }
            return Entrant.told(peer, refusal, refusal.isEmpty() && allocates(peer));
        } catch (RuntimeException | LinkageError e) { // a library that is not for this machine
            return Entrant.told(Entrant.Kind.DROPOUT, peer.id(), Optional.of(peer.id() + " fails: " + e));
        }
    }

    private static boolean allocates(Peer peer) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(Float.BYTES * ELEMENTS, 64);
            MemorySegment dst = arena.allocate(Float.BYTES * ELEMENTS, 64);
            try (Peer.Work work = peer.prepare(new Peer.Task(memory, memory, dst, ELEMENTS, .5, 1))) {
                return work.allocates();
            }
        }
    }

    private static Properties ask(ProductPeer peer) {
        try {
            return Entrant.told(peer, PeerCheck.refusal(peer, 1));
        } catch (RuntimeException | LinkageError e) {
            return Entrant.told(Entrant.Kind.PRODUCT, peer.id(), Optional.of(peer.id() + " fails: " + e));
        }
    }

    private static void tell(Path folder, Properties told) throws IOException {
        try (var file = Files.newBufferedWriter(
                folder.resolve(told.getProperty("kind") + "-" + told.getProperty("id")), StandardCharsets.UTF_8)) {
            told.store(file, null);
        }
    }
}
