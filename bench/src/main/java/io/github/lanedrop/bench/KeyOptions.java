package io.github.lanedrop.bench;

import io.github.lanedrop.rng.Key;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of commands that draw: whose random numbers. */
final class KeyOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seed",
            required = true,
            paramLabel = "S",
            converter = Seed.class,
            description = "The seed: 64 bits, for example 2026, -1 or 0xCAFE.")
    private long seed;

    @Option(
            names = "--stream",
            paramLabel = "T",
            converter = Seed.class,
            defaultValue = "0",
            description = "The stream, 0 to 2^63 - 1 (default: ${DEFAULT-VALUE}).")
    private long stream;

    /**
     * The key.
     *
     * @throws ParameterException if there is no such stream
     */
    Key key() {
        if (stream < 0) {
            throw new ParameterException(spec.commandLine(), "stream must be in [0, 2^63)");
        }
        return new Key(seed, stream);
    }
}
