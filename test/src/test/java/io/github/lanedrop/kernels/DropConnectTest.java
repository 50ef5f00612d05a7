package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.ProductForms.assertSame;
import static io.github.lanedrop.kernels.ProductForms.floats;
import static io.github.lanedrop.kernels.ProductForms.gaussian;
import static io.github.lanedrop.kernels.ProductForms.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** DropConnect against its definition: weights that are dropped before they are multiplied. */
@Tag("paths")
final class DropConnectTest {
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final Key KEY = Key.of(41).site(2);

    /** Weights of {@code [out, in]} in memory under the mask of one example. */
    private static float[] masked(DropConnect weights, int example, float[] w) {
        float[] dropped = new float[w.length];
        long first = weights.offset() + (long) (example / weights.examplesPerMask()) * w.length;
        DropoutKernel.forward(
                weights.mask(), first, MemorySegment.ofArray(w), MemorySegment.ofArray(dropped), w.length);
        return dropped;
    }

    /** {@code y[m] = w'(m) x[m]}, example by example. */
    private static float[] forward(DropConnect weights, float[] x, float[] w, int examples, int in, int out) {
        float[] y = new float[examples * out];
        for (int m = 0; m < examples; m++) {
            float[] row = Arrays.copyOfRange(x, m * in, (m + 1) * in);
            float[] transposed = ProductForms.transpose(masked(weights, m, w), out, in);
            System.arraycopy(ProductForms.multiply(row, transposed, new float[out], 1, in, out), 0, y, m * out, out);
        }
        return y;
    }

    private static float[] backward(DropConnect weights, float[] dy, float[] w, int examples, int in, int out) {
        float[] dx = new float[examples * in];
        for (int m = 0; m < examples; m++) {
            float[] row = Arrays.copyOfRange(dy, m * out, (m + 1) * out);
            System.arraycopy(
                    ProductForms.multiply(row, masked(weights, m, w), new float[in], 1, out, in), 0, dx, m * in, in);
        }
        return dx;
    }

    /** An example adds to the gradient of the weights that it kept. */
    private static float[] gradient(
            DropConnect weights, float[] dy, float[] x, float[] start, int examples, int in, int out) {
        float[] ones = new float[out * in];
        Arrays.fill(ones, 1);
        float scale = DropConnect.keepsAll(weights.mask())
                ? 1
                : (float) weights.mask().scale();
        float[] dw = start.clone();
        for (int m = 0; m < examples; m++) {
            float[] kept = masked(weights, m, ones);
            for (int i = 0; i < dw.length; i++) {
                if (kept[i] != 0) {
                    dw[i] = Math.fma(dy[m * out + i / in] * scale, x[m * in + i % in], dw[i]);
                }
            }
        }
        return dw;
    }

    private static DropConnect masks(int variant, double rate, int examplesPerMask) {
        MaskSource mask = new BernoulliMask(Rate.drop(rate), KEY.step(variant));
        return new DropConnect(mask, variant % 3 * 1001L, examplesPerMask);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1",
        "5, 3, 2, 2",
        "33, 17, 10, 8",
        "40, 20, 64, 64",
        "12, 40, 33, 1",
        "7, 1050, 40, 3",
        "20, 33, 530, 7",
        "150, 9, 6, 40",
        "9, 513, 3, 1",
        "4, 0, 3, 2",
        "0, 3, 3, 2"
    })
    void forwardAndBackwardAreProductsWithDroppedWeights(int examples, int in, int out, int examplesPerMask) {
        var random = new Random(42);
        float[] x = gaussian(random, examples * in);
        float[] w = gaussian(random, out * in);
        float[] dy = gaussian(random, examples * out);
        float[] start = gaussian(random, out * in);
        double[] rates = {.5, .1, .3, 0, 1};
        for (int variant = 0; variant < 10; variant++) {
            DropConnect weights = masks(variant, rates[variant % rates.length], examplesPerMask);
            Kind kind = KINDS.get(variant % KINDS.size());
            var workers = new Workers(Runnable::run, 1 + variant % 3);
            boolean stored = variant % 2 == 0; // memory holds w, or its transpose
            String what = weights + ", " + kind + ", variant " + variant;
            // where memory holds [in, out], so do the masks
            float[] memory = stored ? w : ProductForms.transpose(w, out, in);
            Matrix wInOut = stored ? matrix(kind, w, out, in, false).transpose() : matrix(kind, memory, in, out, false);
            Matrix y = matrix(kind, new float[examples * out], examples, out, false);
            DropConnectProduct.multiply(weights, matrix(x, examples, in, !stored), wInOut, y, Epilogue.NONE, workers);
            Matrix dx = matrix(kind, new float[examples * in], examples, in, false);
            DropConnectProduct.multiply(
                    weights, matrix(dy, examples, out, false), wInOut.transpose(), dx, Epilogue.NONE, workers);
            if (stored) {
                assertSame(floats(y), forward(weights, x, w, examples, in, out), "y, " + what);
                assertSame(floats(dx), backward(weights, dy, w, examples, in, out), "dx, " + what);
            } else { // the roles of the two passes change
                assertSame(floats(y), backward(weights, x, memory, examples, out, in), "y, " + what);
                assertSame(floats(dx), forward(weights, dy, memory, examples, out, in), "dx, " + what);
            }
            Matrix dw = matrix(kind, start, out, in, false);
            DropConnectProduct.addWeightGradient(
                    weights, matrix(dy, examples, out, false).transpose(), matrix(x, examples, in, false), dw, workers);
            assertSame(floats(dw), gradient(weights, dy, x, start, examples, in, out), "dw, " + what);
        }
    }

    /** More examples than a block of the inner index holds. */
    @Test
    void gradientOverManyExamples() {
        var random = new Random(43);
        int examples = 2500;
        float[] dy = gaussian(random, examples * 3);
        float[] x = gaussian(random, examples * 40);
        float[] start = gaussian(random, 3 * 40);
        for (int examplesPerMask : new int[] {1100, 2500}) {
            DropConnect weights = masks(0, .5, examplesPerMask);
            Matrix dw = matrix(start, 3, 40, false);
            DropConnectProduct.addWeightGradient(
                    weights,
                    matrix(dy, examples, 3, false).transpose(),
                    matrix(x, examples, 40, false),
                    dw,
                    Workers.NONE);
            assertSame(floats(dw), gradient(weights, dy, x, start, examples, 40, 3), weights);
        }
    }

    /** Two masks of seven by nine weights, from element 5 on. */
    private static final int MASK_ELEMENTS = 5 + 2 * 63;

    static Stream<MaskSources.Sample> masksThatAreLargeEnough() {
        return MaskSources.all().filter(sample -> sample.elements() >= MASK_ELEMENTS);
    }

    @ParameterizedTest
    @MethodSource("masksThatAreLargeEnough")
    void everyMaskSource(MaskSources.Sample sample) {
        var random = new Random(44);
        MaskSource mask = sample.source().apply(KEY);
        float[] x = gaussian(random, 6 * 9);
        float[] w = gaussian(random, 7 * 9);
        var weights = new DropConnect(mask, 5, 4);
        Matrix y = matrix(new float[6 * 7], 6, 7, false);
        DropConnectProduct.multiply(
                weights, matrix(x, 6, 9, false), matrix(w, 7, 9, false).transpose(), y, Epilogue.NONE, Workers.NONE);
        assertSame(floats(y), forward(weights, x, w, 6, 9, 7), sample);
    }

    @Test
    void epilogueAfterTheMaskedProduct() {
        var random = new Random(45);
        float[] x = gaussian(random, 50 * 30);
        float[] w = gaussian(random, 20 * 30);
        float[] bias = gaussian(random, 20);
        DropConnect weights = masks(1, .5, 16);
        var dropout = new BernoulliMask(Rate.drop(.1), KEY.site(9));
        float[] expected = forward(weights, x, w, 50, 30, 20);
        for (int i = 0; i < expected.length; i++) {
            float z = expected[i] + bias[i % 20];
            expected[i] = z <= 0 ? 0 : z;
        }
        MemorySegment segment = MemorySegment.ofArray(expected);
        DropoutKernel.forward(dropout, 7, segment, segment, expected.length);
        Matrix y = matrix(new float[50 * 20], 50, 20, false);
        DropConnectProduct.multiply(
                weights,
                matrix(x, 50, 30, false),
                matrix(w, 20, 30, false).transpose(),
                y,
                Epilogue.NONE
                        .bias(MemorySegment.ofArray(bias))
                        .activation(Activation.RELU)
                        .dropout(dropout, 7),
                Workers.NONE);
        assertSame(floats(y), expected, "masked product with an epilogue");
    }

    /** Dropout of the inputs is DropConnect whose mask is the same for all outputs; a scale of 2 rounds nothing. */
    @Test
    void dropoutIsDropConnectWithARowConstantMask() {
        var random = new Random(46);
        int examples = 13;
        int in = 37;
        int out = 21;
        float[] x = gaussian(random, examples * in);
        float[] w = gaussian(random, out * in);
        var mask = new BernoulliMask(Rate.drop(.5), KEY);
        float[] dropped = new float[x.length];
        DropoutKernel.forward(mask, 0, MemorySegment.ofArray(x), MemorySegment.ofArray(dropped), x.length);
        Matrix wInOut = matrix(w, out, in, false).transpose();
        Matrix expected = matrix(new float[examples * out], examples, out, false);
        MatrixProduct.multiply(matrix(dropped, examples, in, false), wInOut, expected);
        var rowConstant =
                new BroadcastMask(mask, BroadcastShape.of(examples, out, in).share(1));
        Matrix actual = matrix(new float[examples * out], examples, out, false);
        DropConnectProduct.multiply(
                DropConnect.perExample(rowConstant),
                matrix(x, examples, in, false),
                wInOut,
                actual,
                Epilogue.NONE,
                Workers.NONE);
        assertSame(floats(actual), floats(expected), "dropout of the inputs");
    }

    /** D4 of the paper's moments: over all masks of six weights, mean and variance as the formulas say. */
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

    /** Gradients of {@code sum(g * y)}, in double, while the masks stay: differences of a bilinear function are exact. */
    @Test
    void gradientsAreFiniteDifferencesUnderFrozenMasks() {
        var random = new Random(49);
        int examples = 6;
        int in = 7;
        int out = 5;
        float[] x = gaussian(random, examples * in);
        float[] w = gaussian(random, out * in);
        float[] g = gaussian(random, examples * out);
        DropConnect weights = masks(2, .3, 2);
        float[] ones = new float[w.length];
        Arrays.fill(ones, 1);
        Matrix dx = matrix(new float[x.length], examples, in, false);
        DropConnectProduct.multiply(
                weights, matrix(g, examples, out, false), matrix(w, out, in, false), dx, Epilogue.NONE, Workers.NONE);
        Matrix dw = matrix(new float[w.length], out, in, false);
        DropConnectProduct.addWeightGradient(
                weights, matrix(g, examples, out, false).transpose(), matrix(x, examples, in, false), dw, Workers.NONE);
        double h = 1e-3;
        for (int i = 0; i < x.length; i++) {
            double difference = loss(weights, x, w, g, ones, i, h, -1, 0) - loss(weights, x, w, g, ones, i, -h, -1, 0);
            assertThat((double) floats(dx)[i]).as("dx %d", i).isCloseTo(difference / (2 * h), within(1e-5));
        }
        for (int i = 0; i < w.length; i++) {
            double difference = loss(weights, x, w, g, ones, -1, 0, i, h) - loss(weights, x, w, g, ones, -1, 0, i, -h);
            assertThat((double) floats(dw)[i]).as("dw %d", i).isCloseTo(difference / (2 * h), within(1e-5));
        }
    }

    private static double loss(
            DropConnect weights, float[] x, float[] w, float[] g, float[] ones, int xi, double xh, int wi, double wh) {
        int in = 7;
        int out = 5;
        double loss = 0;
        for (int m = 0; m < x.length / in; m++) {
            float[] kept = masked(weights, m, ones);
            for (int n = 0; n < out; n++) {
                for (int k = 0; k < in; k++) {
                    double input = x[m * in + k] + (m * in + k == xi ? xh : 0);
                    double weight = w[n * in + k] + (n * in + k == wi ? wh : 0);
                    loss += kept[n * in + k] == 0
                            ? 0
                            : g[m * out + n] * weight * weights.mask().scale() * input;
                }
            }
        }
        return loss;
    }

    /**
     * Defect 2 of DL4J's DropConnect: {@code train && isWeight || applyToBias && isBias} noises biases at inference too.
     * Here the bias is an argument of its own that no mask of weights reaches.
     */
    @Test
    void biasIsNeverDropped() {
        float[] bias = {1, -2, 3};
        float[] x = {1, 1, 1, 1};
        float[] w = new float[3 * 4];
        Arrays.fill(w, 5);
        for (double rate : new double[] {.5, 1}) {
            for (int step = 0; step < 20; step++) {
                DropConnect weights = DropConnect.perExample(new BernoulliMask(Rate.drop(rate), KEY.step(step)));
                float[] y = new float[3];
                DropConnectProduct.multiply(
                        weights,
                        matrix(x, 1, 4, false),
                        matrix(w, 3, 4, false).transpose(),
                        Matrix.of(MemorySegment.ofArray(y), 1, 3),
                        Epilogue.NONE.bias(MemorySegment.ofArray(bias)),
                        Workers.NONE);
                float[] product = forward(weights, x, w, 1, 4, 3);
                assertThat(y)
                        .as("rate %s, step %d", rate, step)
                        .containsExactly(product[0] + 1, product[1] - 2, product[2] + 3);
            }
        }
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

    /** An example that dropped a weight adds nothing to its gradient, not even NaN. */
    @Test
    void gradientSkipsDroppedExamples() {
        float[] dy = {Float.NaN, 1};
        float[] x = {1, 1, 1, Float.POSITIVE_INFINITY, 2, 3};
        byte[] bits = {0b010_100}; // the first example keeps weight 2, the second weight 1
        var mask = new StoredMask(Rate.drop(0), MemorySegment.ofArray(bits));
        float[] dw = {7, 8, 9};
        DropConnectProduct.addWeightGradient(
                DropConnect.perExample(mask),
                matrix(dy, 1, 2, false),
                matrix(x, 2, 3, false),
                Matrix.of(MemorySegment.ofArray(dw), 1, 3),
                Workers.NONE);
        assertThat(dw[0]).isEqualTo(7);
        assertThat(dw[1]).isEqualTo(10);
        assertThat(dw[2]).isNaN();
    }

    @Test
    void rateOneDropsEveryWeight() {
        float[] x = gaussian(new Random(50), 4 * 6);
        Matrix y = matrix(gaussian(new Random(51), 4 * 5), 4, 5, false);
        DropConnectProduct.multiply(
                DropConnect.perBlock(new BernoulliMask(Rate.drop(1), KEY), 2),
                matrix(x, 4, 6, false),
                matrix(gaussian(new Random(52), 6 * 5), 6, 5, false),
                y,
                Epilogue.NONE,
                Workers.NONE);
        assertSame(floats(y), new float[20], "y at rate 1");
    }

    @Test
    void refusesBeforeItWrites() {
        Matrix two = matrix(new float[4], 2, 2, false);
        float[] values = {1, 2, 3, 4};
        Matrix c = Matrix.of(MemorySegment.ofArray(values), 2, 2);
        MaskSource small = new StoredMask(Rate.drop(.5), MemorySegment.ofArray(new byte[0]));
        refused(
                "the mask's keepBits must hold at least 1 bytes (8 bits), got 0",
                () -> DropConnectProduct.multiply(
                        DropConnect.perExample(small), two, two, c, Epilogue.NONE, Workers.NONE));
        refused(
                "the mask's keepBits must hold at least 1 bytes (4 bits), got 0",
                () -> DropConnectProduct.addWeightGradient(DropConnect.perBatch(small), two, two, c, Workers.NONE));
        refused("examplesPerMask must be 1 or more, got 0", () -> DropConnect.perBlock(small, 0));
        refused("offset must be in [0, 2^63 - 1 - elements], got -1", () -> new DropConnect(small, -1, 1));
        refused(
                "rate must be less than 1, got 1.0",
                () -> DropConnectProduct.moments(masks(0, 1, 1), two, two, c, two, Workers.NONE));
        refused("overlap by 16 bytes", () -> DropConnectProduct.moments(masks(0, .5, 1), two, two, c, c, Workers.NONE));
        MemorySegment segment = c.segment();
        MemorySegment other = MemorySegment.ofArray(new float[4]);
        refused(
                "samples must be in [1, 65536], got 0",
                () -> DropConnectProduct.sample(Activation.RELU, 0, KEY, 0, other, other, segment, 4, Workers.NONE));
        refused(
                "samples must be in [1, 1], got 2",
                () -> DropConnectProduct.sample(
                        Activation.RELU, 2, KEY.pass(65_535), 0, other, other, segment, 4, Workers.NONE));
        refused(
                "offset must be a multiple of 4, got 2",
                () -> DropConnectProduct.sample(Activation.RELU, 1, KEY, 2, other, other, segment, 4, Workers.NONE));
        refused(
                "variance must hold at least 20 bytes (5 float32 elements), got 16",
                () -> DropConnectProduct.sample(
                        Activation.RELU,
                        1,
                        KEY,
                        0,
                        MemorySegment.ofArray(new float[5]),
                        other,
                        segment,
                        5,
                        Workers.NONE));
        assertThat(values).containsExactly(1, 2, 3, 4);
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
