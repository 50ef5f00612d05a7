package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Keep bits of token types: one decision a token, looked up by its type. */
final class TokenTypeBits extends Filler<TokenTypeMask> {
    static final TokenTypeBits FILLER = new TokenTypeBits();

    private static final ValueLayout.OfInt ID = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private TokenTypeBits() {}

    @Override
    int fill(TokenTypeMask mask, long first, int elements, Scratch scratch) {
        long width = mask.features();
        Scratch inner = scratch.ofMask.inner();
        long token = first / width;
        long feature = first % width;
        for (int done = 0; done < elements; token++) {
            int part = (int) Math.min(elements - done, width - feature);
            int at = KeepBits.fill(mask.types(), id(mask.ids(), token), 1, inner);
            Bits.run(scratch.keepBits, done, part, Bits.get(inner.keepBits, 8 * at) == 1);
            done += part;
            feature = 0;
        }
        return 0;
    }

    @Override
    boolean keepsAll(TokenTypeMask mask) {
        return of(mask.types()).keepsAll(mask.types());
    }

    @Override
    void readable(TokenTypeMask mask, long offset, long elements, Workers workers) {
        long end = offset + elements;
        long tokens = end / mask.features() + (end % mask.features() == 0 ? 0 : 1);
        long bytes = tokens > Long.MAX_VALUE / Integer.BYTES ? Long.MAX_VALUE : tokens * Integer.BYTES;
        MaskChecks.memory("the mask's ids", mask.ids(), bytes, tokens, "ids", workers);
        of(mask.types()).readable(mask.types(), 0, types(mask, offset, elements), workers);
    }

    @Override
    void disjoint(TokenTypeMask mask, long end, String name, MemorySegment written, long bytes) {
        Check.disjoint("the mask's ids", mask.ids(), mask.ids().byteSize(), name, written, bytes);
        of(mask.types()).disjoint(mask.types(), mask.types().elements(), name, written, bytes);
    }

    private static int id(MemorySegment ids, long token) {
        return ids.get(ID, token * Integer.BYTES);
    }

    /** Refuses ids that are no type; returns one more than the greatest. */
    private static long types(TokenTypeMask mask, long offset, long elements) {
        int most = -1;
        if (elements > 0) {
            long last = (offset + elements - 1) / mask.features();
            for (long token = offset / mask.features(); token <= last; token++) {
                int id = id(mask.ids(), token);
                if (id < 0 || id >= mask.types().elements()) {
                    throw new IllegalArgumentException("ids must be in [0, "
                            + mask.types().elements() + "), the elements of types, got " + id + " for token " + token);
                }
                most = Math.max(most, id);
            }
        }
        return most + 1L;
    }
}
