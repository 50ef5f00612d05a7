package io.github.lanedrop.bench.suite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
     * Runs a main class to its end.
     *
     * @param prefix what goes before the launcher, such as {@code taskset -c 1}
     * @param options of the JVM
     * @param classPath where the classes are
     * @param main the main class
     * @param log receives what it prints
     * @param arguments of the main class
     * @return the exit code
     * @throws IOException if it cannot be started
     * @throws InterruptedException if this thread is
     */
    public static int run(
            List<String> prefix,
            List<String> options,
            String classPath,
            Class<?> main,
            Path log,
            List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(java());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
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
