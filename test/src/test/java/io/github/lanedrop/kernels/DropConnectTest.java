package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.DropConnectOracle.KEY;
import static io.github.lanedrop.kernels.DropConnectOracle.backward;
import static io.github.lanedrop.kernels.DropConnectOracle.forward;
import static io.github.lanedrop.kernels.DropConnectOracle.gradient;
import static io.github.lanedrop.kernels.DropConnectOracle.masks;
import static io.github.lanedrop.kernels.ProductForms.assertSame;
import static io.github.lanedrop.kernels.ProductForms.floats;
import static io.github.lanedrop.kernels.ProductForms.gaussian;
import static io.github.lanedrop.kernels.ProductForms.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.Memory.Kind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Products under DropConnect against their definition. */
@Tag("paths")
final class DropConnectTest {
    private static final List<Kind> KINDS = List.of(Kind.values());

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
        MaskSource varying = new VaryingRateMask(MemorySegment.ofArray(new float[4]), KEY);
        refused(
                "mask must have one rate for all weights, got VaryingRateMask",
                () -> DropConnectProduct.moments(DropConnect.perBatch(varying), two, two, c, two, Workers.NONE));
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
