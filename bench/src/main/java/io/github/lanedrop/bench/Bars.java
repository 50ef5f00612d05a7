package io.github.lanedrop.bench;

import io.github.lanedrop.bench.demo.Demo.Progress;
import io.github.lanedrop.bench.suite.Watch;
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

    /** One bar of seconds that names what runs, and says how much time is left, where a person is looking, else nothing. */
    static Watch watch(double seconds, PrintStream err) {
        return isTerminal() ? new Seconds(bar("bench", Math.round(seconds), err)) : Watch.SILENT;
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

    /** Steps of whole seconds. */
    private static final class Seconds implements Watch {
        private final ProgressBar bar;
        private double over;

        Seconds(ProgressBar bar) {
            this.bar = bar;
        }

        @Override
        public void begins(String what) {
            bar.setExtraMessage(what);
        }

        @Override
        public void ends(double seconds) {
            over += seconds;
            bar.stepTo(Math.round(over));
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
