package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.math.ScalarNoise;
import io.github.lanedrop.kernels.math.VectorNoise;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;

/** Standard normals of a stream, by the live path. */
final class Normals {
    private static final int OF_A_BLOCK = Philox4x32.BLOCK_BYTES / Integer.BYTES;

    private Normals() {}

    /**
     * Normals {@code first, first + 1, ...} of a stream.
     *
     * @param first a multiple of 4
     * @param words room for four bytes an element, and for whole vectors
     * @param dst receives the elements, and more up to a whole vector
     */
    static void fill(long seed, long stream, long first, byte[] words, float[] dst, int elements) {
        int blocks = (elements + OF_A_BLOCK - 1) / OF_A_BLOCK;
        long block = first / OF_A_BLOCK;
        KeepBits.random(seed, stream, block, words, blocks);
        if (NoiseSelfTest.VECTOR) {
            VectorNoise.normal(words, 0, 1, dst, 0, elements);
        } else {
            ScalarNoise.normal(words, 0, 1, dst, 0, (elements + 1) & -2);
        }
    }

    /**
     * Normals {@code first} to {@code first + count}, exclusive, of a key to {@code scratch.normals}.
     *
     * @param count at most {@link LearnedScratch#CHUNK}
     */
    static void fill(Key key, long first, int count, LearnedScratch scratch) {
        int before = (int) (first % OF_A_BLOCK);
        fill(key.seed(), key.stream(), first - before, scratch.words, scratch.values, before + count);
        System.arraycopy(scratch.values, before, scratch.normals, 0, count);
    }
}
