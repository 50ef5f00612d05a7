package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.util.Arrays;

/** Whose decisions a scratch remembers, by value: those of independent elements, of DropBlock, or nobody's. */
final class Drawn {
    /** Of independent elements, which have no blocks. */
    private static final int[] NO_GEOMETRY = new int[DropBlock.GEOMETRY];

    private static final long NO_THRESHOLD = -1;

    private long seed;
    private long stream;
    private long threshold = NO_THRESHOLD;
    private final int[] geometry = new int[DropBlock.GEOMETRY];

    /** From now on those of this mask, nobody's where it is of another kind; returns whether they were all along. */
    boolean by(MaskSource mask) {
        if (mask instanceof BernoulliMask(Rate rate, Key key)) {
            return by(key, rate, NO_GEOMETRY);
        }
        if (mask instanceof DropBlockMask(DropBlock blocks, Key key)) {
            return by(blocks, key);
        }
        threshold = NO_THRESHOLD;
        return false;
    }

    /** As {@link #by(MaskSource)}, without a mask object. */
    boolean by(DropBlock blocks, Key key) {
        return by(key, blocks.anchors(), blocks.geometry());
    }

    private boolean by(Key key, Rate rate, int[] newGeometry) {
        if (key.seed() == seed
                && key.stream() == stream
                && rate.threshold() == threshold
                && Arrays.equals(newGeometry, geometry)) {
            return true;
        }
        seed = key.seed();
        stream = key.stream();
        threshold = rate.threshold();
        System.arraycopy(newGeometry, 0, geometry, 0, geometry.length);
        return false;
    }

    boolean byNobody() {
        return threshold == NO_THRESHOLD;
    }
}
