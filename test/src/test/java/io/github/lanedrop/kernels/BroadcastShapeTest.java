package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shapes with shared axes: their counts, their names, what they refuse, and what follows from them. */
@Tag("paths")
final class BroadcastShapeTest {
    private static final Key KEY = new Key(2026, 9);
    private static final MaskSource DECISIONS = new BernoulliMask(Rate.drop(.4), KEY);

    private static BitSet kept(BroadcastShape shape) {
        byte[] bits = new byte[(int) (shape.elements() + 7) / 8];
        DropoutKernel.keepBits(new BroadcastMask(DECISIONS, shape), 0, MemorySegment.ofArray(bits), shape.elements());
        return BitSet.valueOf(bits);
    }

    @Test
    void elementsAndDecisions() {
        assertThat(BroadcastShape.of(3, 4, 5).elements()).isEqualTo(60);
        assertThat(BroadcastShape.of(3, 4, 5).decisions()).isEqualTo(60);
        assertThat(BroadcastShape.of(3, 4, 5).share(1).decisions()).isEqualTo(15);
        assertThat(BroadcastShape.of(3, 4, 5).share(0, 1, 2).decisions()).isEqualTo(1);
        assertThat(BroadcastShape.of().elements()).isEqualTo(1);
        assertThat(BroadcastShape.of(3, 0, 5).share(0).elements()).isZero();
        assertThat(BroadcastShape.of(3, 0, 5).share(1).decisions()).isZero();
        assertThat(BroadcastShape.of(Long.MAX_VALUE, 0, Long.MAX_VALUE).elements())
                .isZero();
        assertThat(BroadcastShape.channelsFirst(2, 3, 4, 5).decisions()).isEqualTo(6);
        assertThat(BroadcastShape.channelsLast(2, 3, 4, 5).decisions()).isEqualTo(6);
        assertThat(BroadcastShape.locked(2, 7, 3).decisions()).isEqualTo(6);
        assertThat(BroadcastShape.of(1L << 31, 1L << 31).share(0).decisions()).isEqualTo(1L << 31);
    }

    @Test
    void sharedAxesNoiseShapesAndNamesAreTheSame() {
        BroadcastShape channels = BroadcastShape.of(2, 3, 4, 5).share(2, 3);
        assertThat(channels)
                .isEqualTo(BroadcastShape.of(2, 3, 4, 5).share(-1, -2))
                .isEqualTo(BroadcastShape.of(2, 3, 4, 5).share(3).share(2))
                .isEqualTo(BroadcastShape.of(2, 3, 4, 5).noise(2, 3, 1, 1))
                .isEqualTo(BroadcastShape.channelsFirst(2, 3, 4, 5))
                .hasSameHashCodeAs(BroadcastShape.channelsFirst(2, 3, 4, 5))
                .isNotEqualTo(BroadcastShape.of(2, 3, 4, 5))
                .isNotEqualTo(BroadcastShape.of(2, 3, 5, 4).share(2, 3))
                .hasToString("[2, 3, (4), (5)]");
    }

    /** pytorch#69801: no rank is guessed. Three axes are a sample of channels, or a batch, as the caller says. */
    @Test
    void withoutABatchThereIsOneSample() {
        assertThat(BroadcastShape.channelsFirst(1, 3, 4, 5).elements()).isEqualTo(60);
        assertThat(kept(BroadcastShape.channelsFirst(1, 3, 4, 5)))
                .isEqualTo(kept(BroadcastShape.of(3, 4, 5).share(1, 2)));
    }

    /** The layout in memory changes where a channel lies, not whether it is kept. */
    @Test
    void bothLayoutsKeepTheSameChannels() {
        BitSet first = kept(BroadcastShape.channelsFirst(5, 7, 3, 4));
        BitSet last = kept(BroadcastShape.channelsLast(5, 7, 3, 4));
        for (int n = 0; n < 5; n++) {
            for (int c = 0; c < 7; c++) {
                for (int position = 0; position < 12; position++) {
                    assertThat(first.get((n * 7 + c) * 12 + position)).isEqualTo(last.get((n * 12 + position) * 7 + c));
                }
            }
        }
    }

    /** A feature's fate is the same at every step, whatever the length of the sequence or the padding. */
    @Test
    void lockedMasksDoNotDependOnTheNumberOfSteps() {
        BitSet some = kept(BroadcastShape.locked(6, 9, 50));
        BitSet more = kept(BroadcastShape.locked(6, 40, 50));
        for (int sample = 0; sample < 6; sample++) {
            for (int step = 0; step < 40; step++) {
                for (int feature = 0; feature < 50; feature++) {
                    boolean kept = more.get((sample * 40 + step) * 50 + feature);
                    assertThat(kept).isEqualTo(more.get(sample * 40 * 50 + feature));
                    if (step < 9) {
                        assertThat(kept).isEqualTo(some.get((sample * 9 + step) * 50 + feature));
                    }
                }
            }
        }
    }

    /** D1: channels are zero or scaled as a whole; the number of dropped ones is binomial, to six sigma. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .3, .5})
    void droppedChannelsAreBinomial(double rate) {
        int channels = 100 * 64;
        int size = 13;
        var mask =
                new BroadcastMask(new BernoulliMask(Rate.drop(rate), KEY), BroadcastShape.channelsFirst(100, 64, size));
        long kept = MaskBits.kept(mask, 0, mask.elements());
        assertThat(kept % size).isZero();
        double sigma = Math.sqrt(channels * rate * (1 - rate));
        assertThat(kept / (double) size)
                .isBetween(channels * (1 - rate) - 6 * sigma, channels * (1 - rate) + 6 * sigma);
    }

    /** Any source decides: bits that are stored, and a broadcast of a broadcast. */
    @Test
    void anySourceDecides() {
        byte[] bits = {0b0110_1001, 0b0001};
        var stored = new StoredMask(Rate.drop(.5), MemorySegment.ofArray(bits));
        LongPredicate decided = i -> (bits[(int) i / 8] >>> (i % 8) & 1) == 1;
        var mask = new BroadcastMask(
                new BroadcastMask(stored, BroadcastShape.of(3, 4, 3).share(1)),
                BroadcastShape.of(2, 3, 4, 3, 5).share(0, 4));
        byte[] drawn = new byte[45];
        DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(drawn), 360);
        for (int i = 0; i < 360; i++) {
            int inner = i / 5 % 36;
            assertThat(BitSet.valueOf(drawn).get(i)).isEqualTo(decided.test(inner / 12 * 3 + inner % 3));
        }
        assertThat(mask.rate()).isEqualTo(stored.rate());
        assertThat(mask.scale()).isEqualTo(2);
    }

    /** A stored mask may change between calls: nothing of it is remembered. */
    @Test
    void storedDecisionsAreReadAnew() {
        byte[] bits = {0, 0};
        var mask = new BroadcastMask(
                new StoredMask(Rate.drop(.5), MemorySegment.ofArray(bits)), BroadcastShape.rows(16, 4));
        assertThat(MaskBits.kept(mask, 0, 32)).isZero();
        bits[0] = 3;
        bits[1] = 1;
        assertThat(MaskBits.kept(mask, 0, 64)).isEqualTo(12);
        assertThat(MaskBits.kept(mask, 32, 32)).isEqualTo(4);
    }

    /** Long runs are scaled and zeroed as wholes: the same bits as by the mask, from anywhere, in tasks, of any type. */
    @ParameterizedTest
    @EnumSource
    void longRunsAreScaledAndZeroedAsTheMaskSays(DType type) {
        var random = new Random(type.name().hashCode());
        BroadcastShape[] shapes = {
            BroadcastShape.rows(40, 512),
            BroadcastShape.rows(40, 511), // not long enough
            BroadcastShape.channelsFirst(5, 7, 23, 29),
            BroadcastShape.rows(5, 5000),
            BroadcastShape.of(3, 4, 700).share(0, 2), // not one run after another
        };
        for (BroadcastShape shape : shapes) {
            var mask = new BroadcastMask(DECISIONS, shape);
            for (int repeat = 0; repeat < 12; repeat++) {
                int offset = random.nextInt((int) shape.elements());
                int elements = random.nextInt((int) shape.elements() - offset + 1);
                byte[] input = new byte[type.bytes() * elements];
                random.nextBytes(input);
                MemorySegment src = MemorySegment.ofArray(input);
                MemorySegment bits = MemorySegment.ofArray(new byte[elements / 8 + 1]);
                MemorySegment expected = MemorySegment.ofArray(new byte[input.length]);
                DropoutKernel.keepBits(mask, offset, bits, elements);
                DropoutKernel.forward(
                        new StoredMask(mask.rate(), bits), type, 0, src, expected, elements, Workers.NONE);
                MemorySegment actual =
                        MemorySegment.ofArray(new byte[input.length]).fill((byte) 0x5A);
                var workers = new Workers(Runnable::run, 1 + repeat % 3);
                DropoutKernel.forward(mask, type, offset, src, actual, elements, workers);
                assertThat(actual.mismatch(expected))
                        .as("%s from %d, %d elements", shape, offset, elements)
                        .isEqualTo(-1);
                DropoutKernel.forward(mask, type, offset, src, src, elements, workers);
                assertThat(src.mismatch(expected)).as("in place").isEqualTo(-1);
            }
        }
    }

    @Test
    void refusals() {
        refused(
                "shape must have at most 8 axes, got 9: [1, 1, 1, 1, 1, 1, 1, 1, 1]",
                () -> BroadcastShape.of(1, 1, 1, 1, 1, 1, 1, 1, 1));
        refused("shape must have lengths of 0 or more, got [3, -1]", () -> BroadcastShape.of(3, -1));
        refused(
                "shape must have less than 2^63 elements, got [4294967296, 2147483648]",
                () -> BroadcastShape.of(1L << 32, 1L << 31));
        refused(
                "shared axis must be in [-2, 2) for shape [3, 4], got 2",
                () -> BroadcastShape.of(3, 4).share(2));
        refused(
                "shared axis must be in [-2, 2) for shape [3, 4], got -3",
                () -> BroadcastShape.of(3, 4).share(-3));
        refused(
                "shared axes must be named once, got [1, -1]",
                () -> BroadcastShape.of(3, 4).share(1, -1));
        refused(
                "noise shape must have the lengths of shape [3, 4], or 1 for a shared axis, got [3]",
                () -> BroadcastShape.of(3, 4).noise(3));
        refused(
                "noise shape must have the lengths of shape [3, 4], or 1 for a shared axis, got [3, 2]",
                () -> BroadcastShape.of(3, 4).noise(3, 2));
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
