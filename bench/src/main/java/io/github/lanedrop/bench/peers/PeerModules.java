package io.github.lanedrop.bench.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The peers that are Maven modules of their own, {@code bench/peers/NAME} in the project's folder, as {@code ./build run
 * bench --peers NAME} has built them.
 */
public final class PeerModules {
    private final Path folder;

    /**
     * Those of a project.
     *
     * @param home the project's folder, which {@code ./build} gives as {@code -Dlanedrop.home}
     */
    public PeerModules(Path home) {
        folder = home.resolve("bench", "peers");
    }

    /**
     * All that there are, built or not.
     *
     * @return their names, sorted
     * @throws IOException if the folder cannot be read
     */
    public List<String> names() throws IOException {
        try (Stream<Path> modules = Files.list(folder)) {
            return modules.filter(module -> Files.exists(module.resolve("pom.xml")))
                    .map(module -> module.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    /**
     * What a JVM needs on its class path to call the peer, beside what this JVM has.
     *
     * @param name the module's name
     * @return a class path
     * @throws IllegalStateException if it is not built
     * @throws IOException if it cannot be read
     */
    public String classPath(String name) throws IOException {
        Path target = folder.resolve(name, "target");
        try {
            return target.resolve("classes")
                    + File.pathSeparator
                    + Files.readString(target.resolve("dependencies.classpath")).strip();
        } catch (NoSuchFileException e) {
            throw new IllegalStateException(
                    "peer " + name + " is not built: run \"./build run bench --peers " + name + "\"", e);
        }
    }

    /**
     * What a JVM that calls the peer must be told: that native code is meant, and that libraries which unpack native code
     * put it where it goes away with the build.
     *
     * @param name the module's name
     * @return options of the JVM
     */
    public List<String> jvmOptions(String name) {
        Path cache = folder.resolve(name, "target", "cache");
        return List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-DDJL_CACHE_DIR=" + cache,
                "-DENGINE_CACHE_DIR=" + cache);
    }
}
