package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Embeddings dropped by the type of their token: wherever a word stands in the batch, its embedding is kept or dropped as a
 * whole, and the table of embeddings stays as it is.
 *
 * <pre>
 * kept(token, feature) = types.kept(ids[token])
 * </pre>
 *
 * <p>The mask is applied to looked-up embeddings {@code [tokens, features]}. With a {@link BernoulliMask} for {@code types} a
 * type is drawn anew for each of its tokens; exporting the types once ({@link DropoutKernel#keepBits} into a
 * {@link StoredMask}, one bit a type) is faster where there are many tokens.
 *
 * <p>Source: Y. Gal, Z. Ghahramani, "A Theoretically Grounded Application of Dropout in Recurrent Neural Networks", NIPS
 * 2016, section 4.2.
 *
 * @param types decides the types, by their number
 * @param ids 32-bit integers, little endian, the type of each token, 0 or more; their lifetime and threads are the caller's
 * @param features elements of an embedding, 1 or more
 */
public record TokenTypeMask(MaskSource types, MemorySegment ids, long features) implements MaskSource {
    /**
     * Refuses null and embeddings without features.
     *
     * @throws IllegalArgumentException if {@code features} is less than 1
     */
    public TokenTypeMask {
        Objects.requireNonNull(types, "types");
        Objects.requireNonNull(ids, "ids");
        if (features < 1) {
            throw new IllegalArgumentException("features must be 1 or more, got " + features);
        }
    }

    @Override
    public Rate rate() {
        return types.rate();
    }

    @Override
    public double dropShare() {
        return types.dropShare();
    }

    @Override
    public double scale() {
        return types.scale();
    }

    @Override
    public long elements() {
        long tokens = ids.byteSize() / Integer.BYTES;
        return tokens > Long.MAX_VALUE / features ? Long.MAX_VALUE : tokens * features;
    }
}
