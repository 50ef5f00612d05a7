package io.github.lanedrop.bench;

import io.github.lanedrop.bench.demo.Demo.Progress;
import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress bars on a terminal. */
final class Bars {
    private static final int COLUMNS = 79;

    private Bars() {}

    /** Bars where a person is looking, else nothing. */
    static Progress on(PrintStream err) {
        return isTerminal() ? (name, steps) -> new Bar(bar(name, steps, err)) : Progress.SILENT;
    }

    /** Whether a person is looking, at what is read from and written to. */
    static boolean isTerminal() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }

    private static ProgressBar bar(String name, long steps, PrintStream err) {
        return new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(new ConsoleProgressBarConsumer(err, COLUMNS))
                .build();
    }

    private record Bar(ProgressBar bar) implements Progress.Task {
        @Override
        public void step() {
            bar.step();
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
