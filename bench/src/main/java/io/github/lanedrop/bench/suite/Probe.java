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
 * properties file a peer. Of product peers it checks one, since libraries choose their kernels once a process; it is run
 * again until there is nothing more to tell.
 */
final class Probe {
    private static final int ELEMENTS = 1024;
    private static final int THREADS = 2;

    private Probe() {}

    /**
     * Checks.
     *
     * @param arguments a folder for the answers, which may have some, and the names of peers that are known already
     * @throws IOException if an answer cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Set<String> known = Set.of(Arrays.copyOfRange(arguments, 1, arguments.length));
        for (Peer peer : Peers.all()) {
            Path answer = answer(folder, Entrant.Kind.DROPOUT, peer.id());
            if (!known.contains(peer.id()) && Files.notExists(answer)) {
                tell(answer, ask(peer));
            }
        }
        for (ProductPeer peer : Peers.allProducts()) {
            Path answer = answer(folder, Entrant.Kind.PRODUCT, peer.id());
            if (!known.contains(peer.id()) && Files.notExists(answer)) {
                tell(answer, ask(peer));
                break;
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

    private static Path answer(Path folder, Entrant.Kind kind, String id) {
        return folder.resolve(kind + "-" + id);
    }

    private static void tell(Path answer, Properties told) throws IOException {
        try (var file = Files.newBufferedWriter(answer, StandardCharsets.UTF_8)) {
            told.store(file, null);
        }
    }
}
