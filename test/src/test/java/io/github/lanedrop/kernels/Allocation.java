package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a call allocates once it is compiled.
 *
 * <p>Until C2 has compiled a call it may allocate what escape analysis later removes, and a compilation can end at any
 * time, on another thread. So this warms up, then measures {@value #CALLS} calls, {@value #ATTEMPTS} times and for some
 * seconds at least, with ever more warm-up in between, until nothing is allocated, nor {@value #WARM_UP} calls later: C2
 * comes to callers after what they call, inlines it, and may box what it did not box before.
 */
final class Allocation {
    static final int CALLS = 1_000;
    private static final int FIRST_WARM_UP = 1_500;
    private static final int WARM_UP = 12_000;
    private static final int ATTEMPTS = 22;
    /**
     * C2 may be seconds behind on a busy machine, and where it speculates wrongly it compiles a hundred times before it
     * stops: 15 seconds, seen in a loop that is mended. All attempts at a short call take less. What is boxed stays boxed.
     */
    private static final long PATIENCE_NANOS = 40_000_000_000L;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** Skips the test where the JVM has no C2, or does not count. */
    static void assumeCounted() {
        String compiler = System.getProperty("java.vm.info", "");
        assumeTrue(compiler.contains("mixed mode"), "without C2, calls allocate: " + compiler);
        assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count allocated bytes");
    }

    /** The bytes that {@value #CALLS} calls allocated, at last or at least. */
    static long of(Runnable call) {
        return of(call, ATTEMPTS, PATIENCE_NANOS);
    }

    /** As {@link #of(Runnable)}, with less patience, for what is expected to allocate. */
    static long of(Runnable call, int attempts, long patienceNanos) {
        long least = Long.MAX_VALUE;
        long start = System.nanoTime();
        for (int attempt = 0;
                least > 0 && (attempt < attempts || System.nanoTime() - start < patienceNanos);
                attempt++) {
            repeat(call, Math.min(WARM_UP, FIRST_WARM_UP << Math.min(attempt, 8)));
            least = Math.min(least, bytes(call));
            if (least == 0) {
                repeat(call, WARM_UP);
                least = bytes(call);
            }
        }
        return least;
    }

    private static long bytes(Runnable call) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        repeat(call, CALLS);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static void repeat(Runnable call, int times) {
        for (int i = 0; i < times; i++) {
            call.run();
        }
    }

    /** Fails if anything was allocated. */
    static void assertNone(String name, long bytes) {
        assertThat(bytes).as("%s: bytes that %d calls allocate", name, CALLS).isZero();
    }
}
