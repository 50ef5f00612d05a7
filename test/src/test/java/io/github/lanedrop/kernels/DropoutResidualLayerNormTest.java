package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Rows.assertSame;
import static io.github.lanedrop.kernels.Rows.read;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The fused chain has the bits of dropout, addition and normalisation one after the other, and their gradients. */
@Tag("paths")
final class DropoutResidualLayerNormTest {
    private static final float EPSILON = 1e-5f;
    private static final Key KEY = Key.of(12);
    private static final BernoulliMask MASK = new BernoulliMask(Rate.drop(.3), KEY);

    private final Rows rows = new Rows(4);

    /** What both ways write. */
    private final class Results {
        final DType type;
        final MemorySegment sum;
        final MemorySegment dst;
        final MemorySegment mean;
        final MemorySegment rstd;
        final MemorySegment srcGradient;
        final MemorySegment residualGradient;
        final MemorySegment gammaGradient;
        final MemorySegment betaGradient;

        Results(DType type, int r, int c, Kind kind) {
            this.type = type;
            sum = rows.in(kind, 4, type, new float[r * c]);
            dst = rows.in(kind, 8, type, new float[r * c]);
            mean = rows.in(kind, 1, new float[r]);
            rstd = rows.in(kind, 2, new float[r]);
            srcGradient = rows.in(kind, 12, type, new float[r * c]);
            residualGradient = rows.in(kind, 16, type, new float[r * c]);
            gammaGradient = rows.in(kind, 4, new float[c]);
            betaGradient = rows.in(kind, 3, new float[c]);
        }

        /** Fails unless these are the bits of results in float32 that are rounded, those of rows, to the type. */
        void assertSameAs(Results other, String what) {
            assertSame(type, sum, other.sum, what + ": sum");
            assertSame(type, dst, other.dst, what + ": dst");
            assertSame(mean, other.mean, type + ", " + what + ": mean");
            assertSame(rstd, other.rstd, type + ", " + what + ": rstd");
            assertSame(type, residualGradient, other.residualGradient, what + ": residualGradient");
            assertSame(type, srcGradient, other.srcGradient, what + ": srcGradient");
            assertSame(gammaGradient, other.gammaGradient, type + ", " + what + ": gammaGradient");
            assertSame(betaGradient, other.betaGradient, type + ", " + what + ": betaGradient");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Inputs(
            DType type, float[] src, float[] residual, float[] gamma, float[] beta, float[] dy, float[] dSum) {}

    /** Rows that the type can hold. */
    private Inputs inputs(DType type, int r, int c) {
        return new Inputs(
                type,
                rows.floats(type, r * c),
                rows.floats(type, r * c),
                rows.floats(c),
                rows.floats(c),
                rows.floats(type, r * c),
                rows.floats(type, r * c));
    }

    private static float[] add(float[] a, float[] b) {
        float[] sum = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    /** On float32 all along, but that the backward pass has the sum as it is stored. */
    private Results unfused(MaskSource mask, long offset, Inputs in, int r, int c, boolean withSumGradient) {
        Results out = new Results(DType.FLOAT32, r, c, Kind.NATIVE);
        LayerNorm norm = new LayerNorm(rows.of(in.gamma), rows.of(in.beta), c, EPSILON);
        MemorySegment dropped = rows.of(in.src);
        DropoutKernel.forward(mask, offset, dropped, dropped, (long) r * c);
        out.sum.copyFrom(rows.of(add(in.residual, read(dropped))));
        LayerNormKernel.forward(norm, out.sum, out.dst, out.mean, out.rstd, r);
        LayerNormKernel.backward(
                norm,
                rows.of(read(in.type, rows.of(in.type, read(out.sum)))),
                out.mean,
                out.rstd,
                rows.of(in.dy),
                out.residualGradient,
                out.gammaGradient,
                out.betaGradient,
                r);
        if (withSumGradient) {
            out.residualGradient.copyFrom(rows.of(add(read(out.residualGradient), in.dSum)));
        }
        DropoutKernel.backward(mask, offset, out.residualGradient, out.srcGradient, (long) r * c);
        return out;
    }

    private Results fused(
            MaskSource mask,
            long offset,
            Inputs in,
            int r,
            int c,
            boolean withSumGradient,
            Kind from,
            Kind to,
            Workers workers) {
        DType type = in.type;
        Results out = new Results(type, r, c, to);
        LayerNorm norm = new LayerNorm(rows.in(from, 5, in.gamma), rows.in(to, 6, in.beta), c, EPSILON);
        MemorySegment src = rows.in(from, 20, type, in.src);
        MemorySegment residual = rows.in(from, 24, type, in.residual);
        DropoutResidualLayerNorm.forward(
                mask, type, offset, norm, src, residual, out.sum, out.dst, out.mean, out.rstd, r, workers);
        MemorySegment dy = rows.in(from, 0, type, in.dy);
        if (withSumGradient) {
            DropoutResidualLayerNorm.backward(
                    mask,
                    type,
                    offset,
                    norm,
                    out.sum,
                    out.mean,
                    out.rstd,
                    dy,
                    rows.in(from, 4, type, in.dSum),
                    out.srcGradient,
                    out.residualGradient,
                    out.gammaGradient,
                    out.betaGradient,
                    r,
                    workers);
        } else {
            DropoutResidualLayerNorm.backward(
                    mask,
                    type,
                    offset,
                    norm,
                    out.sum,
                    out.mean,
                    out.rstd,
                    dy,
                    out.srcGradient,
                    out.residualGradient,
                    out.gammaGradient,
                    out.betaGradient,
                    r,
                    workers);
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.Rows#shapes")
    void hasTheBitsOfTheUnfusedChain(int r, int c) {
        for (DType type : Rows.TYPES) {
            Inputs in = inputs(type, r, c);
            rows.masksOfEveryRate(13, (long) r * c).forEach(mask -> assertBitsOfTheUnfusedChain(mask, 13, in, r, c));
        }
    }

    private void assertBitsOfTheUnfusedChain(MaskSource mask, long offset, Inputs in, int r, int c) {
        for (boolean withSumGradient : new boolean[] {false, true}) {
            fused(mask, offset, in, r, c, withSumGradient, Kind.NATIVE, Kind.NATIVE, Workers.NONE)
                    .assertSameAs(unfused(mask, offset, in, r, c, withSumGradient), mask.toString());
        }
    }

    /** A row for each special value, and one of zeros of both signs. */
    @Test
    void nanInfinityZerosAndSubnormalsOf16BitsAreThoseOfTheUnfusedChain() {
        int c = 130;
        for (DType type : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
            int[] specials = {type == DType.BFLOAT16 ? 0x7F80 : 0x7C00, 0x7FFF, 0xFFFF, 1, 0x8001, 0x8000};
            int r = specials.length + 1;
            Inputs in = inputs(type, r, c);
            for (int i = 0; i < specials.length; i++) {
                in.src[i * c + 7] = TypedBits.widen(type, specials[i]);
                in.residual[i * c + 70] = TypedBits.widen(type, specials[i]);
                in.dy[i * c + 3] = TypedBits.widen(type, specials[i]);
                in.dSum[i * c + 128] = TypedBits.widen(type, specials[i]);
            }
            for (int i = specials.length * c; i < r * c; i++) {
                in.src[i] = i % 2 == 0 ? -0f : 0;
                in.residual[i] = i % 3 == 0 ? -0f : 0;
            }
            in.gamma[90] = Float.intBitsToFloat(0x7FFFFFFF); // its payload must not round to a number
            in.beta[91] = Float.intBitsToFloat(0xFFFFFFFF);
            for (double rate : new double[] {0, .3, 1}) {
                assertBitsOfTheUnfusedChain(new BernoulliMask(Rate.drop(rate), Key.of(5)), 0, in, r, c);
            }
        }
    }

    /** More than two chunks of it where the source has them. */
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.MaskSources#all")
    void everyMaskSourceServes(MaskSources.Sample sample) {
        MaskSource mask = sample.source().apply(KEY);
        long offset = MaskSources.OFFSET;
        int c = sample.columns(150);
        int r = sample.rows(60, c);
        MaskSource stored = sample.stored(KEY, offset, r * c);
        for (DType type : Rows.TYPES) {
            Inputs in = inputs(type, r, c);
            Results fused = fused(mask, offset, in, r, c, true, Kind.NATIVE, Kind.NATIVE, Rows.THREE);
            fused.assertSameAs(unfused(mask, offset, in, r, c, true), type + " " + sample);
            fused.assertSameAs(unfused(stored, 0, in, r, c, true), type + " stored, " + sample);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfMemoryAndMixturesGiveTheSameBits(Kind kind) {
        int r = 12;
        int c = 700;
        for (DType type : Rows.TYPES) {
            Inputs in = inputs(type, r, c);
            for (boolean withSumGradient : new boolean[] {false, true}) {
                Results expected = unfused(MASK, 0, in, r, c, withSumGradient);
                for (Kind other : new Kind[] {kind, Kind.NATIVE, Kind.HEAP_FLOATS}) {
                    fused(MASK, 0, in, r, c, withSumGradient, kind, other, Workers.NONE)
                            .assertSameAs(expected, kind + " to " + other);
                }
            }
        }
    }

    @Test
    void tasksGiveTheSameBits() {
        for (DType type : Rows.TYPES) {
            Inputs in = inputs(type, 61, 1100); // four parts
            fused(MASK, 0, in, 61, 1100, true, Kind.NATIVE, Kind.NATIVE, Rows.THREE)
                    .assertSameAs(unfused(MASK, 0, in, 61, 1100, true), "three tasks");
        }
    }

    @Test
    void withoutTheSumTheRestIsTheSame() {
        int r = 9;
        int c = 300;
        for (DType type : Rows.TYPES) {
            Inputs in = inputs(type, r, c);
            Results expected = unfused(MASK, 0, in, r, c, false);
            LayerNorm norm = new LayerNorm(rows.of(in.gamma), rows.of(in.beta), c, EPSILON);
            Results out = new Results(type, r, c, Kind.NATIVE);
            MemorySegment src = rows.of(type, in.src);
            MemorySegment residual = rows.of(type, in.residual);
            DropoutResidualLayerNorm.forward(
                    MASK, type, 0, norm, src, residual, out.dst, out.mean, out.rstd, r, Workers.NONE);
            assertSame(type, out.dst, expected.dst, "dst");
            assertSame(out.mean, expected.mean, type + ", mean");
            assertSame(out.rstd, expected.rstd, type + ", rstd");
            DropoutResidualLayerNorm.forward(
                    MASK, type, 0, norm, src, residual, residual, out.mean, out.rstd, r, Workers.NONE);
            assertSame(type, residual, expected.dst, "dst over the residual");
        }
    }

    @Test
    void inPlaceGivesTheSameBits() {
        for (DType type : Rows.TYPES) {
            assertSameInPlace(type, 9, 1000);
        }
    }

    private void assertSameInPlace(DType type, int r, int c) {
        Inputs in = inputs(type, r, c);
        Results expected = unfused(MASK, 0, in, r, c, true);
        LayerNorm norm = new LayerNorm(rows.of(in.gamma), rows.of(in.beta), c, EPSILON);
        Results out = new Results(type, r, c, Kind.NATIVE);
        MemorySegment src = rows.of(type, in.src);
        MemorySegment residual = rows.of(type, in.residual);
        DropoutResidualLayerNorm.forward(
                MASK, type, 0, norm, src, residual, residual, src, out.mean, out.rstd, r, Workers.NONE);
        assertSame(type, residual, expected.sum, "sum over the residual");
        assertSame(type, src, expected.dst, "dst over src");

        MemorySegment sum = residual;
        MemorySegment dy = rows.of(type, in.dy);
        MemorySegment dSum = rows.of(type, in.dSum);
        DropoutResidualLayerNorm.backward(
                MASK,
                type,
                0,
                norm,
                sum,
                out.mean,
                out.rstd,
                dy,
                dSum,
                dy,
                dSum,
                out.gammaGradient,
                out.betaGradient,
                r,
                Workers.NONE);
        assertSame(type, dy, expected.srcGradient, "srcGradient over dstGradient");
        assertSame(type, dSum, expected.residualGradient, "residualGradient over sumGradient");

        MemorySegment dyAgain = rows.of(type, in.dy);
        DropoutResidualLayerNorm.backward(
                MASK,
                type,
                0,
                norm,
                sum,
                out.mean,
                out.rstd,
                dyAgain,
                rows.of(type, in.dSum),
                sum,
                dyAgain,
                out.gammaGradient,
                out.betaGradient,
                r,
                Workers.NONE);
        assertSame(type, sum, expected.srcGradient, "srcGradient over sum");
        assertSame(type, dyAgain, expected.residualGradient, "residualGradient over dstGradient");
        assertSame(out.gammaGradient, expected.gammaGradient, type + ", gamma");
        assertSame(out.betaGradient, expected.betaGradient, type + ", beta");
    }

    @Test
    void roundsOnceWhereKernelsOf16BitsOneAfterTheOtherRoundTheSum() {
        // 1 + 1 / 256 is 1 in bfloat16, and all elements equal; their normalisation is not
        float[] residual = {1 / 256f, 0};
        MaskSource all = new BernoulliMask(Rate.drop(0), Key.of(1));
        LayerNorm norm = new LayerNorm(rows.of(new float[] {1, 1}), rows.of(new float[2]), 2, 0);
        DType type = DType.BFLOAT16;
        MemorySegment sum = rows.room(type, 2);
        MemorySegment dst = rows.room(type, 2);
        MemorySegment mean = rows.room(1);
        DropoutResidualLayerNorm.forward(
                all,
                type,
                0,
                norm,
                rows.of(type, new float[] {1, 1}),
                rows.of(type, residual),
                sum,
                dst,
                mean,
                rows.room(1),
                1,
                Workers.NONE);
        assertThat(read(type, sum)).containsExactly(1, 1);
        assertThat(read(type, dst)).containsExactly(1, -1);
        assertThat(read(mean)).containsExactly(1 + 1 / 512f);
    }

    @Test
    void atRateOneTheResidualAloneIsNormalisedWhateverWasDropped() {
        int r = 3;
        int c = 50;
        Inputs in = inputs(DType.FLOAT32, r, c);
        java.util.Arrays.fill(in.src, Float.NaN);
        LayerNorm norm = new LayerNorm(rows.of(in.gamma), rows.of(in.beta), c, EPSILON);
        MemorySegment expected = rows.room(r * c);
        LayerNormKernel.forward(norm, rows.of(in.residual), expected, rows.room(r), rows.room(r), r);
        MemorySegment dst = rows.room(r * c);
        DropoutResidualLayerNorm.forward(
                new BernoulliMask(Rate.drop(1), Key.of(1)),
                0,
                norm,
                rows.of(in.src),
                rows.of(in.residual),
                dst,
                rows.room(r),
                rows.room(r),
                r,
                Workers.NONE);
        assertSame(dst, expected, "residual alone");
    }

    @Test
    void noRowsWriteNothingButGradientsOfZero() {
        MemorySegment none = rows.of(new float[0]);
        LayerNorm norm = new LayerNorm(rows.of(rows.floats(9)), rows.of(rows.floats(9)), 9, EPSILON);
        DropoutResidualLayerNorm.forward(MASK, 0, norm, none, none, none, none, none, none, 0, Workers.NONE);
        MemorySegment gammaGradient = rows.of(rows.floats(9));
        MemorySegment betaGradient = rows.of(rows.floats(9));
        DropoutResidualLayerNorm.backward(
                MASK, 0, norm, none, none, none, none, none, none, gammaGradient, betaGradient, 0, Workers.NONE);
        assertSame(gammaGradient, new float[9], "gamma");
        assertSame(betaGradient, new float[9], "beta");
        DropoutResidualLayerNorm.forward(
                MASK, DType.FLOAT16, 0, norm, none, none, none, none, none, none, 0, Workers.NONE);
    }

    /** Central differences in double of {@code sum(dst * dy) + sum(sum * dSum)} under the frozen mask. */
    @Test
    void theGradientsAreThoseOfTheFormula() {
        assertSlopes(DType.FLOAT32, 1e-4);
        // of the rounded sum, half a unit in the last place of numbers up to 4, times rstd, in each normalised element
        assertSlopes(DType.BFLOAT16, .06);
        assertSlopes(DType.FLOAT16, .008);
    }

    private void assertSlopes(DType type, double error) {
        int r = 4;
        int c = 19;
        Inputs in = inputs(type, r, c);
        MemorySegment kept = rows.in(Kind.HEAP_BYTES, 0, new float[(r * c + 31) / 32]);
        DropoutKernel.keepBits(MASK, 0, kept, (long) r * c);
        double[] src = LayerNormKernelTest.doubles(in.src);
        double[] residual = LayerNormKernelTest.doubles(in.residual);
        double[] gamma = LayerNormKernelTest.doubles(in.gamma);
        double[] beta = LayerNormKernelTest.doubles(in.beta);
        java.util.function.DoubleSupplier loss = () -> {
            double[] sum = new double[r * c];
            double loss2 = 0;
            for (int i = 0; i < r * c; i++) {
                boolean keep = ((kept.get(JAVA_BYTE, i / 8) >>> (i % 8)) & 1) != 0;
                sum[i] = residual[i] + (keep ? src[i] * MASK.scale() : 0);
                loss2 += sum[i] * in.dSum[i];
            }
            return loss2 + LayerNormKernelTest.loss(r, c, sum, gamma, beta, in.dy);
        };
        Results out = fused(MASK, 0, in, r, c, true, Kind.NATIVE, Kind.NATIVE, Workers.NONE);
        LayerNormKernelTest.assertSlopes(read(type, out.srcGradient), src, loss, error);
        LayerNormKernelTest.assertSlopes(read(type, out.residualGradient), residual, loss, error);
        LayerNormKernelTest.assertSlopes(read(out.gammaGradient), gamma, loss, error);
        LayerNormKernelTest.assertSlopes(read(out.betaGradient), beta, loss, error);
    }
}
