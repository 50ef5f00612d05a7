package io.github.lanedrop.bench.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lanedrop.bench.questions.Run;
import io.github.lanedrop.bench.report.Json;
import io.github.lanedrop.bench.report.Machine;
import io.github.lanedrop.bench.report.Results;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Makes all runs of a plan, and keeps what was measured in a folder, up to date after each run.
 *
 * <p>In rounds: a JVM for each run, then another for each. So what the machine did in the meantime is in the intervals of
 * all results, not in the means of those whose turn it was, and there is something of everything after the first round.
 */
final class Session {
    private static final String COLD_START = "cold start";
    private static final String JVM = "jvm";
    private static final String FORKS = "forks";

    private final Plan plan;
    private final List<Entrant> entrants;
    private final OptionalInt processor;
    private final Path folder;
    private final Watch watch;
    private final SequencedMap<Run, RunResult> results = new LinkedHashMap<>();
    private final Set<Run> failed = new HashSet<>();
    private Machine machine;

    /** Writes to a folder that exists. */
    Session(Plan plan, List<Entrant> entrants, OptionalInt processor, Machine machine, Path folder, Watch watch) {
        this.machine = machine;
        this.plan = plan;
        this.entrants = List.copyOf(entrants);
        this.processor = processor;
        this.folder = folder;
        this.watch = watch;
    }

    /**
     * Makes the runs. Of one that fails {@value Machine#FILE} says why.
     *
     * @param log receives what JMH and the JVMs print
     * @return what failed and why
     * @throws IOException if the folder cannot be written
     * @throws InterruptedException if this thread is
     */
    List<Machine.Failure> run(Path log) throws IOException, InterruptedException {
        Files.deleteIfExists(folder.resolve(Starts.FILE)); // of an earlier run
        writeMachine();
        write();
        try (PrintStream out =
                new PrintStream(Files.newOutputStream(log, StandardOpenOption.APPEND), true, StandardCharsets.UTF_8)) {
            Suite suite = new Suite(plan.times(), processor, out);
            for (int round = 1; round <= plan.times().forks(); round++) {
                for (Run run : plan.runs()) {
                    if (!failed.contains(run)) {
                        watch.begins(run + (plan.times().forks() == 1 ? "" : ", round " + round));
                        make(run, suite);
                    }
                    watch.ends(plan.seconds(run) / plan.times().forks());
                }
            }
        }
        if (!plan.coldElements().isEmpty()) {
            startCold(log);
        }
        return machine.failures();
    }

    private void make(Run run, Suite suite) throws IOException {
        try {
            results.merge(run, suite.make(run, place(run)), Session::together);
        } catch (RunnerException e) {
            failed.add(run);
            results.remove(run);
            fail(run.toString(), reason(e));
        }
        write();
    }

    /** What several JVMs measured, as if JMH had started one after the other. */
    private static RunResult together(RunResult some, RunResult more) {
        List<BenchmarkResult> all = new ArrayList<>(some.getBenchmarkResults());
        all.addAll(more.getBenchmarkResults());
        return new RunResult(some.getParams(), all);
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

    /** One measurement a line and without blanks, a third of what JMH writes, so that reports can be kept under version control. */
    private void write() throws IOException {
        var json = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(json, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results.values());
        }
        List<JsonNode> rows = new ArrayList<>();
        for (JsonNode row : Json.parse(json.toByteArray())) {
            if (row instanceof ObjectNode fields) { // JMH says where the JDK lies, which is nobody's business
                fields.put(
                        JVM, String.valueOf(Path.of(fields.path(JVM).asText()).getFileName()));
                fields.put(FORKS, forks(row.path("primaryMetric"))); // JMH says how many a run had, not a round of it
            }
            rows.add(row);
        }
        replace(Results.FILE, Json.writeRows(rows));
    }

    private static int forks(JsonNode metric) {
        return metric.path(metric.has("rawData") ? "rawData" : "rawDataHistogram")
                .size();
    }

    private void fail(String what, String reason) throws IOException {
        machine = machine.failed(what, reason);
        writeMachine();
    }

    private void writeMachine() throws IOException {
        replace(Machine.FILE, Json.writeLines(machine));
    }

    /** In a new file that then takes the old one's place, so that there is a whole one at any time. */
    private void replace(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Path fresh = folder.resolve(name + ".new");
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
            watch.begins(COLD_START);
            Optional<String> uncached = jvms.train(plan.times().coldMillis());
            if (uncached.isPresent()) {
                fail(COLD_START, uncached.orElseThrow());
            }
            for (int elements : plan.coldElements()) {
                watch.begins(COLD_START + " elements=" + elements);
                jvms.measure(
                        elements,
                        plan.times().jvms(),
                        plan.times().coldMillis(),
                        () -> watch.ends(plan.times().coldSeconds()));
                replace(Starts.FILE, Json.write(jvms.starts()) + "\n");
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
