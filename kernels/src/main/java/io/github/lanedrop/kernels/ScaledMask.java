package io.github.lanedrop.kernels;

import java.util.Objects;

/**
 * The elements of a mask with another scale: 1 for dropout that is scaled at test time, the nominal {@code 1 / (1 - rate)}
 * of other libraries, or one that makes up for what was really dropped.
 *
 * @param mask which elements are kept
 * @param scale what a kept element is multiplied by, 0 or more; infinity is right where nothing is kept
 */
public record ScaledMask(MaskSource mask, double scale) implements MaskSource {
    /**
     * Refuses null and bad scales.
     *
     * @throws IllegalArgumentException if the scale is NaN or negative
     */
    public ScaledMask {
        Objects.requireNonNull(mask, "mask");
        if (!(scale >= 0)) {
            throw new IllegalArgumentException("scale must be 0 or more, got " + scale);
        }
    }

    /**
     * A mask normalised by what it keeps: {@code scale = elements / kept}, in double, counted in 64 bits.
     *
     * <p>Over all elements of a batch this is the normalisation of the DropBlock paper, which couples its samples; over
     * those of a sample or of a channel it is to be applied to them alone, at their offset.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param elements how many
     * @param workers who counts
     * @return the mask with a scale, which is infinite where nothing is kept: there all is +0
     */
    public static ScaledMask byCount(MaskSource mask, long offset, long elements, Workers workers) {
        long kept = MaskBits.kept(mask, offset, elements, workers);
        return new ScaledMask(mask, kept == elements ? 1 : (double) elements / kept);
    }

    @Override
    public Rate rate() {
        return mask.rate();
    }

    @Override
    public double dropShare() {
        return mask.dropShare();
    }

    @Override
    public long elements() {
        return mask.elements();
    }
}
