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

    /** Of inputs with the fixed point's moments, over all masks. */
    @ParameterizedTest
    @CsvSource({
        "-1.7580993408473766, 0, 1, .1",
        "-1.7580993408473766, 0, 1, .5",
        "-1.75, .25, 1.5, .05",
        "0, 3, .5, .2",
        "0, -2, 4, .5",
        "5, 5, 1, .9",
        "-30, 1, .01, .3",
        "1, 0, 1, 0"
    })
    void aFixedPointStays(double dropped, double mean, double variance, double p) {
        var fixedPoint = new AlphaDropout.FixedPoint(dropped, mean, variance);
        Rate rate = Rate.drop(p);
        double deviation = Math.sqrt(variance);
        double[] x = {mean + deviation, mean - deviation, mean + deviation, mean - deviation};
        double[] moments = new double[2];
        AllMasks.forEach(x.length, rate, mask -> {
            for (double y : forward(fixedPoint, mask.source(), x)) {
                moments[0] += mask.probability() * y / x.length;
                moments[1] += mask.probability() * (y - mean) * (y - mean) / x.length;
            }
        });
        assertThat(moments[0]).isCloseTo(mean, within(1e-12));
        assertThat(moments[1]).isCloseTo(variance, within(1e-12 * variance));
        double a = fixedPoint.factor(rate);
        double b = fixedPoint.shift(rate);
        double q = 1 - rate.effective();
        assertThat(a * a * q * (variance + (1 - q) * (dropped - mean) * (dropped - mean)))
                .isCloseTo(variance, within(1e-12 * variance));
        assertThat(b).isCloseTo(mean - a * (q * mean + (1 - q) * dropped), within(1e-12));
    }

    private static double[] forward(AlphaDropout.FixedPoint fixedPoint, MaskSource mask, double... x) {
        double[] y = new double[x.length];
        AlphaDropout.forward(
                mask,
                fixedPoint,
                DType.FLOAT64,
                0,
                MemorySegment.ofArray(x),
                MemorySegment.ofArray(y),
                x.length,
                Workers.NONE);
        return y;
    }

    /** Each element by the formula, and its gradient by a difference, which is exact since it is linear. */
    @Test
    void aFixedPointIsAffineAndItsGradientIsTheFactor() {
        var fixedPoint = new AlphaDropout.FixedPoint(-3, .5, 2);
        Rate rate = Rate.drop(.25);
        double a = fixedPoint.factor(rate);
        double b = fixedPoint.shift(rate);
        double[] x = {0, 1, -2, 3, .5};
        AllMasks.forEach(x.length, rate, mask -> {
            double[] y = forward(fixedPoint, mask.source(), x);
            double[] gradient = new double[x.length];
            AlphaDropout.backward(
                    mask.source(),
                    fixedPoint,
                    DType.FLOAT64,
                    0,
                    MemorySegment.ofArray(new double[] {1, 1, 1, 1, 1}),
                    MemorySegment.ofArray(gradient),
                    x.length,
                    Workers.NONE);
            for (int i = 0; i < x.length; i++) {
                assertThat(y[i]).isEqualTo(mask.kept(i) ? x[i] * a + b : a * -3 + b);
                assertThat(gradient[i]).isEqualTo(mask.kept(i) ? a : 0);
            }
        });
    }

    @Test
    void fixedPointsWithoutConstants() {
        String range = " must be finite and in the range of float32, got ";
        refused("dropped" + range + "NaN", () -> new AlphaDropout.FixedPoint(Double.NaN, 0, 1));
        refused("mean" + range + "Infinity", () -> new AlphaDropout.FixedPoint(0, Double.POSITIVE_INFINITY, 1));
        for (double variance : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e39, 1e-46}) {
            refused(
                    "variance must be more than 0, finite and in the range of float32, got " + variance,
                    () -> new AlphaDropout.FixedPoint(0, 0, variance));
        }
        var fixedPoint = new AlphaDropout.FixedPoint(Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE);
        assertThat(fixedPoint.factor(Rate.drop(0))).isEqualTo(1);
        assertThat(fixedPoint.factor(Rate.drop(.5))).isPositive();
        refused("rate must be below 1 for alpha dropout, got 1.0", () -> fixedPoint.factor(Rate.drop(1)));
        refused("rate must be below 1 for alpha dropout, got 1.0", () -> fixedPoint.shift(Rate.drop(1)));
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
