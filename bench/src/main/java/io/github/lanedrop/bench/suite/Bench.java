package io.github.lanedrop.bench.suite;

import io.github.lanedrop.bench.doctor.Passport;
import io.github.lanedrop.bench.peers.PeerModules;
import io.github.lanedrop.bench.questions.BenchPage;
import io.github.lanedrop.bench.questions.Family;
import io.github.lanedrop.bench.questions.Profile;
import io.github.lanedrop.bench.report.Machine;
import io.github.lanedrop.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A benchmark of what was asked for, from the peers to the folder of results. */
public final class Bench {
    private static final String LOG = "bench.log";

    private final Order order;
    private final List<Entrant> entrants = new ArrayList<>();
    private final List<Machine.Peer> absent = new ArrayList<>();
    private final Plan plan;
    private final byte[] said;

    /**
     * What was asked for.
     *
     * @param command what was typed
     * @param profile how long
     * @param families what
     * @param peers names of peers' modules
     * @param processor the one that JVMs are given; empty for all
     * @param home the project's folder; empty where that is unknown
     * @param folder receives the results, and is made if it is not there
     */
    public record Order(
            String command,
            Profile profile,
            Set<Family> families,
            List<String> peers,
            OptionalInt processor,
            Optional<Path> home,
            Path folder) {
        /** Keeps what it is given. */
        public Order {
            families = Set.copyOf(families);
            peers = List.copyOf(peers);
        }
    }

    /**
     * Looks for the peers, checks them, and plans. Takes some seconds a peer.
     *
     * @param order what was asked for
     * @throws IOException if a peer's JVM cannot be started
     * @throws InterruptedException if this thread is
     */
    public Bench(Order order) throws IOException, InterruptedException {
        this.order = order;
        Path answers = Files.createTempDirectory("lanedrop-peers");
        try {
            Path log = Files.createFile(answers.resolve(LOG));
            findPeers(new Entrants(answers, log));
            said = Files.readAllBytes(log);
        } finally {
            Session.delete(answers);
        }
        Kernels.Path path = Kernels.describe();
        Plan.Machine machine = new Plan.Machine(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.arch").matches("amd64|x86_64"),
                path.vectorBits());
        plan = Plan.of(
                order.profile(),
                order.families(),
                entrants,
                machine,
                order.processor().isPresent());
    }

    private void findPeers(Entrants found) throws IOException, InterruptedException {
        List<Entrant> builtIn = found.builtIn();
        entrants.addAll(builtIn);
        if (order.home().isEmpty()) {
            return;
        }
        PeerModules modules = new PeerModules(order.home().orElseThrow());
        for (String name : order.peers()) {
            entrants.addAll(found.of(name, place(modules, name), builtIn));
        }
        for (String name : modules.names()) {
            if (!order.peers().contains(name)) {
                absent.add(new Machine.Peer(
                        name, "", "", Machine.Status.ABSENT, "it was not asked for by --peers " + name));
            }
        }
    }

    private static Place place(PeerModules modules, String name) throws IOException {
        try {
            return new Place(modules.classPath(name), modules.jvmOptions(name));
        } catch (IllegalStateException e) { // it is not built
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * The arithmetic.
     *
     * @return how many runs of each family, and how long they are expected to take, in Markdown
     */
    public String describe() {
        return plan.describe();
    }

    /**
     * How long all is expected to take.
     *
     * @return seconds
     */
    public double seconds() {
        return plan.seconds();
    }

    /**
     * Measures, and writes the results. They are whole files after each run.
     *
     * @param watch is told what goes on
     * @throws IOException if runs failed, which are then left out, or the folder cannot be written
     * @throws InterruptedException if this thread is
     */
    public void run(Watch watch) throws IOException, InterruptedException {
        Files.createDirectories(order.folder());
        Path log = order.folder().resolve(LOG);
        Files.write(log, said);
        List<Machine.Failure> failures;
        try {
            failures = new Session(plan, entrants, order.processor(), machine(), order.folder(), watch).run(log);
        } finally {
            BenchPage.write(order.folder());
        }
        if (!failures.isEmpty()) {
            throw new IOException(failures.size() + " of " + plan.runs().size() + " runs failed, see " + log
                    + "; the others are in " + order.folder() + "; the first: " + failures.getFirst());
        }
    }

    private Machine machine() {
        List<Machine.Peer> peers = new ArrayList<>();
        for (Entrant entrant : entrants) {
            peers.add(new Machine.Peer(
                    entrant.id(),
                    entrant.version(),
                    entrant.description(),
                    entrant.refusal().isEmpty() ? Machine.Status.MEASURED : Machine.Status.REFUSED,
                    entrant.refusal().orElse("")));
        }
        peers.addAll(absent);
        return new Machine(order.command(), Passport.read(order.home().orElse(Path.of(""))), peers, List.of());
    }
}
