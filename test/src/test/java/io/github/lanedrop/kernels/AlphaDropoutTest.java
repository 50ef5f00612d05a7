package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Alpha dropout's constants, what they keep, and the share of dropped elements that they are made for. */
final class AlphaDropoutTest {
    private static final Key KEY = Key.of(1);
    private static final double ALPHA_PRIME = 1.7580993408473766;

    /** Six digits, computed by hand from the paper's formulas. */
    @ParameterizedTest
    @CsvSource({
        ".05, .954844, .083936",
        ".1, .921285, .161971",
        ".2, .878904, .309040",
        ".5, .886405, .779194",
        "0, 1, 0"
    })
    void constants(double rate, double a, double b) {
        assertThat(AlphaDropout.factor(Rate.drop(rate))).isCloseTo(a, within(5e-7));
        assertThat(AlphaDropout.shift(Rate.drop(rate))).isCloseTo(b, within(5e-7));
    }

    private static double[] forward(MaskSource mask, double... x) {
        double[] y = new double[x.length];
        AlphaDropout.forward(
                mask, DType.FLOAT64, 0, MemorySegment.ofArray(x), MemorySegment.ofArray(y), x.length, Workers.NONE);
        return y;
    }

    private static double[] backward(MaskSource mask, double... gradient) {
        double[] result = new double[gradient.length];
        AlphaDropout.backward(
                mask,
                DType.FLOAT64,
                0,
                MemorySegment.ofArray(gradient),
                MemorySegment.ofArray(result),
                gradient.length,
                Workers.NONE);
        return result;
    }

    /** Of inputs of mean 0 and variance 1, over all masks. */
    @ParameterizedTest
    @ValueSource(doubles = {.001, .05, .1, .2, .5, .9})
    void meanAndVarianceStay(double rate) {
        double[] x = {1, -1, Math.sqrt(2), -Math.sqrt(2), 0, 0}; // a mean of 0 and a variance of 1
        double mean = AllMasks.mean(x.length, Rate.drop(rate), mask -> sum(forward(mask.source(), x)) / x.length);
        double square = AllMasks.mean(x.length, Rate.drop(rate), mask -> {
            double[] y = forward(mask.source(), x);
            for (int i = 0; i < y.length; i++) {
                y[i] *= y[i];
            }
            return sum(y) / x.length;
        });
        assertThat(mean).isCloseTo(0, within(1e-12));
        assertThat(square).isCloseTo(1, within(1e-12));
    }

    private static double sum(double... values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    // the share of dropped elements

    /** That of each source, by its definition; those of varying rates have none. */
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.MaskSources#all")
    void shares(MaskSources.Sample sample) {
        MaskSource mask = sample.source().apply(KEY);
        if (mask instanceof VaryingRateMask) {
            assertThat(mask.dropShare()).isNaN();
        } else {
            assertThat(mask.dropShare()).isCloseTo(sample.drop(), within(0x1p-28));
        }
    }

    @Test
    void sharesThatAreNotTheRate() {
        var blocks = new DropBlockMask(DropBlock.paper(Rate.drop(.1), 3, 7, 7), KEY);
        assertThat(blocks.dropShare()).isCloseTo(.0947, within(5e-5));
        assertThat(new BroadcastMask(blocks, BroadcastShape.of(7, 7, 10).share(2)).dropShare())
                .isEqualTo(blocks.dropShare());
        assertThat(new ScaledMask(blocks, 3).dropShare()).isEqualTo(blocks.dropShare());
        var ids = MemorySegment.ofArray(new int[10]);
        assertThat(new TokenTypeMask(blocks, ids, 4).dropShare()).isEqualTo(blocks.dropShare());
        assertThat(ExactCountMask.of(Rate.drop(.1), KEY, 5).dropShare()).isEqualTo(.2);
        assertThat(ExactCountMask.of(Rate.drop(.1), KEY, 4).dropShare()).isZero();
        assertThat(ExactCountMask.of(Rate.drop(.1), KEY, 0).dropShare()).isZero();
        assertThat(new DropBlockMask(DropBlock.paper(Rate.drop(.1), 3, 7, 7).gammaScale(0), KEY).dropShare())
                .isZero();
    }

    /** One of five is dropped at a rate of .1: the constants are those of .2. */
    @Test
    void theShareCountsAndNotTheRate() {
        var mask = ExactCountMask.of(Rate.drop(.1), KEY, 5);
        double a = 1 / Math.sqrt((ALPHA_PRIME * ALPHA_PRIME * .2 + 1) * .8);
        double[] y = forward(mask, 1, 1, 1, 1, 1);
        double[] gradient = backward(mask, 1, 1, 1, 1, 1);
        int dropped = 0;
        for (int i = 0; i < 5; i++) {
            if (gradient[i] == 0) {
                dropped++;
                assertThat(y[i]).isCloseTo(a * ALPHA_PRIME * (.2 - 1), within(1e-15));
            } else {
                assertThat(y[i]).isCloseTo(a * (1 + ALPHA_PRIME * .2), within(1e-15));
                assertThat(gradient[i]).isCloseTo(a, within(1e-15));
            }
        }
        assertThat(dropped).isEqualTo(1);
    }

    /** Every bit of what a mask keeps whole, whatever its rate says, forward and backward. */
    @Test
    void allKeptIsCopied() {
        double signalling = Double.longBitsToDouble(0x7FF0_0000_0000_0001L);
        double[] x = {-0.0, signalling, Double.NEGATIVE_INFINITY, Double.MIN_VALUE};
        for (MaskSource mask : new MaskSource[] {
            new BernoulliMask(Rate.drop(0), KEY),
            ExactCountMask.of(Rate.drop(.1), KEY, 4),
            new DropBlockMask(DropBlock.paper(Rate.drop(.1), 3, 7, 7).gammaScale(0), KEY)
        }) {
            assertThat(bits(forward(mask, x))).isEqualTo(bits(x));
            assertThat(bits(backward(mask, x))).isEqualTo(bits(x));
        }
    }

    private static long[] bits(double[] values) {
        return MemorySegment.ofArray(values).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    }

    // refusals

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void refused(String message, MaskSource mask) {
        float[] x = {1, 2, 3, 4};
        float[] untouched = {5, 6, 7, 8};
        MemorySegment src = MemorySegment.ofArray(x);
        MemorySegment dst = MemorySegment.ofArray(untouched);
        refused(message, () -> AlphaDropout.forward(mask, DType.FLOAT32, 0, src, dst, 4, Workers.NONE));
        refused(message, () -> AlphaDropout.backward(mask, DType.FLOAT32, 0, src, dst, 4, Workers.NONE));
        assertThat(untouched).containsExactly(5, 6, 7, 8);
    }

    @Test
    void nothingKept() {
        refused("rate must be below 1 for alpha dropout, got 1.0", () -> AlphaDropout.factor(Rate.drop(1)));
        refused("rate must be below 1 for alpha dropout, got 1.0", () -> AlphaDropout.shift(Rate.drop(1)));
        String message = "mask must drop less than everything for alpha dropout, got ";
        refused(message, new BernoulliMask(Rate.drop(1), KEY));
        refused(message, new StoredMask(Rate.drop(1), MemorySegment.ofArray(new byte[1])));
        refused(message + "4 dropped of 4", ExactCountMask.of(Rate.drop(.9), KEY, 4));
        refused(
                message,
                new DropBlockMask(DropBlock.paper(Rate.drop(.5), 3, 7, 7).gammaScale(100), KEY));
    }

    @Test
    void ratesThatVary() {
        var mask = new VaryingRateMask(MemorySegment.ofArray(new float[] {.1f, .2f, .3f, .4f}), KEY);
        String message = "mask must drop at one rate for alpha dropout, got rates that vary from element to element";
        refused(message, mask);
        refused(message, new ScaledMask(mask, 2));
        refused(message, new BroadcastMask(mask, BroadcastShape.of(4)));
    }

    /** What standard dropout drops everything of cannot be turned back. */
    @Test
    void standardDropoutAtRateOne() {
        float[] untouched = {5, 6};
        MemorySegment dst = MemorySegment.ofArray(untouched);
        MemorySegment weights = MemorySegment.ofArray(new float[] {1, 2});
        refused(
                "rate must be below 1 to turn weights back, got 1.0",
                () -> StandardDropout.toStandard(Rate.drop(1), DType.FLOAT32, weights, dst, 2, Workers.NONE));
        assertThat(untouched).containsExactly(5, 6);
        StandardDropout.toInverted(Rate.drop(1), DType.FLOAT32, weights, dst, 2, Workers.NONE);
        assertThat(untouched).containsExactly(0, 0);
    }

    /** Standard dropout's evaluation of what a mask really drops. */
    @Test
    void standardDropoutByShare() {
        var mask = ExactCountMask.of(Rate.drop(.1), KEY, 5);
        float[] x = {1, 2, -1, 0, 10};
        MemorySegment segment = MemorySegment.ofArray(x);
        StandardDropout.evaluate(Rate.drop(mask.dropShare()), DType.FLOAT32, segment, segment, 5, Workers.NONE);
        assertThat(x).containsExactly(.8f, 1.6f, -.8f, 0, 8);
    }
}
