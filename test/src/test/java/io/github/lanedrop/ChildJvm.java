package io.github.lanedrop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A JVM of its own that has run a main class. */
public record ChildJvm(List<String> command, int exit, String out, String err) {
    /**
     * Starts a JVM of the same JDK and waits for its end.
     *
     * @param folder for temporary files
     * @param flags of the JVM; those that the environment adds are left out
     * @param classPath where its classes are
     * @param main its main class
     * @param arguments of the main class
     * @return what it did
     */
    public static ChildJvm run(Path folder, List<String> flags, String classPath, Class<?> main, String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = Stream.of(
                        Stream.of(java),
                        flags.stream(),
                        Stream.of("-cp", classPath, main.getName()),
                        Stream.of(arguments))
                .flatMap(part -> part)
                .toList();
        try {
            // files, since a pipe that nobody reads stops the child
            Path out = Files.createTempFile(folder, "out", "");
            Path err = Files.createTempFile(folder, "err", "");
            var builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
            Process process = builder.start();
            try {
                int exit = process.waitFor();
                return new ChildJvm(command, exit, Files.readString(out), Files.readString(err));
            } finally {
                process.destroy(); // where this thread was interrupted
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
