package io.github.lanedrop.bench.report;

import java.util.List;

/**
 * The cold starts of a run: what {@value #FILE} says.
 *
 * @param variants ways to start
 */
record Starts(List<Variant> variants) {
    /** The file's name in a folder of results. */
    static final String FILE = "start.json";

    Starts {
        variants = List.copyOf(variants);
    }

    /**
     * A way to start.
     *
     * @param name for people
     * @param jvm the JVM's options
     * @param elements of each call
     * @param runs JVMs that were started this way
     */
    record Variant(String name, List<String> jvm, long elements, List<Start> runs) {
        Variant {
            jvm = jvm.stream()
                    .filter(option -> !Folders.isPrivate(option))
                    .map(Folders::hide)
                    .toList();
            runs = List.copyOf(runs);
        }
    }

    /**
     * One JVM's start.
     *
     * @param startMillis from the start of the process to the first call
     * @param firstCallNanos what the first call took
     * @param calls numbers of calls, from 1
     * @param nanos what each of these took
     * @param callsToPeak how many calls it took until they were as fast as they get
     */
    record Start(double startMillis, double firstCallNanos, List<Long> calls, List<Double> nanos, long callsToPeak) {
        Start {
            calls = List.copyOf(calls);
            nanos = List.copyOf(nanos);
        }
    }
}
