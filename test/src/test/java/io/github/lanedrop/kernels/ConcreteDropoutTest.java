package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Learned.assertSameBits;
import static io.github.lanedrop.kernels.Learned.ones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.kernels.learned.ScalarConcrete;
import io.github.lanedrop.rng.Key;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Concrete dropout against its formula in double, and every way of calling it against every other, bit for bit. */
@Tag("paths")
final class ConcreteDropoutTest {
    private static final Key KEY = new Key(2026, 11);

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** {@code z} by the formula. */
    private static double noise(double logit, double temperature, double u) {
        return sigmoid((logit + Math.log(u) - Math.log1p(-u)) / temperature);
    }

    private static double logit(double p) {
        return Math.log(p) - Math.log1p(-p);
    }

    private static float[] forward(ConcreteMask mask, long offset, float[] src) {
        float[] dst = new float[src.length];
        ConcreteDropout.forward(mask, offset, Learned.of(src), Learned.of(dst), src.length);
        return dst;
    }

    // the formula

    @ParameterizedTest
    @CsvSource({"1e-6, .1", ".05, .1", ".1, .1", ".5, .1", ".9, .1", ".999999, .1", ".1, .5", ".3, .6666666", ".2, 3"})
    void forwardIsTheFormula(double p, double temperature) {
        ConcreteRate rate = ConcreteRate.ofLogit(logit(p), temperature);
        int elements = 5000;
        float[] src = Learned.gaussian(new Random(1), elements, 0, 1);
        float[] dst = forward(new ConcreteMask(rate, KEY), 3, src);
        for (int i = 0; i < elements; i++) {
            double kept = 1 - noise(logit(p), temperature, Learned.open(KEY, i + 3));
            // half an ulp of logits up to 31 is 1e-6; the temperature multiplies it
            assertThat((double) dst[i])
                    .as("element %d", i)
                    .isCloseTo(src[i] * kept / (1 - p), within(4e-6 / temperature * kept / (1 - p) + 1e-7 / (1 - p)));
        }
    }

    /** The notebook of the PyTorch version drew one number for the whole tensor. */
    @Test
    void everyElementHasItsOwnNoise() {
        ConcreteMask mask = new ConcreteMask(ConcreteRate.drop(.5), KEY);
        float[] dst = forward(mask, 0, ones(10_000));
        assertThat(Arrays.copyOf(dst, 4)).doesNotHaveDuplicates();
        Arrays.sort(dst);
        int distinct = 1;
        for (int i = 1; i < dst.length; i++) {
            distinct += dst[i] == dst[i - 1] ? 0 : 1;
        }
        assertThat(distinct).isGreaterThan(5_000); // noise close to 0 rounds to the same floats
        assertThat(dst[1_000]).isLessThan(1e-3f);
        assertThat(dst[9_000]).isGreaterThan(1.999f);
    }

    @Test
    void keysDiffer() {
        ConcreteRate rate = ConcreteRate.drop(.5);
        float[] a = forward(new ConcreteMask(rate, KEY), 0, ones(1000));
        float[] b = forward(new ConcreteMask(rate, KEY.step(1)), 0, ones(1000));
        assertThat(a).isNotEqualTo(b);
    }

    // gradients

    private static double[] noises(ConcreteMask mask, long offset, int elements) {
        double[] u = new double[elements];
        for (int i = 0; i < elements; i++) {
            u[i] = Learned.open(KEY, mask.sharing().index(offset + i));
        }
        return u;
    }

    /** The loss {@code sum(gradient * dst)} in double, under frozen noise; the scale follows the logit. */
    private static double loss(
            ConcreteRate rate, double logit, double[] u, double[] src, double[] gradient, boolean exact) {
        double scale = 1 + Math.exp(logit);
        if (exact) {
            scale = ConcreteRate.ofLogit(logit, rate.temperature()).exactMean().scale();
        }
        double loss = 0;
        for (int i = 0; i < src.length; i++) {
            loss += gradient[i] * src[i] * (1 - noise(logit, rate.temperature(), u[i])) * scale;
        }
        return loss;
    }

    private static double slopeOfLogKept(ConcreteRate rate) {
        return Learned.differences(
                new double[] {rate.logit()},
                logit -> Math.log(
                        1 - ConcreteRate.ofLogit(logit[0], rate.temperature()).meanNoise()))[0];
    }

    @ParameterizedTest
    @CsvSource({
        ".05, .1, false, 1, 1",
        ".1, .1, true, 1, 1",
        ".5, .5, false, 1, 1",
        ".2, .6666, true, 1, 1",
        ".8, .1, false, 1, 1",
        ".3, .5, true, 5, 7",
        ".3, .5, false, 40, 1"
    })
    void gradientsAreFiniteDifferences(double p, double temperature, boolean exact, int shared, int inner) {
        ConcreteRate rate = ConcreteRate.ofLogit(logit(p), temperature);
        ConcreteMask mask = new ConcreteMask(exact ? rate.exactMean() : rate, KEY, new Sharing(shared, inner));
        int elements = 3000;
        var random = new Random(5);
        float[] src = Learned.gaussian(random, elements, .5, 1);
        float[] gradient = Learned.gaussian(random, elements, .2, 1);
        double[] x = Learned.doubles(src);
        double[] g = Learned.doubles(gradient);
        double[] u = noises(mask, 9, elements);
        float[] srcGradient = new float[elements];
        double actual = ConcreteDropout.backward(
                mask, 9, Learned.of(src), Learned.of(gradient), Learned.of(srcGradient), elements);

        double[] byLogit = Learned.differences(new double[] {logit(p)}, logit -> loss(rate, logit[0], u, x, g, exact));
        double c = exact ? -slopeOfLogKept(rate) : p;
        double sum = 0;
        double absolute = 0;
        for (int i = 0; i < elements; i++) {
            double z = noise(logit(p), temperature, u[i]);
            double term = g[i] * x[i] * (1 - z) * mask.rate().scale() * (c - z / temperature);
            sum += term;
            absolute += Math.abs(term);
        }
        assertThat(sum).isCloseTo(byLogit[0], within(1e-6 * Math.abs(byLogit[0])));
        assertThat(actual).isCloseTo(byLogit[0], within(1e-6 * absolute)); // each term is rounded to float
        double[] bySrc = new double[elements];
        for (int i = 0; i < elements; i++) {
            int element = i;
            bySrc[i] = Learned.differences(
                    new double[] {x[i]},
                    value -> loss(rate, logit(p), new double[] {u[element]}, value, new double[] {g[element]}, exact))[
                    0];
        }
        assertThat(Learned.relative(srcGradient, bySrc)).isLessThan(1e-6);
    }

    // the same bits however it is called

    @Test
    void everyCountOffsetAndKindOfMemoryAgreesWithTheScalarDefinition() {
        var random = new Random(7);
        ConcreteRate rate = ConcreteRate.ofLogit(-1.2, .2);
        try (Arena arena = Arena.ofConfined()) {
            Function<Kind, Memory> forSrc = Memory.ofEachKind(arena, 4L * 3333);
            Function<Kind, Memory> forGradient = Memory.ofEachKind(arena, 4L * 3333);
            Function<Kind, Memory> forDst = Memory.ofEachKind(arena, 4L * 3333);
            Kind[] kinds = Kind.values();
            for (int count : Learned.COUNTS) {
                for (long offset : Learned.OFFSETS) {
                    Memory srcMemory = forSrc.apply(kinds[random.nextInt(kinds.length)]);
                    Memory gradientMemory = forGradient.apply(kinds[random.nextInt(kinds.length)]);
                    Memory dstMemory = forDst.apply(kinds[random.nextInt(kinds.length)]);
                    MemorySegment src = srcMemory.take(random.nextInt(64), 4L * count);
                    MemorySegment gradient = gradientMemory.take(random.nextInt(64), 4L * count);
                    MemorySegment dst = dstMemory.take(random.nextInt(64), 4L * count);
                    boolean special = random.nextBoolean(); // where NaNs are, sums are NaN
                    fill(src, count, special, random);
                    fill(gradient, count, special, random);
                    String what = count + " elements from " + offset;

                    float[] kept = kept(rate, offset, count);
                    float[] expected = Learned.read(src, count);
                    ScalarConcrete.apply(expected, kept, (float) rate.scale(), count);
                    ConcreteDropout.forward(new ConcreteMask(rate, KEY), offset, src, dst, count);
                    assertSameBits(Learned.read(dst, count), expected, what);

                    float[] expectedGradient = Learned.read(gradient, count);
                    float[] terms = new float[count];
                    ScalarConcrete.backward(
                            Learned.read(src, count),
                            expectedGradient,
                            kept,
                            (float) rate.scale(),
                            (float) sigmoid(rate.logit()),
                            (float) (1 / rate.temperature()),
                            terms,
                            count);
                    double sum =
                            ConcreteDropout.backward(new ConcreteMask(rate, KEY), offset, src, gradient, dst, count);
                    assertSameBits(Learned.read(dst, count), expectedGradient, what);
                    assertThat(sum).as(what).isEqualTo(Double.valueOf(Learned.sum(terms)));
                    dstMemory.assertUntouchedAround(what);
                }
            }
        }
    }

    private static void fill(MemorySegment segment, int count, boolean special, Random random) {
        if (special) {
            Memory.fill(segment, Memory.floatBits(random, count));
        } else {
            MemorySegment.copy(Learned.gaussian(random, count, 0, 1), 0, segment, Memory.FLOAT, 0, count);
        }
    }

    private static float[] kept(ConcreteRate rate, long offset, int count) {
        byte[] words = new byte[4 * count];
        for (int i = 0; i < count; i++) {
            long word = Learned.word(KEY, offset + i);
            for (int b = 0; b < 4; b++) {
                words[4 * i + b] = (byte) (word >>> (8 * b));
            }
        }
        float[] kept = new float[count];
        ScalarConcrete.kept(words, 0, kept, count, (float) rate.logit(), (float) (1 / rate.temperature()));
        return kept;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 7",
        "5, 1",
        "2, 1",
        "3, 4",
        "49, 3",
        "49, 64",
        "64, 1",
        "3136, 1",
        "2, 1023",
        "2, 1024",
        "2, 1025",
        "3, 1500",
        "100000, 10",
        "7, 5000"
    })
    void sharedNoiseIsThatOfTheSharedIndex(long shared, long inner) {
        var sharing = new Sharing(shared, inner);
        ConcreteRate rate = ConcreteRate.ofLogit(.3, .5);
        for (long offset : new long[] {0, 1, 998, 123_456}) {
            for (int count : new int[] {1, 17, 1024, 4321}) {
                float[] actual = forward(new ConcreteMask(rate, KEY, sharing), offset, ones(count));
                float[] expected = new float[count];
                for (int i = 0; i < count; i++) {
                    long value = (offset + i) / (shared * inner) * inner + (offset + i) % inner;
                    ConcreteDropout.forward(
                            new ConcreteMask(rate, KEY),
                            value,
                            Learned.of(1),
                            Learned.of(expected).asSlice(4L * i),
                            1);
                }
                assertSameBits(actual, expected, sharing + ", " + count + " from " + offset);
            }
        }
    }

    @Test
    void allElementsCanShareOneValue() {
        ConcreteMask mask = new ConcreteMask(ConcreteRate.ofLogit(0, 1), KEY, Sharing.ALL);
        float[] dst = forward(mask, 77, ones(3000));
        assertThat(dst).containsOnly(forward(new ConcreteMask(mask.rate(), KEY), 0, ones(1))[0]);
    }

    /** Dropped channels of images with channels last: [samples, height, width, channels] has noise [samples, 1, 1, channels]. */
    @Test
    void spatialNoiseIsOnePerSampleAndChannel() {
        int samples = 3;
        int positions = 35;
        int channels = 6;
        var mask = new ConcreteMask(ConcreteRate.ofLogit(0, 1), KEY, Sharing.column(positions, channels));
        float[] last = forward(mask, 0, ones(samples * positions * channels));
        mask = new ConcreteMask(mask.rate(), KEY, Sharing.row(positions));
        float[] first = forward(mask, 0, ones(samples * positions * channels));
        float[] dense = forward(new ConcreteMask(mask.rate(), KEY), 0, ones(samples * channels));
        for (int n = 0; n < samples; n++) {
            for (int s = 0; s < positions; s++) {
                for (int c = 0; c < channels; c++) {
                    assertThat(last[(n * positions + s) * channels + c]).isEqualTo(dense[n * channels + c]);
                    assertThat(first[(n * channels + c) * positions + s]).isEqualTo(dense[n * channels + c]);
                }
            }
        }
    }

    @Test
    void inPlace() {
        var mask = new ConcreteMask(ConcreteRate.drop(.3), KEY);
        float[] src = Learned.gaussian(new Random(8), 2500, 0, 1);
        float[] gradient = Learned.gaussian(new Random(9), 2500, 0, 1);
        float[] expected = forward(mask, 5, src);
        float[] x = src.clone();
        ConcreteDropout.forward(mask, 5, Learned.of(x), Learned.of(x), 2500);
        assertSameBits(x, expected, "forward");
        float[] expectedGradient = new float[2500];
        double sum = ConcreteDropout.backward(
                mask, 5, Learned.of(src), Learned.of(gradient), Learned.of(expectedGradient), 2500);
        float[] g = gradient.clone();
        assertThat(ConcreteDropout.backward(mask, 5, Learned.of(src), Learned.of(g), Learned.of(g), 2500))
                .isEqualTo(sum);
        assertSameBits(g, expectedGradient, "into the gradient");
        x = src.clone();
        assertThat(ConcreteDropout.backward(mask, 5, Learned.of(x), Learned.of(gradient), Learned.of(x), 2500))
                .isEqualTo(sum);
        assertSameBits(x, expectedGradient, "into the input");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1024, 1025, 20_000})
    void anyNumberOfTasks(int elements) {
        var mask = new ConcreteMask(ConcreteRate.drop(.2), KEY, Sharing.column(30, 7));
        MemorySegment src = Learned.shared(Learned.gaussian(new Random(10), elements, 0, 1));
        MemorySegment gradient = Learned.shared(Learned.gaussian(new Random(11), elements, 0, 1));
        MemorySegment dst = Learned.shared(new float[elements]);
        Learned.assertSameForAnyTasks("forward", workers -> {
            ConcreteDropout.forward(mask, 3, src, dst, elements, workers);
            return Learned.read(dst, elements);
        });
        Learned.assertSameForAnyTasks(
                "logit", workers -> ConcreteDropout.backward(mask, 3, src, gradient, dst, elements, workers));
        Learned.assertSameForAnyTasks("norm", workers -> ConcreteDropout.squaredNorm(src, elements, workers));
        Learned.assertSameForAnyTasks("weights", workers -> {
            MemorySegment sum = Learned.shared(Learned.read(gradient, elements));
            ConcreteDropout.addRegularizerGradient(mask.rate(), .01, src, sum, elements, workers);
            return Learned.read(sum, elements);
        });
    }

    @Test
    void realThreads() {
        var mask = new ConcreteMask(ConcreteRate.drop(.2), KEY);
        MemorySegment src = Learned.shared(Learned.gaussian(new Random(10), 50_000, 0, 1));
        MemorySegment dst = Learned.shared(new float[50_000]);
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            double one = ConcreteDropout.backward(mask, 0, src, src, dst, 50_000);
            double three = ConcreteDropout.backward(mask, 0, src, src, dst, 50_000, new Workers(executor, 4));
            assertThat(three).isEqualTo(one);
        }
    }

    // edges

    /** Where nothing is kept, nothing comes through. */
    @Test
    void droppedIsPlusZeroWhateverItWas() {
        var mask = new ConcreteMask(ConcreteRate.ofLogit(0, .01), KEY);
        float[] kept = forward(mask, 0, ones(2000));
        assertThat(kept).contains(0f);
        for (float special : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, -1}) {
            float[] src = new float[2000];
            Arrays.fill(src, special);
            float[] dst = forward(mask, 0, src);
            float[] gradient = new float[2000];
            ConcreteDropout.backward(mask, 0, Learned.of(ones(2000)), Learned.of(src), Learned.of(gradient), 2000);
            for (int i = 0; i < 2000; i++) {
                float expected = kept[i] == 0 ? 0f : special * kept[i];
                assertThat(dst[i]).isEqualTo(Float.valueOf(expected));
                assertThat(gradient[i]).isEqualTo(Float.valueOf(expected));
            }
        }
    }

    @Test
    void droppedGivesNothingToTheLogit() {
        var mask = new ConcreteMask(ConcreteRate.ofLogit(0, .01), KEY);
        float[] src = ones(2000);
        float[] kept = forward(mask, 0, src);
        assertThat(kept).contains(0f);
        for (int i = 0; i < 2000; i++) {
            src[i] = kept[i] == 0 ? Float.NaN : 1;
        }
        assertThat(ConcreteDropout.backward(
                        mask, 0, Learned.of(src), Learned.of(src), Learned.of(new float[2000]), 2000))
                .isFinite();
    }

    @Test
    void nothingForNoElements() {
        var mask = new ConcreteMask(ConcreteRate.drop(.5), KEY);
        MemorySegment empty = MemorySegment.ofArray(new float[0]);
        ConcreteDropout.forward(mask, Long.MAX_VALUE, empty, empty, 0);
        assertThat(ConcreteDropout.backward(mask, 0, empty, empty, empty, 0)).isZero();
        assertThat(ConcreteDropout.squaredNorm(empty, 0, Workers.NONE)).isZero();
    }

    /** Golden: these bits are the same on every path and machine. */
    @Test
    void bits() {
        var mask = new ConcreteMask(ConcreteRate.drop(.1), Key.of(2026));
        float[] dst = forward(mask, 0, ones(6));
        assertThat(dst).containsExactly(GOLDEN);
        float[] many = Learned.gaussian(new Random(12), 10_000, 0, 1);
        float[] gradient = new float[10_000];
        double logit = ConcreteDropout.backward(
                mask, 0, Learned.of(many), Learned.of(many), Learned.of(gradient), gradient.length);
        assertThat(logit).isEqualTo(GOLDEN_LOGIT);
        assertThat(Arrays.hashCode(gradient)).isEqualTo(GOLDEN_HASH);
    }

    private static final float[] GOLDEN = {1.1111112f, 1.1111112f, 1.1111095f, 1.1111112f, 2.130215E-10f, 1.1111112f};
    private static final double GOLDEN_LOGIT = 30.926383972485063;
    private static final int GOLDEN_HASH = 664760583;
}
