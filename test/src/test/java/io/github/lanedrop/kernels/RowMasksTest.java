package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows with their own keys, rows by the type of their token, and rows of samples that skip layers. */
@Tag("paths")
final class RowMasksTest {
    private static final Key KEY = new Key(2026, 3);

    private static BitSet kept(MaskSource mask) {
        byte[] bits = new byte[(int) (mask.elements() + 7) / 8];
        DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(bits), mask.elements());
        return BitSet.valueOf(bits);
    }

    private static BitSet row(BitSet kept, int row, int width) {
        return kept.get(row * width, (row + 1) * width);
    }

    // keys of their own

    /** Continuous batching: a request's row is the same alone, in a batch, and at another place of another batch. */
    @Test
    void aRowDoesNotDependOnItsBatch() {
        Rate rate = Rate.drop(.3);
        Key request = new Key(99, 5);
        Key[] others = IntStream.range(0, 6).mapToObj(i -> new Key(i, 5)).toArray(Key[]::new);
        BitSet alone = kept(RowKeyedMask.of(rate, 77, request));
        assertThat(row(kept(RowKeyedMask.of(rate, 77, others[0], others[1], request, others[2])), 2, 77))
                .isEqualTo(alone);
        assertThat(row(kept(RowKeyedMask.of(rate, 77, request, others[3])), 0, 77))
                .isEqualTo(alone)
                .isNotEqualTo(row(kept(RowKeyedMask.of(rate, 77, request, others[3])), 1, 77));
    }

    /** The keys are the mask's own. */
    @Test
    void theArrayOfKeysIsCopied() {
        Key[] keys = {KEY, KEY.site(1)};
        var mask = RowKeyedMask.of(Rate.drop(.5), 40, keys);
        BitSet before = kept(mask);
        keys[0] = KEY.site(9);
        assertThat(kept(mask)).isEqualTo(before);
        assertThat(mask)
                .isEqualTo(RowKeyedMask.of(Rate.drop(.5), 40, KEY, KEY.site(1)))
                .hasSameHashCodeAs(RowKeyedMask.of(Rate.drop(.5), 40, KEY, KEY.site(1)))
                .isNotEqualTo(RowKeyedMask.of(Rate.drop(.5), 40, keys))
                .isNotEqualTo(RowKeyedMask.of(Rate.drop(.5), 41, KEY, KEY.site(1)))
                .isNotEqualTo(RowKeyedMask.of(Rate.drop(.1), 40, KEY, KEY.site(1)));
        assertThat(mask.rows()).isEqualTo(2);
        assertThat(mask.key(1)).isEqualTo(KEY.site(1));
    }

    @Test
    void noRowsAtAll() {
        assertThat(RowKeyedMask.of(Rate.drop(.5), 40).elements()).isZero();
    }

    // token types

    /** A word is dropped everywhere or nowhere, and its embedding in the table is not touched. */
    @Test
    void aTypeIsDroppedWhereverItStands() {
        int[] ids = {4, 1, 4, 4, 2, 1, 0, 4};
        int features = 33;
        var mask = new TokenTypeMask(
                new BernoulliMask(Rate.drop(.5), new Key(11, 0)), MemorySegment.ofArray(ids), features);
        BitSet kept = kept(mask);
        var types = new MaskOracle(11, 0, .5);
        for (int token = 0; token < ids.length; token++) {
            assertThat(row(kept, token, features).cardinality()).isEqualTo(types.kept(ids[token]) ? features : 0);
        }
        assertThat(kept.cardinality()).isBetween(1, ids.length * features - 1);
        assertThat(mask.scale()).isEqualTo(2);
    }

    /** Exported types give the mask of drawn ones. */
    @Test
    void exportedTypesAreTheSame() {
        var types = new BernoulliMask(Rate.drop(.3), KEY);
        MemorySegment bits = MemorySegment.ofArray(new byte[125]);
        DropoutKernel.keepBits(types, 0, bits, 1000);
        MemorySegment ids =
                MemorySegment.ofArray(new java.util.Random(1).ints(500, 0, 1000).toArray());
        assertThat(kept(new TokenTypeMask(new StoredMask(types.rate(), bits), ids, 7)))
                .isEqualTo(kept(new TokenTypeMask(types, ids, 7)));
    }

    /** Any int of 0 or more may be a type. */
    @Test
    void theGreatestIdIsAType() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bits = Memory.map(arena, 1L << 28); // a bit a type, in a file that is almost all hole
            bits.set(ValueLayout.JAVA_BYTE, bits.byteSize() - 1, (byte) 0x80);
            MemorySegment ids = MemorySegment.ofArray(new int[] {Integer.MAX_VALUE, 0});
            var mask = new TokenTypeMask(new StoredMask(Rate.drop(.5), bits), ids, 3);
            assertThat(kept(mask).stream()).containsExactly(0, 1, 2);
        }
    }

    // stochastic depth

    /** D5: (3 L - 1) / 4 layers on average, 40.25 of 54. */
    @Test
    void expectedDepthOfTheLinearRule() {
        assertThat(StochasticDepth.linear(54, Rate.drop(.5), KEY).expectedDepth())
                .isCloseTo(40.25, within(1e-7));
        for (int layers : new int[] {1, 2, 10, 110}) {
            assertThat(StochasticDepth.linear(layers, Rate.drop(.5), KEY).expectedDepth())
                    .isCloseTo((3 * layers - 1) / 4d, within(1e-7));
        }
        var ten = StochasticDepth.linear(10, Rate.drop(.5), KEY);
        assertThat(ten.rate(0).nominal()).isEqualTo(.05);
        assertThat(ten.rate(9).nominal()).isEqualTo(.5);
        assertThat(StochasticDepth.linear(0, Rate.drop(.5), KEY).expectedDepth())
                .isZero();
    }

    /** About a quarter of the work is saved: the mean depth over 2,000 steps of 8 samples, to six standard errors. */
    @Test
    void meanDepthIsTheExpectedOne() {
        var depth = StochasticDepth.linear(54, Rate.drop(.5), KEY);
        double variance = 0;
        for (int layer = 0; layer < 54; layer++) {
            double rate = depth.rate(layer).effective();
            variance += rate * (1 - rate);
        }
        long passed = 0;
        for (int step = 0; step < 2000; step++) {
            DepthPlan plan = depth.plan(step, 8);
            for (int layer = 0; layer < 54; layer++) {
                passed += plan.kept(layer);
            }
        }
        assertThat(passed / 16_000d).isCloseTo(40.25, within(6 * Math.sqrt(variance / 16_000)));
    }

    /** D6: of L layers with one rate, a sample passes Bin(L, q) of them: chi-square over 40,000 samples. */
    @ParameterizedTest
    @CsvSource({"12, .2", "6, .5", "24, .1"})
    void numbersOfLayersAreBinomial(int layers, double p) {
        Rate rate = Rate.drop(p);
        int samples = 40_000;
        DepthPlan plan = StochasticDepth.of(Collections.nCopies(layers, rate), KEY.site(6))
                .plan(2, samples);
        long[] observed = new long[layers + 1];
        for (int sample = 0; sample < samples; sample++) {
            int passed = 0;
            for (int layer = 0; layer < layers; layer++) {
                passed += plan.keeps(layer, sample) ? 1 : 0;
            }
            observed[passed]++;
        }
        // depths of fewer than ten expected samples are counted with the next deeper one that has more
        var binomial = BinomialDistribution.of(layers, 1 - rate.effective());
        List<Double> expected = new ArrayList<>();
        List<Long> pooled = new ArrayList<>();
        double few = 0;
        long fewObserved = 0;
        for (int depth = 0; depth <= layers; depth++) {
            few += samples * binomial.probability(depth);
            fewObserved += observed[depth];
            if (few >= 10) {
                expected.add(few);
                pooled.add(fewObserved);
                few = 0;
                fewObserved = 0;
            }
        }
        double pValue = ChiSquareTest.withDefaults()
                .test(
                        expected.stream().mapToDouble(e -> e).toArray(),
                        pooled.stream().mapToLong(o -> o).toArray())
                .getPValue();
        assertThat(pooled.stream().mapToLong(o -> o).sum()).isEqualTo(samples);
        assertThat(pValue).isBetween(1e-6, 1 - 1e-6);
    }

    /** What the plan says is what the mask does: rows of skipped samples are +0, the others are scaled by 1 / keep. */
    @Test
    void thePlanIsTheMask() {
        var depth = StochasticDepth.of(List.of(Rate.drop(.5), Rate.drop(0), Rate.drop(1), Rate.drop(.2)), KEY);
        DepthPlan plan = depth.plan(17, 40);
        int width = 9;
        for (int layer = 0; layer < plan.layers(); layer++) {
            float[] branch = new float[40 * width];
            Arrays.fill(branch, 1);
            MemorySegment segment = MemorySegment.ofArray(branch);
            DropoutKernel.forward(plan.mask(layer, width), 0, segment, segment, branch.length);
            int kept = 0;
            for (int sample = 0; sample < 40; sample++) {
                float expected =
                        plan.keeps(layer, sample) ? (float) depth.rate(layer).scale() : 0f;
                assertThat(Arrays.copyOfRange(branch, sample * width, (sample + 1) * width))
                        .containsOnly(expected);
                kept += plan.keeps(layer, sample) ? 1 : 0;
            }
            assertThat(plan.kept(layer)).isEqualTo(kept);
            assertThat(plan.keptSamples(layer)).hasSize(kept).isSorted();
            for (int sample : plan.keptSamples(layer)) {
                assertThat(plan.keeps(layer, sample)).isTrue();
            }
        }
        assertThat(plan.kept(1)).isEqualTo(40);
        assertThat(plan.kept(2)).isZero();
    }

    /** One decision about a whole batch: everything passes a layer, or nothing; over the steps as often as its rate says. */
    @Test
    void aPlanOfOneSampleIsForTheBatch() {
        var depth = StochasticDepth.of(List.of(Rate.drop(.3), Rate.drop(.3)), KEY);
        int steps = 5000;
        int[] passed = new int[2];
        int both = 0;
        for (int step = 0; step < steps; step++) {
            DepthPlan plan = depth.plan(step, 1);
            for (int layer = 0; layer < 2; layer++) {
                assertThat(kept(plan.mask(layer, 77)).cardinality()).isEqualTo(plan.keeps(layer, 0) ? 77 : 0);
                passed[layer] += plan.kept(layer);
            }
            both += plan.kept(0) * plan.kept(1);
        }
        double six = 6 * Math.sqrt(steps * .25);
        assertThat((double) passed[0]).isCloseTo(.7 * steps, within(six));
        assertThat((double) passed[1]).isCloseTo(.7 * steps, within(six));
        assertThat((double) both).isCloseTo(.49 * steps, within(six));
    }

    /** Steps and layers differ; the batch does not matter; the same step is the same plan. */
    @Test
    void plansAreFunctionsOfTheStep() {
        var depth = StochasticDepth.of(List.of(Rate.drop(.5), Rate.drop(.5)), KEY);
        DepthPlan plan = depth.plan(3, 200);
        assertThat(plan.keptSamples(0))
                .isEqualTo(depth.plan(3, 200).keptSamples(0))
                .isNotEqualTo(plan.keptSamples(1))
                .isNotEqualTo(depth.plan(4, 200).keptSamples(0));
        DepthPlan few = depth.plan(3, 11);
        for (int sample = 0; sample < 11; sample++) {
            assertThat(few.keeps(0, sample)).isEqualTo(plan.keeps(0, sample));
        }
        assertThat(few.samples()).isEqualTo(11);
        assertThatThrownBy(() -> few.keeps(0, 11)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(depth.plan(3, 0).kept(0)).isZero();
    }
}
