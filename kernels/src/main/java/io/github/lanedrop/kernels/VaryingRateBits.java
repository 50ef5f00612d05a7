package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.learned.ScalarRates;
import io.github.lanedrop.kernels.learned.VectorRates;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import io.github.lanedrop.rng.simd.PhiloxVectors;

/** Keep bits of a mask whose rate varies. */
final class VaryingRateBits {
    private VaryingRateBits() {}

    /** Elements {@code first} and on, from bit 0 of {@code keepBits}, which has room for whole longs. */
    static void fill(VaryingRateMask mask, long first, int elements, byte[] keepBits) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        Key key = mask.key();
        for (int done = 0; done < elements; done += LearnedScratch.CHUNK) {
            int count = Math.min(LearnedScratch.CHUNK, elements - done);
            long element = first + done;
            SharedValues.spread(mask.sharing(), mask.rates(), element, count, scratch);
            int wordsAt = (int) (element & 3) * Integer.BYTES;
            int bytes = wordsAt + count * Integer.BYTES;
            int blocks = (bytes + Philox4x32.BLOCK_BYTES - 1) / Philox4x32.BLOCK_BYTES;
            if (LearnedSelfTest.VECTOR) {
                PhiloxVectors.fill(key.seed(), key.stream(), element >>> 2, scratch.words, 0, blocks);
                VectorRates.keep(scratch.words, wordsAt, scratch.spread, count, keepBits, done >>> 3);
            } else {
                Philox4x32.fill(key.seed(), key.stream(), element >>> 2, Philox4x32.ROUNDS, scratch.words, 0, blocks);
                ScalarRates.keep(scratch.words, wordsAt, scratch.spread, count, keepBits, done >>> 3);
            }
        }
        LearnedScratch.POOL.giveBack(scratch);
    }
}
