package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.math.ScalarNoise;
import io.github.lanedrop.kernels.math.VectorNoise;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import io.github.lanedrop.rng.simd.PhiloxVectors;

/** Standard normals of a key's word stream for the elements of a chunk. */
final class Normals {
    private Normals() {}

    /**
     * Fills {@code scratch.normals} with those of elements {@code first} to {@code first + count}, exclusive.
     *
     * @param count at most {@link LearnedScratch#CHUNK}
     */
    static void fill(Key key, long first, int count, LearnedScratch scratch) {
        int before = (int) (first & 3); // a block has four words, the normals of two pairs
        int elements = (before + count + 3) & -4;
        long block = first >>> 2;
        if (Live.VECTOR) {
            PhiloxVectors.fill(key.seed(), key.stream(), block, scratch.words, 0, elements / 4);
            VectorNoise.normal(scratch.words, 0, 1, scratch.values, 0, elements);
        } else {
            Philox4x32.fill(key.seed(), key.stream(), block, Philox4x32.ROUNDS, scratch.words, 0, elements / 4);
            ScalarNoise.normal(scratch.words, 0, 1, scratch.values, 0, elements);
        }
        System.arraycopy(scratch.values, before, scratch.normals, 0, count);
    }
}
