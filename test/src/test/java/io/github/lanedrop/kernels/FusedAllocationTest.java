package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Once compiled, a fused call allocates nothing: above all no vector, of which C2 boxes those that cross calls that it does
 * not inline. Measured as in {@link AllocationTest}.
 */
@Tag("alone")
@Tag("fused")
final class FusedAllocationTest {
    private static final int ROWS = 7;
    private static final int COLUMNS = 150;
    private static final BernoulliMask MASK = new BernoulliMask(Rate.drop(.1), Key.of(1));

    private final Rows rows = new Rows(10);

    @BeforeAll
    static void needsC2() {
        Allocation.assumeCounted();
    }

    private static void assertNothing(String what, Runnable call) {
        Allocation.assertNone("fused: " + what, Allocation.of(call));
    }

    private MemorySegment in(Kind kind, int elements) {
        return in(kind, DType.FLOAT32, elements);
    }

    private MemorySegment in(Kind kind, DType type, int elements) {
        return rows.in(kind, 0, type, rows.floats(elements));
    }

    @ParameterizedTest
    @EnumSource
    void activations(Activation activation) {
        int elements = ROWS * COLUMNS;
        for (Kind kind : new Kind[] {Kind.NATIVE, Kind.HEAP_FLOATS}) {
            String name = activation + " in " + kind;
            MemorySegment src = in(kind, elements);
            MemorySegment bias = in(kind, COLUMNS);
            MemorySegment dst = in(kind, elements);
            MemorySegment gradient = in(kind, elements);
            MemorySegment biasGradient = in(kind, COLUMNS);
            assertNothing(name, () -> ActivationKernel.forward(activation, src, dst, elements));
            assertNothing(
                    name + " backward", () -> ActivationKernel.backward(activation, src, gradient, dst, elements));
            assertNothing(
                    name + ", chain",
                    () -> BiasActivationDropout.forward(MASK, 0, activation, src, bias, dst, ROWS, COLUMNS));
            assertNothing(
                    name + ", chain backward",
                    () -> BiasActivationDropout.backward(
                            MASK, 0, activation, src, bias, gradient, dst, biasGradient, ROWS, COLUMNS));
        }
    }

    /** As many elements as make the random bits of later ones. */
    @ParameterizedTest
    @EnumSource(names = {"RELU", "IDENTITY"})
    void longChains(Activation activation) {
        int rows = 2 * Scratch.CHUNK / COLUMNS + 1;
        MemorySegment src = in(Kind.NATIVE, rows * COLUMNS);
        MemorySegment bias = in(Kind.NATIVE, COLUMNS);
        assertNothing(
                activation + ", long chain",
                () -> BiasActivationDropout.forward(MASK, 0, activation, src, bias, src, rows, COLUMNS));
    }

    @ParameterizedTest
    @EnumSource(names = {"HEAP_FLOATS", "NATIVE"})
    void normalisation(Kind kind) {
        int elements = ROWS * COLUMNS;
        String name = "normalisation in " + kind;
        LayerNorm norm = new LayerNorm(in(kind, COLUMNS), in(kind, COLUMNS), COLUMNS, 1e-5f);
        MemorySegment src = in(kind, elements);
        MemorySegment residual = in(kind, elements);
        MemorySegment sum = in(kind, elements);
        MemorySegment dst = in(kind, elements);
        MemorySegment mean = in(kind, ROWS);
        MemorySegment rstd = in(kind, ROWS);
        MemorySegment dy = in(kind, elements);
        MemorySegment dGamma = in(kind, COLUMNS);
        MemorySegment dBeta = in(kind, COLUMNS);
        assertNothing(name, () -> LayerNormKernel.forward(norm, src, dst, mean, rstd, ROWS));
        assertNothing(
                name + " backward",
                () -> LayerNormKernel.backward(norm, src, mean, rstd, dy, dst, dGamma, dBeta, ROWS));
        assertNothing(
                name + ", chain",
                () -> DropoutResidualLayerNorm.forward(
                        MASK, 0, norm, src, residual, sum, dst, mean, rstd, ROWS, Workers.NONE));
        assertNothing(
                name + ", chain backward",
                () -> DropoutResidualLayerNorm.backward(
                        MASK, 0, norm, sum, mean, rstd, dy, dy, dst, residual, dGamma, dBeta, ROWS, Workers.NONE));
    }

    @ParameterizedTest
    @EnumSource(names = {"HEAP_FLOATS", "NATIVE"})
    void bias(Kind kind) {
        MemorySegment src = in(kind, ROWS * COLUMNS);
        MemorySegment bias = in(kind, COLUMNS);
        assertNothing("bias in " + kind, () -> BiasKernel.forward(src, bias, src, ROWS, COLUMNS));
        assertNothing("bias backward in " + kind, () -> BiasKernel.backward(src, bias, ROWS, COLUMNS));
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void chainsOf16Bits(DType type) {
        int elements = ROWS * COLUMNS;
        for (Kind kind : new Kind[] {Kind.NATIVE, Kind.HEAP_FLOATS}) {
            String name = type + " in " + kind;
            MemorySegment src = in(kind, type, elements);
            MemorySegment other = in(kind, type, elements);
            MemorySegment dst = in(kind, type, elements);
            MemorySegment sum = in(kind, type, elements);
            MemorySegment columns = in(kind, COLUMNS);
            MemorySegment otherColumns = in(kind, COLUMNS);
            MemorySegment mean = in(kind, ROWS);
            MemorySegment rstd = in(kind, ROWS);
            LayerNorm norm = new LayerNorm(in(kind, COLUMNS), in(kind, COLUMNS), COLUMNS, 1e-5f);
            Workers one = Workers.NONE;
            for (Activation activation : new Activation[] {Activation.RELU, Activation.GELU}) {
                assertNothing(
                        name + ", " + activation,
                        () -> BiasActivationDropout.forward(
                                MASK, type, 0, activation, src, columns, dst, ROWS, COLUMNS, one));
                assertNothing(
                        name + ", " + activation + " backward",
                        () -> BiasActivationDropout.backward(
                                MASK, type, 0, activation, src, columns, other, dst, otherColumns, ROWS, COLUMNS, one));
            }
            assertNothing(
                    name + ", normalisation",
                    () -> DropoutResidualLayerNorm.forward(
                            MASK, type, 0, norm, src, other, sum, dst, mean, rstd, ROWS, one));
            assertNothing(
                    name + ", normalisation alone",
                    () -> DropoutResidualLayerNorm.forward(
                            MASK, type, 0, norm, src, other, dst, mean, rstd, ROWS, one));
            assertNothing(
                    name + ", normalisation backward",
                    () -> DropoutResidualLayerNorm.backward(
                            MASK,
                            type,
                            0,
                            norm,
                            sum,
                            mean,
                            rstd,
                            src,
                            other,
                            dst,
                            other,
                            columns,
                            otherColumns,
                            ROWS,
                            one));
        }
    }
}
