package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Rows.assertSame;
import static io.github.lanedrop.kernels.Rows.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The fused chain has the bits of the kernels one after the other, and the gradient of its formula. */
@Tag("paths")
final class BiasActivationDropoutTest {
    private static final Key KEY = Key.of(11);
    private static final BernoulliMask MASK = new BernoulliMask(Rate.drop(.3), KEY);

    private final Rows rows = new Rows(1);

    private MemorySegment unfused(
            MaskSource mask, long offset, Activation activation, MemorySegment src, MemorySegment bias, int r, int c) {
        MemorySegment dst = rows.room(r * c);
        BiasKernel.forward(src, bias, dst, r, c);
        ActivationKernel.forward(activation, dst, dst, (long) r * c);
        DropoutKernel.forward(mask, offset, dst, dst, (long) r * c);
        return dst;
    }

    /** The gradient with respect to {@code src}, and after it that with respect to the bias. */
    private MemorySegment[] unfusedBackward(
            MaskSource mask,
            long offset,
            Activation activation,
            MemorySegment src,
            MemorySegment bias,
            MemorySegment dstGradient,
            int r,
            int c) {
        MemorySegment z = rows.room(r * c);
        MemorySegment srcGradient = rows.room(r * c);
        MemorySegment biasGradient = rows.room(c);
        BiasKernel.forward(src, bias, z, r, c);
        DropoutKernel.backward(mask, offset, dstGradient, srcGradient, (long) r * c);
        ActivationKernel.backward(activation, z, srcGradient, srcGradient, (long) r * c);
        BiasKernel.backward(srcGradient, biasGradient, r, c);
        return new MemorySegment[] {srcGradient, biasGradient};
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.Rows#shapes")
    void forwardHasTheBitsOfTheUnfusedChain(int r, int c) {
        MemorySegment src = rows.of(rows.floats(r * c));
        MemorySegment bias = rows.of(rows.floats(c));
        long offset = 5;
        rows.masksOfEveryRate(offset, (long) r * c).forEach(mask -> {
            for (Activation activation : Activation.values()) {
                MemorySegment dst = rows.room(r * c);
                BiasActivationDropout.forward(mask, offset, activation, src, bias, dst, r, c);
                assertSame(dst, unfused(mask, offset, activation, src, bias, r, c), activation + " " + mask);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.Rows#shapes")
    void backwardHasTheBitsOfTheUnfusedChain(int r, int c) {
        MemorySegment src = rows.of(rows.floats(r * c));
        MemorySegment bias = rows.of(rows.floats(c));
        MemorySegment gradient = rows.of(rows.floats(r * c));
        long offset = 8;
        rows.masksOfEveryRate(offset, (long) r * c).forEach(mask -> {
            for (Activation activation : Activation.values()) {
                MemorySegment srcGradient = rows.room(r * c);
                MemorySegment biasGradient = rows.room(c);
                BiasActivationDropout.backward(
                        mask, offset, activation, src, bias, gradient, srcGradient, biasGradient, r, c);
                MemorySegment[] expected = unfusedBackward(mask, offset, activation, src, bias, gradient, r, c);
                assertSame(srcGradient, expected[0], activation + " " + mask);
                assertSame(biasGradient, expected[1], activation + " bias " + mask);
            }
        });
    }

    /** Forward and backward, more than two chunks of it where the source has them. */
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.MaskSources#all")
    void everyMaskSourceServes(MaskSources.Sample sample) {
        MaskSource mask = sample.source().apply(KEY);
        long offset = MaskSources.OFFSET;
        int c = sample.columns(150);
        int r = sample.rows(60, c);
        MemorySegment src = rows.of(rows.floats(r * c));
        MemorySegment bias = rows.of(rows.floats(c));
        MemorySegment gradient = rows.of(rows.floats(r * c));
        for (Activation activation : List.of(Activation.RELU, Activation.GELU)) {
            MemorySegment dst = rows.room(r * c);
            BiasActivationDropout.forward(mask, offset, activation, src, bias, dst, r, c, Rows.THREE);
            assertSame(dst, unfused(mask, offset, activation, src, bias, r, c), activation + " " + sample);
            MaskSource stored = sample.stored(KEY, offset, r * c);
            assertSame(dst, unfused(stored, 0, activation, src, bias, r, c), activation + " stored, " + sample);
            MemorySegment biasGradient = rows.room(c);
            BiasActivationDropout.backward(mask, offset, activation, src, bias, gradient, dst, biasGradient, r, c);
            MemorySegment[] expected = unfusedBackward(mask, offset, activation, src, bias, gradient, r, c);
            assertSame(dst, expected[0], activation + " backward, " + sample);
            assertSame(biasGradient, expected[1], activation + " bias, " + sample);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfMemoryAndMixturesGiveTheSameBits(Kind kind) {
        int r = 11;
        int c = 450; // more than a chunk
        float[] x = rows.floats(r * c);
        float[] b = rows.floats(c);
        float[] g = rows.floats(r * c);
        for (Activation activation : Activation.values()) {
            MemorySegment expected = unfused(MASK, 0, activation, rows.of(x), rows.of(b), r, c);
            MemorySegment[] gradients = unfusedBackward(MASK, 0, activation, rows.of(x), rows.of(b), rows.of(g), r, c);
            for (Kind other : new Kind[] {kind, Kind.NATIVE, Kind.HEAP_FLOATS}) {
                String what = activation + " from " + kind + " to " + other;
                MemorySegment src = rows.in(kind, 4, x);
                MemorySegment bias = rows.in(kind, 3, b);
                MemorySegment dst = rows.in(other, 12, x);
                BiasActivationDropout.forward(MASK, 0, activation, src, bias, dst, r, c);
                assertSame(dst, expected, what);
                MemorySegment biasGradient = rows.in(other, 7, b);
                BiasActivationDropout.backward(
                        MASK, 0, activation, src, bias, rows.in(kind, 1, g), dst, biasGradient, r, c);
                assertSame(dst, gradients[0], what);
                assertSame(biasGradient, gradients[1], what);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void inPlaceGivesTheSameBits(Activation activation) {
        int r = 7;
        int c = 700;
        float[] x = rows.floats(r * c);
        float[] g = rows.floats(r * c);
        MemorySegment bias = rows.of(rows.floats(c));
        MemorySegment inPlace = rows.of(x);
        BiasActivationDropout.forward(MASK, 0, activation, inPlace, bias, inPlace, r, c);
        assertSame(inPlace, unfused(MASK, 0, activation, rows.of(x), bias, r, c), "forward");

        MemorySegment[] expected = unfusedBackward(MASK, 0, activation, rows.of(x), bias, rows.of(g), r, c);
        MemorySegment overGradient = rows.of(g);
        MemorySegment biasGradient = rows.room(c);
        BiasActivationDropout.backward(
                MASK, 0, activation, rows.of(x), bias, overGradient, overGradient, biasGradient, r, c);
        assertSame(overGradient, expected[0], "over the gradient");
        MemorySegment overSrc = rows.of(x);
        BiasActivationDropout.backward(MASK, 0, activation, overSrc, bias, rows.of(g), overSrc, biasGradient, r, c);
        assertSame(overSrc, expected[0], "over src");
        assertSame(biasGradient, expected[1], "bias");
    }

    @ParameterizedTest
    @EnumSource
    void tasksGiveTheSameBits(Activation activation) {
        int r = 50;
        int c = 301;
        MemorySegment src = rows.of(rows.floats(r * c));
        MemorySegment bias = rows.of(rows.floats(c));
        MemorySegment gradient = rows.of(rows.floats(r * c));
        MemorySegment dst = rows.room(r * c);
        MemorySegment biasGradient = rows.room(c);
        BiasActivationDropout.forward(MASK, 3, activation, src, bias, dst, r, c, Rows.THREE);
        assertSame(dst, unfused(MASK, 3, activation, src, bias, r, c), "forward");
        BiasActivationDropout.backward(MASK, 3, activation, src, bias, gradient, dst, biasGradient, r, c, Rows.THREE);
        MemorySegment[] expected = unfusedBackward(MASK, 3, activation, src, bias, gradient, r, c);
        assertSame(dst, expected[0], "backward");
        assertSame(biasGradient, expected[1], "bias");
    }

    @Test
    void theBiasGradientIsSummedInPartsAndATree() {
        int r = 37; // 16 parts, of three rows and of two
        int c = 19;
        float[] g = rows.floats(r * c);
        float[] parts = new float[16 * c];
        int row = 0;
        for (int part = 0; part < 16; part++) {
            for (int end = row + (part < r % 16 ? 3 : 2); row < end; row++) {
                for (int i = 0; i < c; i++) {
                    parts[part * c + i] += g[row * c + i];
                }
            }
        }
        assertThat(row).isEqualTo(r);
        for (int half = 8 * c; half >= c; half /= 2) {
            for (int i = 0; i < half; i++) {
                parts[i] += parts[half + i];
            }
        }
        MemorySegment biasGradient = rows.room(c);
        BiasKernel.backward(rows.of(g), biasGradient, r, c);
        assertSame(biasGradient, Arrays.copyOf(parts, c), "parts");
        BiasKernel.backward(rows.of(g), biasGradient, r, c, Rows.THREE);
        assertSame(biasGradient, Arrays.copyOf(parts, c), "parts by tasks");
    }

    @ParameterizedTest
    @EnumSource
    void noRowsWriteNothingButABiasGradientOfZero(Activation activation) {
        MemorySegment none = rows.of(new float[0]);
        MemorySegment bias = rows.of(rows.floats(5));
        MemorySegment biasGradient = rows.of(rows.floats(5));
        BiasActivationDropout.forward(MASK, 0, activation, none, bias, none, 0, 5);
        BiasActivationDropout.backward(MASK, 0, activation, none, bias, none, none, biasGradient, 0, 5);
        assertSame(biasGradient, new float[5], "gradient of no rows");
        BiasActivationDropout.forward(MASK, 0, activation, none, none, none, 4, 0);
        BiasActivationDropout.backward(MASK, 0, activation, none, none, none, none, none, 4, 0);
    }

    @ParameterizedTest
    @EnumSource
    void atRateOneEverythingIsPlusZeroEvenNaNAndInfinity(Activation activation) {
        float[] x = new float[100];
        Arrays.fill(x, 0, 50, Float.NaN);
        Arrays.fill(x, 50, 100, Float.NEGATIVE_INFINITY);
        MemorySegment dst = rows.room(100);
        MaskSource all = new BernoulliMask(Rate.drop(1), Key.of(1));
        BiasActivationDropout.forward(all, 0, activation, rows.of(x), rows.of(new float[10]), dst, 10, 10);
        assertSame(dst, new float[100], "all dropped");
    }

    /** Sums of a loss by central differences in double under the frozen mask, element by element. */
    @ParameterizedTest
    @EnumSource
    void theGradientIsThatOfTheFormula(Activation activation) {
        int r = 6;
        int c = 21;
        float[] x = rows.floats(r * c);
        float[] b = rows.floats(c);
        float[] g = rows.floats(r * c);
        MemorySegment kept = rows.in(Kind.HEAP_BYTES, 0, new float[(r * c + 31) / 32]);
        DropoutKernel.keepBits(MASK, 0, kept, (long) r * c);
        double scale = (float) MASK.scale();
        double h = 1e-4;
        double[] dx = new double[r * c];
        double[] db = new double[c];
        for (int i = 0; i < r * c; i++) {
            boolean keep = (kept.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i / 8) >>> (i % 8) & 1) != 0;
            double z = (double) x[i] + b[i % c];
            double slope = (Formulas.value(activation, z + h) - Formulas.value(activation, z - h)) / (2 * h);
            dx[i] = keep ? g[i] * scale * slope : 0;
            db[i % c] += dx[i];
        }
        MemorySegment srcGradient = rows.room(r * c);
        MemorySegment biasGradient = rows.room(c);
        BiasActivationDropout.backward(
                MASK, 0, activation, rows.of(x), rows.of(b), rows.of(g), srcGradient, biasGradient, r, c);
        float[] actual = read(srcGradient);
        float[] actualBias = read(biasGradient);
        for (int i = 0; i < r * c; i++) {
            assertThat((double) actual[i]).as("element %d", i).isCloseTo(dx[i], within(2e-6 * (1 + Math.abs(g[i]))));
        }
        for (int i = 0; i < c; i++) {
            assertThat((double) actualBias[i]).as("bias %d", i).isCloseTo(db[i], within(2e-5));
        }
    }

    /** Zeros that are kept become NaN, as they do one after the other, in vectors and in tails. */
    @ParameterizedTest
    @EnumSource
    void aScaleThatIsInfiniteGivesTheBitsOfTheUnfusedChain(Activation activation) {
        int r = 3;
        int c = 67;
        float[] x = rows.floats(r * c);
        Arrays.fill(x, 0, 20, 0f);
        MemorySegment src = rows.of(x);
        MemorySegment bias = rows.of(new float[c]);
        MemorySegment gradient = rows.of(rows.floats(r * c));
        rows.masksOfEveryRate(0, (long) r * c).forEach(inner -> {
            for (double scale : new double[] {1e39, Double.POSITIVE_INFINITY, Float.MAX_VALUE, 0}) {
                MaskSource mask = new ScaledMask(inner, scale);
                MemorySegment dst = rows.room(r * c);
                MemorySegment biasGradient = rows.room(c);
                BiasActivationDropout.forward(mask, 0, activation, src, bias, dst, r, c);
                assertSame(dst, unfused(mask, 0, activation, src, bias, r, c), "forward " + mask);
                BiasActivationDropout.backward(mask, 0, activation, src, bias, gradient, dst, biasGradient, r, c);
                MemorySegment[] expected = unfusedBackward(mask, 0, activation, src, bias, gradient, r, c);
                assertSame(dst, expected[0], "backward " + mask);
                assertSame(biasGradient, expected[1], "bias " + mask);
            }
        });
    }
}
