package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import io.github.lanedrop.kernels.mask.ScalarWords;
import io.github.lanedrop.kernels.mask.VectorWords;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/** Keep bits of exact counts: a word of the word stream for each element, compared with one cut. */
final class ExactCountBits extends Filler<ExactCountMask> {
    static final ExactCountBits FILLER = new ExactCountBits();

    /** Words that are drawn at a time. */
    static final int BATCH = Scratch.CHUNK / Integer.BYTES;

    private static final int BLOCK_WORDS = Philox4x32.BLOCK_BYTES / Integer.BYTES;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private ExactCountBits() {}

    /** Draws the words from {@code first}, a multiple of four, on; returns how many of them elements have. */
    static int words(Key key, long first, long elements, Scratch scratch) {
        int count = (int) Math.min(BATCH, elements - first);
        Noise.words(key.seed(), key.stream(), first, count, scratch.ofMask.bytes);
        return count;
    }

    static int word(Scratch scratch, int index) {
        return (int) INT.get(scratch.ofMask.bytes, index * Integer.BYTES);
    }

    @Override
    int fill(ExactCountMask mask, long first, int elements, Scratch scratch) {
        Objects.checkFromIndexSize(first, elements, mask.elements()); // beyond, there is no end
        byte[] bits = scratch.ofMask.inner().keepBits;
        int done = 0;
        while (done < elements) {
            long from = first + done;
            long start = from - from % BLOCK_WORDS;
            int count = words(mask.key(), start, mask.elements(), scratch);
            boolean atMostTie = from <= mask.tie();
            int part = (int) Math.min(elements - done, start + count - from);
            if (atMostTie) {
                part = (int) Math.min(part, mask.tie() + 1 - from);
            }
            least(scratch.ofMask.bytes, count, mask.leastKept() - (atMostTie ? 0 : 1), bits);
            Bits.copy(bits, (int) (from - start), scratch.keepBits, done, part);
            done += part;
        }
        return 0;
    }

    @Override
    boolean keepsAll(ExactCountMask mask) {
        return mask.dropped() == 0;
    }

    /** Bit {@code k} is whether word {@code k} is at least a number from 0 to 2^32. */
    private static void least(byte[] words, int count, long least, byte[] bits) {
        if (least == 0) {
            Bits.run(bits, 0, count, true);
        } else if (MaskSelfTest.VECTOR) {
            VectorWords.above(words, count, (int) (least - 1), bits);
        } else {
            ScalarWords.above(words, count, (int) (least - 1), bits);
        }
    }
}
