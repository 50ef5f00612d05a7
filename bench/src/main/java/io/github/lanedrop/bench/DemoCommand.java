package io.github.lanedrop.bench;

import io.github.lanedrop.bench.data.Dataset;
import io.github.lanedrop.bench.data.Digits;
import io.github.lanedrop.bench.data.IdxFiles;
import io.github.lanedrop.bench.demo.Demo;
import io.github.lanedrop.bench.demo.Findings;
import io.github.lanedrop.bench.demo.Settings;
import io.github.lanedrop.bench.demo.Throughput;
import io.github.lanedrop.bench.report.DemoPage;
import io.github.lanedrop.bench.report.DemoText;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.layers.Safetensors;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows what dropout does. */
@Command(
        name = "demo",
        description = {
            "Train one network twice from the same weights, without and with dropout, ask the second one again with"
                    + " dropout on, and write a page about it.",
            "%nStandard output gets tables in Markdown; with the same options they are the same to the last byte,"
                    + " whatever the machine and the threads."
        },
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    private static final int MAX_THREADS = 1024;

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "A folder with MNIST's or Fashion-MNIST's four IDX files, plain or gzipped; Debian:"
                    + " /usr/share/datasets/fashion-mnist of the package dataset-fashion-mnist (default: 1,797 digits"
                    + " of 8 x 8 pixels that are built in).")
    private Optional<Path> folder = Optional.empty();

    @Option(names = "--train", paramLabel = "N", description = "Learn from the first N images (default: all).")
    private Optional<Integer> train = Optional.empty();

    @Option(
            names = "--hidden",
            paramLabel = "N",
            split = ",",
            description = "Sizes of the hidden layers, comma separated (default: 256,128 for the digits, 512,256 for"
                    + " files).")
    private List<Integer> hidden = new ArrayList<>();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "How often to go through the images (default: 50 for the digits, 20 for files).")
    private Optional<Integer> epochs = Optional.empty();

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Images to a step (default: 32 for the digits, 128 for files).")
    private Optional<Integer> batch = Optional.empty();

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.001",
            description = "Adam's step size (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(
            names = "--rate",
            paramLabel = "P",
            converter = RateConverter.class,
            defaultValue = "0.5",
            description = "The probability to drop, after each hidden layer (default: ${DEFAULT-VALUE}).")
    private Rate rate = Rate.drop(0);

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Seed.class,
            defaultValue = "2026",
            description = "Decides weights, orders and masks (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--passes", paramLabel = "N", description = "Monte-Carlo passes (default: 50).")
    private Optional<Integer> passes = Optional.empty();

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "1",
            description = "Also run the N - 1 next seeds and print means over all; the page shows the first (default:"
                    + " ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads (default: all processors).")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--quick",
            description =
                    "A short look, too short for dropout to pay off: 10 epochs and 10 passes, unless said otherwise.")
    private boolean quick;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            defaultValue = "lanedrop-demo.html",
            description = "The page (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("");

    @Option(names = "--save", paramLabel = "FILE", description = "Also write the network with dropout, as safetensors.")
    private Optional<Path> save = Optional.empty();

    @Option(names = "--no-progress", description = "No progress bars; there are none without a terminal anyway.")
    private boolean noProgress;

    DemoCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        int tasks = threads.orElseGet(Runtime.getRuntime()::availableProcessors);
        refuseIf(tasks < 1 || tasks > MAX_THREADS, "threads must be in [1, " + MAX_THREADS + "], got " + tasks);
        refuseIf(repeats < 1, "repeats must be 1 or more, got " + repeats);
        Settings settings = settings();
        if (save.isPresent()) {
            refuseIf(isSameFile(output, save.get()), "--output and --save must be two files, got " + save.get());
            checkWritable(save.get());
        }
        checkWritable(output);
        Dataset data = data();

        long start = System.nanoTime();
        List<Findings> findings = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(tasks)) {
            Workers workers = new Workers(pool, tasks);
            Demo.Progress progress = noProgress ? Demo.Progress.SILENT : Bars.on(err);
            for (int repeat = 0; repeat < repeats; repeat++) {
                findings.add(Demo.run(data, settings.withSeed(seed + repeat), workers, progress));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;

        Findings first = findings.getFirst();
        out.print(DemoText.of(first));
        if (repeats > 1) {
            out.print("\n" + DemoText.ofRepeats(findings));
        }
        if (save.isPresent()) {
            Safetensors.save(save.get(), first.model().parameters());
        }
        List<Throughput> throughput = quick
                ? Throughput.look(rate, 20, 1 << 12, 1 << 16)
                : Throughput.look(rate, 160, 1 << 12, 1 << 16, 1 << 20, 1 << 23);
        Files.writeString(output, DemoPage.of(first, throughput, commandLine(), seconds));
        err.print(String.format(Locale.ROOT, "%.1f s on %d threads; the page is %s%n", seconds, tasks, output));
        return CommandLine.ExitCode.OK;
    }

    private Settings settings() {
        boolean files = folder.isPresent();
        try {
            return new Settings(
                    seed,
                    rate,
                    hidden.isEmpty() ? files ? List.of(512, 256) : List.of(256, 128) : hidden,
                    epochs.orElse(quick ? 10 : files ? 20 : 50),
                    batch.orElse(files ? 128 : 32),
                    learningRate,
                    passes.orElse(quick ? 10 : 50));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Dataset data() throws IOException {
        Dataset all = folder.isPresent() ? IdxFiles.read(folder.get()) : Digits.load();
        try {
            return train.isPresent() ? all.withTrain(train.get()) : all;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Better now than after the training. */
    private static void checkWritable(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new NoSuchFileException(parent.toString());
        }
        boolean writable = Files.exists(file)
                ? Files.isWritable(file) && !Files.isDirectory(file)
                : parent != null && Files.isWritable(parent);
        if (!writable) {
            throw new IOException("cannot write " + file);
        }
    }

    private static boolean isSameFile(Path a, Path b) throws IOException {
        return (Files.exists(a) && Files.exists(b))
                ? Files.isSameFile(a, b)
                : a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
    }

    private void refuseIf(boolean bad, String message) {
        if (bad) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private String commandLine() {
        return "lanedrop "
                + String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
    }
}
