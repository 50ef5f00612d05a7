package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.DropConnectOracle.KEY;
import static io.github.lanedrop.kernels.ProductForms.assertSame;
import static io.github.lanedrop.kernels.ProductForms.floats;
import static io.github.lanedrop.kernels.ProductForms.gaussian;
import static io.github.lanedrop.kernels.ProductForms.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** DropConnect's moments over all masks, and samples of normals that have them. */
@Tag("paths")
final class DropConnectMomentsTest {
    /**
     * D4 of the paper's moments: over all masks of six weights, mean and variance as the formulas say, to 1e-12. The kernels
     * compute in float: where the scale is no power of two, or p / q is not, as far as its roundings let them, 1e-6.
     */
    @ParameterizedTest
    @CsvSource({".5", ".25", ".1", ".75"})
    void momentsByEnumeration(double drop) {
        // sums of these are exact in float where the scale is a power of two
        float[] w = {.5f, -1.25f, 2, .75f, -3, 1.5f};
        float[] x = {1, 2.5f, -.5f, -1.75f, .25f, 3};
        Rate rate = Rate.drop(drop);
        double p = rate.effective();
        AllMasks.Value output = mask -> product(DropConnect.perBatch(mask.source()), x, w);
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < w.length; i++) {
            mean += (double) w[i] * x[i];
            squares += (double) w[i] * w[i] * x[i] * x[i];
        }
        boolean exact = drop == .5 || drop == .75;
        double tolerance = exact ? 1e-12 : 1e-6;
        assertThat(AllMasks.mean(6, rate, output)).isCloseTo(mean, within(tolerance * Math.abs(mean)));
        double variance = p / (1 - p) * squares;
        assertThat(AllMasks.variance(6, rate, output)).isCloseTo(variance, within(tolerance * variance));
        // the paper's own: nothing is scaled in training
        AllMasks.Value standard = mask -> {
            double sum = 0;
            for (int i = 0; i < w.length; i++) {
                sum += mask.kept(i) ? (double) w[i] * x[i] : 0;
            }
            return sum;
        };
        assertThat(AllMasks.mean(6, rate, standard)).isCloseTo((1 - p) * mean, within(1e-12));
        assertThat(AllMasks.variance(6, rate, standard)).isCloseTo((1 - p) * p * squares, within(1e-12));
        // what the kernel makes of them
        float[] means = new float[1];
        float[] variances = new float[1];
        DropConnectProduct.moments(
                DropConnect.perBatch(new BernoulliMask(rate, KEY)),
                matrix(x, 1, 6, false),
                matrix(w, 6, 1, false),
                Matrix.of(MemorySegment.ofArray(means), 1, 1),
                Matrix.of(MemorySegment.ofArray(variances), 1, 1),
                Workers.NONE);
        assertThat((double) means[0]).isCloseTo(mean, within(1e-12));
        assertThat((double) variances[0]).isCloseTo(variance, within((drop == .5 ? 1e-12 : 1e-6) * variance));
    }

    private static double product(DropConnect weights, float[] x, float[] w) {
        float[] y = new float[1];
        DropConnectProduct.multiply(
                weights,
                matrix(x, 1, x.length, false),
                matrix(w, w.length, 1, false),
                Matrix.of(MemorySegment.ofArray(y), 1, 1),
                Epilogue.NONE,
                Workers.NONE);
        return y[0];
    }

    @Test
    void momentsOfAnyShape() {
        var random = new Random(47);
        Rate rate = Rate.drop(.3);
        float factor = (float) (rate.effective() * rate.scale());
        for (int[] shape : new int[][] {{1, 1, 1}, {33, 20, 10}, {20, 1030, 40}, {10, 12, 70}, {3, 0, 2}}) {
            int rows = shape[0];
            int inner = shape[1];
            int columns = shape[2];
            float[] a = gaussian(random, rows * inner);
            float[] b = gaussian(random, inner * columns);
            float[] aSquares = a.clone();
            float[] bSquares = b.clone();
            for (int i = 0; i < a.length; i++) {
                aSquares[i] = a[i] * a[i] * factor;
            }
            for (int i = 0; i < b.length; i++) {
                bSquares[i] = b[i] * b[i];
            }
            for (boolean transposed : new boolean[] {false, true}) {
                Matrix mean = matrix(new float[rows * columns], rows, columns, false);
                Matrix variance = matrix(Kind.NATIVE, new float[rows * columns], rows, columns, false);
                DropConnectProduct.moments(
                        DropConnect.perBatch(new BernoulliMask(rate, KEY)),
                        matrix(a, rows, inner, transposed),
                        matrix(b, inner, columns, transposed),
                        mean,
                        variance,
                        new Workers(Runnable::run, 3));
                float[] zeros = new float[rows * columns];
                assertSame(floats(mean), ProductForms.multiply(a, b, zeros, rows, inner, columns), "mean");
                assertSame(
                        floats(variance),
                        ProductForms.multiply(aSquares, bSquares, zeros, rows, inner, columns),
                        "variance");
            }
        }
    }

    /** Against Box and Muller in double, from the words of the definition. */
    @ParameterizedTest
    @EnumSource(names = {"IDENTITY", "RELU", "TANH"})
    void samplesAreMeansOfActivationsOfNormals(Activation activation) {
        int elements = 1500;
        int samples = 5;
        var random = new Random(48);
        float[] mean = gaussian(random, elements);
        float[] variance = new float[elements];
        for (int i = 0; i < elements; i++) {
            variance[i] = i % 7 == 0 ? 0 : random.nextFloat() * 4;
        }
        Key key = KEY.pass(11);
        long offset = 1L << 33;
        float[] dst = new float[elements];
        DropConnectProduct.sample(
                activation,
                samples,
                key,
                offset,
                MemorySegment.ofArray(mean),
                MemorySegment.ofArray(variance),
                MemorySegment.ofArray(dst),
                elements,
                new Workers(Runnable::run, 2));
        double[] sums = new double[elements];
        for (int z = 0; z < samples; z++) {
            double[] normals = normals(KEY.pass(11 + z), offset, elements);
            for (int i = 0; i < elements; i++) {
                double u = mean[i] + Math.sqrt(variance[i]) * normals[i];
                sums[i] += switch (activation) {
                    case RELU -> Math.max(u, 0);
                    case TANH -> Math.tanh(u);
                    default -> u;
                };
            }
        }
        for (int i = 0; i < elements; i++) {
            assertThat((double) dst[i]).as("element %d", i).isCloseTo(sums[i] / samples, within(2e-5));
        }
    }

    private static double[] normals(Key key, long first, int count) {
        byte[] bytes = new byte[(count + 3) / 4 * 16];
        Philox4x32.fill(key.seed(), key.stream(), first / 4, Philox4x32.ROUNDS, bytes, 0, bytes.length / 16);
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        double[] normals = new double[count];
        for (int i = 0; i < count; i++) {
            int even = i & ~1;
            double radius = Math.sqrt(-2 * Math.log(((words.getInt(4 * even) >>> 8) + .5) * 0x1p-24));
            double turn = 2 * Math.PI * (words.getInt(4 * even + 4) >>> 8) * 0x1p-24;
            normals[i] = radius * (i == even ? Math.cos(turn) : Math.sin(turn));
        }
        return normals;
    }

    /** A thousand samples of 4,096 elements: the mean of standard normals, six deviations wide. */
    @Test
    void manySamplesComeToTheMean() {
        int elements = 4096;
        float[] mean = new float[elements];
        float[] variance = new float[elements];
        Arrays.fill(mean, 2);
        Arrays.fill(variance, 9);
        float[] dst = new float[elements];
        DropConnectProduct.sample(
                Activation.IDENTITY,
                100,
                KEY,
                0,
                MemorySegment.ofArray(mean),
                MemorySegment.ofArray(variance),
                MemorySegment.ofArray(dst),
                elements,
                Workers.NONE);
        double sum = 0;
        double squares = 0;
        for (float value : dst) {
            sum += value - 2;
            squares += (value - 2) * (value - 2);
        }
        assertThat(sum / elements).isCloseTo(0, within(6 * .3 / Math.sqrt(elements)));
        assertThat(squares / elements).isCloseTo(.09, within(6 * .09 * Math.sqrt(2. / elements)));
    }

    /**
     * Defect 3 of DL4J's DropConnect: kept weights are not scaled and inference is not either, so training expects
     * {@code p W x} where inference gives {@code W x}. Here the mean over all masks is the product without them.
     */
    @Test
    void expectationOfTrainingIsInference() {
        float[] w = {1, -2, 4, .5f};
        float[] x = {3, 1, -1, 2};
        double inference = product(DropConnect.NONE, x, w);
        for (double drop : new double[] {.25, .5, .75}) {
            double training =
                    AllMasks.mean(4, Rate.drop(drop), mask -> product(DropConnect.perBatch(mask.source()), x, w));
            assertThat(training).as("rate %s", drop).isCloseTo(inference, within(1e-6));
        }
        assertThat(inference).isEqualTo(-2);
    }
}
