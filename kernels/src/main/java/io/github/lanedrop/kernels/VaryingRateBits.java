package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.learned.ScalarRates;
import io.github.lanedrop.kernels.learned.VectorRates;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;

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
            KeepBits.random(key, element >>> 2, scratch.words, blocks);
            if (LearnedSelfTest.VECTOR) {
                VectorRates.keep(scratch.words, wordsAt, scratch.spread, count, keepBits, done >>> 3);
            } else {
                ScalarRates.keep(scratch.words, wordsAt, scratch.spread, count, keepBits, done >>> 3);
            }
        }
        LearnedScratch.POOL.giveBack(scratch);
    }
}
