package io.github.lanedrop.kernels;

import java.util.Objects;

/**
 * Decisions that several elements share: whole rows, columns, channels, time-locked units, or any axes of a tensor.
 *
 * <pre>
 * kept(i_1, ..., i_r) = decisions.kept(row-major index of (i_k : axis k not shared))
 * </pre>
 *
 * <p>With a {@link BernoulliMask} the decision of a group is MaskStream version 1 with the group's index for {@code i}.
 * Any other source will do: a stored mask of channels, a {@code DropBlockMask} of {@code [samples, height, width]} shared over
 * channels. Rate and scale are those of the decisions.
 *
 * <pre>
 * new BroadcastMask(new BernoulliMask(rate, key), BroadcastShape.channelsFirst(32, 64, 56, 56))
 * new BroadcastMask(new BernoulliMask(rate, key), BroadcastShape.of(4, 5, 6).share(1))
 * new BroadcastMask(new BernoulliMask(rate, key), BroadcastShape.of(4, 5, 6).noise(4, 1, 6))
 * </pre>
 *
 * <p>Sources: J. Tompson et al., "Efficient Object Localization Using Convolutional Networks", CVPR 2015 (channels); Y. Gal,
 * Z. Ghahramani, NIPS 2016 (sequences); G. Huang et al., "Deep Networks with Stochastic Depth", ECCV 2016 (samples).
 *
 * @param decisions decides the groups; must have at least {@link BroadcastShape#decisions()} elements
 * @param shape the shape of what the mask is applied to, and its shared axes
 */
public record BroadcastMask(MaskSource decisions, BroadcastShape shape) implements MaskSource {
    /** Refuses null. */
    public BroadcastMask {
        Objects.requireNonNull(decisions, "decisions");
        Objects.requireNonNull(shape, "shape");
    }

    @Override
    public Rate rate() {
        return decisions.rate();
    }

    @Override
    public double dropShare() {
        return decisions.dropShare();
    }

    @Override
    public double scale() {
        return decisions.scale();
    }

    @Override
    public long elements() {
        return shape.elements();
    }
}
