package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.bench.demo.CopyAndScale;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.BroadcastMask;
import io.github.lanedrop.kernels.BroadcastShape;
import io.github.lanedrop.kernels.DropBlock;
import io.github.lanedrop.kernels.DropBlockMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.ExactCountMask;
import io.github.lanedrop.kernels.MaskSource;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.RowKeyedMask;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Inverted dropout on float32 with structured masks, beside copying and scaling the same buffers. The shapes are those that
 * networks have; where elements are no multiple of theirs, the last group is cut off.
 */
public class MaskBench extends Bench {
    private static final double RATE = .1;

    /** Who decides for whom. */
    public enum Source {
        /** Rows of 1,024: samples of stochastic depth. */
        ROWS,
        /** Channels of 56 x 56, channels first. */
        CHANNELS_FIRST,
        /** 64 channels of 56 x 56, channels last. */
        CHANNELS_LAST,
        /** Sequences of 128 steps of 512 features, one mask for all steps. */
        LOCKED,
        /** Blocks of 7 x 7 in images of 56 x 56. */
        DROP_BLOCK,
        /** The same blocks in all 64 channels. */
        DROP_BLOCK_SHARED,
        /** Rows of 1,024 with keys of their own. */
        ROW_KEYED,
        /** An exact number of elements. */
        EXACT_COUNT;

        MaskSource mask(int elements) {
            Rate rate = Rate.drop(RATE);
            Key key = new Key(2026, 0);
            var decisions = new BernoulliMask(rate, key);
            return switch (this) {
                case ROWS -> new BroadcastMask(decisions, BroadcastShape.rows(groups(elements, 1024), 1024));
                case CHANNELS_FIRST ->
                    new BroadcastMask(
                            decisions, BroadcastShape.channelsFirst(groups(elements, 64 * 56 * 56), 64, 56, 56));
                case CHANNELS_LAST ->
                    new BroadcastMask(
                            decisions, BroadcastShape.channelsLast(groups(elements, 64 * 56 * 56), 64, 56, 56));
                case LOCKED ->
                    new BroadcastMask(decisions, BroadcastShape.locked(groups(elements, 128 * 512), 128, 512));
                case DROP_BLOCK -> new DropBlockMask(DropBlock.exact(rate, 7, 56, 56), key);
                case DROP_BLOCK_SHARED ->
                    new BroadcastMask(
                            new DropBlockMask(DropBlock.exact(rate, 7, 56, 56), key),
                            BroadcastShape.of(groups(elements, 64 * 56 * 56), 64, 56, 56)
                                    .share(1));
                case ROW_KEYED -> {
                    Key[] keys = new Key[groups(elements, 1024)];
                    for (int row = 0; row < keys.length; row++) {
                        keys[row] = key.step(row);
                    }
                    yield RowKeyedMask.of(rate, 1024, keys);
                }
                case EXACT_COUNT -> ExactCountMask.of(rate, key, elements);
            };
        }

        private static int groups(int elements, int groupElements) {
            return (elements + groupElements - 1) / groupElements;
        }
    }

    /** Elements a call: L2, L3, and DRAM, where it is a batch of 32 x 64 channels of 56 x 56. */
    @Param({"65536", "1048576", "6422528"})
    public int elements;

    /** Who decides for whom. */
    @Param
    public Source source;

    MemorySegment src;
    MemorySegment dst;
    MemorySegment keepBits;
    MaskSource mask;

    /** Fills the buffers. */
    @Setup
    public void setUp() {
        src = activations(elements);
        dst = zeros(elements);
        keepBits = bytes(Math.ceilDiv(elements, Byte.SIZE));
        mask = source.mask(elements);
        warmUpForLong(elements);
    }

    /** The roof. */
    @Benchmark
    public void copyAndScale() {
        CopyAndScale.run(src, dst, (float) mask.scale(), elements);
    }

    /** Forward, out of place. */
    @Benchmark
    public void forward() {
        DropoutKernel.forward(mask, 0, src, dst, elements);
    }

    /** The mask alone. */
    @Benchmark
    public void keepBits() {
        DropoutKernel.keepBits(mask, 0, keepBits, elements);
    }
}
