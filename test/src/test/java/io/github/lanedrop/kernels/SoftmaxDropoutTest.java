package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.TestSeed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Softmax and dropout in one pass, against its definition: in float for the bits, in double for the values. */
@Tag("paths")
final class SoftmaxDropoutTest {
    private static final int[] COLUMNS = {1, 2, 7, 15, 16, 17, 31, 33, 63, 64, 65, 100, 129, 257, 512, 1000};
    private static final double[] RATES = {0, .1, .5, .9, 1};
    private static final Kind[] KINDS = Kind.values();
    private static final int[] SHIFTS = {0, 1, 2, 4, 12, 60};
    private static final long SEED = 2026;
    private static final int MOST = 9 * 1000;

    private static BernoulliMask mask(double rate, long stream) {
        return new BernoulliMask(Rate.drop(rate), new Key(SEED, stream));
    }

    private static MemorySegment lengths(Random random, int planes, int columns) {
        int[] lengths = new int[planes];
        for (int plane = 0; plane < planes; plane++) {
            lengths[plane] = random.nextInt(columns + 1);
        }
        return MemorySegment.ofArray(lengths);
    }

    private static float[] forward(MaskSource mask, long offset, AttentionScores shape, float[] scores) {
        float[] probabilities = new float[scores.length];
        SoftmaxDropout.forward(
                mask, offset, shape, MemorySegment.ofArray(scores), MemorySegment.ofArray(probabilities));
        return probabilities;
    }

    private static float[] backward(
            MaskSource mask, long offset, AttentionScores shape, float[] scores, float[] gradient) {
        float[] result = new float[scores.length];
        SoftmaxDropout.backward(
                mask,
                offset,
                shape,
                MemorySegment.ofArray(scores),
                MemorySegment.ofArray(gradient),
                MemorySegment.ofArray(result));
        return result;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    private record Case(
            AttentionScores shape, double rate, long offset, Kind kind, int shift, boolean inPlace, int tasks) {
        static Case draw(Random random, int number) {
            int columns = COLUMNS[number % COLUMNS.length];
            int planes = 1 + random.nextInt(3);
            int rows = 1 + random.nextInt(Math.min(9, MOST / planes / columns));
            AttentionScores shape = AttentionScores.of(planes, rows, columns).scaledBy(random.nextFloat() * 2 - .5f);
            shape = random.nextBoolean() ? shape.causally() : shape;
            shape = random.nextBoolean() ? shape.withKeyLengths(lengths(random, planes, columns)) : shape;
            shape = random.nextInt(3) == 0 ? shape.renormalizing() : shape;
            return new Case(
                    shape,
                    RATES[random.nextInt(RATES.length)],
                    random.nextInt(3) == 0 ? 0 : random.nextLong(1L << 40),
                    KINDS[random.nextInt(KINDS.length)],
                    SHIFTS[random.nextInt(SHIFTS.length)],
                    random.nextBoolean(),
                    1 + random.nextInt(3));
        }
    }

    /** Scores of all kinds, with a few that are infinite or NaN. */
    private static float[] scores(Random random, int elements) {
        float[] scores = AttentionOracle.gaussian(random, elements);
        for (int i = 0; i < elements; i++) {
            scores[i] *= 5;
            switch (random.nextInt(300)) {
                case 0 -> scores[i] = Float.NEGATIVE_INFINITY;
                case 1 -> scores[i] = Float.POSITIVE_INFINITY;
                case 2 -> scores[i] = Float.NaN;
                case 3 -> scores[i] = -0f;
                case 4 -> scores[i] = -1e30f;
                default -> {}
            }
        }
        return scores;
    }

    @Test
    void everyBitOfRandomShapes() {
        var random = new Random(TestSeed.VALUE);
        try (Arena arena = Arena.ofShared()) {
            Function<Kind, Memory> forScores = Memory.ofEachKind(arena, 4L * MOST);
            Function<Kind, Memory> forGradients = Memory.ofEachKind(arena, 4L * MOST);
            Function<Kind, Memory> forResults = Memory.ofEachKind(arena, 4L * MOST);
            for (int i = 0; i < 320; i++) {
                Case x = Case.draw(random, i);
                check(x, forScores.apply(x.kind), forGradients.apply(x.kind), forResults.apply(x.kind), random);
            }
        }
    }

    /** As stored decisions do. */
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.kernels.MaskSources#all")
    void everyMaskSourceServes(MaskSources.Sample sample) {
        var random = new Random(TestSeed.VALUE);
        Key key = new Key(SEED, 5);
        int columns = sample.columns(90);
        int rows = sample.rows(70, columns);
        AttentionScores shape = AttentionScores.of(1, rows, columns);
        float[] x = scores(random, rows * columns);
        float[] gradient = AttentionOracle.gaussian(random, rows * columns);
        MaskSource mask = sample.source().apply(key);
        MaskSource stored = sample.stored(key, MaskSources.OFFSET, rows * columns);
        for (AttentionScores each :
                new AttentionScores[] {shape, shape.causally().renormalizing()}) {
            assertThat(forward(mask, MaskSources.OFFSET, each, x)).isEqualTo(forward(stored, 0, each, x));
            assertThat(backward(mask, MaskSources.OFFSET, each, x, gradient))
                    .isEqualTo(backward(stored, 0, each, x, gradient));
        }
    }

    private static void check(Case x, Memory forScores, Memory forGradients, Memory forResults, Random random) {
        int elements = (int) x.shape.elements();
        float[] values = scores(random, elements);
        float[] gradientValues = AttentionOracle.gaussian(random, elements);
        MemorySegment scores = forScores.take(x.shift, 4L * elements);
        MemorySegment gradient = forGradients.take(x.shift, 4L * elements);
        MemorySegment result = forResults.take(x.shift, 4L * elements);
        put(scores, values);
        put(gradient, gradientValues);
        var oracle = AttentionOracle.of(x.shape, SEED, 3, x.rate, x.offset);
        var workers = new Workers(Runnable::run, x.tasks);
        MaskSource mask = mask(x.rate, 3);

        MemorySegment gradientResult = x.inPlace ? gradient : result;
        SoftmaxDropout.backward(mask, x.offset, x.shape, scores, gradient, gradientResult, workers);
        assertThat(get(gradientResult, elements))
                .as("gradient of %s", x)
                .isEqualTo(oracle.softmaxDropoutGradient(values, gradientValues));

        MemorySegment probabilities = x.inPlace ? scores : result;
        SoftmaxDropout.forward(mask, x.offset, x.shape, scores, probabilities, workers);
        assertThat(get(probabilities, elements)).as("%s", x).isEqualTo(oracle.softmaxDropout(values));
        forScores.assertUntouchedAround("scores of " + x);
        forGradients.assertUntouchedAround("gradient of " + x);
        forResults.assertUntouchedAround("result of " + x);
    }

    private static void put(MemorySegment segment, float[] values) {
        MemorySegment.copy(values, 0, segment, Memory.FLOAT, 0, values.length);
    }

    private static float[] get(MemorySegment segment, int elements) {
        float[] values = new float[elements];
        MemorySegment.copy(segment, Memory.FLOAT, 0, values, 0, elements);
        return values;
    }

    /** Rows longer than a chunk, which are read three times. */
    @ParameterizedTest
    @ValueSource(ints = {4095, 4096, 4097, 8192, 8193, 13_000})
    void longRows(int columns) {
        var random = new Random(TestSeed.VALUE + columns);
        int limit = Math.min(columns, 9000);
        AttentionScores all = AttentionScores.of(1, 2, columns);
        AttentionScores some = all.withKeyLengths(MemorySegment.ofArray(new int[] {limit}));
        float[] scores = AttentionOracle.gaussian(random, 2 * columns);
        float[] gradient = AttentionOracle.gaussian(random, 2 * columns);
        for (AttentionScores shape : new AttentionScores[] {all, some.causally(), some.renormalizing()}) {
            var oracle = AttentionOracle.of(shape, SEED, 4, .1, 5);
            assertThat(forward(mask(.1, 4), 5, shape, scores)).isEqualTo(oracle.softmaxDropout(scores));
            assertThat(backward(mask(.1, 4), 5, shape, scores, gradient))
                    .isEqualTo(oracle.softmaxDropoutGradient(scores, gradient));
            MemorySegment inPlace = MemorySegment.ofArray(gradient.clone());
            SoftmaxDropout.backward(mask(.1, 4), 5, shape, MemorySegment.ofArray(scores), inPlace, inPlace);
            assertThat(get(inPlace, 2 * columns)).isEqualTo(oracle.softmaxDropoutGradient(scores, gradient));
            MemorySegment overScores = MemorySegment.ofArray(scores.clone());
            SoftmaxDropout.backward(mask(.1, 4), 5, shape, overScores, MemorySegment.ofArray(gradient), overScores);
            assertThat(get(overScores, 2 * columns)).isEqualTo(oracle.softmaxDropoutGradient(scores, gradient));
        }
    }

    /** Within 3e-6 of the formula in double, relatively or of 1e-6. */
    @Test
    void valuesOfTheFormula() {
        var random = new Random(TestSeed.VALUE);
        for (int i = 0; i < 60; i++) {
            AttentionScores shape = Case.draw(random, i).shape;
            float[] scores = AttentionOracle.gaussian(random, (int) shape.elements());
            var oracle = AttentionOracle.of(shape, SEED, 5, .2, 0);
            double[] exact = oracle.exactProbabilities(doubles(scores));
            float[] actual = forward(mask(.2, 5), 0, shape, scores);
            for (int e = 0; e < exact.length; e++) {
                assertThat((double) actual[e]).isCloseTo(exact[e], within(3e-6 * Math.max(exact[e], 1e-6)));
            }
        }
    }

    /** Central differences of the formula in double, under the same mask: within 2e-5 of the greatest. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientByFiniteDifferences(boolean renormalized) {
        var random = new Random(TestSeed.VALUE);
        AttentionScores shape = AttentionScores.of(2, 5, 21)
                .scaledBy(.6f)
                .causally()
                .withKeyLengths(MemorySegment.ofArray(new int[] {21, 18}));
        shape = renormalized ? shape.renormalizing() : shape;
        int elements = (int) shape.elements();
        float[] scores = AttentionOracle.gaussian(random, elements);
        float[] gradient = AttentionOracle.gaussian(random, elements);
        var oracle = AttentionOracle.of(shape, SEED, 6, .3, 0);
        float[] actual = backward(mask(.3, 6), 0, shape, scores, gradient);
        double step = 1e-5;
        for (int e = 0; e < elements; e++) {
            double[] moved = doubles(scores);
            moved[e] += step;
            double above = loss(oracle.exactProbabilities(moved), gradient);
            moved[e] -= 2 * step;
            double below = loss(oracle.exactProbabilities(moved), gradient);
            assertThat((double) actual[e]).as("score %d", e).isCloseTo((above - below) / (2 * step), within(2e-6));
        }
    }

    private static double loss(double[] probabilities, float[] gradient) {
        double loss = 0;
        for (int e = 0; e < probabilities.length; e++) {
            loss += probabilities[e] * gradient[e];
        }
        return loss;
    }

    @Test
    void rateZeroIsTheSoftmaxItself_evalHasNoNoise() {
        var random = new Random(TestSeed.VALUE);
        AttentionScores shape = AttentionScores.of(3, 7, 45);
        float[] scores = AttentionOracle.gaussian(random, (int) shape.elements());
        float[] one = forward(mask(0, 1), 0, shape, scores);
        assertThat(forward(mask(0, 2), 77, shape, scores)).isEqualTo(one);
        assertThat(forward(mask(0, 2), 77, shape.renormalizing(), scores)).isEqualTo(one);
        for (int row = 0; row < 21; row++) {
            double sum = 0;
            for (int c = 0; c < 45; c++) {
                sum += one[row * 45 + c];
            }
            assertThat(sum).isCloseTo(1, within(1e-6));
        }
    }

    /** In expectation a row adds up to 1: of 40,000 rows the mean is within 6 standard errors; in a sample it does not. */
    @Test
    void rowSumsAreOneInExpectation() {
        int rows = 40_000;
        int columns = 20;
        AttentionScores shape = AttentionScores.of(1, rows, columns);
        float[] scores = new float[rows * columns];
        float[] p = forward(mask(.1, 7), 0, shape, scores);
        double total = 0;
        int off = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                sum += p[row * columns + c];
            }
            total += sum;
            off += Math.abs(sum - 1) > 1e-3 ? 1 : 0;
        }
        // a row is Binomial(20, .9) / 18
        double sigma = Math.sqrt(columns * .9 * .1) / (columns * .9) / Math.sqrt(rows);
        assertThat(total / rows).isCloseTo(1, within(6 * sigma));
        assertThat(off).as("rows that do not add up to 1").isGreaterThan(rows / 2);
    }

    @Test
    void renormalizedRowSumsAreOneInEverySample() {
        int columns = 300;
        AttentionScores shape = AttentionScores.of(1, 500, columns).renormalizing();
        float[] scores = AttentionOracle.gaussian(new Random(TestSeed.VALUE), 500 * columns);
        float[] p = forward(mask(.4, 8), 0, shape, scores);
        for (int row = 0; row < 500; row++) {
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                sum += p[row * columns + c];
            }
            assertThat(sum).isCloseTo(1, within(1e-6));
        }
    }

    /** The greatest score is dropped, and the rest is e^-200 of it: dividing what is left would be 0 / 0. */
    @Test
    void renormalizedRowSurvivesTheLossOfItsGreatest() {
        AttentionScores shape = AttentionScores.of(1, 1, 3).renormalizing();
        MaskSource mask = new StoredMask(Rate.drop(.5), MemorySegment.ofArray(new byte[] {0b110}));
        assertThat(forward(mask, 0, shape, new float[] {200, 0, 0})).containsExactly(0f, .5f, .5f);
    }

    @Test
    void renormalizedRowOfWhichAllIsDroppedIsZero() {
        AttentionScores shape = AttentionScores.of(1, 2, 3).renormalizing();
        MaskSource mask = new StoredMask(Rate.drop(.5), MemorySegment.ofArray(new byte[] {0b111000}));
        float third = forward(mask(0, 0), 0, AttentionScores.of(1, 1, 3), new float[3])[0];
        assertThat(forward(mask, 0, shape, new float[6])).containsExactly(0f, 0f, 0f, third, third, third);
        assertThat(backward(mask, 0, shape, new float[6], new float[] {1, 2, 3, 1, 1, 1}))
                .startsWith(0f, 0f, 0f)
                .doesNotContain(Float.NaN);
    }

    /** FlashAttention-2 compares 8 bits: it keeps .8984 of all at rate .1, and scales by 1 / .9. */
    @ParameterizedTest
    @ValueSource(doubles = {.05, .1, .2, .3})
    void keepProbabilityIsNotRoundedTo8Bits(double rate) {
        int elements = 1 << 22;
        AttentionScores shape = AttentionScores.of(4, 1024, 1024);
        float[] p = forward(mask(rate, 9), 0, shape, new float[elements]);
        long kept = 0;
        for (float value : p) {
            kept += value > 0 ? 1 : 0;
        }
        double sigma = Math.sqrt(rate * (1 - rate) / elements);
        assertThat((double) kept / elements).isCloseTo(1 - rate, within(6 * sigma));
        double rounded = (Math.floor((1 - rate) * 255) + 1) / 256;
        assertThat(Math.abs(rounded - (1 - rate)))
                .as("what 8 bits would be off by, against 6 sigma")
                .isGreaterThan(3 * sigma);
        assertThat(p[indexOfKept(p)]).isEqualTo((float) (Rate.drop(rate).scale() / 1024));
    }

    private static int indexOfKept(float[] p) {
        int i = 0;
        while (p[i] == 0) {
            i++;
        }
        return i;
    }

    /** FlashAttention once ran with one seed for all calls. */
    @Test
    void everyKeyHasItsOwnMask() {
        AttentionScores shape = AttentionScores.of(1, 64, 64);
        float[] one = forward(mask(.5, 1), 0, shape, new float[64 * 64]);
        float[] other = forward(mask(.5, 2), 0, shape, new float[64 * 64]);
        assertThat(agreements(one, 0, other, 0, 64 * 64)).isCloseTo(2048, within(6. * 32));
    }

    /** Flax shares one mask over batch and heads by default. */
    @Test
    void everyHeadHasItsOwnMask() {
        AttentionScores shape = AttentionScores.of(2, 64, 64);
        float[] p = forward(mask(.5, 1), 0, shape, new float[2 * 64 * 64]);
        assertThat(agreements(p, 0, p, 64 * 64, 64 * 64)).isCloseTo(2048, within(6. * 32));
    }

    private static double agreements(float[] a, int aAt, float[] b, int bAt, int elements) {
        int same = 0;
        for (int i = 0; i < elements; i++) {
            same += (a[aAt + i] == 0) == (b[bAt + i] == 0) ? 1 : 0;
        }
        return same;
    }

    @Test
    void aMaskMayBeSharedOverHeadsOnPurpose() {
        MaskSource shared =
                new BroadcastMask(mask(.5, 1), BroadcastShape.of(2, 64, 64).share(0));
        float[] p = forward(shared, 0, AttentionScores.of(2, 64, 64), new float[2 * 64 * 64]);
        assertThat(Arrays.copyOf(p, 64 * 64)).isEqualTo(Arrays.copyOfRange(p, 64 * 64, 2 * 64 * 64));
    }

    /** The mask is the one that every other operation draws at these indices. */
    @Test
    void indexIsPlaneRowColumn() {
        AttentionScores shape = AttentionScores.of(3, 5, 77);
        long offset = (1L << 35) + 3;
        float[] p = forward(mask(.3, 1), offset, shape, new float[3 * 5 * 77]);
        var oracle = new MaskOracle(SEED, 1, .3);
        for (int i = 0; i < p.length; i++) {
            assertThat(p[i] > 0).as("element %d", i).isEqualTo(oracle.kept(offset + i));
        }
        AttentionScores last = AttentionScores.of(1, 5, 77);
        assertThat(forward(mask(.3, 1), offset + 2 * 5 * 77, last, new float[5 * 77]))
                .as("the last plane alone, at its offset")
                .isEqualTo(Arrays.copyOfRange(p, 2 * 5 * 77, 3 * 5 * 77));
    }

    @Test
    void paddedRowsAreZerosWithoutNaN() {
        AttentionScores shape =
                AttentionScores.of(3, 2, 20).withKeyLengths(MemorySegment.ofArray(new int[] {0, 7, 20}));
        float[] scores = new float[3 * 2 * 20];
        Arrays.fill(scores, Float.NaN);
        Arrays.fill(scores, 40, 47, 1f);
        Arrays.fill(scores, 60, 67, 1f);
        Arrays.fill(scores, 80, 120, 1f);
        float[] gradient = scores.clone();
        for (AttentionScores each : new AttentionScores[] {shape, shape.renormalizing(), shape.causally()}) {
            float[] p = forward(mask(.1, 1), 0, each, scores);
            assertThat(p).doesNotContain(Float.NaN);
            assertThat(Arrays.copyOf(p, 40)).containsOnly(0f);
            assertThat(Arrays.copyOfRange(p, 67, 80)).containsOnly(0f);
            assertThat(backward(mask(.1, 1), 0, each, scores, gradient)).doesNotContain(Float.NaN);
        }
    }

    /** More queries than keys: under the causal limit the first ones see nothing. */
    @Test
    void causalRowsBeforeTheFirstKeyAreZeros() {
        float[] p = forward(mask(0, 1), 0, AttentionScores.of(1, 3, 2).causally(), new float[6]);
        assertThat(p).containsExactly(0f, 0f, 1f, 0f, .5f, .5f);
        float[] newest = forward(mask(0, 1), 0, AttentionScores.of(1, 1, 4).causally(), new float[4]);
        assertThat(newest).as("a new query sees all earlier keys").containsOnly(.25f);
    }

    @Test
    void scoresOfMinusInfinityAloneAreZeros() {
        float[] scores = new float[2 * 19];
        Arrays.fill(scores, 0, 19, Float.NEGATIVE_INFINITY);
        AttentionScores shape = AttentionScores.of(1, 2, 19);
        assertThat(forward(mask(.1, 1), 0, shape, scores))
                .startsWith(new float[19])
                .doesNotContain(Float.NaN);
        assertThat(backward(mask(.1, 1), 0, shape, scores, AttentionOracle.gaussian(new Random(1), 38)))
                .startsWith(new float[19])
                .doesNotContain(Float.NaN);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 17, 39})
    void nanOrInfinityPassesToWhatIsKept(int place) {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] scores = new float[40];
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            scores[place] = bad;
            MaskSource mask = new StoredMask(
                    Rate.drop(.5), MemorySegment.ofArray(new byte[] {-1, -1, -1, -1, (byte) 0b11110000}));
            float[] p = forward(mask, 0, AttentionScores.of(1, 1, 40), scores);
            for (int c = 0; c < 40; c++) {
                assertThat(p[c]).isEqualTo(Float.valueOf(c >= 32 && c < 36 ? 0f : Float.NaN));
            }
        }
    }

    @Test
    void rateOneIsZerosWhateverThereIs() {
        float[] scores = {Float.NaN, 1, Float.POSITIVE_INFINITY, -0f};
        AttentionScores shape = AttentionScores.of(1, 2, 2).scaledBy(-1);
        assertThat(forward(mask(1, 1), 0, shape, scores)).containsExactly(0f, 0f, 0f, 0f);
        assertThat(backward(mask(1, 1), 0, shape, scores, scores)).containsExactly(0f, 0f, 0f, 0f);
    }

    @Test
    void emptyIsNothing() {
        float[] none = {};
        for (AttentionScores shape : new AttentionScores[] {
            AttentionScores.of(0, 3, 3), AttentionScores.of(3, 0, 3), AttentionScores.of(3, 3, 0)
        }) {
            assertThat(forward(mask(.1, 1), 0, shape, none)).isEmpty();
            assertThat(backward(mask(.1, 1), 0, shape, none, none)).isEmpty();
        }
    }

    @Test
    void greatScoresDoNotOverflow() {
        float[] p = forward(mask(0, 1), 0, AttentionScores.of(1, 1, 3), new float[] {3e38f, 3e38f, -3e38f});
        assertThat(p).containsExactly(.5f, .5f, 0f);
    }

    @Test
    void threadsDoNotChangeABit() {
        AttentionScores shape = AttentionScores.of(3, 50, 200).causally();
        float[] scores = AttentionOracle.gaussian(new Random(TestSeed.VALUE), (int) shape.elements());
        float[] expected = forward(mask(.1, 1), 0, shape, scores);
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int tasks = 2; tasks < 9; tasks++) {
                float[] p = new float[scores.length];
                SoftmaxDropout.forward(
                        mask(.1, 1),
                        0,
                        shape,
                        MemorySegment.ofArray(scores),
                        MemorySegment.ofArray(p),
                        new Workers(executor, tasks));
                assertThat(p).isEqualTo(expected);
            }
        }
    }
}
