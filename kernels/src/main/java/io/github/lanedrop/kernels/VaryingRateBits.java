package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.learned.ScalarRates;
import io.github.lanedrop.kernels.learned.VectorRates;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;

/** Keep bits of a mask whose rate varies. */
final class VaryingRateBits extends Filler<VaryingRateMask> {
    static final VaryingRateBits FILLER = new VaryingRateBits();

    private VaryingRateBits() {}

    @Override
    int fill(VaryingRateMask mask, long first, int elements, Scratch chunk) {
        byte[] keepBits = chunk.keepBits;
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        Key key = mask.key();
        for (int done = 0; done < elements; done += LearnedScratch.CHUNK) {
            int count = Math.min(LearnedScratch.CHUNK, elements - done);
            long element = first + done;
            SharedValues.spread(mask.sharing(), mask.rates(), element, count, scratch);
            Noise.words(key.seed(), key.stream(), element, count, scratch.words);
            int wordsAt = Integer.BYTES * Noise.skipped(element);
            if (LearnedSelfTest.VECTOR) {
                VectorRates.keep(scratch.words, wordsAt, scratch.spread, count, keepBits, done >>> 3);
            } else {
                ScalarRates.keep(scratch.words, wordsAt, scratch.spread, count, keepBits, done >>> 3);
            }
        }
        LearnedScratch.POOL.giveBack(scratch);
        return 0;
    }

    @Override
    void readable(VaryingRateMask mask, long offset, long elements, Workers workers) {
        long values = mask.sharing().values(offset + elements);
        MaskChecks.memory(
                "the mask's rates", mask.rates(), MaskChecks.float32Bytes(values), values, "float32 elements", workers);
    }

    @Override
    void disjoint(VaryingRateMask mask, long end, String name, MemorySegment written, long bytes) {
        long values = mask.sharing().values(end);
        Check.disjoint("the mask's rates", mask.rates(), MaskChecks.float32Bytes(values), name, written, bytes);
    }
}
