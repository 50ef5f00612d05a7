package io.github.lanedrop.bench;

import io.github.lanedrop.bench.report.Comparison;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what got slower and faster from one run of the benchmarks to another. */
@Command(
        name = "compare",
        description = {
            "Put two runs of the benchmarks side by side, as a table in Markdown.",
            "%nIt says regression or improvement only where the 99.9 %% intervals of the two means part and the means"
                    + " differ by more than 5 %%."
        },
        sortOptions = false)
final class CompareCommand implements Callable<Integer> {
    private final PrintStream out;

    @Parameters(index = "0", paramLabel = "A", description = "JMH's JSON, or a folder with jmh.json: before.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "B", description = "The same: after.")
    private Path after = Path.of("");

    @Option(names = "--fail-on-regression", description = "End with 1 if there is a regression.")
    private boolean failOnRegression;

    CompareCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        Comparison comparison = Comparison.of(before, after);
        out.print(comparison.text());
        return failOnRegression && comparison.hasRegression() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }
}
