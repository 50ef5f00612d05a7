package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.rng.PhiloxProvider;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Arrays filled with random numbers, {@value #NUMBERS} a call: the same numbers by {@link PhiloxProvider}'s bulk
 * methods, and one by one by Commons RNG's generator.
 */
public class GeneratorBench extends Bench {
    static final int NUMBERS = 4096;

    private static final int[] SEED = IntStream.rangeClosed(1, 6).toArray();

    /** Who makes the numbers. */
    public enum Generator {
        /** {@link PhiloxProvider}. */
        LANEDROP,
        /** {@link RandomSource#PHILOX_4X32}. */
        COMMONS
    }

    /** Who makes the numbers. */
    @Param
    public Generator generator = Generator.LANEDROP;

    private final PhiloxProvider lanedrop = new PhiloxProvider(SEED);
    private final UniformRandomProvider commons = RandomSource.PHILOX_4X32.create(SEED);
    private final byte[] bytes = new byte[NUMBERS * Integer.BYTES];
    private final int[] ints = new int[NUMBERS];
    private final long[] longs = new long[NUMBERS];
    private final float[] floats = new float[NUMBERS];
    private final double[] doubles = new double[NUMBERS];

    /** As many bytes as there are in the ints. */
    @Benchmark
    public byte[] bytes() {
        if (generator == Generator.LANEDROP) {
            lanedrop.nextBytes(bytes);
        } else {
            commons.nextBytes(bytes);
        }
        return bytes;
    }

    /** Words. */
    @Benchmark
    public int[] ints() {
        if (generator == Generator.LANEDROP) {
            lanedrop.fill(ints);
        } else {
            for (int i = 0; i < NUMBERS; i++) {
                ints[i] = commons.nextInt();
            }
        }
        return ints;
    }

    /** Two words a number. */
    @Benchmark
    public long[] longs() {
        if (generator == Generator.LANEDROP) {
            lanedrop.fill(longs);
        } else {
            for (int i = 0; i < NUMBERS; i++) {
                longs[i] = commons.nextLong();
            }
        }
        return longs;
    }

    /** A word a number, 24 bits of it. */
    @Benchmark
    public float[] floats() {
        if (generator == Generator.LANEDROP) {
            lanedrop.fill(floats);
        } else {
            for (int i = 0; i < NUMBERS; i++) {
                floats[i] = commons.nextFloat();
            }
        }
        return floats;
    }

    /** Two words a number, 53 bits of them. */
    @Benchmark
    public double[] doubles() {
        if (generator == Generator.LANEDROP) {
            lanedrop.fill(doubles);
        } else {
            for (int i = 0; i < NUMBERS; i++) {
                doubles[i] = commons.nextDouble();
            }
        }
        return doubles;
    }
}
