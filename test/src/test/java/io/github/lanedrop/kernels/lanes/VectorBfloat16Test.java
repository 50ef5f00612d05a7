package io.github.lanedrop.kernels.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lanedrop.rng.simd.Lanes;
import io.github.lanedrop.rng.simd.Simd;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rounding in vectors has the bits of the definition, and stops where no whole vector is left. */
@Tag("paths")
final class VectorBfloat16Test {
    private static final short UNTOUCHED = 0x5A5A;

    @Test
    void everyUpperHalfRoundsAsOneByOne() {
        assumeTrue(Simd.ENABLED, Simd.REASON);
        int elements = 1 << 16;
        float[] src = new float[elements];
        short[] dst = new short[elements];
        for (int lower : new int[] {0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF}) {
            for (int upper = 0; upper < elements; upper++) {
                src[upper] = Float.intBitsToFloat((upper << 16) | lower);
            }
            assertThat(VectorBfloat16.fromFloats(src, dst, 0, elements)).isEqualTo(elements);
            for (int upper = 0; upper < elements; upper++) {
                assertThat(dst[upper]).as("%x, %x", upper, lower).isEqualTo(Bfloat16.fromFloat(src[upper]));
            }
        }
    }

    @Test
    void wholeVectorsOfAPartAreDone() {
        assumeTrue(Simd.ENABLED, Simd.REASON);
        int lanes = Lanes.FLOATS.length();
        float[] src = new float[4 * lanes];
        for (int start = 0; start <= lanes; start++) {
            for (int end = start; end <= src.length; end++) {
                short[] dst = new short[src.length];
                Arrays.fill(dst, UNTOUCHED);
                int done = VectorBfloat16.fromFloats(src, dst, start, end);
                assertThat(done).isEqualTo(start + (end - start) / lanes * lanes);
                for (int i = 0; i < dst.length; i++) {
                    assertThat(dst[i]).isEqualTo(i >= start && i < done ? 0 : UNTOUCHED);
                }
            }
        }
    }
}
