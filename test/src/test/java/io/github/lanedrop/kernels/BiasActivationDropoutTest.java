package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Rows.assertSame;
import static io.github.lanedrop.kernels.Rows.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        MemorySegment bias = rows.of(rows.floats(c));
        for (DType type : Rows.TYPES) {
            float[] x = rows.floats(type, r * c);
            rows.masksOfEveryRate(5, (long) r * c).forEach(mask -> {
                for (Activation activation : Activation.values()) {
                    assertForward(type, mask, 5, activation, x, bias, r, c);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.Rows#shapes")
    void backwardHasTheBitsOfTheUnfusedChain(int r, int c) {
        MemorySegment bias = rows.of(rows.floats(c));
        for (DType type : Rows.TYPES) {
            float[] x = rows.floats(type, r * c);
            float[] g = rows.floats(type, r * c);
            rows.masksOfEveryRate(8, (long) r * c).forEach(mask -> {
                for (Activation activation : Activation.values()) {
                    assertBackward(type, mask, 8, activation, x, bias, g, r, c);
                }
            });
        }
    }

    /** Holds the fused chain to the unfused one on float32, whose results are rounded to the type, once. */
    private void assertForward(
            DType type,
            MaskSource mask,
            long offset,
            Activation activation,
            float[] x,
            MemorySegment bias,
            int r,
            int c) {
        MemorySegment dst = rows.room(type, r * c);
        BiasActivationDropout.forward(mask, type, offset, activation, rows.of(type, x), bias, dst, r, c, Workers.NONE);
        assertSame(type, dst, unfused(mask, offset, activation, rows.of(x), bias, r, c), activation + " " + mask);
    }

    private void assertBackward(
            DType type,
            MaskSource mask,
            long offset,
            Activation activation,
            float[] x,
            MemorySegment bias,
            float[] g,
            int r,
            int c) {
        MemorySegment srcGradient = rows.room(type, r * c);
        MemorySegment biasGradient = rows.room(c);
        BiasActivationDropout.backward(
                mask,
                type,
                offset,
                activation,
                rows.of(type, x),
                bias,
                rows.of(type, g),
                srcGradient,
                biasGradient,
                r,
                c,
                Workers.NONE);
        MemorySegment[] expected = unfusedBackward(mask, offset, activation, rows.of(x), bias, rows.of(g), r, c);
        assertSame(type, srcGradient, expected[0], activation + " " + mask);
        assertSame(biasGradient, expected[1], type + ", " + activation + " bias " + mask);
    }

    /** Every value of 16 bits, with a bias that has every kind of NaN. */
    @ParameterizedTest
    @EnumSource
    void nanInfinityZerosAndSubnormalsOf16BitsAreThoseOfTheUnfusedChain(Activation activation) {
        int c = 256;
        int r = (1 << 16) / c;
        float[] nans = {Float.intBitsToFloat(0x7FFFFFFF), Float.intBitsToFloat(0xFFFFFFFF), Float.NaN, -0f, 0f, 1};
        float[] b = new float[c];
        System.arraycopy(nans, 0, b, 100, nans.length);
        MemorySegment bias = rows.of(b);
        for (DType type : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
            float[] x = new float[1 << 16];
            float[] g = new float[1 << 16];
            for (int i = 0; i < x.length; i++) {
                x[i] = TypedBits.widen(type, i);
                g[i] = TypedBits.widen(type, 40_503 * i & 0xFFFF);
            }
            for (double rate : new double[] {.3, 1}) {
                MaskSource mask = new BernoulliMask(Rate.drop(rate), Key.of(5));
                assertForward(type, mask, 0, activation, x, bias, r, c);
                assertBackward(type, mask, 0, activation, x, bias, g, r, c);
            }
        }
    }

    @Test
    void roundsOnceWhereKernelsOf16BitsOneAfterTheOtherRoundTwice() {
        MemorySegment kept = MemorySegment.ofArray(new byte[] {1});
        MaskSource mask = new StoredMask(Rate.drop(1 / 3d), kept);
        MemorySegment src = MemorySegment.ofArray(new short[] {0x3F81}); // 129 / 128
        MemorySegment bias = rows.of(new float[] {1 / 256f});
        MemorySegment dst = MemorySegment.ofArray(new short[1]);
        BiasActivationDropout.forward(mask, DType.BFLOAT16, 0, Activation.RELU, src, bias, dst, 1, 1, Workers.NONE);
        assertThat(read(DType.BFLOAT16, dst))
                .as("129.5 / 128 * 1.5 is 194.25 / 128")
                .containsExactly(194 / 128f);
        MemorySegment z = rows.of(DType.BFLOAT16, new float[] {129.5f / 128});
        DropoutKernel.forward(mask, DType.BFLOAT16, 0, z, dst, 1, Workers.NONE);
        assertThat(read(DType.BFLOAT16, dst)).as("130 / 128 * 1.5").containsExactly(195 / 128f);
    }

    /** Forward and backward, more than two chunks of it where the source has them. */
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.MaskSources#all")
    void everyMaskSourceServes(MaskSources.Sample sample) {
        MaskSource mask = sample.source().apply(KEY);
        long offset = MaskSources.OFFSET;
        int c = sample.columns(150);
        int r = sample.rows(60, c);
        MemorySegment bias = rows.of(rows.floats(c));
        MaskSource stored = sample.stored(KEY, offset, r * c);
        for (DType type : Rows.TYPES) {
            float[] x = rows.floats(type, r * c);
            float[] g = rows.floats(type, r * c);
            for (Activation activation : List.of(Activation.RELU, Activation.GELU)) {
                assertForward(type, mask, offset, activation, x, bias, r, c);
                assertBackward(type, mask, offset, activation, x, bias, g, r, c);
            }
            Activation relu = Activation.RELU;
            MemorySegment dst = rows.room(type, r * c);
            BiasActivationDropout.forward(mask, type, offset, relu, rows.of(type, x), bias, dst, r, c, Rows.THREE);
            assertSame(type, dst, unfused(stored, 0, relu, rows.of(x), bias, r, c), type + " stored, " + sample);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfMemoryAndMixturesGiveTheSameBits(Kind kind) {
        int r = 11;
        int c = 450; // more than a chunk
        float[] b = rows.floats(c);
        for (DType type : Rows.TYPES) {
            float[] x = rows.floats(type, r * c);
            float[] g = rows.floats(type, r * c);
            // those of 16 bits have no loops of their own: two stand for all
            Activation[] activations =
                    type == DType.FLOAT32 ? Activation.values() : new Activation[] {Activation.RELU, Activation.GELU};
            for (Activation activation : activations) {
                MemorySegment expected = unfused(MASK, 0, activation, rows.of(x), rows.of(b), r, c);
                MemorySegment[] gradients =
                        unfusedBackward(MASK, 0, activation, rows.of(x), rows.of(b), rows.of(g), r, c);
                for (Kind other : new Kind[] {kind, Kind.NATIVE, Kind.HEAP_FLOATS}) {
                    String what = activation + " from " + kind + " to " + other;
                    MemorySegment src = rows.in(kind, 4, type, x);
                    MemorySegment bias = rows.in(kind, 3, b);
                    MemorySegment dst = rows.in(other, 12, type, x);
                    BiasActivationDropout.forward(MASK, type, 0, activation, src, bias, dst, r, c, Workers.NONE);
                    assertSame(type, dst, expected, what);
                    MemorySegment biasGradient = rows.in(other, 7, b);
                    MemorySegment gradient = rows.in(kind, 1, type, g);
                    BiasActivationDropout.backward(
                            MASK, type, 0, activation, src, bias, gradient, dst, biasGradient, r, c, Workers.NONE);
                    assertSame(type, dst, gradients[0], what);
                    assertSame(biasGradient, gradients[1], type + " " + what);
                }
            }
        }
    }

    @Test
    void arraysOfShortsHold16Bits() {
        float[] x = rows.floats(DType.FLOAT16, 5000);
        MemorySegment src = MemorySegment.ofArray(new short[5000]);
        src.copyFrom(rows.of(DType.FLOAT16, x));
        MemorySegment bias = rows.of(rows.floats(50));
        MemorySegment expected = unfused(MASK, 0, Activation.GELU, rows.of(x), bias, 100, 50);
        BiasActivationDropout.forward(MASK, DType.FLOAT16, 0, Activation.GELU, src, bias, src, 100, 50, Workers.NONE);
        assertSame(DType.FLOAT16, src, expected, "short[]");
    }

    @ParameterizedTest
    @EnumSource
    void inPlaceGivesTheSameBits(Activation activation) {
        int r = 7;
        int c = 700;
        MemorySegment bias = rows.of(rows.floats(c));
        for (DType type : Rows.TYPES) {
            float[] x = rows.floats(type, r * c);
            float[] g = rows.floats(type, r * c);
            MemorySegment inPlace = rows.of(type, x);
            BiasActivationDropout.forward(MASK, type, 0, activation, inPlace, bias, inPlace, r, c, Workers.NONE);
            assertSame(type, inPlace, unfused(MASK, 0, activation, rows.of(x), bias, r, c), "forward");

            MemorySegment[] expected = unfusedBackward(MASK, 0, activation, rows.of(x), bias, rows.of(g), r, c);
            MemorySegment src = rows.of(type, x);
            MemorySegment gradient = rows.of(type, g);
            MemorySegment biasGradient = rows.room(c);
            BiasActivationDropout.backward(
                    MASK, type, 0, activation, src, bias, gradient, gradient, biasGradient, r, c, Workers.NONE);
            assertSame(type, gradient, expected[0], "over the gradient");
            gradient = rows.of(type, g);
            BiasActivationDropout.backward(
                    MASK, type, 0, activation, src, bias, gradient, src, biasGradient, r, c, Workers.NONE);
            assertSame(type, src, expected[0], "over src");
            assertSame(biasGradient, expected[1], type + ", bias");
        }
    }

    @ParameterizedTest
    @EnumSource
    void tasksGiveTheSameBits(Activation activation) {
        int r = 50;
        int c = 1400; // four parts of a bias gradient
        MemorySegment bias = rows.of(rows.floats(c));
        for (DType type : Rows.TYPES) {
            float[] x = rows.floats(type, r * c);
            float[] g = rows.floats(type, r * c);
            MemorySegment src = rows.of(type, x);
            MemorySegment dst = rows.room(type, r * c);
            MemorySegment biasGradient = rows.room(c);
            BiasActivationDropout.forward(MASK, type, 3, activation, src, bias, dst, r, c, Rows.THREE);
            assertSame(type, dst, unfused(MASK, 3, activation, rows.of(x), bias, r, c), "forward");
            BiasActivationDropout.backward(
                    MASK, type, 3, activation, src, bias, rows.of(type, g), dst, biasGradient, r, c, Rows.THREE);
            MemorySegment[] expected = unfusedBackward(MASK, 3, activation, rows.of(x), bias, rows.of(g), r, c);
            assertSame(type, dst, expected[0], "backward");
            assertSame(biasGradient, expected[1], type + ", bias");
        }
    }

    /** Parts of 16,384 elements at least. The second shape has four rows in a chunk many times, from any column on. */
    @ParameterizedTest
    @CsvSource({"37, 7086, 16", "2000, 37, 4", "999, 33, 2", "50, 41, 1"})
    void theBiasGradientIsSummedInPartsAndATree(int r, int c, int count) {
        float[] g = rows.floats(r * c);
        float[] parts = new float[count * c];
        int row = 0;
        for (int part = 0; part < count; part++) {
            for (int end = row + r / count + (part < r % count ? 1 : 0); row < end; row++) {
                for (int i = 0; i < c; i++) {
                    parts[part * c + i] += g[row * c + i];
                }
            }
        }
        assertThat(row).isEqualTo(r);
        for (int half = count / 2 * c; half >= c; half /= 2) {
            for (int i = 0; i < half; i++) {
                parts[i] += parts[half + i];
            }
        }
        MemorySegment heap = MemorySegment.ofArray(g);
        MemorySegment nativeMemory = Arena.ofAuto().allocate(heap.byteSize()).copyFrom(heap);
        MemorySegment biasGradient = rows.room(c);
        for (MemorySegment gradient : List.of(heap, nativeMemory)) {
            for (Workers workers : List.of(Workers.NONE, Rows.THREE)) {
                BiasKernel.backward(gradient, biasGradient, r, c, workers);
                assertSame(biasGradient, Arrays.copyOf(parts, c), "parts of " + gradient + " by " + workers.tasks());
            }
        }
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
        biasGradient = rows.of(rows.floats(5));
        BiasActivationDropout.backward(
                MASK, DType.BFLOAT16, 0, activation, none, bias, none, none, biasGradient, 0, 5, Workers.NONE);
        assertSame(biasGradient, new float[5], "gradient of no rows of bfloat16");
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
        for (DType type : Rows.TYPES) {
            assertSlopes(type, activation, r, c);
        }
    }

    private void assertSlopes(DType type, Activation activation, int r, int c) {
        float[] x = rows.floats(type, r * c);
        float[] b = rows.floats(c);
        float[] g = rows.floats(type, r * c);
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
        MemorySegment src = rows.of(type, x);
        MemorySegment gradient = rows.of(type, g);
        MemorySegment biasGradient = rows.room(c);
        BiasActivationDropout.backward(
                MASK, type, 0, activation, src, rows.of(b), gradient, src, biasGradient, r, c, Workers.NONE);
        float[] actual = read(type, src);
        double rounding = halfAnUlp(type);
        float[] actualBias = read(biasGradient);
        for (int i = 0; i < r * c; i++) {
            double error = 2e-6 * (1 + Math.abs(g[i])) + rounding * Math.abs(dx[i]);
            assertThat((double) actual[i]).as("%s element %d", type, i).isCloseTo(dx[i], within(error));
        }
        for (int i = 0; i < c; i++) {
            assertThat((double) actualBias[i]).as("bias %d", i).isCloseTo(db[i], within(2e-5));
        }
    }

    /** Of one, relative to it. */
    private static double halfAnUlp(DType type) {
        return switch (type) {
            case FLOAT32 -> 0x1p-24;
            case FLOAT64 -> 0x1p-53;
            case BFLOAT16 -> 0x1p-8;
            case FLOAT16 -> 0x1p-11;
        };
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
