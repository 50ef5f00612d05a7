package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.TestSeed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention tile by tile, against its definition: in float for the bits, in double and unfused for the values. */
@Tag("paths")
final class AttentionTest {
    private static final int[] DEPTHS = {1, 3, 8, 16, 31, 40, 64, 65, 80, 128};
    private static final int[] ROWS = {1, 2, 5, 31, 32, 33, 127, 128, 130};
    private static final int[] COLUMNS = {1, 7, 15, 16, 63, 64, 65, 100, 128, 150};
    private static final double[] RATES = {0, .1, .5, 1};
    private static final long SEED = 2026;

    private static BernoulliMask mask(double rate) {
        return new BernoulliMask(Rate.drop(rate), new Key(SEED, 11));
    }

    private static AttentionOracle oracle(AttentionShape shape, double rate, long offset) {
        return AttentionOracle.of(shape.scores(), SEED, 11, rate, offset);
    }

    /** A shape with random operands, and what becomes of them. */
    private static final class Problem {
        final AttentionShape shape;
        final float[] queries;
        final float[] keys;
        final float[] values;
        final float[] outputGradient;
        float[] output = {};
        float[] logSums = {};
        float[] queriesGradient = {};
        float[] keysGradient = {};
        float[] valuesGradient = {};

        Problem(AttentionShape shape, Random random) {
            this.shape = shape;
            queries = AttentionOracle.gaussian(random, (int) shape.queryFloats());
            keys = AttentionOracle.gaussian(random, (int) shape.keyFloats());
            values = AttentionOracle.gaussian(random, (int) shape.valueFloats());
            outputGradient = AttentionOracle.gaussian(random, (int) shape.outputFloats());
        }

        AttentionOperands operands() {
            return new AttentionOperands(
                    MemorySegment.ofArray(queries), MemorySegment.ofArray(keys), MemorySegment.ofArray(values));
        }

        Problem run(MaskSource mask, long offset, Workers workers) {
            output = new float[outputGradient.length];
            logSums = new float[(int) shape.allRows()];
            queriesGradient = new float[queries.length];
            keysGradient = new float[keys.length];
            valuesGradient = new float[values.length];
            MemorySegment out = MemorySegment.ofArray(output);
            MemorySegment sums = MemorySegment.ofArray(logSums);
            Attention.forward(mask, offset, shape, operands(), out, sums, workers);
            var gradients = new AttentionOperands(
                    MemorySegment.ofArray(queriesGradient),
                    MemorySegment.ofArray(keysGradient),
                    MemorySegment.ofArray(valuesGradient));
            Attention.backward(
                    mask,
                    offset,
                    shape,
                    operands(),
                    out,
                    sums,
                    MemorySegment.ofArray(outputGradient),
                    gradients,
                    workers);
            return this;
        }

        float[][] results() {
            return new float[][] {output, logSums, queriesGradient, keysGradient, valuesGradient};
        }

        float[][] expected(double rate, long offset) {
            var oracle = oracle(shape, rate, offset);
            var forward = oracle.forward(queries, keys, values, shape.depth(), shape.valueDepth());
            var gradients =
                    oracle.backward(queries, keys, values, forward, outputGradient, shape.depth(), shape.valueDepth());
            return new float[][] {forward.output, forward.logSums, gradients.queries, gradients.keys, gradients.values};
        }
    }

    private static void assertBits(float[][] actual, float[][] expected, Object what) {
        String[] names = {"output", "logSums", "queries' gradient", "keys' gradient", "values' gradient"};
        for (int i = 0; i < names.length; i++) {
            assertThat(actual[i]).as("%s of %s", names[i], what).isEqualTo(expected[i]);
        }
    }

    private static AttentionShape draw(Random random, int number) {
        int planes = 1 + random.nextInt(2);
        int rows = ROWS[number % ROWS.length];
        int columns = COLUMNS[number % COLUMNS.length];
        AttentionScores scores = AttentionScores.of(planes, rows, columns);
        scores = random.nextBoolean() ? scores.causally() : scores;
        scores = random.nextInt(3) == 0 ? scores.renormalizing() : scores;
        if (random.nextBoolean()) {
            int[] lengths = new int[planes];
            Arrays.setAll(lengths, plane -> random.nextInt(columns + 1));
            scores = scores.withKeyLengths(MemorySegment.ofArray(lengths));
        }
        int depth = DEPTHS[random.nextInt(DEPTHS.length)];
        return new AttentionShape(
                scores.scaledBy((float) (1 / Math.sqrt(depth))), depth, DEPTHS[random.nextInt(DEPTHS.length)]);
    }

    @Test
    void everyBitOfRandomShapes() {
        var random = new Random(TestSeed.VALUE);
        for (int i = 0; i < 60; i++) {
            AttentionShape shape = draw(random, i);
            double rate = RATES[random.nextInt(RATES.length)];
            long offset = random.nextInt(3) == 0 ? 0 : random.nextLong(1L << 40);
            var workers = new Workers(Runnable::run, 1 + random.nextInt(4));
            Problem problem = new Problem(shape, random).run(mask(rate), offset, workers);
            assertBits(problem.results(), problem.expected(rate, offset), shape + ", rate " + rate + ", " + workers);
        }
    }

    /** More keys than have their keep bits drawn at a time, and the greatest depth. */
    @ParameterizedTest
    @CsvSource({"1, 2, 2048, 4, 4", "1, 3, 2049, 2, 1", "1, 3, 4200, 1, 2", "1, 33, 70, 256, 256", "2, 2, 3, 200, 7"})
    void longRowsAndGreatDepths(int planes, int rows, int columns, int depth, int valueDepth) {
        var random = new Random(TestSeed.VALUE + columns);
        var scores = AttentionScores.of(planes, rows, columns).scaledBy((float) (1 / Math.sqrt(depth)));
        for (AttentionScores each : new AttentionScores[] {scores, scores.causally()}) {
            var problem = new Problem(new AttentionShape(each, depth, valueDepth), random);
            for (int tasks : new int[] {1, 5}) {
                problem.run(mask(.1), 3, new Workers(Runnable::run, tasks));
                assertBits(problem.results(), problem.expected(.1, 3), problem.shape + ", tasks " + tasks);
            }
        }
    }

    @Test
    void threadsDoNotChangeABit() {
        AttentionShape shape = AttentionShape.of(AttentionScores.of(3, 140, 100).causally(), 24);
        float[][] expected =
                new Problem(shape, new Random(1)).run(mask(.1), 0, Workers.NONE).results();
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int tasks : new int[] {2, 4, 100}) {
                float[][] results = new Problem(shape, new Random(1))
                        .run(mask(.1), 0, new Workers(executor, tasks))
                        .results();
                assertBits(results, expected, tasks + " tasks");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 12, 60})
    void memoryOfEveryKind(int shift) {
        var random = new Random(TestSeed.VALUE);
        AttentionShape shape = new AttentionShape(AttentionScores.of(2, 33, 70).causally(), 64, 20);
        var problem = new Problem(shape, random);
        float[][] expected = problem.run(mask(.1), 0, Workers.NONE).results();
        float[][] inputs = {problem.queries, problem.keys, problem.values, problem.outputGradient};
        try (Arena arena = Arena.ofShared()) {
            for (Kind kind : Kind.values()) {
                Memory[] in = memories(kind, arena, inputs);
                Memory[] out = memories(kind, arena, expected);
                MemorySegment[] from = take(in, inputs, shift);
                MemorySegment[] to = take(out, expected, shift);
                for (int i = 0; i < inputs.length; i++) {
                    MemorySegment.copy(inputs[i], 0, from[i], Memory.FLOAT, 0, inputs[i].length);
                }
                var operands = new AttentionOperands(from[0], from[1], from[2]);
                Attention.forward(mask(.1), 0, shape, operands, to[0], to[1]);
                var gradients = new AttentionOperands(to[2], to[3], to[4]);
                Attention.backward(mask(.1), 0, shape, operands, to[0], to[1], from[3], gradients);
                float[][] actual = new float[5][];
                for (int i = 0; i < 5; i++) {
                    actual[i] = new float[expected[i].length];
                    MemorySegment.copy(to[i], Memory.FLOAT, 0, actual[i], 0, actual[i].length);
                    out[i].assertUntouchedAround(kind + ", result " + i);
                }
                assertBits(actual, expected, kind);
            }
        }
    }

    private static Memory[] memories(Kind kind, Arena arena, float[][] contents) {
        Memory[] memories = new Memory[contents.length];
        Arrays.setAll(memories, i -> new Memory(kind, arena, 4L * contents[i].length));
        return memories;
    }

    private static MemorySegment[] take(Memory[] memories, float[][] contents, int shift) {
        MemorySegment[] segments = new MemorySegment[memories.length];
        Arrays.setAll(segments, i -> memories[i].take(shift, 4L * contents[i].length));
        return segments;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    /** Outputs are of the order of 1; in float they are within 5e-6 of the formula in double. */
    @Test
    void valuesOfTheFormula() {
        var random = new Random(TestSeed.VALUE);
        for (int i = 0; i < 30; i++) {
            AttentionShape shape = draw(random, i);
            Problem problem = new Problem(shape, random).run(mask(.2), 0, Workers.NONE);
            double[] exact = oracle(shape, .2, 0)
                    .exactOutput(
                            doubles(problem.queries),
                            doubles(problem.keys),
                            doubles(problem.values),
                            shape.depth(),
                            shape.valueDepth());
            for (int e = 0; e < exact.length; e++) {
                assertThat((double) problem.output[e]).as("%d of %s", e, shape).isCloseTo(exact[e], within(5e-6));
            }
        }
    }

    /** Product, {@link SoftmaxDropout}, product: the same mask, and values within 5e-6. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void equalsTheUnfusedChain(boolean renormalized) {
        int rows = 150;
        int columns = 170;
        int depth = 48;
        AttentionScores scores = AttentionScores.of(1, rows, columns).causally();
        AttentionShape shape = AttentionShape.of(renormalized ? scores.renormalizing() : scores, depth);
        Problem problem = new Problem(shape, new Random(TestSeed.VALUE)).run(mask(.1), 7, Workers.NONE);
        AttentionOperands in = problem.operands();
        Matrix p = Matrix.of(MemorySegment.ofArray(new float[rows * columns]), rows, columns);
        Matrix queries = Matrix.of(in.queries(), rows, depth);
        MatrixProduct.multiply(queries, Matrix.of(in.keys(), columns, depth).transpose(), p);
        SoftmaxDropout.forward(mask(.1), 7, shape.scores(), p.segment(), p.segment());
        float[] expected = new float[rows * depth];
        Matrix output = Matrix.of(MemorySegment.ofArray(expected), rows, depth);
        MatrixProduct.multiply(p, Matrix.of(in.values(), columns, depth), output);
        for (int e = 0; e < expected.length; e++) {
            assertThat(problem.output[e]).as("element %d", e).isCloseTo(expected[e], within(5e-6f));
        }
    }

    /** Central differences of the formula in double, under the same mask: within 1e-5, where gradients are of order 1. */
    @ParameterizedTest
    @CsvSource({"false, .3", "true, .3", "false, 0"})
    void gradientsByFiniteDifferences(boolean renormalized, double rate) {
        AttentionScores scores = AttentionScores.of(2, 5, 9)
                .causally()
                .withKeyLengths(MemorySegment.ofArray(new int[] {9, 7}))
                .scaledBy(.5f);
        AttentionShape shape = new AttentionShape(renormalized ? scores.renormalizing() : scores, 4, 3);
        Problem problem = new Problem(shape, new Random(TestSeed.VALUE)).run(mask(rate), 0, Workers.NONE);
        double[][] operands = {doubles(problem.queries), doubles(problem.keys), doubles(problem.values)};
        float[][] gradients = {problem.queriesGradient, problem.keysGradient, problem.valuesGradient};
        var oracle = oracle(shape, rate, 0);
        double step = 1e-5;
        for (int operand = 0; operand < 3; operand++) {
            for (int e = 0; e < operands[operand].length; e++) {
                double value = operands[operand][e];
                operands[operand][e] = value + step;
                double above = loss(oracle, operands, problem.outputGradient);
                operands[operand][e] = value - step;
                double below = loss(oracle, operands, problem.outputGradient);
                operands[operand][e] = value;
                assertThat((double) gradients[operand][e])
                        .as("operand %d, element %d", operand, e)
                        .isCloseTo((above - below) / (2 * step), within(1e-5));
            }
        }
    }

    private static double loss(AttentionOracle oracle, double[][] operands, float[] outputGradient) {
        double[] output = oracle.exactOutput(operands[0], operands[1], operands[2], 4, 3);
        double loss = 0;
        for (int e = 0; e < output.length; e++) {
            loss += output[e] * outputGradient[e];
        }
        return loss;
    }

    /** Values of one give the sums of rows of probabilities: 1 in expectation, of 4,000 rows within 6 standard errors. */
    @Test
    void rowSumsAreOneInExpectation() {
        int rows = 4_000;
        int columns = 16;
        AttentionShape shape = AttentionShape.of(1, rows, columns, 1);
        var problem = new Problem(shape, new Random(1));
        Arrays.fill(problem.queries, 0f);
        Arrays.fill(problem.values, 1f);
        problem.run(mask(.1), 0, Workers.NONE);
        double total = 0;
        for (float sum : problem.output) {
            total += sum;
        }
        double sigma = Math.sqrt(columns * .9 * .1) / (columns * .9) / Math.sqrt(rows);
        assertThat(total / rows).isCloseTo(1, within(6 * sigma));
        Problem renormalized = new Problem(
                AttentionShape.of(AttentionScores.of(1, rows, columns).renormalizing(), 1), new Random(1));
        Arrays.fill(renormalized.values, 1f);
        for (float sum : renormalized.run(mask(.1), 0, Workers.NONE).output) {
            assertThat(sum).isCloseTo(1f, within(1e-6f));
        }
    }

    @Test
    void rateZeroDependsOnNoKey_evalHasNoNoise() {
        AttentionShape shape = AttentionShape.of(2, 40, 70, 16);
        float[][] one =
                new Problem(shape, new Random(1)).run(mask(0), 0, Workers.NONE).results();
        var otherMask = new BernoulliMask(Rate.drop(0), new Key(1, 1));
        float[][] other = new Problem(shape, new Random(1))
                .run(otherMask, 99, Workers.NONE)
                .results();
        assertBits(other, one, "another key");
    }

    @Test
    void rateOneIsZerosWhateverThereIs() {
        var problem = new Problem(AttentionShape.of(1, 3, 70, 5), new Random(1));
        problem.values[3] = Float.POSITIVE_INFINITY;
        problem.queries[2] = Float.NaN;
        problem.outputGradient[1] = Float.NaN;
        problem.run(mask(1), 0, Workers.NONE);
        assertThat(problem.output).containsOnly(0f);
        assertThat(problem.queriesGradient).containsOnly(0f);
        assertThat(problem.keysGradient).containsOnly(0f);
        assertThat(problem.valuesGradient).containsOnly(0f);
    }

    /** Keys and values beyond a plane's length are NaN, one plane has none, and the causal limit leaves a row nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void paddedKeysAndRowsGiveNoNaN(boolean renormalized) {
        int columns = 80;
        int[] lengths = {0, 70, 80};
        AttentionScores scores =
                AttentionScores.of(3, 90, columns).causally().withKeyLengths(MemorySegment.ofArray(lengths));
        AttentionShape shape = AttentionShape.of(renormalized ? scores.renormalizing() : scores, 8);
        var problem = new Problem(shape, new Random(1));
        for (int plane = 0; plane < 3; plane++) {
            int from = (plane * columns + lengths[plane]) * 8;
            Arrays.fill(problem.keys, from, (plane + 1) * columns * 8, Float.NaN);
            Arrays.fill(problem.values, from, (plane + 1) * columns * 8, Float.NaN);
        }
        problem.run(mask(.1), 0, Workers.NONE);
        for (float[] result : problem.results()) {
            assertThat(result).doesNotContain(Float.NaN);
        }
        assertThat(Arrays.copyOf(problem.output, 90 * 8)).containsOnly(0f);
        assertThat(Arrays.copyOf(problem.logSums, 90)).containsOnly(Float.NEGATIVE_INFINITY);
        assertThat(Arrays.copyOf(problem.queriesGradient, 90 * 8)).containsOnly(0f);
        assertThat(Arrays.copyOf(problem.keysGradient, columns * 8)).containsOnly(0f);
        int firstRowOfPlane1 = 90 * 8;
        assertThat(Arrays.copyOfRange(problem.output, firstRowOfPlane1, firstRowOfPlane1 + 10 * 8))
                .as("rows before the first key")
                .containsOnly(0f);
    }

    @Test
    void aNaNQueryReachesItsRowAlone() {
        var problem = new Problem(AttentionShape.of(1, 40, 70, 8), new Random(1));
        float[] clean = problem.run(mask(.1), 0, Workers.NONE).output;
        problem.queries[33 * 8 + 2] = Float.NaN;
        problem.run(mask(.1), 0, Workers.NONE);
        assertThat(Arrays.copyOfRange(problem.output, 33 * 8, 34 * 8)).containsOnly(Float.NaN);
        assertThat(Arrays.copyOf(problem.output, 33 * 8)).isEqualTo(Arrays.copyOf(clean, 33 * 8));
        assertThat(Arrays.copyOfRange(problem.output, 34 * 8, 40 * 8))
                .isEqualTo(Arrays.copyOfRange(clean, 34 * 8, 40 * 8));
    }

    /** The bits of stored decisions, which {@link #storedBitsServe} holds against the oracle. */
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.MaskSources#all")
    void everyMaskSourceServes(MaskSources.Sample sample) {
        Key key = new Key(SEED, 11);
        int columns = sample.columns(90);
        int rows = sample.rows(70, columns);
        for (AttentionScores scores : List.of(
                AttentionScores.of(1, rows, columns),
                AttentionScores.of(1, rows, columns).causally().renormalizing())) {
            var shape = AttentionShape.of(scores, 16);
            float[][] expected = new Problem(shape, new Random(1))
                    .run(sample.stored(key, MaskSources.OFFSET, rows * columns), 0, Workers.NONE)
                    .results();
            float[][] actual = new Problem(shape, new Random(1))
                    .run(sample.source().apply(key), MaskSources.OFFSET, new Workers(Runnable::run, 3))
                    .results();
            assertBits(actual, expected, sample + ", " + scores);
        }
    }

    @Test
    void storedBitsServe() {
        Problem problem = new Problem(AttentionShape.of(1, 70, 90, 16), new Random(1));
        byte[] bits = new MaskOracle(SEED, 11, .2).keepBits(0, 70 * 90);
        var stored = new StoredMask(Rate.drop(.2), MemorySegment.ofArray(bits));
        assertBits(problem.run(stored, 0, Workers.NONE).results(), problem.expected(.2, 0), stored);
    }

    /** A scale that is infinite, since nothing was kept. */
    @Test
    void aMaskThatKeptNothingGivesZeros() {
        MaskSource nothing = new ScaledMask(
                new StoredMask(Rate.drop(.5), MemorySegment.ofArray(new byte[20])), Double.POSITIVE_INFINITY);
        Problem problem = new Problem(AttentionShape.of(1, 10, 12, 4), new Random(1)).run(nothing, 0, Workers.NONE);
        assertThat(problem.output).containsOnly(0f);
        assertThat(problem.keysGradient).containsOnly(0f);
    }

    @Test
    void emptyIsNothingOrZeros() {
        var random = new Random(1);
        for (int[] sizes : new int[][] {{0, 3, 3}, {2, 0, 3}, {2, 3, 0}}) {
            for (int tasks : new int[] {1, 3}) {
                AttentionShape shape = AttentionShape.of(sizes[0], sizes[1], sizes[2], 4);
                Problem problem = new Problem(shape, random).run(mask(.1), 0, new Workers(Runnable::run, tasks));
                for (float[] result : new float[][] {
                    problem.output, problem.queriesGradient, problem.keysGradient, problem.valuesGradient
                }) {
                    assertThat(result).containsOnly(new float[result.length]);
                }
            }
        }
    }
}
