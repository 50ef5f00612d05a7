package io.github.lanedrop.bench.suite;

import io.github.lanedrop.bench.peers.NativeMemory;
import io.github.lanedrop.bench.start.Jvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** Finds out which peers there are and what they can do, in JVMs of their own. */
final class Entrants {
    private final Path folder;
    private final Path log;

    /** Works in a folder that exists, and appends to a log. */
    Entrants(Path folder, Path log) {
        this.folder = folder;
        this.log = log;
    }

    /** Those on this JVM's class path. */
    List<Entrant> builtIn() throws IOException, InterruptedException {
        return ask("built-in", Place.OWN, List.of());
    }

    /** Those that a class path has beside the built-in ones; one that is refused if there are none. */
    List<Entrant> of(String name, Place place, List<Entrant> builtIn) throws IOException, InterruptedException {
        return ask(name, place, builtIn.stream().map(Entrant::id).distinct().toList());
    }

    private List<Entrant> ask(String name, Place place, List<String> known) throws IOException, InterruptedException {
        Path answers = Files.createDirectory(folder.resolve(name));
        List<String> command = new ArrayList<>(place.environment(NativeMemory.FRESH));
        command.add(Jvm.java());
        command.addAll(Suite.options(List.of(), true));
        command.addAll(List.of("-cp", place.classPath(), Probe.class.getName()));
        command.add(answers.toAbsolutePath().toString());
        command.addAll(known);
        int code;
        long before;
        do { // a JVM tells of one product peer, see Probe
            before = count(answers);
            code = Jvm.run(Path.of("").toAbsolutePath(), command, folder.resolve(name + ".out"), log);
        } while (code == 0 && count(answers) > before);
        List<Entrant> entrants = new ArrayList<>();
        try (Stream<Path> files = Files.list(answers)) {
            for (Path file : files.sorted().toList()) {
                Properties told = new Properties();
                try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                    told.load(reader);
                }
                entrants.add(Entrant.of(told, place));
            }
        }
        if (code != 0) {
            entrants.add(Entrant.lost(name, "its JVM ended with " + code, place));
        } else if (entrants.isEmpty()) {
            entrants.add(Entrant.lost(name, "there is no peer on its class path", place));
        }
        return entrants;
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
