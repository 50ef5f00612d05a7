package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.math.ScalarNoise;
import io.github.lanedrop.kernels.math.VectorNoise;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/** Fills the values of a chunk from a noise source. */
final class Noise {
    private static final int BLOCK_WORDS = Philox4x32.BLOCK_BYTES / Integer.BYTES;

    private Noise() {}

    /** Elements {@code offset} to {@code offset + elements} can be had, by all workers. */
    static void readable(NoiseSource noise, long offset, long elements, Workers workers) {
        Objects.requireNonNull(noise, "noise");
        long end = offset + elements;
        switch (noise) {
            case StoredNoise(MemorySegment values) -> Buffers.readable("the noise's values", values, end, workers);
            case BroadcastNoise(NoiseSource values, BroadcastShape shape) -> {
                if (end > shape.elements()) {
                    throw new IllegalArgumentException("offset + elements must be at most " + shape.elements()
                            + ", the elements of the noise's shape, got " + end);
                }
                readable(values, 0, shape.decisions(), workers);
            }
            case GaussianNoise _, UniformNoise _ -> {} // drawn, for any element
        }
    }

    /** What is written shares no byte with what the noise reads for elements up to {@code end}. */
    static void disjoint(NoiseSource noise, long end, String name, MemorySegment written, long bytes) {
        switch (noise) {
            case StoredNoise(MemorySegment values) ->
                Check.disjoint("the noise's values", values, Check.float32Bytes(end), name, written, bytes);
            case BroadcastNoise(NoiseSource values, BroadcastShape shape) ->
                disjoint(values, shape.decisions(), name, written, bytes);
            case GaussianNoise _, UniformNoise _ -> {} // reads no memory
        }
    }

    /** Whether every element has this value, so that nothing need be drawn. */
    static boolean isConstant(NoiseSource noise, float value) {
        return switch (noise) {
            case GaussianNoise(double mean, double deviation, Key _) -> (float) deviation == 0 && (float) mean == value;
            case UniformNoise(double mean, double reach, Key _) -> (float) reach == 0 && (float) mean == value;
            case StoredNoise _ -> false;
            case BroadcastNoise(NoiseSource values, BroadcastShape _) -> isConstant(values, value);
        };
    }

    /** Fills {@code scratch.values} so that element {@code first} is at the index that this returns. */
    static int fill(NoiseSource noise, long first, int elements, NoiseScratch scratch) {
        switch (noise) {
            case StoredNoise(MemorySegment values) -> {
                MemorySegment.copy(values, Scratch.FLOAT, Float.BYTES * first, scratch.values, 0, elements);
                return 0;
            }
            case BroadcastNoise broadcast -> {
                BroadcastValues.fill(broadcast, first, elements, scratch);
                return 0;
            }
            case GaussianNoise(double mean, double deviation, Key key) -> {
                if ((float) deviation == 0) {
                    Arrays.fill(scratch.values, 0, elements, (float) mean);
                    return 0;
                }
                return Normals.fill(
                        key.seed(),
                        key.stream(),
                        (float) mean,
                        (float) deviation,
                        first,
                        elements,
                        scratch.words,
                        scratch.values);
            }
            case UniformNoise(double mean, double reach, Key key) -> {
                return uniform(key, (float) mean, (float) reach, first, elements, scratch);
            }
        }
    }

    private static int uniform(Key key, float mean, float reach, long first, int elements, NoiseScratch scratch) {
        if (reach == 0) {
            Arrays.fill(scratch.values, 0, elements, mean);
            return 0;
        }
        int words = words(key.seed(), key.stream(), first, elements, scratch.words);
        if (NoiseSelfTest.VECTOR) {
            VectorNoise.centred(scratch.words, mean, reach, scratch.values, 0, words);
        } else {
            ScalarNoise.centred(scratch.words, mean, reach, scratch.values, 0, words);
        }
        return skipped(first);
    }

    /** Elements of the first element's block that come before it; pairs of normals begin within the block too. */
    static int skipped(long first) {
        return (int) (first % BLOCK_WORDS);
    }

    /**
     * Draws the words of whole blocks from that of the first element on; on the SIMD path perhaps a few more, into the
     * scratch's slack.
     *
     * @return how many, to the end of the last element's block
     */
    static int words(long seed, long stream, long first, int elements, byte[] dst) {
        int blocks = (skipped(first) + elements + BLOCK_WORDS - 1) / BLOCK_WORDS;
        long block = first / BLOCK_WORDS;
        KeepBits.random(seed, stream, block, dst, 0, blocks);
        return blocks * BLOCK_WORDS;
    }
}
