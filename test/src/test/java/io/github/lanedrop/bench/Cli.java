package io.github.lanedrop.bench;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Runs the command line in this process and keeps what it writes. */
record Cli(int code, String out, String err) {
    static Cli run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Cli cli = run(out, arguments);
        return new Cli(cli.code, out.toString(StandardCharsets.UTF_8), cli.err);
    }

    /** What a full disk is, or a reader who has gone. */
    static Cli runWithoutOutput(String... arguments) {
        return run(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("No space left on device");
                    }
                },
                arguments);
    }

    private static Cli run(OutputStream out, String... arguments) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Lanedrop.run(
                new PrintStream(new BufferedOutputStream(out), false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                arguments);
        return new Cli(code, "", err.toString(StandardCharsets.UTF_8));
    }
}
