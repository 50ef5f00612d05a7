package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * Calls of every kernel, forward and backward, on buffers of one kind of memory, which let the JVM's compilers see it.
 *
 * <p>All that is read is 0, and what is written is never read as if it were not, so that no value grows from call to call.
 */
final class WarmUp {
    private static final int ELEMENTS = 12 * Scratch.CHUNK; // to draw ahead often
    private static final int COLUMNS = 256;

    // with these counts the first call after took 50 us and the tenth 0.6 us, without the long calls or the products
    // 5 to 50 ms; without out-of-place calls or one of the kinds of memory each took 20 to 200 us, for 20 to 200 ms
    private static final int SHORT_CALL = 200;
    private static final int SHORT_CALLS = 1_000;
    private static final int LONG_CALLS = 300;
    private static final int PRODUCTS = 150;
    private static final int PRODUCT_SIZE = 33;
    /** Until long calls draw ahead, which takes some 20 milliseconds, or for a tenth of a second. */
    static final int QUESTIONS = 50_000;

    // of the other families
    private static final int LONG_CALL = 3 * Scratch.CHUNK - 1;
    private static final int LEAST_ROUNDS = 400;
    private static final int SHORT_CALLS_A_ROUND = 10;
    private static final long STEADY_NANOS = 1_000_000_000;

    private static final Rate RATE = Rate.drop(0.1);
    private static final Key KEY = Key.of(0);
    private static final Workers ONE = Workers.NONE;
    private static final DType TYPE = DType.FLOAT32;
    private static final Activation[] ACTIVATIONS = Activation.values();
    private static final BernoulliMask MASK = new BernoulliMask(RATE, KEY);
    private static final BernoulliMask[] MASKS = {MASK, new BernoulliMask(Rate.drop(0.5), KEY)};
    private static final Epilogue EPILOGUE =
            Epilogue.NONE.activation(Activation.RELU).dropout(MASK, 0);

    /** What is read, all 0. */
    private final MemorySegment zeros;

    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment c;
    /** A value a row, of a matrix or of the queries of attention. */
    private final MemorySegment forRows;

    private final MemorySegment forRowsToo;
    private final MemorySegment forColumns;
    private final MemorySegment forColumnsToo;
    private final MemorySegment bits;
    private final StoredMask[] stored;

    private WarmUp(LongFunction<MemorySegment> floats, MemorySegment bits) {
        zeros = floats.apply(ELEMENTS);
        a = floats.apply(ELEMENTS);
        b = floats.apply(ELEMENTS);
        c = floats.apply(ELEMENTS);
        forRows = floats.apply(ELEMENTS / COLUMNS);
        forRowsToo = floats.apply(ELEMENTS / COLUMNS);
        forColumns = floats.apply(COLUMNS);
        forColumnsToo = floats.apply(COLUMNS);
        this.bits = bits;
        stored = new StoredMask[] {new StoredMask(MASKS[0].rate(), bits), new StoredMask(MASKS[1].rate(), bits)};
    }

    /** Warms up some families, in the order of the enumeration. */
    static void run(Set<KernelFamily> families) {
        try (Arena arena = Arena.ofConfined()) {
            Overlap.slicesAreInlined(arena.allocate(COLUMNS), QUESTIONS); // before all else, when C2 is not busy
            // of one thread, of all threads, and on the heap: code that has not seen one is thrown away when it does
            List<WarmUp> memories = List.of(of(arena), of(Arena.ofAuto()), new WarmUp(WarmUp::heap, bits(arena)));
            for (KernelFamily family : KernelFamily.values()) {
                if (families.contains(family)) {
                    run(family, memories);
                }
            }
        }
    }

    private static WarmUp of(Arena arena) {
        return new WarmUp(floats -> arena.allocate(floats * Float.BYTES, Float.BYTES), bits(arena));
    }

    private static MemorySegment bits(Arena arena) {
        return arena.allocate(ELEMENTS / Byte.SIZE);
    }

    private static MemorySegment heap(long floats) {
        return MemorySegment.ofArray(new float[(int) floats]);
    }

    private static void run(KernelFamily family, List<WarmUp> memories) {
        switch (family) {
            case DROPOUT -> {
                // calls before loops, since until its loops are compiled a long call takes as long as all short ones
                run(family, memories, SHORT_CALLS, SHORT_CALL);
                run(family, memories, LONG_CALLS, ELEMENTS - 1);
            }
            case PRODUCTS -> run(family, memories, PRODUCTS, 0);
            default -> runUntilSteady(family, memories);
        }
    }

    /** C2 takes from one second to many, and until then rounds are slow: a count alone would do for one family on one CPU. */
    private static void runUntilSteady(KernelFamily family, List<WarmUp> memories) {
        long start = System.nanoTime();
        long fastest = Long.MAX_VALUE;
        long steadySince = start;
        long now = start;
        for (int round = 0; round < LEAST_ROUNDS || now - steadySince < STEADY_NANOS; round++) {
            long before = now;
            run(family, memories, SHORT_CALLS_A_ROUND, 2 * COLUMNS);
            run(family, memories, 1, LONG_CALL);
            now = System.nanoTime();
            if (now - before < fastest - fastest / 8) {
                fastest = now - before;
                steadySince = now;
            }
        }
    }

    private static void run(KernelFamily family, List<WarmUp> memories, int rounds, int elements) {
        for (int round = 0; round < rounds; round++) {
            for (WarmUp memory : memories) {
                memory.call(family, elements);
            }
        }
    }

    private void call(KernelFamily family, int elements) {
        switch (family) {
            case DROPOUT -> dropout(elements);
            case OPERATIONS -> operations(elements);
            case MASKS -> masks(elements);
            case NOISE -> noise(elements);
            case BIAS, RELU, SIGMOID, TANH, SILU, GELU, GELU_TANH -> chains(family, elements / COLUMNS);
            case LAYER_NORM -> layerNorm(elements / COLUMNS);
            case PRODUCTS -> products();
            case DROP_CONNECT -> dropConnect();
            case ATTENTION -> attention();
            case LEARNED -> learned(elements);
        }
    }

    /** In place, and out of place, which is another path through the checks. */
    private void dropout(int elements) {
        for (int i = 0; i < MASKS.length; i++) {
            DropoutKernel.forward(MASKS[i], 0, a, a, elements);
            DropoutKernel.forward(MASKS[i], 0, a, b, elements);
            DropoutKernel.forward(MASKS[i], 3, a, a, elements, bits, ONE);
            DropoutKernel.keepBits(MASKS[i], 0, bits, elements);
            DropoutKernel.backward(stored[i], 0, a, a, elements);
        }
    }

    private void operations(int elements) {
        StandardDropout.forward(MASK, TYPE, 0, zeros, a, elements, ONE);
        StandardDropout.evaluate(RATE, TYPE, zeros, a, elements, ONE);
        AlphaDropout.forward(MASK, TYPE, 0, zeros, a, elements, ONE);
        AlphaDropout.backward(MASK, TYPE, 0, zeros, a, elements, ONE);
        ResidualDropout.forward(MASK, TYPE, 0, zeros, zeros, a, elements, ONE);
        Zoneout.forward(MASK, TYPE, 0, zeros, zeros, a, elements, ONE);
        Zoneout.backward(MASK, TYPE, 0, zeros, a, elements, ONE);
        Zoneout.backwardPrevious(MASK, TYPE, 0, zeros, a, elements, ONE);
        Zoneout.evaluate(RATE, TYPE, zeros, zeros, a, elements, ONE);
    }

    private void masks(int elements) {
        for (MaskSource source : Sources.MASKS) {
            long count = Math.min(elements, source.elements());
            DropoutKernel.forward(source, 0, zeros, a, count);
            DropoutKernel.keepBits(source, 0, bits, count);
        }
    }

    private void noise(int elements) {
        for (NoiseSource source : Noises.ALL) {
            NoiseKernel.multiply(source, 0, zeros, a, elements);
            NoiseKernel.multiplyBackward(source, 0, zeros, a, elements);
            NoiseKernel.add(source, 0, zeros, a, elements);
        }
    }

    private void chains(KernelFamily family, long rows) {
        for (Activation activation : ACTIVATIONS) {
            if (KernelFamily.of(activation) == family) {
                chain(activation, rows);
            }
        }
        if (family == KernelFamily.BIAS) {
            bias(rows);
        }
    }

    private void chain(Activation activation, long rows) {
        BiasActivationDropout.forward(MASK, 0, activation, zeros, forColumns, a, rows, COLUMNS);
        BiasActivationDropout.backward(MASK, 0, activation, zeros, forColumns, zeros, a, forColumnsToo, rows, COLUMNS);
        ActivationKernel.forward(activation, zeros, a, rows * COLUMNS);
        ActivationKernel.backward(activation, zeros, zeros, a, rows * COLUMNS);
    }

    private void bias(long rows) {
        BiasKernel.forward(zeros, forColumns, a, rows, COLUMNS);
        BiasKernel.backward(zeros, forColumnsToo, rows, COLUMNS);
    }

    private void layerNorm(long rows) {
        var norm = new LayerNorm(forColumns, forColumns, COLUMNS, 1e-5f);
        LayerNormKernel.forward(norm, zeros, a, forRows, forRowsToo, rows);
        LayerNormKernel.backward(norm, zeros, forRows, forRowsToo, zeros, a, forColumnsToo, c, rows);
        DropoutResidualLayerNorm.forward(MASK, 0, norm, zeros, zeros, a, b, forRows, forRowsToo, rows, ONE);
        DropoutResidualLayerNorm.backward(
                MASK, 0, norm, zeros, forRows, forRowsToo, zeros, zeros, a, b, forColumnsToo, c, rows, ONE);
    }

    /** The three products of a linear layer's forward and backward pass, and its output with an epilogue. */
    private void products() {
        Matrix square = Matrix.of(zeros, PRODUCT_SIZE, PRODUCT_SIZE);
        Matrix sum = Matrix.of(a, PRODUCT_SIZE, PRODUCT_SIZE);
        MatrixProduct.multiply(square, square, sum);
        MatrixProduct.multiplyAdd(square, square.transpose(), sum);
        MatrixProduct.multiplyAdd(square.transpose(), square, sum);
        MatrixProduct.multiply(square, square, sum, EPILOGUE, ONE);
    }

    private void dropConnect() {
        Matrix square = Matrix.of(zeros, PRODUCT_SIZE, PRODUCT_SIZE);
        Matrix mean = Matrix.of(a, PRODUCT_SIZE, PRODUCT_SIZE);
        Matrix variance = Matrix.of(b, PRODUCT_SIZE, PRODUCT_SIZE);
        DropConnect weights = DropConnect.perBlock(MASK, 8);
        DropConnectProduct.multiply(weights, square, square.transpose(), mean, EPILOGUE, ONE);
        DropConnectProduct.addWeightGradient(weights, square.transpose(), square, mean, ONE);
        DropConnectProduct.moments(weights, square, square, mean, variance, ONE);
        DropConnectProduct.sample(Activation.RELU, 2, KEY, 0, zeros, zeros, c, (long) PRODUCT_SIZE * PRODUCT_SIZE, ONE);
    }

    private void attention() {
        var operands = new AttentionOperands(zeros, zeros, zeros);
        var gradients = new AttentionOperands(a, b, c);
        for (AttentionScores scores : new AttentionScores[] {Scores.ALL, Scores.CAUSAL}) {
            AttentionShape shape = AttentionShape.of(scores, 64);
            SoftmaxDropout.forward(MASK, 0, scores, zeros, a);
            SoftmaxDropout.backward(MASK, 0, scores, zeros, zeros, a);
            Attention.forward(MASK, 0, shape, operands, a, forRows);
            Attention.backward(MASK, 0, shape, operands, zeros, forRows, zeros, gradients);
        }
    }

    private void learned(int elements) {
        var mask = new ConcreteMask(ConcreteRate.drop(0.1), KEY, Sharing.NONE);
        ConcreteDropout.forward(mask, 0, zeros, a, elements);
        ConcreteDropout.backward(mask, 0, zeros, zeros, a, elements);
        VariationalDropout.forward(KEY, 0, Sharing.NONE, zeros, zeros, a, elements, ONE);
        VariationalDropout.backward(KEY, 0, Sharing.NONE, zeros, zeros, zeros, a, b, elements, ONE);
        VariationalDropout.variance(Sharing.NONE, zeros, zeros, a, elements, ONE);
        VariationalDropout.addVarianceGradient(Sharing.NONE, zeros, zeros, zeros, a, b, elements, ONE);
        VariationalDropout.divergence(zeros, elements, ONE);
        VariationalDropout.addDivergenceGradient(1, zeros, a, elements, ONE);
        SparseVariationalDropout.variance(zeros, a, elements, ONE);
        SparseVariationalDropout.addVarianceGradient(zeros, zeros, a, elements, ONE);
        SparseVariationalDropout.logAlpha(zeros, zeros, a, elements, ONE);
        SparseVariationalDropout.divergence(zeros, zeros, elements, ONE);
        SparseVariationalDropout.addDivergenceGradient(1, zeros, zeros, a, b, elements, ONE);
        SparseVariationalDropout.prune(zeros, zeros, 3, a, elements, ONE);
        LocalReparameterization.sample(KEY, 0, zeros, zeros, a, elements, ONE);
        LocalReparameterization.varianceGradient(KEY, 0, zeros, zeros, a, elements, ONE);
        LocalReparameterization.square(zeros, a, elements, ONE);
        LocalReparameterization.addSquareGradient(zeros, zeros, a, elements, ONE);
    }

    // made when their family is warmed up, and not before

    /** Decided in all ways, but for those of {@link KernelFamily#DROPOUT}. */
    static final class Sources {
        private static final int CHANNELS = 8;
        private static final int POSITIONS = 14 * 14;
        private static final int SAMPLES = ELEMENTS / CHANNELS / POSITIONS;

        static final MaskSource[] MASKS = {
            new BroadcastMask(MASK, BroadcastShape.rows(ELEMENTS / COLUMNS, COLUMNS)),
            new BroadcastMask(MASK, BroadcastShape.channelsFirst(SAMPLES, CHANNELS, POSITIONS)),
            new BroadcastMask(MASK, BroadcastShape.channelsLast(SAMPLES, CHANNELS, POSITIONS)),
            new DropBlockMask(DropBlock.exact(RATE, 3, 14, 14), KEY),
            RowKeyedMask.of(RATE, ELEMENTS / 2, KEY.step(1), KEY.step(2)),
            new TokenTypeMask(MASK, MemorySegment.ofArray(new int[ELEMENTS / COLUMNS]), COLUMNS),
            ExactCountMask.of(RATE, KEY, ELEMENTS),
            new ByteMask(RATE, MemorySegment.ofArray(new byte[ELEMENTS])),
            new FloatMask(RATE, MemorySegment.ofArray(new float[ELEMENTS])),
            new VaryingRateMask(MemorySegment.ofArray(new float[ELEMENTS]), KEY),
            new VaryingRateMask(MemorySegment.ofArray(new float[COLUMNS]), Sharing.column(ELEMENTS, COLUMNS), KEY),
            new ScaledMask(MASK, 1.5),
        };
    }

    static final class Noises {
        private static final GaussianNoise GAUSSIAN = GaussianNoise.dropout(RATE, KEY);

        static final NoiseSource[] ALL = {
            GAUSSIAN,
            UniformNoise.uout(0.1, KEY),
            new BroadcastNoise(GAUSSIAN, BroadcastShape.rows(ELEMENTS / COLUMNS + 1, COLUMNS)),
            new StoredNoise(MemorySegment.ofArray(new float[ELEMENTS])),
        };
    }

    private static final class Scores {
        static final AttentionScores ALL = AttentionScores.of(2, 70, 70);
        static final AttentionScores CAUSAL = ALL.causally();
    }
}
