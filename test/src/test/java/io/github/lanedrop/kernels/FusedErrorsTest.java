package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What activations, biases, normalisation and their chains refuse, and that nothing is written before they do. */
final class FusedErrorsTest {
    private static final int ROWS = 4;
    private static final int COLUMNS = 6;
    private static final int ELEMENTS = ROWS * COLUMNS;
    private static final BernoulliMask MASK = new BernoulliMask(Rate.drop(.3), Key.of(1));
    private static final Workers NONE = Workers.NONE;

    private final Rows rows = new Rows(9);
    private final List<MemorySegment> written = new ArrayList<>();

    private final MemorySegment src = rows.of(rows.floats(ELEMENTS));
    private final MemorySegment other = rows.of(rows.floats(ELEMENTS));
    private final MemorySegment bias = rows.of(rows.floats(COLUMNS));
    private final MemorySegment dst = output(ELEMENTS);
    private final MemorySegment sum = output(ELEMENTS);
    private final MemorySegment columns = output(COLUMNS);
    private final MemorySegment otherColumns = output(COLUMNS);
    private final MemorySegment mean = output(ROWS);
    private final MemorySegment rstd = output(ROWS);
    private final LayerNorm norm =
            new LayerNorm(rows.of(rows.floats(COLUMNS)), rows.of(rows.floats(COLUMNS)), COLUMNS, 1e-5f);

    private MemorySegment output(int elements) {
        MemorySegment segment = rows.room(elements);
        written.add(segment);
        return segment;
    }

    private void refused(Class<? extends Throwable> type, String message, ThrowingCallable call) {
        List<byte[]> before = written.stream().map(Memory::bytes).toList();
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContaining(message);
        for (int i = 0; i < before.size(); i++) {
            assertThat(Memory.bytes(written.get(i))).as("output %d", i).isEqualTo(before.get(i));
        }
    }

    private void refused(String message, ThrowingCallable call) {
        refused(IllegalArgumentException.class, message, call);
    }

    private static MemorySegment cut(MemorySegment segment) {
        return segment.asSlice(0, segment.byteSize() - 1);
    }

    private void forward(MemorySegment x, MemorySegment b, MemorySegment y, long r, int c, long offset) {
        BiasActivationDropout.forward(MASK, offset, Activation.GELU, x, b, y, r, c);
    }

    private void backward(MemorySegment x, MemorySegment b, MemorySegment dy, MemorySegment dx, MemorySegment db) {
        BiasActivationDropout.backward(MASK, 0, Activation.GELU, x, b, dy, dx, db, ROWS, COLUMNS);
    }

    @Test
    void tooSmallBuffersAreNamedWithTheShape() {
        String shape = " must hold at least 96 bytes (4 x 6 float32 elements), got 95";
        refused("src" + shape, () -> forward(cut(src), bias, dst, ROWS, COLUMNS, 0));
        refused("dst" + shape, () -> forward(src, bias, cut(dst), ROWS, COLUMNS, 0));
        String row = " must hold at least 24 bytes (1 x 6 float32 elements), got 23";
        refused("bias" + row, () -> forward(src, cut(bias), dst, ROWS, COLUMNS, 0));
        refused("dstGradient" + shape, () -> backward(src, bias, cut(other), dst, columns));
        refused("srcGradient" + shape, () -> backward(src, bias, other, cut(dst), columns));
        refused("biasGradient" + row, () -> backward(src, bias, other, dst, cut(columns)));
        refused("src" + shape, () -> BiasKernel.forward(cut(src), bias, dst, ROWS, COLUMNS));
        refused("dstGradient" + shape, () -> BiasKernel.backward(cut(src), columns, ROWS, COLUMNS));
        refused(
                "src must hold at least 96 bytes (24 float32 elements), got 95",
                () -> ActivationKernel.forward(Activation.TANH, cut(src), dst, ELEMENTS));
        refused("src" + shape, () -> LayerNormKernel.forward(norm, cut(src), dst, mean, rstd, ROWS));
        String statistics = " must hold at least 16 bytes (4 x 1 float32 elements), got 15";
        refused("mean" + statistics, () -> LayerNormKernel.forward(norm, src, dst, cut(mean), rstd, ROWS));
        refused("rstd" + statistics, () -> LayerNormKernel.forward(norm, src, dst, mean, cut(rstd), ROWS));
        refused("residual" + shape, () -> join(src, cut(other), sum, dst, mean, rstd));
        refused("sum" + shape, () -> join(src, other, cut(sum), dst, mean, rstd));
        refused("gamma must hold at least 24 bytes", () -> new LayerNorm(cut(bias), bias, COLUMNS, 1e-5f));
        refused("beta must hold at least 24 bytes", () -> new LayerNorm(bias, cut(bias), COLUMNS, 1e-5f));
    }

    private void join(
            MemorySegment x,
            MemorySegment residual,
            MemorySegment joined,
            MemorySegment y,
            MemorySegment means,
            MemorySegment rstds) {
        DropoutResidualLayerNorm.forward(MASK, 0, norm, x, residual, joined, y, means, rstds, ROWS, NONE);
    }

    private void joinBackward(
            MemorySegment joined,
            MemorySegment dy,
            MemorySegment dSum,
            MemorySegment dx,
            MemorySegment dResidual,
            MemorySegment dGamma,
            MemorySegment dBeta) {
        DropoutResidualLayerNorm.backward(
                MASK, 0, norm, joined, mean, rstd, dy, dSum, dx, dResidual, dGamma, dBeta, ROWS, NONE);
    }

    @Test
    void float64IsRefusedAndNamed() {
        DType type = DType.FLOAT64;
        String message = "type must be FLOAT32, BFLOAT16 or FLOAT16, which compute in float32, got FLOAT64";
        refused(
                message,
                () -> BiasActivationDropout.forward(MASK, type, 0, Activation.RELU, src, bias, dst, 1, 2, NONE));
        refused(
                message,
                () -> BiasActivationDropout.backward(
                        MASK, type, 0, Activation.RELU, src, bias, other, dst, columns, 1, 2, NONE));
        refused(
                message,
                () -> DropoutResidualLayerNorm.forward(MASK, type, 0, norm, src, other, dst, mean, rstd, 1, NONE));
        refused(
                message,
                () -> DropoutResidualLayerNorm.backward(
                        MASK, type, 0, norm, src, mean, rstd, other, dst, sum, columns, otherColumns, 1, NONE));
    }

    @Test
    void buffersOf16BitsAreHalfAsLargeButParametersAndStatisticsAreNot() {
        DType type = DType.BFLOAT16;
        MemorySegment half = src.asSlice(0, 2L * ELEMENTS);
        MemorySegment small = cut(half);
        String shape = " must hold at least 48 bytes (4 x 6 bfloat16 elements), got 47";
        refused("src" + shape, () -> forward16(small, bias, dst));
        refused("dst" + shape, () -> forward16(half, bias, dst.asSlice(0, 47)));
        refused("bias must hold at least 24 bytes (1 x 6 float32 elements), got 23", () -> {
            forward16(half, cut(bias), dst);
        });
        refused("biasGradient must hold at least 24 bytes (1 x 6 float32 elements), got 23", () -> {
            BiasActivationDropout.backward(
                    MASK, type, 0, Activation.GELU, half, bias, half, dst, cut(columns), ROWS, COLUMNS, NONE);
        });
        refused("residual" + shape, () -> join16(half, small, sum, dst, mean));
        refused("sum" + shape, () -> join16(half, half, sum.asSlice(0, 47), dst, mean));
        String statistics = "mean must hold at least 16 bytes (4 x 1 float32 elements), got 15";
        refused(statistics, () -> join16(half, half, sum, dst, cut(mean)));
        refused("sumGradient" + shape, () -> joinBackward16(half, small, dst, columns));
        refused("gammaGradient must hold at least 24 bytes", () -> joinBackward16(half, half, dst, cut(columns)));
    }

    @Test
    void overlapsOf16BitsAreCountedInTheirBytes() {
        MemorySegment both = rows.room(2 * ELEMENTS);
        written.add(both);
        MemorySegment low = both.asSlice(0, 2L * ELEMENTS);
        MemorySegment shifted = both.asSlice(2, 2L * ELEMENTS);
        MemorySegment behind = both.asSlice(2L * ELEMENTS);
        refused("src and dst overlap by 46 bytes; they must be identical or disjoint", () -> {
            forward16(low, bias, shifted);
        });
        refused("residual and sum overlap by 46 bytes", () -> join16(src, low, shifted, dst, mean));
        refused("sum and mean overlap by 16 bytes", () -> join16(src, other, low, dst, low));
        refused("sumGradient and srcGradient overlap by 46 bytes", () -> {
            joinBackward16(src, low, shifted, columns);
        });
        refused("sumGradient and gammaGradient overlap by 24 bytes", () -> joinBackward16(src, low, dst, low));
        forward16(low, bias, behind); // what lies behind 16 bits of each element is free
    }

    private void forward16(MemorySegment x, MemorySegment b, MemorySegment y) {
        BiasActivationDropout.forward(MASK, DType.BFLOAT16, 0, Activation.GELU, x, b, y, ROWS, COLUMNS, NONE);
    }

    private void join16(
            MemorySegment x, MemorySegment residual, MemorySegment joined, MemorySegment y, MemorySegment means) {
        DropoutResidualLayerNorm.forward(
                MASK, DType.BFLOAT16, 0, norm, x, residual, joined, y, means, rstd, ROWS, NONE);
    }

    private void joinBackward16(MemorySegment joined, MemorySegment dSum, MemorySegment dx, MemorySegment dGamma) {
        DropoutResidualLayerNorm.backward(
                MASK,
                DType.BFLOAT16,
                0,
                norm,
                joined,
                mean,
                rstd,
                other,
                dSum,
                dx,
                sum,
                dGamma,
                otherColumns,
                ROWS,
                NONE);
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        refused("rows must be 0 or more and columns 0 or more, got -1 x 6", () -> forward(src, bias, dst, -1, 6, 0));
        refused("got 4 x -6", () -> BiasKernel.forward(src, bias, dst, 4, -6));
        refused("got 9223372036854775807 x 2", () -> forward(src, bias, dst, Long.MAX_VALUE, 2, 0));
        refused("elements must be 0 or more", () -> ActivationKernel.forward(Activation.RELU, src, dst, -1));
        refused("columns 1 or more, got 1 x 0", () -> new LayerNorm(bias, bias, 0, 1e-5f));
        refused("epsilon must be 0 or more and finite, got NaN", () -> new LayerNorm(bias, bias, 6, Float.NaN));
        refused("epsilon must be 0 or more and finite, got -1.0", () -> new LayerNorm(bias, bias, 6, -1));
        refused("offset must be in", () -> forward(src, bias, dst, ROWS, COLUMNS, -1));
        refused("offset must be in", () -> forward(src, bias, dst, ROWS, COLUMNS, Long.MAX_VALUE));
        refused(
                "columns must be at most 268435456 for sums",
                () -> BiasKernel.backward(src, columns, 1, (1 << 28) + 1));
    }

    /** Loops count columns in an int, and step past the last by less than a chunk. */
    @Test
    void moreColumnsThanLoopsCountAreRefused() {
        for (int c : new int[] {2147479553, Integer.MAX_VALUE}) {
            String message = "columns must be at most 2147479552, got 0 x " + c;
            refused(message, () -> BiasKernel.forward(src, bias, dst, 0, c));
            refused(message, () -> BiasKernel.backward(src, columns, 0, c));
            refused(message, () -> forward(src, bias, dst, 0, c, 0));
            refused("columns must be at most 2147479552, got 1 x " + c, () -> new LayerNorm(bias, bias, c, 1e-5f));
        }
        refused("bias must hold at least 8589918208 bytes", () -> BiasKernel.forward(src, bias, dst, 0, 2147479552));
    }

    @Test
    void readOnlyOutputsAreRefused() {
        String message = " must be writable, got a read-only segment";
        refused("dst" + message, () -> forward(src, bias, dst.asReadOnly(), ROWS, COLUMNS, 0));
        refused("srcGradient" + message, () -> backward(src, bias, other, dst.asReadOnly(), columns));
        refused("biasGradient" + message, () -> backward(src, bias, other, dst, columns.asReadOnly()));
        refused("dst" + message, () -> ActivationKernel.forward(Activation.RELU, src, dst.asReadOnly(), ELEMENTS));
        refused("rstd" + message, () -> LayerNormKernel.forward(norm, src, dst, mean, rstd.asReadOnly(), ROWS));
        refused("sum" + message, () -> join(src, other, sum.asReadOnly(), dst, mean, rstd));
        refused(
                "residualGradient" + message,
                () -> joinBackward(src, other, other, dst, sum.asReadOnly(), columns, otherColumns));
        refused(
                "betaGradient" + message,
                () -> joinBackward(src, other, other, dst, sum, columns, otherColumns.asReadOnly()));
    }

    @Test
    void overlapsAreRefused() {
        MemorySegment both = rows.room(2 * ELEMENTS);
        written.add(both);
        MemorySegment low = both.asSlice(0, 4L * ELEMENTS);
        MemorySegment shifted = both.asSlice(4, 4L * ELEMENTS);
        refused(
                "src and dst overlap by 92 bytes; they must be identical or disjoint",
                () -> forward(low, bias, shifted, ROWS, COLUMNS, 0));
        refused("src and dst overlap", () -> ActivationKernel.forward(Activation.SILU, low, shifted, ELEMENTS));
        refused("dstGradient and srcGradient overlap", () -> backward(src, bias, low, shifted, columns));
        refused("bias and dst overlap", () -> BiasKernel.forward(src, low, low, ROWS, COLUMNS));
        refused("dstGradient and biasGradient overlap", () -> BiasKernel.backward(low, shifted, ROWS, COLUMNS));
        refused("srcGradient and biasGradient overlap", () -> backward(src, bias, other, low, shifted));
        refused("src and mean overlap", () -> LayerNormKernel.forward(norm, low, dst, low, rstd, ROWS));
        refused("mean and rstd overlap", () -> LayerNormKernel.forward(norm, src, dst, low, low, ROWS));
        refused(
                "gamma and dst overlap",
                () -> LayerNormKernel.forward(new LayerNorm(low, bias, COLUMNS, 0), src, low, mean, rstd, ROWS));
        refused("residual and dst overlap", () -> join(src, low, sum, shifted, mean, rstd));
        refused("sum and dst overlap by 96 bytes; they must be disjoint", () -> join(src, other, low, low, mean, rstd));
        refused(
                "srcGradient and residualGradient overlap by 96 bytes; they must be disjoint",
                () -> joinBackward(src, other, other, low, low, columns, otherColumns));
        refused(
                "sumGradient and srcGradient overlap",
                () -> joinBackward(src, other, low, shifted, dst, columns, otherColumns));
        refused(
                "gammaGradient and betaGradient overlap",
                () -> joinBackward(src, other, other, dst, sum, columns, columns));
    }

    @Test
    void aStoredMaskMustHoldAllBitsAndNotBeWrittenOver() {
        MemorySegment bits = rows.room(ELEMENTS);
        written.add(bits);
        StoredMask mask = new StoredMask(Rate.drop(.5), bits);
        StoredMask small = new StoredMask(Rate.drop(.5), bits.asSlice(0, 2));
        refused(
                "the mask's keepBits must hold at least 3 bytes (24 bits), got 2",
                () -> BiasActivationDropout.forward(small, 0, Activation.RELU, src, bias, dst, ROWS, COLUMNS));
        refused(
                "the mask's keepBits and dst overlap",
                () -> BiasActivationDropout.forward(mask, 0, Activation.RELU, src, bias, bits, ROWS, COLUMNS));
        refused(
                "the mask's keepBits and sum overlap",
                () -> DropoutResidualLayerNorm.forward(mask, 0, norm, src, other, bits, dst, mean, rstd, ROWS, NONE));
    }

    @Test
    void closedArenasAreRefused() {
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(4L * ELEMENTS);
        }
        refused(IllegalStateException.class, "Already closed", () -> forward(closed, bias, dst, ROWS, COLUMNS, 0));
        refused(IllegalStateException.class, "Already closed", () -> backward(src, bias, other, dst, closed));
        refused(
                IllegalStateException.class,
                "Already closed",
                () -> LayerNormKernel.forward(norm, src, dst, mean, closed, ROWS));
        refused(IllegalStateException.class, "Already closed", () -> join(src, closed, sum, dst, mean, rstd));
    }

    @Test
    void memoryOfOneThreadIsRefusedForSeveralTasks() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment confined = arena.allocate(4L * ELEMENTS);
            refused(
                    WrongThreadException.class,
                    "belongs to one thread",
                    () -> BiasActivationDropout.forward(
                            MASK, 0, Activation.RELU, src, bias, confined, ROWS, COLUMNS, Rows.THREE));
            refused(
                    WrongThreadException.class,
                    "belongs to one thread",
                    () -> LayerNormKernel.forward(norm, src, dst, confined, rstd, ROWS, Rows.THREE));
        }
    }
}
