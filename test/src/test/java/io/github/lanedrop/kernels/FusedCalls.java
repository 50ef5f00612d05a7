package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.KernelCalls.KernelCall;
import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A call of every fused kernel, as {@link KernelCalls} has them of the others. */
final class FusedCalls {
    private static final int ROWS = 7;
    private static final int COLUMNS = 150;
    private static final BernoulliMask MASK = new BernoulliMask(Rate.drop(.1), Key.of(1));

    private final Rows rows = new Rows(10);

    private FusedCalls() {}

    static Stream<KernelCall> all() {
        return Stream.concat(shortCalls(), longChains());
    }

    /** Those of less than a chunk. */
    static Stream<KernelCall> shortCalls() {
        var calls = new FusedCalls();
        return Stream.of(Kind.NATIVE, Kind.HEAP_FLOATS).flatMap(calls::in).map(call -> call.in("fused"));
    }

    /** Those so long that they draw ahead, in loops over slices. */
    static Stream<KernelCall> longChains() {
        var calls = new FusedCalls();
        return Stream.of(Activation.RELU, Activation.IDENTITY)
                .map(calls::longChain)
                .map(call -> call.in("fused"));
    }

    private Stream<KernelCall> in(Kind kind) {
        return Stream.of(
                        Arrays.stream(Activation.values()).flatMap(activation -> activation(activation, kind)),
                        normalisation(kind),
                        bias(kind),
                        Stream.of(DType.BFLOAT16, DType.FLOAT16).flatMap(type -> chainsOf16Bits(type, kind)))
                .flatMap(calls -> calls)
                .map(call -> call.in("" + kind));
    }

    private MemorySegment memory(Kind kind, int elements) {
        return memory(kind, DType.FLOAT32, elements);
    }

    private MemorySegment memory(Kind kind, DType type, int elements) {
        return rows.in(kind, 0, type, rows.floats(elements));
    }

    private Stream<KernelCall> activation(Activation activation, Kind kind) {
        int elements = ROWS * COLUMNS;
        MemorySegment src = memory(kind, elements);
        MemorySegment bias = memory(kind, COLUMNS);
        MemorySegment dst = memory(kind, elements);
        MemorySegment gradient = memory(kind, elements);
        MemorySegment biasGradient = memory(kind, COLUMNS);
        return Stream.of(
                        new KernelCall("alone", () -> ActivationKernel.forward(activation, src, dst, elements)),
                        new KernelCall(
                                "backward", () -> ActivationKernel.backward(activation, src, gradient, dst, elements)),
                        new KernelCall(
                                "chain",
                                () -> BiasActivationDropout.forward(
                                        MASK, 0, activation, src, bias, dst, ROWS, COLUMNS)),
                        new KernelCall(
                                "chain backward",
                                () -> BiasActivationDropout.backward(
                                        MASK, 0, activation, src, bias, gradient, dst, biasGradient, ROWS, COLUMNS)))
                .map(call -> call.in("" + activation));
    }

    /** As many elements as make the random bits of later ones. */
    private KernelCall longChain(Activation activation) {
        int most = 2 * Scratch.CHUNK / COLUMNS + 1;
        MemorySegment src = memory(Kind.NATIVE, most * COLUMNS);
        MemorySegment bias = memory(Kind.NATIVE, COLUMNS);
        return new KernelCall(
                activation + ", long chain",
                () -> BiasActivationDropout.forward(MASK, 0, activation, src, bias, src, most, COLUMNS));
    }

    private Stream<KernelCall> normalisation(Kind kind) {
        int elements = ROWS * COLUMNS;
        LayerNorm norm = new LayerNorm(memory(kind, COLUMNS), memory(kind, COLUMNS), COLUMNS, 1e-5f);
        MemorySegment src = memory(kind, elements);
        MemorySegment residual = memory(kind, elements);
        MemorySegment sum = memory(kind, elements);
        MemorySegment dst = memory(kind, elements);
        MemorySegment mean = memory(kind, ROWS);
        MemorySegment rstd = memory(kind, ROWS);
        MemorySegment dy = memory(kind, elements);
        MemorySegment dGamma = memory(kind, COLUMNS);
        MemorySegment dBeta = memory(kind, COLUMNS);
        Workers one = Workers.NONE;
        return Stream.of(
                        new KernelCall("alone", () -> LayerNormKernel.forward(norm, src, dst, mean, rstd, ROWS)),
                        new KernelCall(
                                "backward",
                                () -> LayerNormKernel.backward(norm, src, mean, rstd, dy, dst, dGamma, dBeta, ROWS)),
                        new KernelCall(
                                "chain",
                                () -> DropoutResidualLayerNorm.forward(
                                        MASK, 0, norm, src, residual, sum, dst, mean, rstd, ROWS, one)),
                        new KernelCall(
                                "chain backward",
                                () -> DropoutResidualLayerNorm.backward(
                                        MASK, 0, norm, sum, mean, rstd, dy, dy, dst, residual, dGamma, dBeta, ROWS,
                                        one)))
                .map(call -> call.in("normalisation"));
    }

    private Stream<KernelCall> bias(Kind kind) {
        MemorySegment src = memory(kind, ROWS * COLUMNS);
        MemorySegment bias = memory(kind, COLUMNS);
        return Stream.of(
                new KernelCall("bias", () -> BiasKernel.forward(src, bias, src, ROWS, COLUMNS)),
                new KernelCall("bias backward", () -> BiasKernel.backward(src, bias, ROWS, COLUMNS)));
    }

    private Stream<KernelCall> chainsOf16Bits(DType type, Kind kind) {
        int elements = ROWS * COLUMNS;
        MemorySegment src = memory(kind, type, elements);
        MemorySegment other = memory(kind, type, elements);
        MemorySegment dst = memory(kind, type, elements);
        MemorySegment sum = memory(kind, type, elements);
        MemorySegment columns = memory(kind, COLUMNS);
        MemorySegment otherColumns = memory(kind, COLUMNS);
        MemorySegment mean = memory(kind, ROWS);
        MemorySegment rstd = memory(kind, ROWS);
        LayerNorm norm = new LayerNorm(memory(kind, COLUMNS), memory(kind, COLUMNS), COLUMNS, 1e-5f);
        Workers one = Workers.NONE;
        Stream<KernelCall> activations = Arrays.stream(Activation.values())
                .flatMap(activation -> Stream.of(
                        new KernelCall(
                                "" + activation,
                                () -> BiasActivationDropout.forward(
                                        MASK, type, 0, activation, src, columns, dst, ROWS, COLUMNS, one)),
                        new KernelCall(
                                activation + " backward",
                                () -> BiasActivationDropout.backward(
                                        MASK,
                                        type,
                                        0,
                                        activation,
                                        src,
                                        columns,
                                        other,
                                        dst,
                                        otherColumns,
                                        ROWS,
                                        COLUMNS,
                                        one))));
        List<KernelCall> norms = List.of(
                new KernelCall(
                        "normalisation",
                        () -> DropoutResidualLayerNorm.forward(
                                MASK, type, 0, norm, src, other, sum, dst, mean, rstd, ROWS, one)),
                new KernelCall(
                        "normalisation without the sum",
                        () -> DropoutResidualLayerNorm.forward(
                                MASK, type, 0, norm, src, other, dst, mean, rstd, ROWS, one)),
                new KernelCall(
                        "normalisation backward",
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
                                one)));
        return Stream.concat(activations, norms.stream()).map(call -> call.in("" + type));
    }
}
