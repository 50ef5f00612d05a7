package io.github.lanedrop.kernels;

/**
 * Where keep bits come from: element {@code i} of a mask is kept or dropped, whoever asks, in whatever order.
 *
 * <p>A source is a few immutable fields. It is also the handle that a backward pass needs: the same source and offset
 * give the same mask. New sources join this list; the switch over it is exhaustive, so the compiler names what must
 * change.
 */
public sealed interface MaskSource
        permits BernoulliMask,
                StoredMask,
                ByteMask,
                FloatMask,
                BroadcastMask,
                DropBlockMask,
                RowKeyedMask,
                TokenTypeMask,
                ExactCountMask,
                VaryingRateMask,
                ScaledMask {
    /**
     * The rate that the mask was drawn with.
     *
     * @return the rate
     */
    Rate rate();

    /**
     * The share of elements that is dropped: the expectation, as realised, which need not be the rate. An exact count rounds
     * to whole elements, and blocks overlap.
     *
     * @return the share, 0 to 1; NaN where there is none for all elements, since the rate varies from one to the next
     */
    default double dropShare() {
        return rate().effective();
    }

    /**
     * What a kept element is multiplied by, to be rounded once to the data type.
     *
     * @return the inverse of the expected share of kept elements; infinite where everything is dropped
     */
    default double scale() {
        return rate().scale();
    }

    /**
     * How many elements the mask has: they are {@code 0} to this, exclusive.
     *
     * @return the elements; 2^63 - 1 where there is no end
     */
    default long elements() {
        return Long.MAX_VALUE;
    }
}
