package io.github.lanedrop.kernels.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lanedrop.rng.simd.Lanes;
import io.github.lanedrop.rng.simd.Simd;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every function gives, lane by lane, the bits of its scalar definition. */
@Tag("paths")
final class VectorMathTest {
    /** A prime, so that all low bits come; a million floats in all. */
    private static final int STRIDE = 4001;

    @BeforeEach
    void needsVectors() {
        assumeTrue(Simd.ENABLED, "the SIMD path is off: " + Simd.REASON);
    }

    @Test
    void exp() {
        assertTwins(VectorMath::exp, ScalarMath::exp);
    }

    /** Of -87 and more; all NaNs are one. */
    @Test
    void decay() {
        assertTwins(
                x -> {
                    FloatVector e = VectorMath.decay(x.abs());
                    return e.blend(Float.NaN, e.compare(VectorOperators.NE, e));
                },
                x -> {
                    float e = ScalarMath.decay(Math.abs(x));
                    return Float.isNaN(e) ? Float.NaN : e;
                });
        assertTwins(
                x -> VectorMath.decay(
                        x.blend(0, x.compare(VectorOperators.GE, -87).not())),
                x -> ScalarMath.decay(x >= -87 ? x : 0));
    }

    @Test
    void log() {
        assertTwins(VectorMath::log, ScalarMath::log);
    }

    @Test
    void logOfNormal() {
        assertTwins(VectorMath::logOfNormal, ScalarMath::logOfNormal); // of any float, whatever that means
    }

    @Test
    void sigmoid() {
        assertTwins(VectorMath::sigmoid, ScalarMath::sigmoid);
    }

    @Test
    void tanh() {
        assertTwins(VectorMath::tanh, ScalarMath::tanh);
    }

    @Test
    void erf() {
        assertTwins(VectorMath::normal, ScalarMath::normal);
    }

    private static void assertTwins(UnaryOperator<FloatVector> lanewise, ScalarMathTest.FloatFunction scalar) {
        int lanes = Lanes.INTS.length();
        int[] bits = new int[lanes];
        int[] results = new int[lanes];
        // strided, and with them the infinities, NaNs and zeros on either side of each seam
        int[] seams = {0, 0x7F800000, 0x80000000, 0xFF800000, 0x7FFFFFF0, 0x3F800000, 0x00800000, 0x42B17218};
        for (int seam : seams) {
            for (int i = -2 * lanes; i < 2 * lanes; i += lanes) {
                for (int lane = 0; lane < lanes; lane++) {
                    bits[lane] = seam + i + lane;
                }
                compare(bits, results, lanewise, scalar);
            }
        }
        for (long first = 0; first < 1L << 32; first += (long) lanes * STRIDE) {
            for (int lane = 0; lane < lanes; lane++) {
                bits[lane] = (int) (first + (long) lane * STRIDE);
            }
            compare(bits, results, lanewise, scalar);
        }
    }

    private static void compare(
            int[] bits, int[] results, UnaryOperator<FloatVector> lanewise, ScalarMathTest.FloatFunction scalar) {
        lanewise.apply(IntVector.fromArray(Lanes.INTS, bits, 0).reinterpretAsFloats())
                .reinterpretAsInts()
                .intoArray(results, 0);
        for (int lane = 0; lane < bits.length; lane++) {
            int expected = Float.floatToRawIntBits(scalar.of(Float.intBitsToFloat(bits[lane])));
            if (results[lane] != expected) {
                assertThat(Integer.toHexString(results[lane]))
                        .as("of the bits %x in lane %d", bits[lane], lane)
                        .isEqualTo(Integer.toHexString(expected));
            }
        }
    }
}
