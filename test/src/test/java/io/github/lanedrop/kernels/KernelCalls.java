package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A call of every kernel for every data type, on heap and native memory, that {@link AllocationTest} holds to 0 bytes.
 *
 * <p>A new kernel joins {@link #all()}. Calls are small, a few microseconds, as they are made ten thousands of times; an
 * odd number of elements sees to it that the tail is among them. What they need is allocated here, once.
 */
final class KernelCalls {
    private static final int ELEMENTS = 768;

    private KernelCalls() {}

    /** A call with a name that says kernel, data type and memory. */
    record KernelCall(String name, Runnable call) {
        KernelCall in(String where) {
            return new KernelCall(where + ": " + name, call);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<KernelCall> all() {
        return Stream.of(Kind.HEAP_FLOATS, Kind.NATIVE)
                .flatMap(kind -> Stream.of(dropout(kind), matrixProduct(kind), attention(kind))
                        .flatMap(calls -> calls))
                .toList();
    }

    private static MemorySegment allocate(Kind kind, long bytes) {
        return new Memory(kind, Arena.ofAuto(), bytes).take(0, bytes);
    }

    private static Stream<KernelCall> dropout(Kind kind) {
        return Stream.of(0d, .1, .5, 1d).flatMap(rate -> {
            MaskSource mask = new BernoulliMask(Rate.drop(rate), Key.of(1));
            MemorySegment src = allocate(kind, 4 * ELEMENTS);
            MemorySegment dst = allocate(kind, 4 * ELEMENTS);
            MemorySegment bits = allocate(kind, ELEMENTS / 8);
            MemorySegment otherBits = allocate(kind, ELEMENTS / 8);
            var stored = new StoredMask(mask.rate(), bits);
            UnaryOperator<KernelCall> named = call -> call.in("dropout, float32, rate " + rate + ", " + kind);
            return Stream.of(
                            new KernelCall("forward", () -> DropoutKernel.forward(mask, 3, src, dst, ELEMENTS)),
                            new KernelCall("backward", () -> DropoutKernel.backward(mask, 3, src, dst, ELEMENTS)),
                            new KernelCall("in place", () -> DropoutKernel.forward(mask, 0, dst, dst, ELEMENTS)),
                            new KernelCall("tail", () -> DropoutKernel.forward(mask, 0, dst, dst, ELEMENTS - 1)),
                            new KernelCall("keepBits", () -> DropoutKernel.keepBits(mask, 0, bits, ELEMENTS)),
                            new KernelCall(
                                    "forward and keepBits",
                                    () -> DropoutKernel.forward(mask, 0, src, dst, ELEMENTS, bits, Workers.NONE)),
                            new KernelCall("stored", () -> DropoutKernel.forward(stored, 0, src, dst, ELEMENTS)),
                            new KernelCall(
                                    "stored keepBits", () -> DropoutKernel.keepBits(stored, 0, otherBits, ELEMENTS)))
                    .map(named);
        });
    }

    private static Stream<KernelCall> matrixProduct(Kind kind) {
        int size = 9;
        Matrix a = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix b = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix c = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix aTransposed = a.transpose();
        Matrix bTransposed = b.transpose();
        return Stream.of(
                        new KernelCall("a b", () -> MatrixProduct.multiply(a, b, c)),
                        new KernelCall("a' b", () -> MatrixProduct.multiply(aTransposed, b, c)),
                        new KernelCall("a b', added", () -> MatrixProduct.multiplyAdd(a, bTransposed, c)))
                .map(call -> call.in("product, float32, " + kind));
    }

    private static Stream<KernelCall> attention(Kind kind) {
        AttentionScores scores = AttentionScores.of(2, 5, 70)
                .causally()
                .withKeyLengths(allocate(kind, 8).fill((byte) 0));
        scores.keyLengths().set(Memory.INT, 4, 67);
        MaskSource mask = new BernoulliMask(Rate.drop(.1), Key.of(1));
        MemorySegment src = allocate(kind, 4 * scores.elements());
        MemorySegment dst = allocate(kind, 4 * scores.elements());
        MemorySegment gradient = allocate(kind, 4 * scores.elements());
        AttentionScores renormalized = scores.renormalizing();
        AttentionShape shape = AttentionShape.of(scores, 20);
        AttentionOperands operands = operands(kind, shape);
        AttentionOperands gradients = operands(kind, shape);
        MemorySegment output = allocate(kind, 4 * shape.outputFloats());
        MemorySegment outputGradient = allocate(kind, 4 * shape.outputFloats());
        MemorySegment logSums = allocate(kind, 4 * shape.allRows());
        return Stream.of(
                        new KernelCall("softmax forward", () -> SoftmaxDropout.forward(mask, 3, scores, src, dst)),
                        new KernelCall(
                                "softmax forward, renormalised",
                                () -> SoftmaxDropout.forward(mask, 3, renormalized, src, dst)),
                        new KernelCall(
                                "softmax backward", () -> SoftmaxDropout.backward(mask, 3, scores, src, dst, gradient)),
                        new KernelCall(
                                "tiled forward", () -> Attention.forward(mask, 3, shape, operands, output, logSums)),
                        new KernelCall(
                                "tiled backward",
                                () -> Attention.backward(
                                        mask, 3, shape, operands, output, logSums, outputGradient, gradients)))
                .map(call -> call.in("attention, float32, " + kind));
    }

    private static AttentionOperands operands(Kind kind, AttentionShape shape) {
        return new AttentionOperands(
                allocate(kind, 4 * shape.queryFloats()),
                allocate(kind, 4 * shape.keyFloats()),
                allocate(kind, 4 * shape.valueFloats()));
    }
}
