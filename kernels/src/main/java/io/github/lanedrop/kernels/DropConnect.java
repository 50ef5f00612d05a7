package io.github.lanedrop.kernels;

import java.util.Objects;

/**
 * Which weights of a matrix are kept: a mask over its elements as they lie in memory, for each example, for each block of
 * examples, or for the whole batch.
 *
 * <pre>
 * kept(example m, element i) = mask(offset + m / examplesPerMask * elements + i)
 * </pre>
 *
 * <p>{@code i} is the row-major index in memory, whether the matrix is used as it is or transposed; so the forward and the
 * backward pass mean the same weights. The masks are drawn where weights are packed and never stored.
 *
 * <p>Source: L. Wan et al., "Regularization of Neural Networks using DropConnect", ICML 2013.
 *
 * @param mask which weights are kept
 * @param offset the mask's index of the first weight of the first mask, 0 or more
 * @param examplesPerMask how many rows of a batch share a mask, 1 or more
 */
public record DropConnect(MaskSource mask, long offset, int examplesPerMask) {
    /** Keeps all weights. */
    static final DropConnect NONE = perBatch(KeepBits.ALL_KEPT);

    /**
     * Refuses null, a negative offset and fewer than one example.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public DropConnect {
        Objects.requireNonNull(mask, "mask");
        Check.range(offset, 0);
        if (examplesPerMask < 1) {
            throw new IllegalArgumentException("examplesPerMask must be 1 or more, got " + examplesPerMask);
        }
    }

    /**
     * One mask for all examples: the cheapest.
     *
     * @param mask which weights are kept
     * @return the masks
     */
    public static DropConnect perBatch(MaskSource mask) {
        return new DropConnect(mask, 0, Integer.MAX_VALUE);
    }

    /**
     * A mask for each example, as in the paper: each is drawn anew, so the masks cost more than the products.
     *
     * @param mask which weights are kept
     * @return the masks
     */
    public static DropConnect perExample(MaskSource mask) {
        return new DropConnect(mask, 0, 1);
    }

    /**
     * A mask for each block of examples.
     *
     * @param mask which weights are kept
     * @param examples how many successive examples share a mask, 1 or more
     * @return the masks
     * @throws IllegalArgumentException if that is less than 1
     */
    public static DropConnect perBlock(MaskSource mask, int examples) {
        return new DropConnect(mask, 0, examples);
    }
}
