package io.github.lanedrop.kernels.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversions of all values, and where they round. */
final class Bfloat16Test {
    private static final int INFINITY = 0x7F80;

    private static int round(int bits) {
        return Bfloat16.fromFloat(Float.intBitsToFloat(bits)) & 0xFFFF;
    }

    @Test
    void everyBfloat16ComesBackAsItWas() {
        for (int h = 0; h < 1 << 16; h++) {
            assertThat(Bfloat16.fromFloat(Bfloat16.toFloat((short) h)) & 0xFFFF).isEqualTo(h);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0x8000})
    void numbersBetweenNeighboursRoundToTheNearestAndHalfwayToTheEven(int sign) {
        for (int h = 0; h < INFINITY; h++) { // the neighbour above the greatest is infinity
            int below = (sign | h) << 16;
            assertThat(round(below | 0x7FFF)).isEqualTo(sign | h);
            assertThat(round(below | 0x8000)).isEqualTo(sign | (h + (h & 1)));
            assertThat(round(below | 0x8001)).isEqualTo(sign | (h + 1));
        }
    }

    @Test
    void quietNaNsStayNaNWhateverTheirPayload() {
        for (int upper = 0x7FC0; upper <= 0x7FFF; upper++) {
            for (int lower : new int[] {0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF}) {
                assertThat(round(upper << 16 | lower)).isEqualTo(upper);
                assertThat(round((0x8000 | upper) << 16 | lower)).isEqualTo(0x8000 | upper);
            }
        }
    }
}
