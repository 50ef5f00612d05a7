package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
                .flatMap(kind -> Stream.of(dropout(kind), noise(kind), matrixProduct(kind))
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

    private static Stream<KernelCall> noise(Kind kind) {
        Key key = Key.of(1);
        MemorySegment values = allocate(kind, 4 * ELEMENTS);
        Stream<NoiseSource> sources = Stream.of(
                GaussianNoise.dropout(Rate.drop(0), key),
                GaussianNoise.dropout(Rate.drop(.1), key),
                new UniformNoise(1, .5, key),
                new StoredNoise(values));
        return sources.flatMap(noise -> Arrays.stream(DType.values()).flatMap(type -> {
            MemorySegment src = allocate(kind, (long) type.bytes() * ELEMENTS);
            MemorySegment dst = allocate(kind, (long) type.bytes() * ELEMENTS);
            return Stream.of(
                            new KernelCall(
                                    "multiply",
                                    () -> NoiseKernel.multiply(noise, type, 0, src, dst, ELEMENTS - 3, Workers.NONE)),
                            new KernelCall(
                                    "add", () -> NoiseKernel.add(noise, type, 1, dst, dst, ELEMENTS - 3, Workers.NONE)),
                            new KernelCall(
                                    "fill", () -> NoiseKernel.fill(noise, 1, src, ELEMENTS / 2 - 3, Workers.NONE)))
                    .map(call -> call.in(noise.getClass().getSimpleName() + ", " + type + ", " + kind
                            + (Noise.isConstant(noise, 1) ? ", constant" : "")));
        }));
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
}
