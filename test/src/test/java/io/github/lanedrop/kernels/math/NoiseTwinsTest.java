package io.github.lanedrop.kernels.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lanedrop.rng.simd.Simd;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Floats from words: the scalar definition against its formulas, the SIMD twin against the definition. */
@Tag("paths")
final class NoiseTwinsTest {
    private static final int[] EDGES = {
        0,
        0xFF,
        0x100,
        0x1FF,
        0x7FFFFFFF,
        0x7FFFFF00,
        0x80000000,
        0x800000FF,
        0x80000100,
        0xFFFFFEFF,
        0xFFFFFF00,
        -1,
        0x3FFFFFFF,
        0x40000000,
        0xBFFFFFFF,
        0xC0000000
    };

    /** Every pair of edges, then random words. */
    private static int[] words() {
        int[] words = new int[2 * EDGES.length * EDGES.length + 10_000];
        int at = 0;
        for (int first : EDGES) {
            for (int second : EDGES) {
                words[at++] = first;
                words[at++] = second;
            }
        }
        var random = new Random(5);
        while (at < words.length) {
            words[at++] = random.nextInt();
        }
        return words;
    }

    private static byte[] bytes(int[] words, int padding) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Integer.BYTES * (words.length + padding)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    @Test
    void uniformsAreTheirFormulas() {
        int[] words = words();
        float[] uniform = new float[words.length];
        float[] open = new float[words.length];
        float[] centred = new float[words.length];
        ScalarNoise.uniform(bytes(words, 0), uniform, 0, words.length);
        ScalarNoise.open(bytes(words, 0), open, 0, words.length);
        ScalarNoise.centred(bytes(words, 0), 0, 1, centred, 0, words.length);
        for (int i = 0; i < words.length; i++) {
            double k = words[i] >>> 8;
            BigDecimal exact = new BigDecimal((k + .5) * 0x1p-24);
            boolean right = uniform[i] == k * 0x1p-24
                    && new BigDecimal(open[i]).compareTo(towardZeroTo24Bits(exact)) == 0
                    && centred[i] == 2 * (k + .5) * 0x1p-24 - 1;
            boolean within = uniform[i] < 1 && open[i] > 0 && open[i] < 1 && Math.abs(centred[i]) < 1;
            assertThat(right && within).as("of the word %x", words[i]).isTrue();
        }
    }

    /** To a float, for positive normal values: 24 bits from the first that is set. */
    private static BigDecimal towardZeroTo24Bits(BigDecimal value) {
        int exponent = Math.getExponent(value.doubleValue());
        BigDecimal unit = exponent >= 23
                ? BigDecimal.TWO.pow(exponent - 23)
                : BigDecimal.ONE.divide(BigDecimal.TWO.pow(23 - exponent), MathContext.UNLIMITED);
        return value.divide(unit, 0, RoundingMode.DOWN).multiply(unit);
    }

    @Test
    void uniformsHaveTheirMeanAndReach() {
        float[] values = new float[EDGES.length];
        ScalarNoise.centred(bytes(EDGES, 0), 10, .5f, values, 0, EDGES.length);
        for (int i = 0; i < EDGES.length; i++) {
            double exact = 10 + .5 * (2 * ((EDGES[i] >>> 8) + .5) * 0x1p-24 - 1);
            assertThat((double) values[i]).isBetween(exact - 0x1p-21, exact + 0x1p-21);
        }
    }

    /** Of every 64th angle, negated beyond half a turn. */
    @Test
    void sinesAndCosines() {
        double worst = 0;
        for (long word = 0; word < 1L << 32; word += 64 << 8) {
            double angle = 2 * Math.PI * (word % (1L << 31)) * 0x1p-32;
            worst = Math.max(worst, Math.abs(ScalarNoise.cosine((int) word) - StrictMath.cos(angle)));
            worst = Math.max(worst, Math.abs(ScalarNoise.sine((int) word) - StrictMath.sin(angle)));
        }
        assertThat(worst).isBetween(0x1p-25, 1e-6);
    }

    @Test
    void normalsAreThoseOfBoxAndMuller() {
        int[] words = words();
        float[] values = new float[words.length];
        ScalarNoise.normal(bytes(words, 0), 0, 1, values, 0, words.length);
        double worst = 0;
        float farthest = 0;
        for (int i = 0; i < words.length; i += 2) {
            double k = words[i] >>> 8;
            double open = k < 1 << 23 ? (k + .5) * 0x1p-24 : k * 0x1p-24;
            double radius = Math.sqrt(-2 * StrictMath.log(open));
            double angle = 2 * Math.PI * (words[i + 1] >>> 8) * 0x1p-24;
            double scale = Math.max(1, radius);
            worst = Math.max(worst, Math.abs(values[i] - radius * StrictMath.cos(angle)) / scale);
            worst = Math.max(worst, Math.abs(values[i + 1] - radius * StrictMath.sin(angle)) / scale);
            farthest = Math.max(farthest, Math.abs(values[i]));
        }
        assertThat(worst).isLessThan(2e-6);
        assertThat(farthest).isBetween(5.88f, 5.89f);
    }

    /** Deviations from the least float to the greatest that no value overflows at, and means beside them. */
    @Test
    void normalsHaveTheirMeanAndDeviation() {
        int[] words = words();
        float[] unit = new float[words.length];
        float[] values = new float[words.length];
        ScalarNoise.normal(bytes(words, 0), 0, 1, unit, 0, words.length);
        for (float deviation : new float[] {0x1p-100f, 1e-3f, .5f, 3, 0x1p100f}) {
            for (float mean : new float[] {0, 1, -7}) {
                ScalarNoise.normal(bytes(words, 0), mean, deviation, values, 0, words.length);
                double worst = 0;
                for (int i = 0; i < words.length; i++) {
                    worst = Math.max(worst, Math.abs(values[i] - (mean + (double) deviation * unit[i])));
                }
                assertThat(worst).isLessThan(0x1p-22 * (Math.abs(mean) + 6.0 * deviation));
            }
        }
    }

    private interface Filler {
        void fill(byte[] words, float[] dst, int dstAt, int elements);
    }

    @Test
    void twinsGiveTheSameBits() {
        assumeTrue(Simd.ENABLED, "the SIMD path is off: " + Simd.REASON);
        assertTwins(VectorNoise::uniform, ScalarNoise::uniform);
        assertTwins(VectorNoise::open, ScalarNoise::open);
        for (float mean : new float[] {0, 1, -3.7f}) {
            for (float spread : new float[] {1, .1f, 0x1p-120f, 0x1p120f}) {
                assertTwins(
                        (words, dst, at, n) -> VectorNoise.centred(words, mean, spread, dst, at, n),
                        (words, dst, at, n) -> ScalarNoise.centred(words, mean, spread, dst, at, n));
                assertTwins(
                        (words, dst, at, n) -> VectorNoise.normal(words, mean, spread, dst, at, n),
                        (words, dst, at, n) -> ScalarNoise.normal(words, mean, spread, dst, at, n));
            }
        }
    }

    /** All words at once, then the first few in every even number. */
    private static void assertTwins(Filler vector, Filler scalar) {
        int[] words = words();
        byte[] bytes = bytes(words, VectorNoise.GROUP);
        for (int elements = words.length; elements >= 0; elements = Math.min(elements - 2, 80)) {
            float[] expected = new float[3 + elements];
            float[] actual = new float[3 + elements + VectorNoise.GROUP];
            scalar.fill(bytes, expected, 3, elements);
            vector.fill(bytes, actual, 3, elements);
            assertThat(Arrays.mismatch(actual, 0, expected.length, expected, 0, expected.length))
                    .as("the first of %d elements that differs", elements)
                    .isEqualTo(-1);
        }
    }
}
