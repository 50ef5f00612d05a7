package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.math.ScalarNoise;
import io.github.lanedrop.kernels.math.VectorNoise;
import io.github.lanedrop.rng.Key;

/** Normals of a stream, by the live path. */
final class Normals {
    private Normals() {}

    /**
     * Normals {@code first} to {@code first + elements}, exclusive, of a stream, and those of their blocks of the generator
     * that are before and after them.
     *
     * @param words room for four bytes an element, and for whole vectors
     * @param dst receives the elements; has room for whole vectors
     * @return the index in {@code dst} of the first
     */
    static int fill(
            long seed, long stream, float mean, float deviation, long first, int elements, byte[] words, float[] dst) {
        int drawn = Noise.words(seed, stream, first, elements, words);
        if (NoiseSelfTest.VECTOR) {
            VectorNoise.normal(words, mean, deviation, dst, 0, drawn);
        } else {
            ScalarNoise.normal(words, mean, deviation, dst, 0, drawn);
        }
        return Noise.skipped(first);
    }

    /**
     * Standard normals {@code first} to {@code first + count}, exclusive, of a key to {@code scratch.normals}.
     *
     * @param count at most {@link LearnedScratch#CHUNK}
     */
    static void fill(Key key, long first, int count, LearnedScratch scratch) {
        int at = fill(key.seed(), key.stream(), 0, 1, first, count, scratch.words, scratch.values);
        System.arraycopy(scratch.values, at, scratch.normals, 0, count);
    }
}
