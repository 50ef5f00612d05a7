package io.github.lanedrop.bench;

/** The command line. */
public final class Lanedrop {
    private Lanedrop() {}

    /**
     * Runs a command.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        System.exit(2);
    }
}
