package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What dropout is, as identities: means and variances over all {@code 2^12} masks, from the kernels' outputs. {@code p}
 * is the probability to drop, {@code q = 1 - p}.
 *
 * <p>Selecting rounds nothing, so standard dropout is held to 1e-12. Inverted dropout rounds its scale and its product to
 * float: it is held to 1e-12 where the scale is a power of two, and otherwise to two roundings, 2^-23.
 */
final class DropoutIdentitiesTest {
    private static final int N = 12;
    private static final Offset<Double> EXACT = within(1e-12);

    private static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double dot(float[] weights, double[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += weights[i] * x[i];
        }
        return sum;
    }

    private static double dot(float[] weights, float[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) weights[i] * x[i];
        }
        return sum;
    }

    /** A1: {@code E[W (m * x)] = q W x}, which scaling the weights, or the activations, by q gives at test time. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .3, .5, .8})
    void a1StandardDropoutHasTheMeanOfScaledWeights(double p) {
        Rate rate = Rate.drop(p);
        double q = 1 - rate.effective();
        Random random = new Random(1);
        float[] x = floats(random, N);
        for (int unit = 0; unit < 5; unit++) {
            float[] w = floats(random, N);
            double scaledWeights = 0;
            for (int i = 0; i < N; i++) {
                scaledWeights += q * w[i] * x[i];
            }
            double mean = AllMasks.mean(N, rate, mask -> dot(w, mask.standard(x)));
            assertThat(mean).isCloseTo(scaledWeights, EXACT).isCloseTo(q * dot(w, x), EXACT);
        }
    }

    /** A1: {@code Var(m x) = q p x^2}. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .25, .5, .7, .9})
    void a1StandardDropoutHasVarianceQPxx(double p) {
        Rate rate = Rate.drop(p);
        double realised = rate.effective();
        float[] x = floats(new Random(2), 4);
        for (int i = 0; i < x.length; i++) {
            int element = i;
            assertThat(AllMasks.variance(4, rate, mask -> mask.standard(x)[element]))
                    .isCloseTo((1 - realised) * realised * x[i] * x[i], EXACT);
        }
    }

    /** A1 and A2: one half maximises the noise of standard dropout; that of inverted dropout has no maximum. */
    @Test
    void a1NoiseIsGreatestAtOneHalfOfStandardDropoutAlone() {
        double[] rates = {.1, .3, .5, .7, .9};
        double[] standard = Arrays.stream(rates)
                .map(p -> AllMasks.variance(1, Rate.drop(p), mask -> mask.standard(1)[0]))
                .toArray();
        double[] inverted = Arrays.stream(rates)
                .map(p -> AllMasks.variance(1, Rate.drop(p), mask -> mask.inverted(1)[0]))
                .toArray();
        assertThat(Arrays.stream(standard).max().orElseThrow()).isEqualTo(standard[2]).isEqualTo(.25);
        assertThat(inverted).isSorted();
        assertThat(inverted[4]).isCloseTo(9, within(1e-5));
    }

    /** A2: {@code E[y] = x} and {@code Var(y) = x^2 p / q}. */
    @ParameterizedTest
    @CsvSource({"0.5, 1e-12", "0.75, 1e-12", "0.875, 1e-12", "0.1, 3e-7", "0.2, 3e-7", "0.6666666666666666, 1e-6"})
    void a2InvertedDropoutHasMeanXAndVarianceXxPOverQ(double p, double tolerance) {
        Rate rate = Rate.drop(p);
        double realised = rate.effective();
        float[] x = {1, -3, .5f, 100, -.001f};
        for (int i = 0; i < x.length; i++) {
            int element = i;
            double square = (double) x[i] * x[i];
            assertThat(AllMasks.mean(x.length, rate, mask -> mask.inverted(x)[element]))
                    .isCloseTo(x[i], within(tolerance * Math.abs(x[i])));
            assertThat(AllMasks.variance(x.length, rate, mask -> mask.inverted(x)[element]))
                    .isCloseTo(square * realised / (1 - realised), within(tolerance * square * (1 + realised) * 4));
        }
    }

    /** A3: standard dropout on W and inverted dropout on {@code q W} agree mask by mask, and at test time. */
    @ParameterizedTest
    @CsvSource({"0.5, 0", "0.75, 0", "0.1, 0x1p-22", "0.3, 0x1p-22"})
    void a3InvertedDropoutOnScaledWeightsIsStandardDropout(double p, double tolerance) {
        Rate rate = Rate.drop(p);
        double q = 1 - rate.effective();
        Random random = new Random(3);
        float[] x = floats(random, N);
        float[] w = floats(random, N);
        AllMasks.forEach(N, rate, mask -> {
            double[] standard = mask.standard(x);
            double[] inverted = mask.inverted(x);
            for (int i = 0; i < N; i++) {
                assertThat(q * w[i] * inverted[i])
                        .isCloseTo(w[i] * standard[i], within(tolerance * Math.abs(w[i] * standard[i])));
            }
        });
        double standardTest = q * dot(w, x);
        double invertedTest = 0;
        for (int i = 0; i < N; i++) {
            invertedTest += q * w[i] * x[i];
        }
        assertThat(invertedTest).isCloseTo(standardTest, EXACT);
    }

    private static byte[] bits(Key key, double rate, int elements) {
        byte[] bits = new byte[elements / 8];
        DropoutKernel.keepBits(new BernoulliMask(Rate.drop(rate), key), 0, MemorySegment.ofArray(bits), elements);
        return bits;
    }

    /** A4: every row of a batch has a mask of its own; their correlations are at most {@code 6 / sqrt(D)}. */
    @Test
    void a4RowsHaveMasksOfTheirOwn() {
        for (int batch = 0; batch < 1000; batch++) {
            byte[] bits = bits(Key.of(4).step(batch), .5, 4 * 64);
            assertThat(IntStream.range(0, 4)
                            .mapToObj(row -> Arrays.hashCode(Arrays.copyOfRange(bits, 8 * row, 8 * row + 8))))
                    .doesNotHaveDuplicates();
        }
        int columns = 4096;
        int rows = 16;
        long[] words = MaskDecisions.keepBits(new BernoulliMask(Rate.drop(.3), Key.of(5)), 0, rows * columns / 64);
        for (int row = 0; row < rows; row++) {
            for (int other = 0; other < row; other++) {
                double z = BitTests.correlation(row(words, row, columns), row(words, other, columns), .7);
                assertThat(Math.abs(z)).as("rows %d and %d", row, other).isLessThan(6);
            }
        }
    }

    private static long[] row(long[] words, int row, int columns) {
        return Arrays.copyOfRange(words, row * columns / 64, (row + 1) * columns / 64);
    }

    /** A5: a mask is drawn anew at each step, and again for the same step. */
    @Test
    void a5AStepHasAMaskOfItsOwnThatCanBeDrawnAgain() {
        byte[] first = bits(Key.of(6).step(0), .5, 1024);
        assertThat(bits(Key.of(6).step(0), .5, 1024)).isEqualTo(first);
        for (int step = 1; step < 100; step++) {
            assertThat(bits(Key.of(6).step(step), .5, 1024)).isNotEqualTo(first);
        }
    }

    /** A6: {@code dx = dy m / q}, by central differences under a frozen mask; exact where nothing is rounded. */
    @ParameterizedTest
    @CsvSource({"0.5, 1e-12", "0.75, 1e-12", "0.1, 1e-6", "0.3, 1e-6"})
    void a6BackwardIsTheDerivativeUnderTheSameMask(double p, double tolerance) {
        int elements = 100;
        MaskSource mask = new BernoulliMask(Rate.drop(p), Key.of(7));
        float[] dy = floats(new Random(8), elements);
        float[] dx = new float[elements];
        DropoutKernel.backward(mask, 5, MemorySegment.ofArray(dy), MemorySegment.ofArray(dx), elements);
        for (int i = 0; i < elements; i++) {
            double difference = (loss(mask, dy, i, 1) - loss(mask, dy, i, -1)) / 2;
            assertThat((double) dx[i]).isCloseTo(difference, within(tolerance * Math.abs(dy[i])));
        }
    }

    /** {@code sum dy y(x)} at small integers {@code x}, one of them moved. */
    private static double loss(MaskSource mask, float[] dy, int moved, int step) {
        float[] x = new float[dy.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 7 - 3 + (i == moved ? step : 0);
        }
        float[] y = new float[x.length];
        DropoutKernel.forward(mask, 5, MemorySegment.ofArray(x), MemorySegment.ofArray(y), x.length);
        return dot(dy, y);
    }

    /** A6: of {@code z = W y}, the gradient of W has columns of exactly +0 for what was dropped, and no others. */
    @Test
    void a6WeightsOfDroppedUnitsHaveNoGradient() {
        int units = 3;
        AllMasks.forEach(8, Rate.drop(.5), mask -> {
            float[] x = {1, -2, Float.NaN, Float.POSITIVE_INFINITY, -0f, 3, 4, 5};
            x[2] = mask.kept(2) ? 6 : x[2];
            x[3] = mask.kept(3) ? 7 : x[3];
            x[4] = mask.kept(4) ? 8 : x[4];
            float[] y = new float[8];
            DropoutKernel.forward(mask.source(), 0, MemorySegment.ofArray(x), MemorySegment.ofArray(y), 8);
            float[] gradient = new float[units * 8];
            MatrixProduct.multiply(
                    Matrix.of(MemorySegment.ofArray(new float[] {-1, 2, -3}), units, 1),
                    Matrix.of(MemorySegment.ofArray(y), 1, 8),
                    Matrix.of(MemorySegment.ofArray(gradient), units, 8));
            for (int i = 0; i < gradient.length; i++) {
                if (mask.kept(i % 8)) {
                    assertThat(gradient[i]).isNotZero().isFinite();
                } else {
                    assertThat(Float.floatToRawIntBits(gradient[i])).isZero();
                }
            }
        });
    }

    /** A7: an output of 0 does not mean dropped. */
    @Test
    void a7GradientsPassWhereTheInputIsZero() {
        AllMasks.forEach(8, Rate.drop(.75), mask -> {
            assertThat(mask.inverted(new float[8])).containsOnly(0);
            float[] dx = new float[8];
            float[] ones = {1, 1, 1, 1, 1, 1, 1, 1};
            DropoutKernel.backward(mask.source(), 0, MemorySegment.ofArray(ones), MemorySegment.ofArray(dx), 8);
            for (int i = 0; i < 8; i++) {
                assertThat(dx[i]).isEqualTo(mask.kept(i) ? 4 : 0);
            }
        });
    }

    /** A8: what is dropped is activations. The weights that follow are read only. */
    @Test
    void a8WeightsAreLeftAlone() {
        float[] weights = floats(new Random(9), 6 * N);
        float[] before = weights.clone();
        MemorySegment readOnly = MemorySegment.ofArray(weights).asReadOnly();
        AllMasks.forEach(N, Rate.drop(.5), mask -> {
            float[] y = new float[N];
            DropoutKernel.forward(
                    mask.source(), 0, MemorySegment.ofArray(new float[N]), MemorySegment.ofArray(y), N);
            MatrixProduct.multiply(
                    Matrix.of(readOnly, 6, N),
                    Matrix.of(MemorySegment.ofArray(y), N, 1),
                    Matrix.of(MemorySegment.ofArray(new float[6]), 6, 1));
        });
        assertThat(weights).isEqualTo(before);
    }

    /** A9: rate 0 is the identity bit for bit, rate 1 is +0, and so are their gradients. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void a9EndsOfTheRange(int rate) {
        int[] src = Memory.floatBits(new Random(10), 5000);
        MemorySegment x = MemorySegment.ofArray(src);
        MaskSource mask = new BernoulliMask(Rate.drop(rate), Key.of(11));
        int[] forward = new int[src.length];
        int[] backward = new int[src.length];
        DropoutKernel.forward(mask, 0, x, MemorySegment.ofArray(forward), src.length);
        DropoutKernel.backward(mask, 0, x, MemorySegment.ofArray(backward), src.length);
        assertThat(forward).isEqualTo(rate == 0 ? src : new int[src.length]).isEqualTo(backward);
    }

    /** A13: the numbers of kept elements in groups of 64 are binomial: chi-square. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .3, .5, .9})
    void a13KeptCountsAreBinomial(double p) {
        Rate rate = Rate.drop(p);
        long[] words = MaskDecisions.keepBits(new BernoulliMask(rate, Key.of(12)), 0, 1 << 15);
        assertThat(BitTests.countsOfWords(words, 1 - rate.effective())).isGreaterThan(1e-6);
    }
}
