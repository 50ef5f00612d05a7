package io.github.lanedrop.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
        name = "lanedrop",
        description = "Dropout for the JVM on SIMD kernels.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Lanedrop.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:could not be done", "2:the arguments make no sense"},
        sortOptions = false)
public final class Lanedrop implements Runnable {
    /** What no command may take for success. */
    static final String LOST_OUTPUT = "standard output is closed or full";

    private final PrintStream err;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            order = Integer.MAX_VALUE,
            description = "Show where an error came from.")
    private boolean debug;

    private Lanedrop(PrintStream err) {
        this.err = err;
    }

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /**
     * Runs a command in this process.
     *
     * @param out receives the result
     * @param err receives progress, times and errors
     * @param arguments the command and its options
     * @return the exit code: 0 done, 1 could not be done, 2 the arguments make no sense
     */
    public static int run(PrintStream out, PrintStream err, String... arguments) {
        Lanedrop root = new Lanedrop(err);
        DumpCommand dump = new DumpCommand(out, err);
        CommandLine commandLine = new CommandLine(root)
                .addSubcommand(new BenchCommand(out, err))
                .addSubcommand(new CompareCommand(out))
                .addSubcommand(new DemoCommand(out, err))
                .addSubcommand(new DoctorCommand(out, err))
                .addSubcommand(dump)
                .addSubcommand(new MaskCommand(out))
                .addSubcommand(new ReportCommand(out))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(root::refuse)
                .setExecutionExceptionHandler((e, command, _) -> root.fail(e, command));
        int code = root.execute(commandLine, arguments);
        // a print stream swallows its errors; the reader of an endless dump may go
        if (out.checkError() && code == CommandLine.ExitCode.OK && !dump.readerHadEnough()) {
            root.say(LOST_OUTPUT);
            code = CommandLine.ExitCode.SOFTWARE;
        }
        err.flush();
        return code;
    }

    /** Picocli hands exceptions over, and lets these errors fall through. */
    private int execute(CommandLine commandLine, String... arguments) {
        try {
            return commandLine.execute(arguments);
        } catch (OutOfMemoryError e) {
            say("not enough memory: " + e.getMessage() + "; LANEDROP_JAVA_OPTS=-Xmx8g gives Java 8 GB", e);
        } catch (LinkageError e) { // of a class that does not begin, for example because a property makes no sense
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            say(message(cause), e);
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }

    private int refuse(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        say(message(e) + " (see " + command.getCommandSpec().qualifiedName() + " --help)", e);
        return CommandLine.ExitCode.USAGE;
    }

    private int fail(Exception e, CommandLine command) {
        if (e instanceof ParameterException refused) {
            return refuse(refused, new String[0]);
        }
        say(message(e), e);
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    /** Picocli's words, but for what it does not expect, which it counts from 0. */
    private static String message(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return Objects.toString(e.getMessage(), "");
        }
        String what = String.join(" ", unmatched.getUnmatched());
        Set<String> commands = e.getCommandLine().getSubcommands().keySet();
        return commands.isEmpty() || unmatched.isUnknownOption()
                ? "unexpected: " + what
                : "no command \"" + what + "\": expected one of " + String.join(", ", commands);
    }

    private void say(String message) {
        err.print("lanedrop: " + message.replaceAll("\\s*\\R\\s*", "; ") + "\n");
    }

    private void say(String message, Throwable e) {
        say(message);
        if (debug) {
            e.printStackTrace(err);
        }
    }

    /** What a user can act on; the JDK's file exceptions say the file's name and nothing else. */
    private static String message(Throwable e) {
        return switch (e) {
            case NoSuchFileException file -> "no such file or folder: " + file.getFile();
            case AccessDeniedException file -> "no permission: " + file.getFile();
            case FileSystemException file -> file.getFile() + ": " + file.getReason();
            case IOException io when io.getMessage() != null -> io.getMessage();
            case IllegalArgumentException illegal when illegal.getMessage() != null -> illegal.getMessage();
            default -> e.toString();
        };
    }

    /** The version that the build put into the jar or next to the classes. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties build = new Properties();
            try (var file = Lanedrop.class.getResourceAsStream("build.properties")) {
                build.load(file);
            }
            return new String[] {
                "lanedrop " + build.getProperty("version"),
                "Java " + Runtime.version() + ", " + System.getProperty("os.arch")
            };
        }
    }
}
