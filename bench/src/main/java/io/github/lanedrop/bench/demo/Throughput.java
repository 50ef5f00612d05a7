package io.github.lanedrop.bench.demo;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.commons.statistics.descriptive.Median;

/**
 * A quick look at the dropout kernel's speed next to copying the same memory and to multiplying it, on one thread.
 *
 * <p>No benchmark: one process, a fraction of a second for each number, whatever else the machine is doing.
 *
 * @param elements how many 32-bit floats
 * @param copy nanoseconds an element of {@link MemorySegment#copy}
 * @param scale nanoseconds an element of a plain loop that multiplies
 * @param dropout nanoseconds an element of {@link DropoutKernel#forward}
 */
public record Throughput(long elements, double copy, double scale, double dropout) {
    private static final long[] SIZES = {1 << 12, 1 << 16, 1 << 20, 1 << 23};
    private static final int MIN_ROUNDS = 3;
    private static final int MAX_ROUNDS = 15;

    /**
     * Looks.
     *
     * @param rate the probability to drop
     * @param millisPerNumber how long to look for each number
     * @param largest leave out larger sizes
     * @return a line for each size
     */
    public static List<Throughput> look(Rate rate, int millisPerNumber, long largest) {
        BernoulliMask mask = new BernoulliMask(rate, Key.of(2026));
        List<Throughput> lines = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment src = arena.allocate(largest * Float.BYTES, 64);
            MemorySegment dst = arena.allocate(largest * Float.BYTES, 64);
            for (long i = 0; i < largest; i++) {
                src.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (i % 1000));
            }
            warmUp(mask, src, dst, millisPerNumber);
            for (long size :
                    LongStream.of(SIZES).filter(size -> size <= largest).toArray()) {
                lines.add(new Throughput(
                        size,
                        nanos(() -> MemorySegment.copy(src, 0, dst, 0, size * Float.BYTES), size, millisPerNumber),
                        nanos(() -> scale(src, dst, size), size, millisPerNumber),
                        nanos(() -> DropoutKernel.forward(mask, 0, src, dst, size), size, millisPerNumber)));
            }
        }
        return lines;
    }

    /** Until the compiler has done with all three; else the first size would pay for it. */
    private static void warmUp(BernoulliMask mask, MemorySegment src, MemorySegment dst, int millis) {
        long end = System.nanoTime() + 4_000_000L * millis;
        do {
            MemorySegment.copy(src, 0, dst, 0, SIZES[0] * Float.BYTES);
            scale(src, dst, SIZES[0]);
            DropoutKernel.forward(mask, 0, src, dst, SIZES[0]);
        } while (System.nanoTime() < end);
    }

    private static void scale(MemorySegment src, MemorySegment dst, long size) {
        for (long i = 0; i < size; i++) {
            dst.setAtIndex(ValueLayout.JAVA_FLOAT, i, src.getAtIndex(ValueLayout.JAVA_FLOAT, i) * 2);
        }
    }

    /** The median of some rounds after one to warm up, each long enough for the clock. */
    private static double nanos(Runnable work, long elements, int millis) {
        long budget = millis * 1_000_000L;
        round(work, elements, budget / MAX_ROUNDS);
        double[] rounds = new double[MAX_ROUNDS];
        int count = 0;
        long start = System.nanoTime();
        while (count < MIN_ROUNDS || (count < MAX_ROUNDS && System.nanoTime() - start < budget)) {
            rounds[count++] = round(work, elements, budget / MAX_ROUNDS);
        }
        return Median.withDefaults().evaluate(Arrays.copyOf(rounds, count));
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
