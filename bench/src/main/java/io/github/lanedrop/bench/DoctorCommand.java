package io.github.lanedrop.bench;

import io.github.lanedrop.bench.demo.Demo;
import io.github.lanedrop.bench.doctor.Diagnosis;
import io.github.lanedrop.bench.report.DoctorReport;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says whether the kernels are well here, how fast they are, and what to do. */
@Command(
        name = "doctor",
        description = {
            "Say which path the kernels run here and why, whether they pass their self-test, how fast they are next to"
                    + " copying and scaling, and what to do.",
            "%nTakes a few seconds. It ends with 1 if the self-test failed, and with 0 also where the scalar path runs:"
                    + " that is slow, but right."
        },
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Option(names = "--json", description = "Write the same as one JSON object.")
    private boolean json;

    @Option(names = "--no-progress", description = "No progress bar; there is none without a terminal anyway.")
    private boolean noProgress;

    @Option(names = "--millis", hidden = true, description = "How long to look for each number.")
    private int millisPerNumber = 90;

    DoctorCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        Demo.Progress progress = noProgress ? Demo.Progress.SILENT : Bars.on(err);
        Diagnosis diagnosis;
        try (Demo.Progress.Task task = progress.begin("measuring", Diagnosis.RATES.size())) {
            diagnosis = Diagnosis.make(millisPerNumber, task::step);
        }
        out.print(json ? DoctorReport.json(diagnosis) : DoctorReport.text(diagnosis));
        return diagnosis.selfTest() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
