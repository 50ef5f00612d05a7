package io.github.lanedrop.bench.start;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/** JVMs that this one starts. */
public final class Jvm {
    /** What the kernels need to be fast. */
    public static final List<String> VECTOR_MODULE = List.of("--add-modules", "jdk.incubator.vector");

    private Jvm() {}

    /**
     * The launcher of the JDK that runs this.
     *
     * @return its path
     */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * Runs a command to its end.
     *
     * @param folder where
     * @param command its words
     * @param out receives what it prints
     * @param err receives what it prints of errors, at its end
     * @return the exit code
     * @throws IOException if it cannot be started
     * @throws InterruptedException if this thread is
     */
    public static int run(Path folder, List<String> command, Path out, Path err)
            throws IOException, InterruptedException {
        // files, since a pipe that nobody reads stops the child
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(Redirect.to(out.toFile()))
                .redirectError(Redirect.appendTo(err.toFile()));
        // options of the environment are for this JVM, and the JVM prints that it has them
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        try {
            return process.waitFor();
        } finally {
            process.destroyForcibly(); // where this thread was interrupted
        }
    }
}
