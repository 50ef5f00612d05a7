package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** E6: an ensemble of 2^n networks that share their weights. */
final class AllMasksTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 12, 20})
    void everyMaskComesOnceAndOneBitFromTheLast(int elements) {
        BitSet seen = new BitSet();
        int[] last = {0};
        AllMasks.forEach(elements, Rate.drop(.5), mask -> {
            int bits = mask.bits();
            assertThat(seen.get(bits)).isFalse();
            if (!seen.isEmpty()) {
                assertThat(Integer.bitCount(bits ^ last[0])).isEqualTo(1);
            }
            seen.set(bits);
            last[0] = bits;
        });
        assertThat(seen.cardinality()).isEqualTo(1 << elements);
        assertThat(seen.length()).isEqualTo(1 << elements);
    }

    @ParameterizedTest
    @CsvSource({"12, 0.1", "12, 0.5", "16, 0.7", "3, 0", "3, 1"})
    void probabilitiesAddUpToOne(int elements, double rate) {
        assertThat(AllMasks.mean(elements, Rate.drop(rate), _ -> 1)).isCloseTo(1, within(1e-12));
    }

    @Test
    void outputsAreThoseOfTheMask() {
        AllMasks.forEach(9, Rate.drop(.75), mask -> {
            double[] standard = mask.standard(1, 2, 3, 4, 5, 6, 7, 8, 9);
            double[] inverted = mask.inverted(1, 2, 3, 4, 5, 6, 7, 8, 9);
            for (int i = 0; i < 9; i++) {
                boolean kept = ((mask.bits() >>> i) & 1) == 1;
                assertThat(mask.kept(i)).isEqualTo(kept);
                assertThat(standard[i]).isEqualTo(kept ? i + 1 : 0);
                assertThat(inverted[i]).isEqualTo(kept ? 4 * (i + 1) : 0);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 21})
    void tooManyAreRefused(int elements) {
        assertThatThrownBy(() -> AllMasks.mean(elements, Rate.drop(.5), _ -> 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("elements must be in [0, 20], got " + elements);
    }
}
