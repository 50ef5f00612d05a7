package io.github.lanedrop.bench.suite;

import io.github.lanedrop.bench.questions.Run;
import io.github.lanedrop.bench.report.Json;
import io.github.lanedrop.bench.start.ColdJvms;
import io.github.lanedrop.bench.start.Starts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.RunnerException;

/** Makes all runs of a plan, and keeps what was measured in a folder, up to date after each run. */
final class Session {
    /** JMH says where the JDK lies, which is nobody's business. */
    private static final Pattern JDK_FOLDER = Pattern.compile("(\"jvm\" : \")[^\"]*[/\\\\](?=[^\"/\\\\]*\")");

    /** What JMH measured, as JMH writes it. */
    static final String RESULTS = "jmh.json";

    private final Plan plan;
    private final List<Entrant> entrants;
    private final OptionalInt processor;
    private final Path folder;
    private final Watch watch;
    private final List<RunResult> results = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** Writes to a folder that exists. */
    Session(Plan plan, List<Entrant> entrants, OptionalInt processor, Path folder, Watch watch) {
        this.plan = plan;
        this.entrants = List.copyOf(entrants);
        this.processor = processor;
        this.folder = folder;
        this.watch = watch;
    }

    /**
     * Makes the runs. One that fails is left out.
     *
     * @param log receives what JMH and the JVMs print
     * @return what failed and why, a line each
     * @throws IOException if the folder cannot be written
     * @throws InterruptedException if this thread is
     */
    List<String> run(Path log) throws IOException, InterruptedException {
        Files.deleteIfExists(folder.resolve(Starts.FILE)); // of an earlier run
        write();
        try (PrintStream out =
                new PrintStream(Files.newOutputStream(log, StandardOpenOption.APPEND), true, StandardCharsets.UTF_8)) {
            Suite suite = new Suite(plan.times(), processor, out);
            for (Run run : plan.runs()) {
                watch.begins(run.toString());
                try {
                    results.addAll(suite.make(run, place(run)));
                    write();
                } catch (RunnerException e) {
                    failures.add(run + ": " + reason(e));
                }
                watch.ends(plan.seconds(run));
            }
        }
        if (!plan.coldElements().isEmpty()) {
            startCold(log);
        }
        return List.copyOf(failures);
    }

    private Place place(Run run) {
        return entrants.stream()
                .filter(entrant -> entrant.isAskedBy(run))
                .findFirst()
                .map(Entrant::place)
                .orElse(Place.OWN);
    }

    /** What JMH has of a failure is anything from nothing to a page. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause.getSuppressed().length > 0) {
            return reason(cause.getSuppressed()[0]);
        }
        return cause.toString().lines().findFirst().orElse("");
    }

    /** In a new file that then takes the old one's place, so that there is a whole one at any time. */
    private void write() throws IOException {
        var json = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(json, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
        String text = JDK_FOLDER.matcher(json.toString(StandardCharsets.UTF_8)).replaceAll("$1");
        replace(folder.resolve(RESULTS), text);
    }

    private static void replace(Path file, String content) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, content);
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void startCold(Path log) throws IOException, InterruptedException {
        Path service = Files.createTempDirectory("lanedrop-start");
        try {
            ColdJvms jvms = new ColdJvms(service, log, Suite.pinning(processor));
            watch.begins("cold start");
            Optional<String> uncached = jvms.train(plan.times().coldMillis());
            uncached.ifPresent(why -> failures.add("cold start: " + why));
            for (int elements : plan.coldElements()) {
                watch.begins("cold start elements=" + elements);
                jvms.measure(
                        elements,
                        plan.times().jvms(),
                        plan.times().coldMillis(),
                        () -> watch.ends(plan.times().coldSeconds()));
                replace(folder.resolve(Starts.FILE), Json.write(jvms.starts()) + "\n");
            }
        } finally {
            delete(service);
        }
    }

    /** Removes a folder and what it holds. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) { // what is in a folder first
                Files.delete(file);
            }
        }
    }
}
