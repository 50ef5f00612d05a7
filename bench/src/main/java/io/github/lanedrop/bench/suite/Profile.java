package io.github.lanedrop.bench.suite;

import java.util.Locale;

/**
 * How long to measure.
 *
 * <p>A run takes {@code forks * (start + warm-up + ITERATIONS * iteration)}, and the arithmetic of a whole plan is the sum of
 * its runs. C2 needs some three seconds for the kernels on two cores, about seven where it shares one with what it compiles.
 */
public enum Profile {
    /** A look: one fork, few sizes. */
    QUICK(1, 3_000, 500, 100, 5, 1_000),
    /** Every question. */
    STANDARD(3, 3_000, 1_000, 200, 5, 2_000),
    /** Every question at every size; takes hours. */
    FULL(5, 7_000, 2_000, 500, 10, 4_000);

    /** Measured iterations of a fork. */
    static final int ITERATIONS = 5;

    /** An iteration before them. */
    static final int WARM_UP_MILLIS = 500;

    private static final double JVM_START_SECONDS = .8;
    private static final double PEER_START_SECONDS = 1.5;
    private static final double COLD_START_SECONDS = .5;
    private static final int PINNED_MILLIS = 7_000;

    private final int forks;
    private final int kernelWarmUpMillis;
    private final int loopWarmUpMillis;
    private final int iterationMillis;
    private final int jvms;
    private final int coldMillis;

    Profile(int forks, int kernelWarmUpMillis, int loopWarmUpMillis, int iterationMillis, int jvms, int coldMillis) {
        this.forks = forks;
        this.kernelWarmUpMillis = kernelWarmUpMillis;
        this.loopWarmUpMillis = loopWarmUpMillis;
        this.iterationMillis = iterationMillis;
        this.jvms = jvms;
        this.coldMillis = coldMillis;
    }

    /** How much there is for C2 to compile. */
    enum Code {
        /** This library's kernels. */
        KERNEL,
        /** A loop, or a call of native code. */
        LOOP
    }

    /**
     * JVMs a benchmark is measured in, one after the other.
     *
     * @return how many
     */
    public int forks() {
        return forks;
    }

    /**
     * A measured iteration.
     *
     * @return milliseconds
     */
    public int iterationMillis() {
        return iterationMillis;
    }

    /**
     * JVMs that each variant of the cold start is measured in.
     *
     * @return how many
     */
    public int jvms() {
        return jvms;
    }

    /**
     * How long a cold JVM is watched.
     *
     * @return milliseconds
     */
    public int coldMillis() {
        return coldMillis;
    }

    /** Iterations to warm up, more of them where compiler and code share a processor. */
    int warmUps(Code code, boolean pinned) {
        int millis = switch (code) {
            case KERNEL -> pinned ? Math.max(kernelWarmUpMillis, PINNED_MILLIS) : kernelWarmUpMillis;
            case LOOP -> loopWarmUpMillis;
        };
        return millis / WARM_UP_MILLIS;
    }

    /** What a JVM that starts cold is expected to take, beside what it is watched. */
    double coldSeconds() {
        return COLD_START_SECONDS + coldMillis / 1e3;
    }

    /** How a run's time comes about, for people. */
    String arithmetic(boolean pinned) {
        return String.format(
                Locale.ROOT,
                "A run takes %d x (%.1f s to start + %.1f s to warm up + %d x %.1f s), with a peer %.1f s to start, without"
                        + " kernels to compile %.1f s to warm up; a JVM that starts cold takes %.1f s.%n",
                forks,
                JVM_START_SECONDS,
                warmUps(Code.KERNEL, pinned) * WARM_UP_MILLIS / 1e3,
                ITERATIONS,
                iterationMillis / 1e3,
                PEER_START_SECONDS,
                warmUps(Code.LOOP, pinned) * WARM_UP_MILLIS / 1e3,
                coldSeconds());
    }

    /** What a run is expected to take. */
    double seconds(Run run, boolean pinned) {
        double start = run.peer().isPresent() ? PEER_START_SECONDS : JVM_START_SECONDS;
        int millis = warmUps(run.code(), pinned) * WARM_UP_MILLIS + ITERATIONS * iterationMillis;
        return forks * (start + millis / 1e3);
    }
}
