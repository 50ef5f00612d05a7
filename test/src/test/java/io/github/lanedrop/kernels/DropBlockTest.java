package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DropBlock's probabilities, its limits, its normalisations, and the mistakes that others made. */
@Tag("paths")
final class DropBlockTest {
    private static final Key KEY = new Key(2026, 5);

    private static byte[] bits(MaskSource mask, int elements) {
        byte[] bits = new byte[(elements + 7) / 8];
        DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(bits), elements);
        return bits;
    }

    private static BitSet kept(MaskSource mask, int elements) {
        return BitSet.valueOf(bits(mask, elements));
    }

    // probabilities

    /** Height = width, block, rate; gamma of the paper's rule, and the drop rates that really follow from it. */
    @ParameterizedTest
    @CsvSource({"7, 3, .1, .021778, .09467, .17977", "14, 7, .1, .00625, .09294, .2645", "8, 3, .3, .05926, .2559, "})
    void thePapersGammaDropsLessThanTheRate(
            int side, int block, double rate, double gamma, double drop, Double centre) {
        DropBlock blocks = DropBlock.paper(Rate.drop(rate), block, side, side);
        assertThat(blocks.gamma()).isCloseTo(gamma, within(5e-6));
        assertThat(1 - blocks.expectedKeep()).isCloseTo(drop, within(5e-5));
        if (centre != null) {
            assertThat(blocks.dropProbability(side / 2, side / 2)).isCloseTo(centre, within(5e-5));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7, 3, .1, .023077",
        "14, 14, 7, .1, .006764",
        "28, 28, 7, .1, .003534",
        "8, 8, 3, .3, .071728",
        "5, 9, 3, .2, .053598"
    })
    void exactGammaDropsAtTheRate(int height, int width, int block, double rate, double gamma) {
        DropBlock blocks = DropBlock.exact(Rate.drop(rate), block, height, width);
        assertThat(blocks.gamma()).isCloseTo(gamma, within(5e-7));
        assertThat(1 - blocks.expectedKeep()).isCloseTo(rate, within(1e-8));
    }

    /** From the definition: each position, each anchor over it. */
    @ParameterizedTest
    @CsvSource({"1, 1, 12, 5", "1, 9, 7, 4", "4, 5, 6, 2", "1, 3, 5, 9", "1, 6, 6, 6"})
    void expectationsAreThoseOfTheDefinition(int depth, int height, int width, int block) {
        int[] plane = {depth, height, width};
        DropBlock blocks = DropBlock.paper(Rate.drop(.35), block, plane);
        double keep = 0;
        for (int z = 0; z < depth; z++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int cover = over(z, depth, block) * over(y, height, block) * over(x, width, block);
                    double kept = Math.pow(1 - blocks.gamma(), cover);
                    assertThat(blocks.dropProbability(z, y, x)).isCloseTo(1 - kept, within(1e-14));
                    keep += kept / (depth * height * width);
                }
            }
        }
        assertThat(blocks.expectedKeep()).isCloseTo(keep, within(1e-13));
    }

    private static int over(int position, int length, int block) {
        int size = Math.min(block, length);
        int anchors = 0;
        for (int anchor = 0; anchor <= length - size; anchor++) {
            anchors += anchor <= position && position < anchor + size ? 1 : 0;
        }
        return anchors;
    }

    /** Share of dropped elements and of dropped centres over 40,000 planes, within six standard errors. */
    @ParameterizedTest
    @CsvSource({"7, 3, .1", "8, 4, .3", "14, 7, .1"})
    void drawnAsOftenAsExpected(int side, int block, double rate) {
        int planes = 40_000;
        int positions = side * side;
        DropBlock blocks = DropBlock.exact(Rate.drop(rate), block, side, side);
        BitSet kept = kept(new DropBlockMask(blocks, KEY), planes * positions);
        double sum = 0;
        double squares = 0;
        int centres = 0;
        for (int plane = 0; plane < planes; plane++) {
            int from = plane * positions;
            double dropped = positions - kept.get(from, from + positions).cardinality();
            sum += dropped / positions;
            squares += dropped / positions * dropped / positions;
            centres += kept.get(from + side / 2 * side + side / 2) ? 0 : 1;
        }
        double mean = sum / planes;
        double error = Math.sqrt((squares / planes - mean * mean) / planes); // planes are independent
        assertThat(mean).isCloseTo(rate, within(6 * error));
        double centre = blocks.dropProbability(side / 2, side / 2);
        assertThat((double) centres / planes).isCloseTo(centre, within(6 * Math.sqrt(centre * (1 - centre) / planes)));
    }

    // limits

    @ParameterizedTest
    @CsvSource({"PAPER", "EXACT"})
    void blocksOfOneAreStandardDropout(DropBlock.Rule rule) {
        DropBlock blocks = DropBlock.of(rule, Rate.drop(.3), new int[] {1, 1}, new int[] {13, 9});
        assertThat(blocks.gamma()).isEqualTo(Rate.drop(.3).effective());
        assertThat(bits(new DropBlockMask(blocks, KEY), 20_000))
                .isEqualTo(bits(new BernoulliMask(Rate.drop(.3), KEY), 20_000));
        assertThat(new DropBlockMask(blocks, KEY).scale())
                .isCloseTo(Rate.drop(.3).scale(), within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({"PAPER", "EXACT"})
    void blocksOfTheWholePlaneAreChannelDropout(DropBlock.Rule rule) {
        DropBlock blocks = DropBlock.of(rule, Rate.drop(.3), new int[] {13, 9}, new int[] {13, 9});
        assertThat(blocks.gamma()).isEqualTo(Rate.drop(.3).effective());
        assertThat(bits(new DropBlockMask(blocks, KEY), 40 * 13 * 9))
                .isEqualTo(bits(
                        new BroadcastMask(
                                new BernoulliMask(Rate.drop(.3), KEY), BroadcastShape.channelsFirst(8, 5, 13, 9)),
                        40 * 13 * 9));
    }

    @ParameterizedTest
    @CsvSource({"PAPER", "EXACT"})
    void ratesZeroAndOne(DropBlock.Rule rule) {
        int[] block = {3, 3};
        int[] plane = {8, 8};
        float[] values = new float[640];
        Arrays.fill(values, Float.NaN);
        MemorySegment segment = MemorySegment.ofArray(values);
        var none = new DropBlockMask(DropBlock.of(rule, Rate.drop(0), block, plane), KEY);
        assertThat(none.scale()).isEqualTo(1);
        DropoutKernel.forward(none, 0, segment, segment, values.length);
        assertThat(values).containsOnly(Float.NaN);
        var all = new DropBlockMask(DropBlock.of(rule, Rate.drop(1), block, plane), KEY);
        DropoutKernel.forward(all, 0, segment, segment, values.length);
        assertThat(values).containsOnly(0f);
        assertThat(kept(all, 640).isEmpty()).isTrue();
        assertThat(kept(none, 640).cardinality()).isEqualTo(640);
    }

    /** Every dropped element lies in a block of dropped ones inside its plane. */
    @Test
    void dropsWholeBlocks() {
        int height = 9;
        int width = 12;
        var mask = new DropBlockMask(
                DropBlock.of(DropBlock.Rule.EXACT, Rate.drop(.3), new int[] {4, 3}, new int[] {height, width}), KEY);
        BitSet kept = kept(mask, 500 * height * width);
        for (int i = kept.nextClearBit(0); i < 500 * height * width; i = kept.nextClearBit(i + 1)) {
            int x = i % width;
            int y = i / width % height;
            boolean inABlock = false;
            for (int top = Math.max(0, y - 3); top <= Math.min(y, height - 4); top++) {
                for (int left = Math.max(0, x - 2); left <= Math.min(x, width - 3); left++) {
                    boolean whole = true;
                    for (int k = 0; k < 12; k++) {
                        whole &= !kept.get(i + (top + k / 3 - y) * width + left + k % 3 - x);
                    }
                    inABlock |= whole;
                }
            }
            assertThat(inABlock).as("element %d", i).isTrue();
        }
    }

    // normalisation

    /** Of a batch: the mean of ones stays one. */
    @Test
    void normalisedByCountTheSumIsThatOfTheInput() {
        int elements = 32 * 14 * 14;
        var mask = new DropBlockMask(DropBlock.paper(Rate.drop(.2), 5, 14, 14), KEY);
        ScaledMask scaled = ScaledMask.byCount(mask, 0, elements, new Workers(Runnable::run, 3));
        assertThat(scaled.scale())
                .isEqualTo((double) elements / kept(mask, elements).cardinality());
        float[] values = new float[elements];
        Arrays.fill(values, 1);
        MemorySegment segment = MemorySegment.ofArray(values);
        DropoutKernel.forward(scaled, 0, segment, segment, elements);
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        assertThat(sum / elements).isCloseTo(1, within(1e-7));
    }

    /** Of a sample, at its offset: samples are not coupled. */
    @Test
    void normalisedByCountOfOneSample() {
        int sample = 3 * 10 * 10;
        var mask = new DropBlockMask(DropBlock.paper(Rate.drop(.3), 3, 10, 10), KEY);
        BitSet kept = kept(mask, 4 * sample);
        for (int n = 0; n < 4; n++) {
            assertThat(ScaledMask.byCount(mask, (long) n * sample, sample, Workers.NONE)
                            .scale())
                    .isEqualTo((double) sample
                            / kept.get(n * sample, (n + 1) * sample).cardinality());
        }
    }

    /** 0 / 0 is no NaN: where all is dropped all is +0. */
    @Test
    void allDroppedGivesZerosWhateverTheNormalisation() {
        DropBlock certain = DropBlock.paper(Rate.drop(.9), 2, 6, 6).gammaScale(10);
        assertThat(certain.clipped()).isTrue();
        assertThat(certain.gamma()).isEqualTo(1);
        var mask = new DropBlockMask(certain, KEY);
        for (MaskSource source : new MaskSource[] {mask, ScaledMask.byCount(mask, 0, 360, Workers.NONE)}) {
            float[] values = new float[360];
            Arrays.fill(values, Float.NaN);
            values[7] = -1;
            MemorySegment segment = MemorySegment.ofArray(values);
            DropoutKernel.forward(source, 0, segment, segment, 360);
            for (float value : values) {
                assertThat(Float.floatToRawIntBits(value)).isZero();
            }
        }
        assertThat(DropBlock.paper(Rate.drop(.9), 2, 6, 6).clipped()).isFalse();
    }

    // mistakes that others made

    /** timm#1046: blocks longer than the map were an error. */
    @Test
    void blockLargerThanTheMapIsClippedToIt() {
        for (int[] plane : new int[][] {{3, 3}, {1, 7}, {7, 1}, {1, 1}, {4, 9}}) {
            DropBlock blocks = DropBlock.exact(Rate.drop(.25), 7, plane);
            assertThat(1 - blocks.expectedKeep()).isCloseTo(.25, within(1e-8));
            int elements = 1000 * plane[0] * plane[1];
            assertThat(kept(new DropBlockMask(blocks, KEY), elements).cardinality())
                    .isBetween(1, elements - 1);
        }
    }

    /** timm#2569: gamma of a map that is not square used one side for both, and of a clipped block the unclipped size. */
    @Test
    void heightIsNotWidth() {
        double gamma = .2 / (4 * 7) * (4 * 30) / ((4 - 4 + 1) * (30 - 7 + 1)); // the block of 7 is clipped to 4 rows
        assertThat(DropBlock.paper(Rate.drop(.2), 7, 4, 30).gamma()).isCloseTo(gamma, within(1e-9));
        assertThat(DropBlock.paper(Rate.drop(.2), 7, 30, 4).gamma()).isCloseTo(gamma, within(1e-9));
    }

    /** torchvision: an even block size was an error of shapes. */
    @Test
    void evenBlocks() {
        DropBlock blocks = DropBlock.exact(Rate.drop(.2), 4, 12, 12);
        assertThat(1 - blocks.expectedKeep()).isCloseTo(.2, within(1e-8));
        assertThatCode(() -> kept(new DropBlockMask(blocks, KEY), 1440)).doesNotThrowAnyException();
    }

    /** torchvision: summing the mask in half precision overflowed above 65,504 kept elements, and the output was zero. */
    @Test
    void moreKeptElementsThanAHalfFloatCounts() {
        int elements = 200_000;
        var mask = new DropBlockMask(DropBlock.paper(Rate.drop(.1), 7, 50, 50), KEY);
        double scale = ScaledMask.byCount(mask, 0, elements, Workers.NONE).scale();
        assertThat(scale).isBetween(1.05, 1.15);
    }

    /** timm: gamma of .00625 became .0078 in bfloat16. Here it is a multiple of 2^-32 whatever the data type. */
    @Test
    void gammaIsNotRoundedToTheDataType() {
        assertThat(DropBlock.paper(Rate.drop(.1), 7, 14, 14).gamma()).isCloseTo(.00625, within(0x1p-32));
    }

    // refusals

    /** Masks in turn that differ in one thing each: what a call remembers of one is not taken for the other's. */
    @Test
    void masksInTurnKeepTheirBits() {
        Rate rate = Rate.drop(.3);
        DropBlockMask[] masks = {
            new DropBlockMask(DropBlock.exact(rate, 3, 24, 20), KEY),
            new DropBlockMask(DropBlock.exact(rate, 3, 20, 24), KEY),
            new DropBlockMask(DropBlock.exact(rate, 4, 24, 20), KEY),
            new DropBlockMask(DropBlock.exact(Rate.drop(.2), 3, 24, 20), KEY),
            new DropBlockMask(DropBlock.exact(rate, 3, 24, 20), new Key(2026, 6)),
            new DropBlockMask(DropBlock.exact(rate, 3, 24, 20), new Key(2027, 5)),
        };
        int plane = 480;
        int channels = 50;
        float[] ones = new float[channels * plane];
        Arrays.fill(ones, 1);
        for (int repeat = 0; repeat < 2; repeat++) {
            for (DropBlockMask mask : masks) {
                BitSet ofPlane = kept(mask, plane);
                float[] result = new float[channels * plane];
                var shared = new BroadcastMask(
                        mask, BroadcastShape.of(1, channels, plane).share(1));
                StandardDropout.forward(
                        shared,
                        DType.FLOAT32,
                        0,
                        MemorySegment.ofArray(ones),
                        MemorySegment.ofArray(result),
                        result.length,
                        Workers.NONE);
                for (int i = 0; i < result.length; i++) {
                    assertThat(result[i]).isEqualTo(ofPlane.get(i % plane) ? 1f : 0f);
                }
            }
        }
    }

    @Test
    void refusals() {
        Rate rate = Rate.drop(.1);
        refused(
                "plane must have 1 to 3 axes and block as many, got plane [] and block []",
                () -> DropBlock.paper(rate, 3));
        refused("plane must have 1 to 3 axes", () -> DropBlock.paper(rate, 3, 4, 4, 4, 4));
        refused(
                "plane must have 1 to 3 axes",
                () -> DropBlock.of(DropBlock.Rule.EXACT, rate, new int[] {3}, new int[] {4, 4}));
        refused(
                "plane and block must have lengths of 1 or more, got plane [4, 4] and block [0, 0]",
                () -> DropBlock.paper(rate, 0, 4, 4));
        refused("plane and block must have lengths of 1 or more", () -> DropBlock.exact(rate, 3, 4, 0));
        refused("plane must have at most 2^24 positions", () -> DropBlock.exact(rate, 3, 1 << 16, 1 << 16));
        refused(
                "gamma scale must be in [0, infinity), got NaN",
                () -> DropBlock.paper(rate, 3, 4, 4).gammaScale(Double.NaN));
        refused(
                "gamma must stay as it is by the exact rule",
                () -> DropBlock.exact(rate, 3, 4, 4).gammaScale(2));
        refused(
                "position must lie in plane [4, 4], got [4, 0]",
                () -> DropBlock.exact(rate, 3, 4, 4).dropProbability(4, 0));
        refused("scale must be 0 or more, got NaN", () -> new ScaledMask(new BernoulliMask(rate, KEY), Double.NaN));
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void equalWhereAllIsEqual() {
        DropBlock blocks = DropBlock.paper(Rate.drop(.1), 3, 8, 8);
        assertThat(blocks)
                .isEqualTo(DropBlock.paper(Rate.drop(.1), 3, 8, 8))
                .hasSameHashCodeAs(DropBlock.paper(Rate.drop(.1), 3, 8, 8))
                .isNotEqualTo(DropBlock.exact(Rate.drop(.1), 3, 8, 8))
                .isNotEqualTo(DropBlock.paper(Rate.drop(.2), 3, 8, 8))
                .isNotEqualTo(DropBlock.paper(Rate.drop(.1), 4, 8, 8))
                .isNotEqualTo(DropBlock.paper(Rate.drop(.1), 3, 8, 9))
                .isNotEqualTo(blocks.gammaScale(2));
    }
}
