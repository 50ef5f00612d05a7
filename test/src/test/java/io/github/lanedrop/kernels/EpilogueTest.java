package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.ProductForms.assertSame;
import static io.github.lanedrop.kernels.ProductForms.floats;
import static io.github.lanedrop.kernels.ProductForms.gaussian;
import static io.github.lanedrop.kernels.ProductForms.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Products with an epilogue, bit for bit against the steps one by one. */
@Tag("paths")
final class EpilogueTest {
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final Key KEY = Key.of(21).site(3);
    private static final long OFFSET = 12_345;

    /** The product, the sum with the bias, the activation, dropout: each finished before the next begins. */
    private static float[] stepByStep(
            float[] a,
            float[] b,
            int rows,
            int inner,
            int columns,
            float[] bias,
            Activation activation,
            MaskSource mask,
            long offset) {
        float[] c = ProductForms.multiply(a, b, new float[rows * columns], rows, inner, columns);
        for (int i = 0; i < c.length; i++) {
            c[i] = activation.definition.forward(bias.length > 0 ? c[i] + bias[i % columns] : c[i]);
        }
        float[] dropped = new float[c.length];
        DropoutKernel.forward(mask, offset, MemorySegment.ofArray(c), MemorySegment.ofArray(dropped), c.length);
        return dropped;
    }

    /** Masks drawn at every rate, stored and scaled ones. */
    private static List<MaskSource> masksOfEveryRate(int elements) {
        byte[] bits = new byte[(int) (OFFSET + elements) / 8 + 1];
        new Random(22).nextBytes(bits);
        return List.of(
                new BernoulliMask(Rate.drop(0), KEY),
                new BernoulliMask(Rate.drop(.1), KEY),
                new BernoulliMask(Rate.drop(.5), KEY),
                new BernoulliMask(Rate.drop(1), KEY),
                new StoredMask(Rate.drop(.5), MemorySegment.ofArray(bits)),
                new StoredMask(Rate.drop(0), MemorySegment.ofArray(bits)),
                new ScaledMask(new BernoulliMask(Rate.drop(.3), KEY), 3));
    }

    /** Narrow and wide, in and across, rows and columns that are no multiple of anything, an inner index of two blocks. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "5, 3, 2",
        "33, 17, 10",
        "100, 40, 10",
        "10, 40, 100",
        "7, 9, 31",
        "40, 12, 32",
        "64, 20, 96",
        "130, 33, 65",
        "45, 1100, 34",
        "65, 1030, 5",
        "3, 0, 5",
        "50, 0, 3",
        "9, 4, 530"
    })
    void sameBitsAsTheStepsOneByOne(int rows, int inner, int columns) {
        var random = new Random(23);
        float[] a = gaussian(random, rows * inner);
        float[] b = gaussian(random, inner * columns);
        float[] bias = gaussian(random, columns);
        List<MaskSource> masks = masksOfEveryRate(rows * columns);
        for (int variant = 0; variant < 32; variant++) {
            MaskSource mask = masks.get(variant % masks.size());
            Activation activation = variant % 2 == 0 ? Activation.RELU : Activation.IDENTITY;
            float[] withBias = variant / 2 % 4 < 3 ? bias : new float[0]; // or none, with both activations
            var epilogue = Epilogue.NONE
                    .bias(MemorySegment.ofArray(withBias))
                    .activation(activation)
                    .dropout(mask, OFFSET);
            Kind kind = KINDS.get(variant % KINDS.size());
            Matrix c = matrix(kind, gaussian(random, rows * columns), rows, columns, false);
            Matrix bMatrix = matrix(b, inner, columns, (variant & 2) != 0);
            var workers = new Workers(Runnable::run, 1 + variant % 4);
            if (variant < 24) {
                MatrixProduct.multiply(matrix(a, rows, inner, (variant & 1) != 0), bMatrix, c, epilogue, workers);
            } else {
                MatrixProduct.multiply(matrix(a, rows, inner, false), PackedMatrix.of(bMatrix), c, epilogue, workers);
            }
            float[] expected = stepByStep(a, b, rows, inner, columns, withBias, activation, mask, OFFSET);
            assertSame(floats(c), expected, epilogue + " on " + kind + ", variant " + variant);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyActivation(Activation activation) {
        var random = new Random(24);
        for (int columns : new int[] {5, 45}) {
            float[] a = gaussian(random, 37 * 19);
            float[] b = gaussian(random, 19 * columns);
            float[] bias = gaussian(random, columns);
            var mask = new BernoulliMask(Rate.drop(.25), KEY);
            float[] c = new float[37 * columns];
            MatrixProduct.multiply(
                    matrix(a, 37, 19, false),
                    matrix(b, 19, columns, true),
                    Matrix.of(MemorySegment.ofArray(c), 37, columns),
                    Epilogue.NONE
                            .bias(MemorySegment.ofArray(bias))
                            .activation(activation)
                            .dropout(mask, OFFSET),
                    Workers.NONE);
            assertSame(c, stepByStep(a, b, 37, 19, columns, bias, activation, mask, OFFSET), activation);
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.MaskSources#all")
    void everyMaskSource(MaskSources.Sample sample) {
        var random = new Random(26);
        int inner = 7;
        for (int most : new int[] {10, 130}) { // narrow and wide
            int columns = sample.columns(most);
            int rows = sample.rows(70, columns);
            float[] a = gaussian(random, rows * inner);
            float[] b = gaussian(random, inner * columns);
            float[] bias = gaussian(random, columns);
            Matrix c = matrix(new float[rows * columns], rows, columns, false);
            MatrixProduct.multiply(
                    matrix(a, rows, inner, false),
                    matrix(b, inner, columns, true),
                    c,
                    Epilogue.NONE
                            .bias(MemorySegment.ofArray(bias))
                            .activation(Activation.RELU)
                            .dropout(sample.source().apply(KEY), MaskSources.OFFSET),
                    new Workers(Runnable::run, 3));
            MaskSource stored = sample.stored(KEY, MaskSources.OFFSET, rows * columns);
            assertSame(floats(c), stepByStep(a, b, rows, inner, columns, bias, Activation.RELU, stored, 0), sample);
        }
    }

    /** Dropped NaN and infinity are +0; kept ones pass. */
    @Test
    void droppedIsPlusZeroWhateverItWas() {
        int rows = 40;
        int columns = 40;
        float[] a = new float[rows];
        Arrays.fill(a, 1);
        float[] b = new float[columns];
        for (int n = 0; n < columns; n++) {
            b[n] = n % 4 == 0
                    ? Float.NaN
                    : n % 4 == 1 ? Float.POSITIVE_INFINITY : n % 4 == 2 ? Float.NEGATIVE_INFINITY : -1;
        }
        var mask = new BernoulliMask(Rate.drop(.5), KEY);
        float[] c = new float[rows * columns];
        MatrixProduct.multiply(
                matrix(a, rows, 1, false),
                matrix(b, 1, columns, false),
                Matrix.of(MemorySegment.ofArray(c), rows, columns),
                Epilogue.NONE.dropout(mask, OFFSET),
                Workers.NONE);
        var oracle = new MaskOracle(KEY.seed(), KEY.stream(), .5);
        int dropped = 0;
        for (int i = 0; i < c.length; i++) {
            if (oracle.kept(OFFSET + i)) {
                assertThat(c[i]).as("kept element %d", i).isEqualTo(Float.valueOf(b[i % columns] * 2));
            } else {
                dropped++;
                assertThat(Float.floatToRawIntBits(c[i]))
                        .as("dropped element %d", i)
                        .isZero();
            }
        }
        assertThat(dropped).isBetween(600, 1000);
    }

    @Test
    void threadsChangeNothing() {
        var random = new Random(25);
        float[] a = gaussian(random, 150 * 70);
        float[] b = gaussian(random, 70 * 200);
        float[] bias = gaussian(random, 200);
        var mask = new BernoulliMask(Rate.drop(.1), KEY);
        float[] expected = stepByStep(a, b, 150, 70, 200, bias, Activation.RELU, mask, OFFSET);
        var epilogue = Epilogue.NONE
                .bias(MemorySegment.ofArray(bias))
                .activation(Activation.RELU)
                .dropout(mask, OFFSET);
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int tasks = 1; tasks <= 40; tasks = tasks < 8 ? tasks + 1 : tasks * 2) {
                float[] c = new float[150 * 200];
                MatrixProduct.multiply(
                        matrix(a, 150, 70, false),
                        matrix(b, 70, 200, true),
                        Matrix.of(MemorySegment.ofArray(c), 150, 200),
                        epilogue,
                        new Workers(executor, tasks));
                assertSame(c, expected, tasks + " tasks");
            }
        }
    }

    @Test
    void refusesWhatDoesNotFitBeforeItWrites() {
        float[] c = {1, 2, 3, 4};
        Matrix two = matrix(new float[4], 2, 2, false);
        Matrix result = Matrix.of(MemorySegment.ofArray(c), 2, 2);
        assertRefused(
                "bias must hold at least 8 bytes (2 float32 elements), got 4",
                two,
                result,
                Epilogue.NONE.bias(MemorySegment.ofArray(new float[1])));
        assertRefused(
                "bias and c overlap by 8 bytes",
                two,
                result,
                Epilogue.NONE.bias(result.segment().asSlice(8)));
        assertRefused(
                "the mask's keepBits must hold at least 2 bytes (12 bits), got 1",
                two,
                result,
                Epilogue.NONE.dropout(new StoredMask(Rate.drop(.5), MemorySegment.ofArray(new byte[1])), 8));
        assertRefused(
                "the mask's keepBits and c overlap by 1 bytes",
                two,
                result,
                Epilogue.NONE.dropout(new StoredMask(Rate.drop(.5), result.segment()), 0));
        assertRefused(
                "offset must be in [0, 2^63 - 1 - elements]",
                two,
                result,
                Epilogue.NONE.dropout(new BernoulliMask(Rate.drop(.5), KEY), Long.MAX_VALUE - 3));
        assertThatThrownBy(() -> Epilogue.NONE.dropout(new BernoulliMask(Rate.drop(.5), KEY), -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(c).containsExactly(1, 2, 3, 4);
    }

    private static void assertRefused(String message, Matrix operand, Matrix c, Epilogue epilogue) {
        assertThatThrownBy(() -> MatrixProduct.multiply(operand, operand, c, epilogue, Workers.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
