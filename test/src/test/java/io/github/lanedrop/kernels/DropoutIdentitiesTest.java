package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
 * <p>All in double, to 1e-12, of the value itself where values are greater, unless a test says why not.
 */
final class DropoutIdentitiesTest {
    private static final int N = 12;
    private static final Offset<Double> EXACT = within(1e-12);

    private static double[] normals(Random random, int count) {
        return random.doubles(count).map(_ -> random.nextGaussian()).toArray();
    }

    private static double dot(double[] weights, double[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += weights[i] * x[i];
        }
        return sum;
    }

    /** A1: {@code E[W (m * x)] = q W x}, which scaling the activations, or the weights, by q gives at test time. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .3, .5, .8})
    void a1StandardDropoutHasTheMeanOfScaledWeights(double p) {
        Rate rate = Rate.drop(p);
        double q = 1 - rate.effective();
        Random random = new Random(1);
        double[] x = normals(random, N);
        double[] evaluated = new double[N];
        StandardDropout.evaluate(
                rate, DType.FLOAT64, MemorySegment.ofArray(x), MemorySegment.ofArray(evaluated), N, Workers.NONE);
        for (int unit = 0; unit < 5; unit++) {
            double[] w = normals(random, N);
            double mean = AllMasks.mean(N, rate, mask -> dot(w, mask.standard(x)));
            assertThat(mean)
                    .isCloseTo(q * dot(w, x), EXACT)
                    .isCloseTo(dot(w, evaluated), EXACT)
                    .isCloseTo(dot(toInverted(rate, w), x), EXACT);
        }
    }

    private static double[] toInverted(Rate rate, double[] w) {
        double[] scaled = new double[w.length];
        StandardDropout.toInverted(
                rate, DType.FLOAT64, MemorySegment.ofArray(w), MemorySegment.ofArray(scaled), w.length, Workers.NONE);
        return scaled;
    }

    /** A1: {@code Var(m x) = q p x^2}. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .25, .5, .7, .9})
    void a1StandardDropoutHasVarianceQPxx(double p) {
        Rate rate = Rate.drop(p);
        double realised = rate.effective();
        double[] x = normals(new Random(2), 4);
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
        assertThat(Arrays.stream(standard).max().orElseThrow())
                .isEqualTo(standard[2])
                .isEqualTo(.25);
        assertThat(inverted).isSorted();
        assertThat(inverted[4]).isCloseTo(9, within(1e-8));
    }

    /** A2: {@code E[y] = x} and {@code Var(y) = x^2 p / q}. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .2, .25, .5, 2 / 3d, .75, .9})
    void a2InvertedDropoutHasMeanXAndVarianceXxPOverQ(double p) {
        Rate rate = Rate.drop(p);
        double realised = rate.effective();
        double[] x = {1, -3, .5, 100, -.001};
        for (int i = 0; i < x.length; i++) {
            int element = i;
            double variance = x[i] * x[i] * realised / (1 - realised);
            assertThat(AllMasks.mean(x.length, rate, mask -> mask.inverted(x)[element]))
                    .isCloseTo(x[i], within(1e-12 * Math.abs(x[i])));
            assertThat(AllMasks.variance(x.length, rate, mask -> mask.inverted(x)[element]))
                    .isCloseTo(variance, within(1e-12 * variance));
        }
    }

    /**
     * A3: standard dropout before W and inverted dropout before {@code q W} agree mask by mask, to 1 ulp, and at test time.
     * The scale and both products round once more than {@code w x} does, which can make 2 ulp, as it does at rate 0.05.
     */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .2, .3, .4, .5, .75, .9})
    void a3InvertedDropoutBeforeScaledWeightsIsStandardDropout(double p) {
        Rate rate = Rate.drop(p);
        Random random = new Random(3);
        double[] x = normals(random, N);
        double[] w = normals(random, N);
        double[] scaled = toInverted(rate, w);
        AllMasks.forEach(N, rate, mask -> {
            double[] standard = mask.standard(x);
            double[] inverted = mask.inverted(x);
            for (int i = 0; i < N; i++) {
                double expected = w[i] * standard[i];
                assertThat(Math.abs(scaled[i] * inverted[i] - expected)).isLessThanOrEqualTo(Math.ulp(expected));
            }
        });
        double[] evaluated = new double[N];
        StandardDropout.evaluate(
                rate, DType.FLOAT64, MemorySegment.ofArray(x), MemorySegment.ofArray(evaluated), N, Workers.NONE);
        assertThat(dot(scaled, x)).isCloseTo(dot(w, evaluated), EXACT);
        double[] back = new double[N];
        StandardDropout.toStandard(
                rate, DType.FLOAT64, MemorySegment.ofArray(scaled), MemorySegment.ofArray(back), N, Workers.NONE);
        assertThat(back).containsExactly(w, within(1e-15));
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

    /** A6: {@code dx = dy m / q}, by central differences under a frozen mask. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .3, .5, .75})
    void a6BackwardIsTheDerivativeUnderTheSameMask(double p) {
        int elements = 100;
        MaskSource mask = new BernoulliMask(Rate.drop(p), Key.of(7));
        Random random = new Random(8);
        double[] x = normals(random, elements);
        double[] dy = normals(random, elements);
        double[] dx = new double[elements];
        DropoutKernel.backward(
                mask, DType.FLOAT64, 5, MemorySegment.ofArray(dy), MemorySegment.ofArray(dx), elements, Workers.NONE);
        for (int i = 0; i < elements; i++) {
            double difference = loss(mask, x, dy, i, .5) - loss(mask, x, dy, i, -.5);
            assertThat(dx[i]).isCloseTo(difference, EXACT);
        }
    }

    /** {@code sum dy y(x)} with one x moved. */
    private static double loss(MaskSource mask, double[] x, double[] dy, int moved, double step) {
        double[] near = x.clone();
        near[moved] += step;
        double[] y = new double[x.length];
        DropoutKernel.forward(
                mask, DType.FLOAT64, 5, MemorySegment.ofArray(near), MemorySegment.ofArray(y), x.length, Workers.NONE);
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
            assertThat(mask.inverted(new double[8])).containsOnly(0);
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
        float[] weights = new float[6 * N];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i - 30.5f;
        }
        float[] before = weights.clone();
        MemorySegment readOnly = MemorySegment.ofArray(weights).asReadOnly();
        AllMasks.forEach(N, Rate.drop(.5), mask -> {
            float[] y = new float[N];
            DropoutKernel.forward(mask.source(), 0, MemorySegment.ofArray(new float[N]), MemorySegment.ofArray(y), N);
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
        assertThat(BitTests.countsOfWords(words, 1 - rate.effective(), 0)).isGreaterThan(1e-6);
    }

    /**
     * D8: dropout of a memory cell at each of T steps keeps its mean, and {@code Var(c_T) / c_0^2 = q^-T - 1}: over all
     * masks of T steps, each of which is a call of the kernel.
     */
    @ParameterizedTest
    @CsvSource({".2, 1", ".2, 5", ".2, 12", ".5, 12", ".05, 9"})
    void d8MemoryThatIsDroppedAtEachStepLosesItself(double p, int steps) {
        Rate rate = Rate.drop(p);
        double expected = Math.pow(1 - rate.effective(), -steps) - 1;
        AllMasks.Value cell = mask -> cell(mask.source(), steps);
        assertThat(AllMasks.mean(steps, rate, cell)).isCloseTo(1, EXACT);
        assertThat(AllMasks.variance(steps, rate, cell)).isCloseTo(expected, within(1e-12 * expected));
    }

    /** A cell of 1 after these steps, of which each has an element of the mask. */
    private static double cell(MaskSource mask, int steps) {
        MemorySegment c = MemorySegment.ofArray(new double[] {1});
        for (int step = 0; step < steps; step++) {
            DropoutKernel.forward(mask, DType.FLOAT64, step, c, c, 1, Workers.NONE);
        }
        return c.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
    }

    /**
     * D8 at 50 steps and p = 0.2: what is ever dropped is +0, so one mask of probability {@code q^50} makes up mean and
     * variance, which is 7.0e4.
     */
    @Test
    void d8After50StepsTheVarianceIs70000() {
        Rate rate = Rate.drop(.2);
        byte[] bits = new byte[7];
        Arrays.fill(bits, (byte) -1);
        var mask = new StoredMask(rate, MemorySegment.ofArray(bits));
        for (int dropped = 0; dropped < 50; dropped++) {
            bits[dropped / 8] ^= (byte) (1 << (dropped % 8));
            assertThat(Double.doubleToRawLongBits(cell(mask, 50))).isZero();
            bits[dropped / 8] ^= (byte) (1 << (dropped % 8));
        }
        double kept = cell(mask, 50);
        double probability = Math.pow(1 - rate.effective(), 50);
        assertThat(probability * kept).isCloseTo(1, EXACT);
        assertThat(probability * kept * kept - 1)
                .isCloseTo(Math.pow(1 - rate.effective(), -50) - 1, within(1e-7))
                .isCloseTo(7.0e4, within(100d));
    }

    /**
     * D8: S. Semeniuta et al. drop the candidate instead, {@code c_t = f c_{t - 1} + i d(g_t)}: with f = 1 and i = 0 no bit
     * of the memory changes in 1,000 steps, whatever the candidates are.
     */
    @Test
    void d8MemoryOfDroppedCandidatesIsKeptFor1000Steps() {
        int units = 64;
        Random random = new Random(13);
        double[] start = normals(random, units);
        start[0] = Double.MIN_VALUE;
        start[1] = Double.MAX_VALUE;
        start[2] = 0;
        double[] c = start.clone();
        MemorySegment cells = MemorySegment.ofArray(c);
        for (int step = 0; step < 1000; step++) {
            var mask = new BernoulliMask(Rate.drop(.5), Key.of(14).step(step));
            double[] candidates =
                    Arrays.stream(normals(random, units)).map(g -> 0 * g).toArray();
            MemorySegment src = MemorySegment.ofArray(candidates);
            ResidualDropout.forward(mask, DType.FLOAT64, 0, src, cells, cells, units, Workers.NONE);
        }
        for (int unit = 0; unit < units; unit++) {
            assertThat(Double.doubleToRawLongBits(c[unit])).isEqualTo(Double.doubleToRawLongBits(start[unit]));
        }
    }
}
