package io.github.lanedrop.bench.start;

import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.rng.Key;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.spi.ToolProvider;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.core.BaseProvider;

/** Starts cold JVMs, and keeps what they say. */
public final class ColdJvms {
    private static final String ANSWER = "answer";

    private final Path folder;
    private final Path log;
    private final List<String> prefix;
    private final String classPath;
    private final List<Starts.Variant> variants = new ArrayList<>();

    /**
     * Packs what a service has on its class path.
     *
     * @param folder an empty folder to start JVMs in
     * @param log receives what they print of warnings
     * @param prefix what goes before the launcher
     * @throws IOException if something cannot be packed
     */
    public ColdJvms(Path folder, Path log, List<String> prefix) throws IOException {
        this.folder = folder;
        this.log = log;
        this.prefix = List.copyOf(prefix);
        SequencedSet<String> jars = new LinkedHashSet<>();
        for (Class<?> type :
                List.of(Cold.class, Kernels.class, Key.class, UniformRandomProvider.class, BaseProvider.class)) {
            jars.add(jar(type, "jar-" + jars.size() + ".jar"));
        }
        classPath = String.join(File.pathSeparator, jars);
    }

    private String jar(Class<?> type, String name) throws IOException {
        Path place;
        try {
            place = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
        if (Files.isRegularFile(place)) {
            return Files.copy(place, folder.resolve(name)).getFileName().toString();
        }
        try (PrintStream out =
                new PrintStream(Files.newOutputStream(log, StandardOpenOption.APPEND), true, StandardCharsets.UTF_8)) {
            int code = ToolProvider.findFirst("jar")
                    .orElseThrow(() -> new IOException("this JDK has no jar tool"))
                    .run(out, out, "--create", "--file", folder.resolve(name).toString(), "-C", place.toString(), ".");
            if (code != 0) {
                throw new IOException("jar ended with " + code);
            }
        }
        return name;
    }

    /**
     * Ways to start.
     *
     * @return how many
     */
    public static int ways() {
        return Way.values().length;
    }

    /**
     * Runs the JVM that makes the ahead-of-time cache.
     *
     * @param millis how long it calls
     * @return why there is none, as for JDKs without; empty if there is one
     * @throws IOException if the JVM cannot be started
     * @throws InterruptedException if this thread is
     */
    public Optional<String> train(int millis) throws IOException, InterruptedException {
        int code = cold(Way.training(), 768, true, millis);
        return code == 0 && Files.exists(folder.resolve(Way.CACHE))
                ? Optional.empty()
                : Optional.of("this JDK makes no ahead-of-time cache: it ended with " + code);
    }

    /**
     * Starts JVMs in every way in turn, so that a slow moment of the machine hits all of them.
     *
     * @param elements of each call
     * @param jvms how many for each way
     * @param millis how long each calls
     * @param step is told after each JVM
     * @throws IOException if a JVM cannot be started or fails
     * @throws InterruptedException if this thread is
     */
    public void measure(int elements, int jvms, int millis, Runnable step) throws IOException, InterruptedException {
        List<Way> ways = List.of(Way.values()).stream()
                .filter(way -> !way.cached() || Files.exists(folder.resolve(Way.CACHE)))
                .toList();
        List<List<Start>> starts =
                ways.stream().map(_ -> (List<Start>) new ArrayList<Start>()).toList();
        for (int jvm = 0; jvm < jvms; jvm++) {
            for (int way = 0; way < ways.size(); way++) {
                starts.get(way).add(start(ways.get(way), elements, millis));
                step.run();
            }
        }
        for (int way = 0; way < ways.size(); way++) {
            Way which = ways.get(way);
            variants.add(new Starts.Variant(which.label(), which.options(), which.warmUp(), elements, starts.get(way)));
        }
    }

    private Start start(Way way, int elements, int millis) throws IOException, InterruptedException {
        int code = cold(way.options(), elements, way.warmUp(), millis);
        if (code != 0) {
            throw new IOException("a JVM that starts " + way.label() + " ended with " + code);
        }
        return Start.of(Files.readAllLines(folder.resolve(ANSWER)));
    }

    private int cold(List<String> options, int elements, boolean warmUp, int millis)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Jvm.java());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, Cold.class.getName()));
        command.add(Long.toString(Cold.micros(Instant.now())));
        command.addAll(List.of(Integer.toString(elements), Boolean.toString(warmUp), Integer.toString(millis)));
        return Jvm.run(folder, command, folder.resolve(ANSWER), log);
    }

    /**
     * What was measured so far.
     *
     * @return variants in the order in which they were measured
     */
    public Starts starts() {
        return new Starts(variants);
    }
}
