package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.kernels.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What all benches share: nanoseconds a call, how long they run where nobody says otherwise, and memory.
 *
 * <p>Nothing that is measured can be eliminated: every call writes to memory outside the heap that outlives it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 7, time = 1, timeUnit = TimeUnit.SECONDS) // on one core C2 may take as long
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public abstract class Bench {
    /**
     * A page, so that no size or fork is luckier than another: where a buffer begins 64 to 256 bytes behind another, in the
     * lowest 12 bits of their addresses, copying from the one to the other takes up to twice as long.
     */
    private static final long ALIGNMENT = 4096;

    private ExecutorService executor = ForkJoinPool.commonPool();

    /** For benches of this package. */
    Bench() {}

    /** Memory for as long as somebody can reach it. */
    static MemorySegment bytes(long bytes) {
        return Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }

    /** Of long calls few are made, and what each does once, its first chunk for one, would stay interpreted. */
    static void warmUpForLong(long elements) {
        if (elements > 1 << 20) {
            Kernels.warmUp();
        }
    }

    /** Zeros. */
    static MemorySegment zeros(long floats) {
        return bytes(Float.BYTES * floats);
    }

    /** Activations from 1 to 2, so that what is dropped is told from what is kept. */
    static MemorySegment activations(long floats) {
        MemorySegment segment = zeros(floats);
        for (long i = 0; i < floats; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + i % 1000 * 1e-3f);
        }
        return segment;
    }

    /** An operand of a product, of both signs. */
    static MemorySegment operand(long floats) {
        MemorySegment segment = zeros(floats);
        for (long i = 0; i < floats; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 7919 % 2003 - 1001) * 1e-3f);
        }
        return segment;
    }

    /**
     * Rows, inner size and columns of a product.
     *
     * @param rows of the left operand and the result
     * @param inner columns of the left operand, rows of the right one
     * @param columns of the right operand and the result
     */
    record Shape(int rows, int inner, int columns) {
        /** For example {@code 128x784x512}. */
        static Shape of(String text) {
            int[] sizes = Arrays.stream(text.split("x", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            return new Shape(sizes[0], sizes[1], sizes[2]);
        }
    }

    /** The calling thread and as many more as are wanted. */
    final Workers workers(int threads) {
        if (threads == 1) {
            return Workers.NONE;
        }
        executor = new ForkJoinPool(threads - 1);
        return new Workers(executor, threads);
    }

    /** Ends the threads. */
    @TearDown
    public void endThreads() {
        executor.shutdown(); // does nothing to the common pool
    }
}
