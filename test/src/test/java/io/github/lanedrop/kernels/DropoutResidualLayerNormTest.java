package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Rows.assertSame;
import static io.github.lanedrop.kernels.Rows.read;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

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
        final MemorySegment sum;
        final MemorySegment dst;
        final MemorySegment mean;
        final MemorySegment rstd;
        final MemorySegment srcGradient;
        final MemorySegment residualGradient;
        final MemorySegment gammaGradient;
        final MemorySegment betaGradient;

        Results(int r, int c, Kind kind) {
            sum = rows.in(kind, 4, new float[r * c]);
            dst = rows.in(kind, 8, new float[r * c]);
            mean = rows.in(kind, 1, new float[r]);
            rstd = rows.in(kind, 2, new float[r]);
            srcGradient = rows.in(kind, 12, new float[r * c]);
            residualGradient = rows.in(kind, 16, new float[r * c]);
            gammaGradient = rows.in(kind, 4, new float[c]);
            betaGradient = rows.in(kind, 3, new float[c]);
        }

        void assertSameAs(Results other, String what) {
            assertSame(sum, other.sum, what + ": sum");
            assertSame(dst, other.dst, what + ": dst");
            assertSame(mean, other.mean, what + ": mean");
            assertSame(rstd, other.rstd, what + ": rstd");
            assertSame(residualGradient, other.residualGradient, what + ": residualGradient");
            assertSame(srcGradient, other.srcGradient, what + ": srcGradient");
            assertSame(gammaGradient, other.gammaGradient, what + ": gammaGradient");
            assertSame(betaGradient, other.betaGradient, what + ": betaGradient");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Inputs(float[] src, float[] residual, float[] gamma, float[] beta, float[] dy, float[] dSum) {}

    private Inputs inputs(int r, int c) {
        return new Inputs(
                rows.floats(r * c),
                rows.floats(r * c),
                rows.floats(c),
                rows.floats(c),
                rows.floats(r * c),
                rows.floats(r * c));
    }

    private static float[] add(float[] a, float[] b) {
        float[] sum = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    private Results unfused(MaskSource mask, long offset, Inputs in, int r, int c, boolean withSumGradient) {
        Results out = new Results(r, c, Kind.NATIVE);
        LayerNorm norm = new LayerNorm(rows.of(in.gamma), rows.of(in.beta), c, EPSILON);
        MemorySegment dropped = rows.of(in.src);
        DropoutKernel.forward(mask, offset, dropped, dropped, (long) r * c);
        out.sum.copyFrom(rows.of(add(in.residual, read(dropped))));
        LayerNormKernel.forward(norm, out.sum, out.dst, out.mean, out.rstd, r);
        LayerNormKernel.backward(
                norm,
                out.sum,
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
        Results out = new Results(r, c, to);
        LayerNorm norm = new LayerNorm(rows.in(from, 5, in.gamma), rows.in(to, 6, in.beta), c, EPSILON);
        MemorySegment src = rows.in(from, 20, in.src);
        MemorySegment residual = rows.in(from, 24, in.residual);
        DropoutResidualLayerNorm.forward(
                mask, offset, norm, src, residual, out.sum, out.dst, out.mean, out.rstd, r, workers);
        MemorySegment dy = rows.in(from, 0, in.dy);
        if (withSumGradient) {
            DropoutResidualLayerNorm.backward(
                    mask,
                    offset,
                    norm,
                    out.sum,
                    out.mean,
                    out.rstd,
                    dy,
                    rows.in(from, 4, in.dSum),
                    out.srcGradient,
                    out.residualGradient,
                    out.gammaGradient,
                    out.betaGradient,
                    r,
                    workers);
        } else {
            DropoutResidualLayerNorm.backward(
                    mask,
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
        Inputs in = inputs(r, c);
        long offset = 13;
        rows.masksOfEveryRate(offset, (long) r * c).forEach(mask -> {
            for (boolean withSumGradient : new boolean[] {false, true}) {
                Results fused = fused(mask, offset, in, r, c, withSumGradient, Kind.NATIVE, Kind.NATIVE, Workers.NONE);
                fused.assertSameAs(unfused(mask, offset, in, r, c, withSumGradient), mask.toString());
            }
        });
    }

    /** More than two chunks of it where the source has them. */
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.MaskSources#all")
    void everyMaskSourceServes(MaskSources.Sample sample) {
        MaskSource mask = sample.source().apply(KEY);
        long offset = MaskSources.OFFSET;
        int c = sample.columns(150);
        int r = sample.rows(60, c);
        Inputs in = inputs(r, c);
        Results fused = fused(mask, offset, in, r, c, true, Kind.NATIVE, Kind.NATIVE, Rows.THREE);
        fused.assertSameAs(unfused(mask, offset, in, r, c, true), sample.toString());
        fused.assertSameAs(unfused(sample.stored(KEY, offset, r * c), 0, in, r, c, true), "stored, " + sample);
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfMemoryAndMixturesGiveTheSameBits(Kind kind) {
        int r = 12;
        int c = 700;
        Inputs in = inputs(r, c);
        for (boolean withSumGradient : new boolean[] {false, true}) {
            Results expected = unfused(MASK, 0, in, r, c, withSumGradient);
            for (Kind other : new Kind[] {kind, Kind.NATIVE, Kind.HEAP_FLOATS}) {
                fused(MASK, 0, in, r, c, withSumGradient, kind, other, Workers.NONE)
                        .assertSameAs(expected, kind + " to " + other);
            }
        }
    }

    @Test
    void tasksGiveTheSameBits() {
        Inputs in = inputs(61, 200);
        fused(MASK, 0, in, 61, 200, true, Kind.NATIVE, Kind.NATIVE, Rows.THREE)
                .assertSameAs(unfused(MASK, 0, in, 61, 200, true), "three tasks");
    }

    @Test
    void withoutTheSumTheRestIsTheSame() {
        int r = 9;
        int c = 300;
        Inputs in = inputs(r, c);
        Results expected = unfused(MASK, 0, in, r, c, false);
        LayerNorm norm = new LayerNorm(rows.of(in.gamma), rows.of(in.beta), c, EPSILON);
        Results out = new Results(r, c, Kind.NATIVE);
        MemorySegment src = rows.of(in.src);
        MemorySegment residual = rows.of(in.residual);
        DropoutResidualLayerNorm.forward(MASK, 0, norm, src, residual, out.dst, out.mean, out.rstd, r, Workers.NONE);
        assertSame(out.dst, expected.dst, "dst");
        assertSame(out.mean, expected.mean, "mean");
        assertSame(out.rstd, expected.rstd, "rstd");
    }

    @Test
    void inPlaceGivesTheSameBits() {
        int r = 9;
        int c = 1000;
        Inputs in = inputs(r, c);
        Results expected = unfused(MASK, 0, in, r, c, true);
        LayerNorm norm = new LayerNorm(rows.of(in.gamma), rows.of(in.beta), c, EPSILON);
        Results out = new Results(r, c, Kind.NATIVE);
        MemorySegment src = rows.of(in.src);
        MemorySegment residual = rows.of(in.residual);
        DropoutResidualLayerNorm.forward(
                MASK, 0, norm, src, residual, residual, src, out.mean, out.rstd, r, Workers.NONE);
        assertSame(residual, expected.sum, "sum over the residual");
        assertSame(src, expected.dst, "dst over src");

        MemorySegment sum = rows.of(read(expected.sum));
        MemorySegment dy = rows.of(in.dy);
        MemorySegment dSum = rows.of(in.dSum);
        DropoutResidualLayerNorm.backward(
                MASK,
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
        assertSame(dy, expected.srcGradient, "srcGradient over dstGradient");
        assertSame(dSum, expected.residualGradient, "residualGradient over sumGradient");

        MemorySegment dyAgain = rows.of(in.dy);
        DropoutResidualLayerNorm.backward(
                MASK,
                0,
                norm,
                sum,
                out.mean,
                out.rstd,
                dyAgain,
                rows.of(in.dSum),
                sum,
                dyAgain,
                out.gammaGradient,
                out.betaGradient,
                r,
                Workers.NONE);
        assertSame(sum, expected.srcGradient, "srcGradient over sum");
        assertSame(dyAgain, expected.residualGradient, "residualGradient over dstGradient");
        assertSame(out.gammaGradient, expected.gammaGradient, "gamma");
        assertSame(out.betaGradient, expected.betaGradient, "beta");
    }

    @Test
    void atRateOneTheResidualAloneIsNormalisedWhateverWasDropped() {
        int r = 3;
        int c = 50;
        Inputs in = inputs(r, c);
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
    }

    /** Central differences in double of {@code sum(dst * dy) + sum(sum * dSum)} under the frozen mask. */
    @Test
    void theGradientsAreThoseOfTheFormula() {
        int r = 4;
        int c = 19;
        Inputs in = inputs(r, c);
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
        LayerNormKernelTest.assertSlopes(read(out.srcGradient), src, loss);
        LayerNormKernelTest.assertSlopes(read(out.residualGradient), residual, loss);
        LayerNormKernelTest.assertSlopes(read(out.gammaGradient), gamma, loss);
        LayerNormKernelTest.assertSlopes(read(out.betaGradient), beta, loss);
    }
}
