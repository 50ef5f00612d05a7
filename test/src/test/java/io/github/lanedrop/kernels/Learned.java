package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What the tests of learned rates share: words by definition, buffers, and finite differences in double. */
final class Learned {
    /** Around the borders of lanes, chunks and blocks. */
    static final int[] COUNTS = {
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 1039, 2047, 2048, 2049, 3333
    };

    static final long[] OFFSETS = {0, 1, 2, 3, 5, 4095, (1L << 33) + 7};

    private Learned() {}

    /** Word {@code i} of a key's word stream. */
    static long word(Key key, long i) {
        return MaskOracle.philox(key.seed(), key.stream() & 0xFFFFFFFFL, key.stream() >>> 32, i >>> 2)[(int) (i & 3)];
    }

    /** The uniform in (0, 1) of element {@code i}. */
    static double open(Key key, long i) {
        return ((word(key, i) >>> 8) + 0.5) * 0x1p-24;
    }

    static float[] gaussian(Random random, int elements, double mean, double deviation) {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return values;
    }

    static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    static float[] ones(int elements) {
        float[] ones = new float[elements];
        Arrays.fill(ones, 1);
        return ones;
    }

    static MemorySegment of(float... values) {
        return MemorySegment.ofArray(values);
    }

    /** A copy in shared native memory. */
    static MemorySegment shared(float[] values) {
        MemorySegment segment = Arena.ofAuto().allocate(Math.max(4, 4L * values.length), 64);
        MemorySegment.copy(values, 0, segment, Memory.FLOAT, 0, values.length);
        return segment;
    }

    static float[] read(MemorySegment segment, int elements) {
        float[] values = new float[elements];
        MemorySegment.copy(segment, Memory.FLOAT, 0, values, 0, elements);
        return values;
    }

    /** The gradient of a loss at a point, by central differences. */
    static double[] differences(double[] at, ToDoubleFunction<double[]> loss) {
        double[] gradient = new double[at.length];
        double[] moved = at.clone();
        for (int i = 0; i < at.length; i++) {
            double step = 1e-5 * Math.max(1, Math.abs(at[i]));
            moved[i] = at[i] + step;
            double above = loss.applyAsDouble(moved);
            moved[i] = at[i] - step;
            double below = loss.applyAsDouble(moved);
            gradient[i] = (above - below) / (2 * step);
            moved[i] = at[i];
        }
        return gradient;
    }

    /** The distance of two vectors over the length of the second. */
    static double relative(double[] actual, double[] expected) {
        double distance = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            distance += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            length += expected[i] * expected[i];
        }
        return Math.sqrt(distance / length);
    }

    static double relative(float[] actual, double[] expected) {
        return relative(doubles(actual), expected);
    }

    /** Equal bits, all NaNs alike: whose payload stays is the hardware's choice. */
    static void assertSameBits(float[] actual, float[] expected, String what) {
        assertThat(actual.length).as(what).isEqualTo(expected.length);
        int at = Arrays.mismatch(actual, expected);
        if (at >= 0) {
            assertThat(actual[at]).as("element %d of %s", at, what).isEqualTo(expected[at]);
        }
    }

    /** The documented sum: in chunks of 1,024 eight partial sums, added as a tree, and the chunks first to last. */
    static double sum(float[] values) {
        double total = 0;
        for (int chunk = 0; chunk < values.length; chunk += 1024) {
            double[] partial = new double[8];
            for (int i = chunk; i < Math.min(values.length, chunk + 1024); i++) {
                partial[(i - chunk) % 8] += values[i];
            }
            total += ((partial[0] + partial[4]) + (partial[2] + partial[6]))
                    + ((partial[1] + partial[5]) + (partial[3] + partial[7]));
        }
        return total;
    }

    /** Runs a call with 1 to 7 tasks, in turn, and finds that the result is always the same. */
    static <T> void assertSameForAnyTasks(String what, Function<Workers, T> call) {
        T expected = call.apply(Workers.NONE);
        for (int tasks = 2; tasks <= 7; tasks++) {
            assertThat(call.apply(new Workers(Runnable::run, tasks)))
                    .as("%s, %d tasks", what, tasks)
                    .isEqualTo(expected);
        }
    }
}
