package io.github.lanedrop.bench.suite;

import io.github.lanedrop.bench.questions.Run;
import io.github.lanedrop.bench.questions.Times;
import io.github.lanedrop.bench.start.Jvm;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Has JMH make runs of a plan, each in a JVM of its own. */
final class Suite {
    private static final String CLASS_PATH = "java.class.path";

    private final Times times;
    private final OptionalInt processor;
    private final PrintStream log;

    /** Writes JMH's report to a log. */
    Suite(Times times, OptionalInt processor, PrintStream log) {
        this.times = times;
        this.processor = processor;
        this.log = log;
    }

    /**
     * Makes a run in one JVM.
     *
     * <p>JMH gives its JVMs the class path that the property {@code java.class.path} has at that moment, whatever else they
     * are told: an option {@code -cp} would come before it and lose. So the property is set for the time of the run; the
     * classes of this JVM have long been found.
     *
     * @param run what to measure
     * @param place of the run's peer
     * @return what JMH made of it
     * @throws RunnerException if a JVM failed
     */
    RunResult make(Run run, Place place) throws RunnerException {
        String own = System.getProperty(CLASS_PATH);
        try {
            System.setProperty(CLASS_PATH, place.classPath());
            return new Runner(
                            options(run, place).build(),
                            OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL))
                    .run() // not runSingle, which refuses benchmarks of two modes though it is told one
                    .iterator()
                    .next();
        } finally {
            System.setProperty(CLASS_PATH, own);
        }
    }

    private ChainedOptionsBuilder options(Run run, Place place) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(run.bench().getName() + "." + run.method()) + "$")
                .mode(run.mode())
                .forks(1)
                .warmupIterations(times.warmUps(run.code(), processor.isPresent()))
                .warmupTime(TimeValue.milliseconds(times.warmUpMillis()))
                .measurementIterations(times.iterations())
                .measurementTime(TimeValue.milliseconds(times.iterationMillis()))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                // all of them, since JMH would else pass on those of this JVM and add those of the annotations
                .jvmArgs(options(run.variation(), run.parameters().containsKey(Run.PEER))
                        .toArray(String[]::new))
                .jvmArgsAppend();
        List<String> prefix = new ArrayList<>(place.environment(run.memory()));
        if (!run.isParallel()) {
            prefix.addAll(pinning(processor));
        }
        if (!prefix.isEmpty()) {
            options.addProfiler(Prefix.class, Prefix.line(prefix));
        }
        run.parameters().forEach(options::param);
        return options;
    }

    /** What gives a JVM one processor. */
    static List<String> pinning(OptionalInt processor) {
        return processor.isPresent() ? List.of("taskset", "-c", Integer.toString(processor.getAsInt())) : List.of();
    }

    /** The options of a JVM that measures. */
    static List<String> options(List<String> variation, boolean isNative) {
        List<String> options = new ArrayList<>(Jvm.VECTOR_MODULE);
        if (isNative) {
            // what libraries that call native code do, and would print warnings for
            options.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        options.addAll(variation);
        return options;
    }
}
