package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.Objects;

/**
 * Blocks of feature maps, dropped whole.
 *
 * <p>The mask's elements are those of planes one after another, {@code [planes, height, width]} for images and the same
 * with one or three axes; there is no last plane. What {@link DropBlock} says bit by bit: position {@code a} of plane
 * {@code n} is an anchor where element {@code n * prod valid_k + (row-major index of a in valid)} of
 * {@code new BernoulliMask(Rate.drop(gamma), key)} is dropped.
 *
 * <pre>
 * DropBlock blocks = DropBlock.exact(Rate.drop(.1), 7, 56, 56);
 * new DropBlockMask(blocks, key)                                                               each channel by itself
 * new BroadcastMask(new DropBlockMask(blocks, key), BroadcastShape.of(32, 64, 56, 56).share(1)) shared over channels
 * new BroadcastMask(new DropBlockMask(blocks, key), BroadcastShape.of(32, 64, 56, 56).share(0)) over the batch
 * </pre>
 *
 * <p>The scale is the inverse of the expected share of kept elements, so that it does not couple samples; normalising by the
 * count of kept elements, as the paper has it, is {@link ScaledMask#byCount}. Noise in place of dropped blocks needs no mask
 * of its own:
 *
 * <pre>
 * NoiseKernel.fill(GaussianNoise.centred(1, noiseKey), offset, dst, elements, workers);
 * Zoneout.forward(mask, DType.FLOAT32, offset, src, dst, dst, elements, workers);   kept elements over the noise, unscaled
 * </pre>
 *
 * @param blocks sizes and probabilities
 * @param key the address of this mask
 */
public record DropBlockMask(DropBlock blocks, Key key) implements MaskSource {
    /** Refuses null. */
    public DropBlockMask {
        Objects.requireNonNull(blocks, "blocks");
        Objects.requireNonNull(key, "key");
    }

    @Override
    public Rate rate() {
        return blocks.rate();
    }

    @Override
    public double dropShare() {
        return 1 - blocks.expectedKeep();
    }

    /** The inverse of {@link DropBlock#expectedKeep()}. */
    @Override
    public double scale() {
        return 1 / blocks.expectedKeep();
    }
}
