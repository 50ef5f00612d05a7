package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rates that vary: their thresholds to the last bit, and a mask of equal ones. What holds of every source is elsewhere. */
@Tag("paths")
final class VaryingRateMaskTest {
    private static final Key KEY = new Key(2026, 13);

    private static byte[] bits(MaskSource mask, int elements) {
        byte[] bits = new byte[(elements + 7) / 8];
        DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(bits), elements);
        return bits;
    }

    private static boolean kept(byte[] bits, int element) {
        return (bits[element / 8] >> (element % 8) & 1) != 0;
    }

    /** The rate next below a word drops it not, the one next above does: words of every magnitude, by their own rates. */
    @Test
    void thresholdsAreExact() {
        int elements = 4096;
        float[] rates = new float[elements];
        for (int i = 0; i < elements; i++) {
            float rate = (float) (Learned.word(KEY, i) * 0x1p-32);
            rates[i] = switch (i % 3) {
                case 0 -> rate;
                case 1 -> Math.nextUp(rate);
                default -> Math.nextDown(rate);
            };
        }
        byte[] bits = bits(new VaryingRateMask(MemorySegment.ofArray(rates), KEY), elements);
        int keptInAll = 0;
        for (int i = 0; i < elements; i++) {
            boolean kept =
                    Learned.word(KEY, i) >= Rate.drop(Math.min(1, rates[i])).threshold();
            assertThat(kept(bits, i)).as("element %d, rate %s", i, rates[i]).isEqualTo(kept);
            keptInAll += kept ? 1 : 0;
        }
        assertThat(keptInAll).isBetween(1500, 2600);
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -0f, -1, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 0x1p-34f, 0x1.fffffep-34f})
    void keepsAll(float rate) {
        assertThat(bits(new VaryingRateMask(Learned.of(rate), Sharing.ALL, KEY), 8000))
                .containsOnly((byte) 0xFF);
    }

    @ParameterizedTest
    @ValueSource(floats = {1, 1.5f, Float.POSITIVE_INFINITY, Float.NaN})
    void dropsAll(float rate) {
        assertThat(bits(new VaryingRateMask(Learned.of(rate), Sharing.ALL, KEY), 8000))
                .containsOnly((byte) 0);
    }

    /** Standout's q = sigmoid(alpha (pi x) + beta) with alpha = 0 and beta = logit q is dropout of rate 1 - q, unscaled. */
    @Test
    void equalRatesAreDropout() {
        int elements = 1 << 18;
        float q = (float) (1 / (1 + Math.exp(-1.5)));
        float[] rates = new float[elements];
        Arrays.fill(rates, 1 - q);
        MemorySegment src = Learned.of(Learned.ones(elements));
        float[] dst = new float[elements];
        DropoutKernel.forward(
                new VaryingRateMask(MemorySegment.ofArray(rates), KEY), 0, src, Learned.of(dst), elements);
        double sum = 0;
        for (float y : dst) {
            assertThat(y == 0 || y == 1).isTrue();
            sum += y;
        }
        assertThat(sum / elements).isCloseTo(q, within(6 * Math.sqrt(q * (1 - q) / elements)));
    }

    /** With alpha = 0 the rate of every element has the very threshold of dropout's rate, so their probabilities are the same number. */
    @ParameterizedTest
    @ValueSource(doubles = {-4, -1.5, 0, .25, 3})
    void equalRatesAreExactlyThatRate(double beta) {
        float p = (float) (1 / (1 + Math.exp(beta)));
        long threshold = Rate.drop(p).threshold();
        int elements = 1 << 16;
        byte[] bits = bits(new VaryingRateMask(Learned.of(p), Sharing.ALL, KEY), elements);
        for (int i = 0; i < elements; i++) {
            assertThat(kept(bits, i)).as("element %d", i).isEqualTo(Learned.word(KEY, i) >= threshold);
        }
    }

    @Test
    void elements() {
        MemorySegment rates = MemorySegment.ofArray(new float[12]);
        assertThat(new VaryingRateMask(rates, KEY).elements()).isEqualTo(12);
        assertThat(new VaryingRateMask(rates, Sharing.column(5, 4), KEY).elements())
                .isEqualTo(60);
        assertThat(new VaryingRateMask(rates, Sharing.ALL, KEY).elements()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void tooFewRates() {
        byte[] bits = {0x5A, 0x5A};
        MaskSource mask = new VaryingRateMask(Learned.of(.5f, .5f), Sharing.column(4, 2), KEY);
        assertThatThrownBy(() -> DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(bits), 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the mask's rates must hold at least 16 bytes (4 float32 elements), got 8");
        assertThat(bits).containsExactly(0x5A, 0x5A);
    }
}
