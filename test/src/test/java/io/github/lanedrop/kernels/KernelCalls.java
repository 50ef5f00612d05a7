package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A call of every kernel for every data type, on heap and native memory, that {@link AllocationTest} holds to 0 bytes.
 *
 * <p>A new kernel joins {@link #all()}, which {@link KernelCallsTest} sees to. Calls are small, a few microseconds, as they are made ten thousands of times; an
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
        Stream<KernelCall> ofEachKind = Stream.of(Kind.HEAP_FLOATS, Kind.NATIVE)
                .flatMap(kind -> Stream.of(
                                Arrays.stream(DType.values()).flatMap(type -> elementwise(type, kind)),
                                keepBits(kind),
                                sources(kind),
                                keptTokens(kind),
                                attention(kind),
                                noise(kind),
                                chunksOfNormals(kind),
                                matrixProduct(kind),
                                LearnedCalls.in(kind))
                        .flatMap(calls -> calls));
        return Stream.concat(ofEachKind, longCalls()).toList();
    }

    private static MemorySegment allocate(Kind kind, long bytes) {
        return new Memory(kind, Arena.ofAuto(), bytes).take(0, bytes);
    }

    /** Every apply operation, on masks that are drawn in ways of their own. */
    private static Stream<KernelCall> elementwise(DType type, Kind kind) {
        long bytes = (long) type.bytes() * ELEMENTS;
        MemorySegment src = allocate(kind, bytes);
        MemorySegment dst = allocate(kind, bytes);
        MemorySegment other = allocate(kind, bytes);
        MemorySegment bits = allocate(kind, ELEMENTS / 8);
        Workers one = Workers.NONE;
        return Stream.of(0d, .1, .5, 1d).flatMap(rate -> {
            Rate drop = Rate.drop(rate);
            var mask = new BernoulliMask(drop, Key.of(1));
            List<KernelCall> calls = new ArrayList<>(List.of(
                    new KernelCall("forward", () -> DropoutKernel.forward(mask, type, 3, src, dst, ELEMENTS, one)),
                    new KernelCall("backward", () -> DropoutKernel.backward(mask, type, 3, src, dst, ELEMENTS, one)),
                    new KernelCall("in place", () -> DropoutKernel.forward(mask, type, 0, dst, dst, ELEMENTS, one)),
                    new KernelCall("tail", () -> DropoutKernel.forward(mask, type, 0, dst, dst, ELEMENTS - 1, one)),
                    new KernelCall(
                            "forward and keepBits",
                            () -> DropoutKernel.forward(mask, type, 0, src, dst, ELEMENTS, bits, one)),
                    new KernelCall("standard", () -> StandardDropout.forward(mask, type, 3, src, dst, ELEMENTS, one)),
                    new KernelCall(
                            "standard, backward",
                            () -> StandardDropout.backward(mask, type, 3, src, dst, ELEMENTS, one)),
                    new KernelCall("toInverted", () -> StandardDropout.toInverted(drop, type, src, dst, ELEMENTS, one)),
                    new KernelCall("evaluate", () -> StandardDropout.evaluate(drop, type, src, dst, ELEMENTS, one)),
                    new KernelCall(
                            "residual", () -> ResidualDropout.forward(mask, type, 3, src, other, dst, ELEMENTS, one)),
                    new KernelCall("zoneout", () -> Zoneout.forward(mask, type, 3, src, other, dst, ELEMENTS, one)),
                    new KernelCall("zoneout, backward", () -> Zoneout.backward(mask, type, 3, src, dst, ELEMENTS, one)),
                    new KernelCall(
                            "zoneout, previous",
                            () -> Zoneout.backwardPrevious(mask, type, 3, src, dst, ELEMENTS, one)),
                    new KernelCall(
                            "zoneout, evaluate", () -> Zoneout.evaluate(drop, type, src, other, dst, ELEMENTS, one))));
            if (!drop.dropsAll()) {
                calls.add(new KernelCall(
                        "toStandard", () -> StandardDropout.toStandard(drop, type, src, dst, ELEMENTS, one)));
                calls.add(new KernelCall("alpha", () -> AlphaDropout.forward(mask, type, 3, src, dst, ELEMENTS, one)));
                calls.add(new KernelCall(
                        "alpha, backward", () -> AlphaDropout.backward(mask, type, 3, src, dst, ELEMENTS, one)));
            }
            return calls.stream().map(call -> call.in(type + ", rate " + rate + ", " + kind));
        });
    }

    /**
     * Elementwise masks on more than two chunks of float32 in native memory, where the random bits of a chunk are made
     * while the one before is applied: a loop of its own for each operation.
     */
    private static Stream<KernelCall> longCalls() {
        int elements = 2 * Scratch.CHUNK + 77;
        long bytes = (long) Float.BYTES * elements;
        MemorySegment src = allocate(Kind.NATIVE, bytes);
        MemorySegment dst = allocate(Kind.NATIVE, bytes);
        MemorySegment bits = allocate(Kind.NATIVE, (elements + 7) / 8);
        DType type = DType.FLOAT32;
        Workers one = Workers.NONE;
        return Stream.of(.1, .5).flatMap(rate -> {
            var mask = new BernoulliMask(Rate.drop(rate), Key.of(1));
            return Stream.of(
                            new KernelCall("forward", () -> DropoutKernel.forward(mask, 128, src, dst, elements)),
                            new KernelCall("in place", () -> DropoutKernel.forward(mask, 0, dst, dst, elements)),
                            new KernelCall(
                                    "forward and keepBits",
                                    () -> DropoutKernel.forward(mask, 0, src, dst, elements, bits, one)),
                            new KernelCall(
                                    "standard", () -> StandardDropout.forward(mask, type, 0, src, dst, elements, one)),
                            new KernelCall("alpha", () -> AlphaDropout.forward(mask, type, 0, src, dst, elements, one)),
                            new KernelCall(
                                    "alpha, backward",
                                    () -> AlphaDropout.backward(mask, type, 0, src, dst, elements, one)),
                            new KernelCall(
                                    "zoneout, previous",
                                    () -> Zoneout.backwardPrevious(mask, type, 0, src, dst, elements, one)))
                    .map(call -> call.in("two chunks, rate " + rate));
        });
    }

    private static Stream<KernelCall> keepBits(Kind kind) {
        MemorySegment bits = allocate(kind, ELEMENTS / 8);
        MemorySegment bytes = allocate(kind, ELEMENTS);
        MemorySegment floats = allocate(kind, (long) Float.BYTES * ELEMENTS);
        return Stream.concat(
                Stream.of(0d, .1, .5, 1d).map(rate -> {
                    var mask = new BernoulliMask(Rate.drop(rate), Key.of(1));
                    return new KernelCall(
                            "keepBits, rate " + rate + ", " + kind,
                            () -> DropoutKernel.keepBits(mask, 3, bits, ELEMENTS));
                }),
                Stream.of(
                                new KernelCall("bits to bytes", () -> MaskBits.bitsToBytes(bits, bytes, ELEMENTS)),
                                new KernelCall("bytes to bits", () -> MaskBits.bytesToBits(bytes, bits, ELEMENTS)),
                                new KernelCall(
                                        "bits to floats", () -> MaskBits.bitsToFloats(bits, 2, floats, ELEMENTS)),
                                new KernelCall("floats to bits", () -> MaskBits.floatsToBits(floats, bits, ELEMENTS)),
                                new KernelCall("kept", () -> MaskBits.kept(bits, ELEMENTS)))
                        .map(call -> call.in("" + kind)));
    }

    /** Every mask source, by one operation: how bits are made does not depend on it. More than a chunk of elements. */
    private static Stream<KernelCall> sources(Kind kind) {
        int most = 5000;
        MemorySegment data = allocate(kind, (long) Float.BYTES * most);
        MemorySegment bits = allocate(kind, most / 8);
        return MaskSources.all().flatMap(sample -> {
            MaskSource mask = sample.source().apply(Key.of(1));
            long elements = Math.min(most, sample.elements() - 3);
            return Stream.of(
                            new KernelCall("forward", () -> DropoutKernel.forward(mask, 3, data, data, elements)),
                            new KernelCall("keepBits", () -> DropoutKernel.keepBits(mask, 3, bits, elements)),
                            new KernelCall("kept", () -> MaskBits.kept(mask, 3, elements)))
                    .map(call -> call.in(sample + ", " + kind));
        });
    }

    private static Stream<KernelCall> noise(Kind kind) {
        Key key = Key.of(1);
        MemorySegment values = allocate(kind, 4L * ELEMENTS);
        Stream<NoiseSource> sources = Stream.of(
                GaussianNoise.dropout(Rate.drop(0), key),
                GaussianNoise.dropout(Rate.drop(.1), key),
                new UniformNoise(1, .5, key),
                new StoredNoise(values),
                new BroadcastNoise(GaussianNoise.dropout(Rate.drop(.1), key), BroadcastShape.locked(ELEMENTS, 16, 48)));
        return sources.flatMap(noise -> Arrays.stream(DType.values()).flatMap(type -> {
            MemorySegment src = allocate(kind, (long) type.bytes() * ELEMENTS);
            MemorySegment dst = allocate(kind, (long) type.bytes() * ELEMENTS);
            return Stream.of(
                            new KernelCall(
                                    "multiply",
                                    () -> NoiseKernel.multiply(noise, type, 0, src, dst, ELEMENTS - 3, Workers.NONE)),
                            new KernelCall(
                                    "backward",
                                    () -> NoiseKernel.multiplyBackward(
                                            noise, type, 0, src, dst, ELEMENTS - 3, Workers.NONE)),
                            new KernelCall(
                                    "add", () -> NoiseKernel.add(noise, type, 1, dst, dst, ELEMENTS - 3, Workers.NONE)),
                            new KernelCall(
                                    "fill", () -> NoiseKernel.fill(noise, 1, src, ELEMENTS / 2 - 3, Workers.NONE)))
                    .map(call -> call.in(noise.getClass().getSimpleName() + ", " + type + ", " + kind
                            + (Noise.isConstant(noise, 1) ? ", constant" : "")));
        }));
    }

    /** Normals applied as they are made, which whole chunks in native memory are. */
    private static Stream<KernelCall> chunksOfNormals(Kind kind) {
        int elements = 2100;
        MemorySegment data = allocate(kind, (long) Float.BYTES * elements);
        NoiseSource factors = GaussianNoise.dropout(Rate.drop(.1), Key.of(1));
        NoiseSource summands = GaussianNoise.centred(.1, Key.of(1));
        return Stream.of(
                        new KernelCall("multiply", () -> NoiseKernel.multiply(factors, 0, data, data, elements)),
                        new KernelCall("add", () -> NoiseKernel.add(summands, 3, data, data, elements)))
                .map(call -> call.in("chunks of normals, " + kind));
    }

    private static Stream<KernelCall> keptTokens(Kind kind) {
        int bytes = 16;
        KeptTokens tokens = KeptTokens.draw(Rate.drop(.5), Key.of(1), 10, 50, 1);
        MemorySegment all = allocate(kind, 500L * bytes);
        MemorySegment few = allocate(kind, tokens.kept() * 10L * bytes);
        return Stream.of(
                        new KernelCall("gather", () -> tokens.gather(all, few, bytes, Workers.NONE)),
                        new KernelCall("scatter", () -> tokens.scatter(few, all, bytes, Workers.NONE)))
                .map(call -> call.in("kept tokens, " + kind));
    }

    private static Stream<KernelCall> matrixProduct(Kind kind) {
        int size = 9;
        Matrix a = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix b = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix c = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix aTransposed = a.transpose();
        Matrix bTransposed = b.transpose();
        Matrix tall = Matrix.of(a.segment(), 27, 3);
        Matrix narrow = Matrix.of(b.segment(), 3, 2);
        Matrix across = Matrix.of(c.segment(), 27, 2);
        Matrix rows = Matrix.of(a.segment(), 20, 4);
        Matrix few = Matrix.of(b.segment(), 4, 10);
        Matrix fewColumns = Matrix.of(allocate(kind, 4L * 20 * 10), 20, 10);
        PackedMatrix packed = PackedMatrix.of(b);
        MaskSource mask = new BernoulliMask(Rate.drop(.1), Key.of(1));
        Epilogue epilogue =
                Epilogue.NONE.bias(b.segment()).activation(Activation.RELU).dropout(mask, 3);
        Epilogue relu = Epilogue.NONE.activation(Activation.RELU);
        Epilogue gelu = Epilogue.NONE.bias(b.segment()).activation(Activation.GELU);
        DropConnect weights = DropConnect.perBlock(mask, 4);
        DropConnect oneMask = DropConnect.perBatch(mask);
        Matrix variance = Matrix.of(allocate(kind, 4L * size * size), size, size);
        Matrix squares = Matrix.of(MemorySegment.ofArray(new float[size * size]), size, size);
        Key key = Key.of(2);
        return Stream.of(
                        new KernelCall("a b", () -> MatrixProduct.multiply(a, b, c)),
                        new KernelCall("a' b", () -> MatrixProduct.multiply(aTransposed, b, c)),
                        new KernelCall("a b', added", () -> MatrixProduct.multiplyAdd(a, bTransposed, c)),
                        new KernelCall("across", () -> MatrixProduct.multiply(tall, narrow, across)),
                        new KernelCall("few columns", () -> MatrixProduct.multiply(rows, few, fewColumns)),
                        new KernelCall("packed", () -> MatrixProduct.multiply(a, packed, c, Workers.NONE)),
                        new KernelCall("epilogue", () -> MatrixProduct.multiply(a, b, c, epilogue, Workers.NONE)),
                        new KernelCall("ReLU", () -> MatrixProduct.multiply(a, b, c, relu, Workers.NONE)),
                        new KernelCall("bias, GELU", () -> MatrixProduct.multiply(a, b, c, gelu, Workers.NONE)),
                        new KernelCall(
                                "DropConnect",
                                () -> DropConnectProduct.multiply(
                                        weights, a, bTransposed, c, Epilogue.NONE, Workers.NONE)),
                        new KernelCall(
                                "DropConnect, one mask",
                                () -> DropConnectProduct.multiply(oneMask, a, b, c, Epilogue.NONE, Workers.NONE)),
                        new KernelCall(
                                "DropConnect's gradient",
                                () -> DropConnectProduct.addWeightGradient(weights, aTransposed, b, c, Workers.NONE)),
                        new KernelCall(
                                "DropConnect's moments",
                                () -> DropConnectProduct.moments(weights, a, b, c, variance, Workers.NONE)),
                        new KernelCall(
                                "DropConnect's samples",
                                () -> DropConnectProduct.sample(
                                        Activation.RELU,
                                        2,
                                        key,
                                        0,
                                        c.segment(),
                                        squares.segment(),
                                        c.segment(),
                                        (long) size * size,
                                        Workers.NONE)))
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
