package io.github.lanedrop.bench.start;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.descriptive.Median;

/**
 * How one JVM got up to speed.
 *
 * @param startMillis from the start of its process to its main method
 * @param warmUpMillis what {@code Kernels.warmUp()} took; 0 where it was not called
 * @param firstCallNanos what the first call took
 * @param calls how many calls were done at the end of each stretch, the first of one call
 * @param nanos what a call took in each stretch
 * @param callsToPeak how many calls were done before the peak was reached; all, if it never was
 * @param millisToPeak from the first call until then
 * @param peakNanos what a call takes at its peak
 */
public record Start(
        double startMillis,
        double warmUpMillis,
        double firstCallNanos,
        List<Long> calls,
        List<Double> nanos,
        long callsToPeak,
        double millisToPeak,
        double peakNanos) {
    private static final int IN_A_ROW = 5;
    private static final double NEAR = 1.25;
    private static final double LAST_PART = 2 / 3.0;

    /**
     * Keeps what it is given.
     *
     * @throws IllegalArgumentException if there are not as many times as stretches, or none
     */
    public Start {
        calls = List.copyOf(calls);
        nanos = List.copyOf(nanos);
        if (calls.isEmpty() || calls.size() != nanos.size()) {
            throw new IllegalArgumentException("calls and nanos must have one number a stretch");
        }
    }

    /**
     * What a call took.
     *
     * @param call its number from 1 on
     * @return nanoseconds; those of the last stretch beyond the end
     */
    public double nanosOf(long call) {
        int stretch = 0;
        while (stretch < calls.size() - 1 && calls.get(stretch) < call) {
            stretch++;
        }
        return nanos.get(stretch);
    }

    /**
     * Understands what {@link Cold} printed.
     *
     * @throws IllegalArgumentException if it printed something else
     */
    static Start of(List<String> lines) {
        if (lines.size() < 2) {
            throw new IllegalArgumentException("a cold JVM printed " + lines.size() + " lines");
        }
        long[] first = numbers(lines.getFirst());
        List<long[]> stretches = lines.stream().skip(1).map(Start::numbers).toList();
        return of(first[0] / 1e3, first[1] / 1e6, stretches);
    }

    private static long[] numbers(String line) {
        long[] numbers =
                Arrays.stream(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
        if (numbers.length != 2) {
            throw new IllegalArgumentException("a cold JVM printed \"" + line + "\"");
        }
        return numbers;
    }

    /** From the calls and the nanoseconds of each stretch. */
    static Start of(double startMillis, double warmUpMillis, List<long[]> stretches) {
        int count = stretches.size();
        List<Long> calls = new ArrayList<>();
        double[] nanos = new double[count];
        double[] elapsed = new double[count]; // milliseconds
        long done = 0;
        double millis = 0;
        for (int i = 0; i < count; i++) {
            done += stretches.get(i)[0];
            millis += stretches.get(i)[1] / 1e6;
            nanos[i] = (double) stretches.get(i)[1] / stretches.get(i)[0];
            calls.add(done);
            elapsed[i] = millis;
        }
        int last = 0;
        while (last < count - 1 && elapsed[last] < LAST_PART * millis) {
            last++;
        }
        double peak = median(nanos, last, count);
        int at = 0;
        while (at < count && median(nanos, at, Math.min(at + IN_A_ROW, count)) > NEAR * peak) {
            at++;
        }
        return new Start(
                startMillis,
                warmUpMillis,
                nanos[0],
                calls,
                Arrays.stream(nanos).boxed().toList(),
                at == 0 ? 0 : calls.get(at - 1),
                at == 0 ? 0 : elapsed[at - 1],
                peak);
    }

    private static double median(double[] values, int start, int end) {
        return Median.withDefaults().evaluate(Arrays.copyOfRange(values, start, end));
    }
}
