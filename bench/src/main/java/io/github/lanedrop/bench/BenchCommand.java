package io.github.lanedrop.bench;

import io.github.lanedrop.bench.peers.PeerModules;
import io.github.lanedrop.bench.questions.BenchPage;
import io.github.lanedrop.bench.questions.Family;
import io.github.lanedrop.bench.questions.Profile;
import io.github.lanedrop.bench.suite.Bench;
import io.github.lanedrop.bench.suite.Watch;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures everything beside everything. */
@Command(
        name = "bench",
        description = {
            "Measure the kernels beside copying, beside other people's dropout, and from a cold start, and write a folder"
                    + " of results.",
            "%nStandard output gets the name of the page. Whatever ends early, by Ctrl-C or a crash, keeps what was measured"
                    + " before. A run that fails is left out and makes the command end with 1.%n"
        },
        sortOptions = false)
final class BenchCommand implements Callable<Integer> {
    private static final String NO_PEERS = "none";

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @ArgGroup
    private Length length = new Length();

    /** At most one of them. */
    static final class Length {
        @Option(names = "--quick", description = "A look of some three minutes (default).")
        private boolean quick;

        @Option(names = "--standard", description = "Every question; more than an hour with all peers.")
        private boolean standard;

        @Option(names = "--full", description = "Every question at every size; hours.")
        private boolean full;

        Profile profile() {
            return quick || !(standard || full) ? Profile.QUICK : standard ? Profile.STANDARD : Profile.FULL;
        }
    }

    @Option(
            names = "--family",
            paramLabel = "NAME",
            split = ",",
            description = "Only these, comma separated: ${COMPLETION-CANDIDATES} (default: all).")
    private List<Family> families = new ArrayList<>();

    @Option(
            names = "--peers",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Libraries to measure beside, comma separated, or none; each has a folder in bench/peers and is"
                            + " downloaded at its first use (default: none). Loops that need no library are always measured.")
    private List<String> peers = new ArrayList<>();

    @Option(
            names = "--cpu",
            paramLabel = "N",
            description =
                    "Give each JVM that measures one thread this processor alone, by taskset; the compiler shares it,"
                            + " so that warming up takes longer.")
    private Optional<Integer> processor = Optional.empty();

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "The folder (default: lanedrop-bench-quick, -standard or -full); files of an earlier run are"
                    + " replaced.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--plan", description = "Say what would be run and how long it would take, and run nothing.")
    private boolean planOnly;

    @Option(names = "--no-progress", description = "No progress bar; there is none without a terminal anyway.")
    private boolean noProgress;

    BenchCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Profile profile = length.profile();
        Optional<Path> home =
                Optional.ofNullable(System.getProperty("lanedrop.home")).map(Path::of);
        Path folder = output.orElse(Path.of("lanedrop-bench-" + profile.name().toLowerCase(Locale.ROOT)));
        refuseUnknownPeers(home);
        Set<Family> wanted = families.isEmpty() ? EnumSet.allOf(Family.class) : EnumSet.copyOf(families);
        Bench bench = new Bench(new Bench.Order(command(), profile, wanted, peers, processor(), home, folder));
        if (planOnly) {
            out.print(bench.describe());
            return CommandLine.ExitCode.OK;
        }
        Thread interrupted = new Thread(() -> end(folder));
        Runtime.getRuntime().addShutdownHook(interrupted);
        try (Watch watch = noProgress ? Watch.SILENT : Bars.watch(bench.seconds(), err)) {
            bench.run(watch);
        } finally {
            Runtime.getRuntime().removeShutdownHook(interrupted);
        }
        out.println(folder.resolve(BenchPage.FILE));
        return CommandLine.ExitCode.OK;
    }

    private void refuseUnknownPeers(Optional<Path> home) throws IOException {
        if (peers.equals(List.of(NO_PEERS))) {
            peers = List.of();
        }
        if (peers.isEmpty()) {
            return;
        }
        List<String> names = home.isPresent() ? new PeerModules(home.orElseThrow()).names() : List.of();
        for (String peer : peers) {
            if (!names.contains(peer)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "no peer \"" + peer + "\": "
                                + (home.isPresent()
                                        ? "expected one of " + String.join(", ", names) + ", or none"
                                        : "only \"./build run bench\" has any"));
            }
        }
    }

    /** What was typed, but for where it goes. */
    private String command() {
        List<String> words = new ArrayList<>(List.of("./build", "run"));
        words.addAll(spec.commandLine().getParent().getParseResult().originalArgs());
        int at = words.indexOf("--output");
        if (at >= 0) {
            words.subList(at, at + 2).clear();
        }
        words.removeIf(word -> word.startsWith("--output="));
        return String.join(" ", words);
    }

    private OptionalInt processor() {
        if (processor.isEmpty()) {
            return OptionalInt.empty();
        }
        int number = processor.orElseThrow();
        if (number < 0 || number >= Runtime.getRuntime().availableProcessors()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--cpu must be from 0 to " + (Runtime.getRuntime().availableProcessors() - 1) + ", got " + number);
        }
        return OptionalInt.of(number);
    }

    /** After Ctrl-C: every file that is there is whole, and no JVM that measures may go on. */
    private void end(Path folder) {
        try {
            BenchPage.write(folder);
        } catch (IOException _) {
            // nothing was measured yet
        }
        err.print((Bars.isTerminal() ? "\n" : "") // behind the bar
                + "lanedrop: interrupted; what was measured before is in " + folder + "\n");
        err.flush();
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        Runtime.getRuntime().halt(CommandLine.ExitCode.SOFTWARE);
    }
}
