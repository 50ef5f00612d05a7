package io.github.lanedrop.bench.demo;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.descriptive.Median;

/**
 * A quick look at the dropout kernel's speed next to copying the same memory and to scaling it, on one thread.
 *
 * <p>No benchmark: one process, a fraction of a second for each number, whatever else the machine is doing.
 *
 * @param elements how many 32-bit floats
 * @param copy nanoseconds an element of {@link MemorySegment#copy}
 * @param scale nanoseconds an element of {@link CopyAndScale}
 * @param dropout nanoseconds an element of {@link DropoutKernel#forward}
 */
public record Throughput(long elements, double copy, double scale, double dropout) {
    private static final long WARM_UP_ELEMENTS = 1 << 12;
    /** Long calls have loops of their own. */
    private static final long LONG_WARM_UP_ELEMENTS = 1 << 16;

    private static final int WARM_UP_CALLS = 20_000;
    private static final long MAX_WARM_UP_NANOS = 1_200_000_000;
    private static final long QUIET_NANOS = 300_000_000; // longer than C2 takes for one method
    /** Longer calls, on a slow path, are not worth waiting for. */
    private static final double MAX_CALL_NANOS = 3e8;

    private static final float SCALE = 2;
    private static final int MIN_ROUNDS = 3;
    private static final int MAX_ROUNDS = 15;

    /**
     * How dropout compares with the least that it must do.
     *
     * @return {@code dropout / scale}
     */
    public double ratio() {
        return dropout / scale;
    }

    /**
     * Looks.
     *
     * @param rate the probability to drop
     * @param millisPerNumber how long to look for each number
     * @param sizes in elements, ascending, at least one, the first at least 4,096
     * @return a line for each size, but none for those where a call would take a large part of a second
     */
    public static List<Throughput> look(Rate rate, int millisPerNumber, long... sizes) {
        BernoulliMask mask = new BernoulliMask(rate, Key.of(2026));
        List<Throughput> lines = new ArrayList<>();
        long largest = sizes[sizes.length - 1];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment src = arena.allocate(largest * Float.BYTES, 64);
            MemorySegment dst = arena.allocate(largest * Float.BYTES, 64);
            fill(src);
            warmUp(mask, src, dst, Math.min(LONG_WARM_UP_ELEMENTS, largest));
            for (long size : sizes) {
                if (!lines.isEmpty() && lines.getLast().slowest() * size > MAX_CALL_NANOS) {
                    break;
                }
                double[] nanos = nanos(
                        size,
                        millisPerNumber,
                        () -> MemorySegment.copy(src, 0, dst, 0, size * Float.BYTES),
                        () -> CopyAndScale.run(src, dst, SCALE, size),
                        () -> DropoutKernel.forward(mask, 0, src, dst, size));
                lines.add(new Throughput(size, nanos[0], nanos[1], nanos[2]));
            }
        }
        return lines;
    }

    /**
     * Until the compiler has done with all three; else the first sizes would pay for it. By calls first, since calls are
     * what it counts, then until it has been quiet for a while, since it works on threads of its own.
     */
    private static void warmUp(BernoulliMask mask, MemorySegment src, MemorySegment dst, long longest) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        if (compiler == null || !compiler.isCompilationTimeMonitoringSupported()) {
            return;
        }
        long start = System.nanoTime();
        for (int call = 0; call < WARM_UP_CALLS && System.nanoTime() - start < MAX_WARM_UP_NANOS; call++) {
            once(mask, src, dst, WARM_UP_ELEMENTS / 16);
        }
        long quietSince = System.nanoTime();
        long compiled = compiler.getTotalCompilationTime();
        while (System.nanoTime() - quietSince < QUIET_NANOS && System.nanoTime() - start < 2 * MAX_WARM_UP_NANOS) {
            once(mask, src, dst, WARM_UP_ELEMENTS);
            once(mask, src, dst, longest);
            if (compiler.getTotalCompilationTime() != compiled) {
                compiled = compiler.getTotalCompilationTime();
                quietSince = System.nanoTime();
            }
        }
    }

    private static void once(BernoulliMask mask, MemorySegment src, MemorySegment dst, long elements) {
        MemorySegment.copy(src, 0, dst, 0, elements * Float.BYTES);
        CopyAndScale.run(src, dst, SCALE, elements);
        DropoutKernel.forward(mask, 0, src, dst, elements);
    }

    private double slowest() {
        return Math.max(Math.max(copy, scale), dropout);
    }

    /** By doubling, since a loop would take seconds where there is no compiler. */
    private static void fill(MemorySegment segment) {
        long filled = Math.min(WARM_UP_ELEMENTS * Float.BYTES, segment.byteSize());
        for (long i = 0; i < filled / Float.BYTES; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (i % 1000));
        }
        while (filled < segment.byteSize()) {
            long bytes = Math.min(filled, segment.byteSize() - filled);
            MemorySegment.copy(segment, 0, segment, filled, bytes);
            filled += bytes;
        }
    }

    /**
     * For each work the median of some rounds after one to warm up, each long enough for the clock; in turns, so that a
     * slow moment of the machine hits all of them.
     */
    private static double[] nanos(long elements, int millis, Runnable... works) {
        long budget = millis * 1_000_000L;
        double[][] rounds = new double[works.length][MAX_ROUNDS];
        int count = -1; // the first is to warm up
        long start = System.nanoTime();
        while (count < MIN_ROUNDS || (count < MAX_ROUNDS && System.nanoTime() - start < works.length * budget)) {
            for (int work = 0; work < works.length; work++) {
                rounds[work][Math.max(count, 0)] = round(works[work], elements, budget / MAX_ROUNDS);
            }
            count++;
        }
        int used = count;
        return Arrays.stream(rounds)
                .mapToDouble(round -> Median.withDefaults().evaluate(Arrays.copyOf(round, used)))
                .toArray();
    }

    private static double round(Runnable work, long elements, long budget) {
        long start = System.nanoTime();
        long end;
        long runs = 0;
        do {
            work.run();
            runs++;
            end = System.nanoTime();
        } while (end - start < budget);
        return (double) (end - start) / ((double) runs * elements);
    }
}
