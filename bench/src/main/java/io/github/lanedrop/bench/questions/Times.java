package io.github.lanedrop.bench.questions;

import java.util.Locale;

/**
 * How long is measured.
 *
 * <p>A run takes {@code forks * (start + warm-up + iterations * iteration)}; what a plan takes is the sum over its runs.
 *
 * @param forks JVMs for each benchmark, one in each round through all of them
 * @param kernelMillis to warm up where there are kernels to compile
 * @param loopMillis to warm up where there is a loop to compile, or a call of native code
 * @param iterations that are measured in each JVM
 * @param iterationMillis how long each takes
 * @param jvms that are started cold in each way
 * @param coldMillis how long each of those calls
 */
public record Times(
        int forks, int kernelMillis, int loopMillis, int iterations, int iterationMillis, int jvms, int coldMillis) {
    private static final int WARM_UP_MILLIS = 500;
    private static final int PINNED_MILLIS = 7_000;
    private static final double START_SECONDS = .8;
    private static final double LIBRARY_START_SECONDS = 1.5;
    private static final double COLD_START_SECONDS = 1.2; // two of five ways warm up first

    /** How much there is to compile. */
    public enum Code {
        /** This library's kernels: C2 needs some three seconds on two cores, and seven where it shares one with them. */
        KERNEL,
        /** A loop, or a call of native code. */
        LOOP
    }

    /** How long an iteration to warm up takes. */
    public int warmUpMillis() {
        return Math.min(WARM_UP_MILLIS, loopMillis);
    }

    /** Iterations to warm up. */
    public int warmUps(Code code, boolean pinned) {
        int millis = switch (code) {
            case KERNEL -> pinned ? Math.max(kernelMillis, PINNED_MILLIS) : kernelMillis;
            case LOOP -> loopMillis;
        };
        return Math.ceilDiv(millis, warmUpMillis());
    }

    /** What a run is expected to take; with a library that is loaded first, or not. */
    public double seconds(Code code, boolean library, boolean pinned) {
        int millis = warmUps(code, pinned) * warmUpMillis() + iterations * iterationMillis;
        return forks * ((library ? LIBRARY_START_SECONDS : START_SECONDS) + millis / 1e3);
    }

    /** What a JVM that starts cold is expected to take. */
    public double coldSeconds() {
        return COLD_START_SECONDS + coldMillis / 1e3;
    }

    /** For people. */
    public String describe(boolean pinned) {
        return String.format(
                Locale.ROOT,
                "A run takes %d x (%.1f s to start + %.1f s to warm up + %d x %.1f s); %.1f s to start with a library, %.1f s"
                        + " to warm up without kernels to compile. Runs take turns, a JVM each a round. A JVM that starts cold takes %.1f s.%n",
                forks,
                START_SECONDS,
                warmUps(Code.KERNEL, pinned) * warmUpMillis() / 1e3,
                iterations,
                iterationMillis / 1e3,
                LIBRARY_START_SECONDS,
                warmUps(Code.LOOP, pinned) * warmUpMillis() / 1e3,
                coldSeconds());
    }
}
