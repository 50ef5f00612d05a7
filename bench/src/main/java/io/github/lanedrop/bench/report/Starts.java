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
     * @param warmUp whether it called {@code Kernels.warmUp()} before the first call
     * @param elements of each call
     * @param runs JVMs that were started this way
     */
    record Variant(String name, List<String> jvm, boolean warmUp, long elements, List<Start> runs) {
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
     * @param startMillis from the start of its process to its main method
     * @param warmUpMillis what {@code Kernels.warmUp()} took; 0 where it was not called
     * @param firstCallNanos what the first call took
     * @param calls how many calls were done at the end of each stretch, the first of one call
     * @param nanos what a call took in each stretch
     * @param callsToPeak how many calls were done before they were as fast as they get
     * @param millisToPeak from the first call until then
     * @param peakNanos what a call takes at its peak
     */
    record Start(
            double startMillis,
            double warmUpMillis,
            double firstCallNanos,
            List<Long> calls,
            List<Double> nanos,
            long callsToPeak,
            double millisToPeak,
            double peakNanos) {
        /**
         * Keeps what it is given.
         *
         * @throws IllegalArgumentException if there are not as many times as stretches, or none
         */
        Start {
            calls = List.copyOf(calls);
            nanos = List.copyOf(nanos);
            if (calls.isEmpty() || calls.size() != nanos.size()) {
                throw new IllegalArgumentException("calls and nanos must have one number a stretch");
            }
        }

        /** What a call took, by its number from 1 on; that of the last stretch beyond the end. */
        double nanosOf(long call) {
            int stretch = 0;
            while (stretch < calls.size() - 1 && calls.get(stretch) < call) {
                stretch++;
            }
            return nanos.get(stretch);
        }
    }
}
