package io.github.lanedrop.bench;

import io.github.lanedrop.bench.questions.BenchPage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes the page of a run of the benchmarks again. */
@Command(
        name = "report",
        description = {
            "Make the page of a run of the benchmarks from its data, as \"bench\" does at its end.",
            "%nThe same data give the same page, to the last byte. Standard output gets the page's name."
        },
        sortOptions = false)
final class ReportCommand implements Callable<Integer> {
    private final PrintStream out;

    @Parameters(
            paramLabel = "DIR",
            description = "A folder with jmh.json and, if there are any, machine.json and start.json; report.html is"
                    + " written there.")
    private Path folder = Path.of("");

    ReportCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        out.print(BenchPage.write(folder) + "\n");
        return CommandLine.ExitCode.OK;
    }
}
