package io.github.lanedrop.kernels.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lanedrop.rng.TestSeed;
import io.github.lanedrop.rng.simd.Simd;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows and tiles on vectors have the bits of their scalar twins, whatever is in them. */
@Tag("paths")
final class SoftmaxTwinsTest {
    private static final int MOST = 200;
    private static final float[] SPECIAL = {
        Float.NaN, Float.NEGATIVE_INFINITY, -0f, 0f, Float.MIN_VALUE, 1e30f, -1e30f, Float.MAX_VALUE
    };

    private final Random random = new Random(TestSeed.VALUE);
    private final byte[] bits = new byte[MOST];

    SoftmaxTwinsTest() {
        random.nextBytes(bits);
    }

    @BeforeAll
    static void needsVectors() {
        assumeTrue(Simd.ENABLED, Simd.REASON);
    }

    private float[] values(int elements, boolean special) {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = special && random.nextInt(9) == 0
                    ? SPECIAL[random.nextInt(SPECIAL.length)]
                    : (float) (3 * random.nextGaussian());
        }
        return values;
    }

    /** All NaNs are one, as which of two a sum takes is up to the hardware. */
    private static void assertSame(float[] actual, float[] expected, int elements, String what) {
        assertThat(Arrays.copyOf(actual, elements)).as(what).isEqualTo(Arrays.copyOf(expected, elements));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsOfEveryLength(boolean special) {
        for (int n = 0; n <= 131; n++) {
            for (boolean hides : new boolean[] {false, true}) {
                int at = random.nextInt(40);
                int bit = random.nextInt(200);
                float before = n % 3 == 0 ? 1.5f : Float.NEGATIVE_INFINITY;
                float[] scores = values(MOST, special);
                float[] start = values(16, false);
                float[] sums = start.clone();
                float[] expectedSums = start.clone();
                float[] x = new float[MOST];
                float[] expectedX = new float[MOST];
                String what = n + " elements, dropped ones hidden: " + hides;
                float max = VectorSoftmax.exponentials(scores, at, n, .7f, hides, bits, bit, before, x, sums);
                float expectedMax = ScalarSoftmax.exponentials(
                        scores, at, n, .7f, hides, bits, bit, before, expectedX, expectedSums);
                assertThat(max).as(what).isEqualTo(Float.valueOf(expectedMax));
                assertSame(x, expectedX, n, what);
                assertSame(sums, expectedSums, 16, what);

                float[] kept = scores.clone();
                float[] expectedKept = scores.clone();
                float keptMax =
                        VectorSoftmax.keptExponentials(kept, at, n, .7f, hides, bits, bit, before, start.clone());
                assertThat(keptMax).as(what).isEqualTo(Float.valueOf(expectedMax));
                ScalarSoftmax.keptExponentials(expectedKept, at, n, .7f, hides, bits, bit, before, start.clone());
                assertSame(kept, expectedKept, at + n, what);
                if (max != Float.NEGATIVE_INFINITY) {
                    ScalarSoftmax.select(expectedX, n, 1f, bits, bit, expectedKept, at);
                    assertSame(kept, expectedKept, at + n, what);
                }

                float[] dst = values(MOST, special);
                float[] expectedDst = dst.clone();
                VectorSoftmax.select(x, n, 1.25f, bits, bit, dst, at);
                ScalarSoftmax.select(x, n, 1.25f, bits, bit, expectedDst, at);
                assertSame(dst, expectedDst, MOST, what);

                VectorSoftmax.dot(x, n, dst, at, bits, bit, sums);
                ScalarSoftmax.dot(x, n, dst, at, bits, bit, expectedSums);
                assertSame(sums, expectedSums, 16, what);

                VectorSoftmax.gradient(x, n, .3f, 1.25f, .1f, hides, bits, bit, dst, at);
                ScalarSoftmax.gradient(x, n, .3f, 1.25f, .1f, hides, bits, bit, expectedDst, at);
                assertSame(dst, expectedDst, MOST, what);
            }
        }
    }

    /** Rows that see any number of columns, and one whose log-sum says that it sees none. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tilesOfTheBackwardPass(boolean special) {
        int rows = 66;
        int bitStride = 23;
        for (boolean renormalized : new boolean[] {false, true}) {
            int[] seen = new int[rows];
            Arrays.setAll(seen, r -> Math.min(r, 64));
            float[] logSums = new float[rows + 2];
            Arrays.fill(logSums, 12f); // scores beyond are dropped ones of rows that are renormalised
            logSums[2 + 40] = Float.NEGATIVE_INFINITY;
            float[] dots = values(rows + 2, special);
            float[] scores = values(rows * 64, special);
            float[] gradient = values(rows * 64, special);
            if (!renormalized) {
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = Float.isNaN(scores[i]) ? Float.NaN : Math.min(scores[i], 17f);
                }
            }
            byte[] tileBits = new byte[rows * bitStride / 8 + 20];
            random.nextBytes(tileBits);
            float[] expectedScores = scores.clone();
            float[] expectedGradient = gradient.clone();
            ScalarSoftmax.backward(
                    expectedScores,
                    expectedGradient,
                    rows,
                    seen,
                    .7f,
                    logSums,
                    dots,
                    2,
                    1.25f,
                    renormalized,
                    tileBits,
                    5,
                    bitStride);
            VectorSoftmax.backward(
                    scores, gradient, rows, seen, .7f, logSums, dots, 2, 1.25f, renormalized, tileBits, 5, bitStride);
            String what = "renormalized: " + renormalized;
            assertSame(scores, expectedScores, scores.length, what);
            assertSame(gradient, expectedGradient, gradient.length, what);
            assertThat(Arrays.copyOfRange(scores, 40 * 64, 41 * 64)).containsOnly(0f);
        }
    }

    @Test
    void minusZeroIsNoMaximum() {
        float[] scores = {-0f, -1f, -0f, -2f, -0f, -0f, -0f, -0f, -0f, -0f, -0f, -0f, -0f, -0f, -0f, -0f, -0f};
        float max = VectorSoftmax.exponentials(
                scores, 0, scores.length, 1f, false, bits, 0, Float.NEGATIVE_INFINITY, new float[32], new float[16]);
        assertThat(Float.floatToRawIntBits(max)).isZero();
    }

    @Test
    void productsOfEveryShape() {
        for (int shape = 0; shape < 300; shape++) {
            int rows = 1 + random.nextInt(64);
            int inner = random.nextInt(65);
            int columns = 1 + random.nextInt(64);
            float[] a = values(64 * 64, false);
            float[] b = values(64 * 64, false);
            float[] c = values(64 * 64, false);
            float[] expected = c.clone();
            String what = rows + " x " + inner + " x " + columns;
            VectorTile.multiplyAdd(a, 0, 64, b, 0, c, 0, 64, rows, inner, columns);
            ScalarTile.multiplyAdd(a, 0, 64, b, 0, expected, 0, 64, rows, inner, columns);
            assertSameTile(c, expected, rows, columns, what);
            int few = Math.min(rows, 16); // rows of up to four panels
            int panel = 64 * random.nextInt(4);
            VectorTile.multiplyAdd(a, panel, 256, b, 0, c, 0, 64, few, inner, columns);
            ScalarTile.multiplyAdd(a, panel, 256, b, 0, expected, 0, 64, few, inner, columns);
            assertSameTile(c, expected, few, columns, what + ", from rows of 256");
            float[] wide = values(16 * 256 + 64, false);
            float[] expectedWide = wide.clone();
            VectorTile.multiplyAdd(a, 0, 64, b, 0, wide, panel, 256, few, inner, columns);
            ScalarTile.multiplyAdd(a, 0, 64, b, 0, expectedWide, panel, 256, few, inner, columns);
            for (int r = 0; r < few; r++) {
                int at = panel + r * 256;
                assertThat(Arrays.copyOfRange(wide, at, at + columns))
                        .as("row %d of %s, to rows of 256", r, what)
                        .isEqualTo(Arrays.copyOfRange(expectedWide, at, at + columns));
            }
            VectorTile.multiplyTransposedAdd(a, 0, b, 0, c, 0, rows, inner, columns);
            ScalarTile.multiplyTransposedAdd(a, 0, b, 0, expected, 0, rows, inner, columns);
            assertSameTile(c, expected, rows, columns, what + ", transposed");
        }
    }

    private static void assertSameTile(float[] actual, float[] expected, int rows, int columns, String what) {
        for (int r = 0; r < rows; r++) {
            int at = r * ScalarTile.STRIDE;
            assertThat(Arrays.copyOfRange(actual, at, at + columns))
                    .as("row %d of %s", r, what)
                    .isEqualTo(Arrays.copyOfRange(expected, at, at + columns));
        }
    }
}
