package io.github.lanedrop.bench.start;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The main class of a JVM that measures its own start: it drops elements again and again, as a service would that is under
 * load from its first request, and prints when and how fast. It uses as little of the JDK as it can.
 */
final class Cold {
    private static final Rate RATE = Rate.drop(.1);
    private static final Key KEY = Key.of(2026);
    private static final double LONGEST_NANOS = 1e7;

    private Cold() {}

    /**
     * Measures.
     *
     * @param arguments when the process was started, in microseconds since 1970; elements of a call; whether to warm up
     *     first; how many milliseconds to call
     */
    public static void main(String[] arguments) {
        long inMain = micros(Instant.now());
        long started = Long.parseLong(arguments[0]);
        int elements = Integer.parseInt(arguments[1]);
        long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[3]));
        long before = System.nanoTime();
        if (Boolean.parseBoolean(arguments[2])) {
            Kernels.warmUp();
        }
        long warmUp = System.nanoTime() - before;
        MemorySegment src = Arena.global().allocate((long) Float.BYTES * elements, 64);
        MemorySegment dst = Arena.global().allocate((long) Float.BYTES * elements, 64);
        src.fill((byte) 0x3f); // 0.747 each
        List<long[]> stretches = watch(src, dst, elements, nanos);
        PrintStream out = System.out;
        out.println(inMain - started + " " + warmUp);
        stretches.forEach(stretch -> out.println(stretch[0] + " " + stretch[1]));
        if (dst.mismatch(src) < 0) {
            throw new IllegalStateException("nothing was dropped or scaled");
        }
    }

    static long micros(Instant instant) {
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(instant.getNano());
    }

    /** Calls for some time; gives the number of calls and the nanoseconds of each stretch, the first of one call. */
    private static List<long[]> watch(MemorySegment src, MemorySegment dst, int elements, long nanos) {
        List<long[]> stretches = new ArrayList<>();
        long done = 0;
        long calls = 1;
        long start = System.nanoTime();
        long time = start;
        while (time - start < nanos) {
            drop(src, dst, elements, calls);
            long end = System.nanoTime();
            stretches.add(new long[] {calls, end - time});
            done += calls;
            double each = (double) (end - time) / calls;
            calls = Math.max(1, Math.min(done / 4, (long) (LONGEST_NANOS / each)));
            time = System.nanoTime();
        }
        return stretches;
    }

    private static void drop(MemorySegment src, MemorySegment dst, int elements, long calls) {
        for (long call = 0; call < calls; call++) {
            DropoutKernel.forward(new BernoulliMask(RATE, KEY.step(call)), 0, src, dst, elements);
        }
    }
}
