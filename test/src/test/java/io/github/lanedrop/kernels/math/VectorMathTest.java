package io.github.lanedrop.kernels.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lanedrop.rng.simd.Lanes;
import io.github.lanedrop.rng.simd.Simd;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
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
        assertTwins(x -> VectorMath.exp(x, x.length), ScalarMath::exp);
    }

    /** Of -87 and more; all NaNs are one. */
    @Test
    void decay() {
        assertTwins(
                lanewise(x -> {
                    FloatVector e = VectorMath.decay(x.abs());
                    return e.blend(Float.NaN, e.compare(VectorOperators.NE, e));
                }),
                x -> {
                    float e = ScalarMath.decay(Math.abs(x));
                    return Float.isNaN(e) ? Float.NaN : e;
                });
        assertTwins(
                lanewise(x -> VectorMath.decay(
                        x.blend(0, x.compare(VectorOperators.GE, -87).not()))),
                x -> ScalarMath.decay(x >= -87 ? x : 0));
    }

    @Test
    void log() {
        assertTwins(x -> VectorMath.log(x, x.length), ScalarMath::log);
    }

    @Test
    void arraysOfAnyCountOfVectors() {
        int lanes = Lanes.FLOATS.length();
        for (int count : new int[] {0, 1, lanes, lanes + 1, 3 * lanes}) {
            float[] values = new float[4 * lanes];
            Arrays.fill(values, 1);
            VectorMath.exp(values, count);
            for (int i = 0; i < values.length; i++) {
                boolean done = i < Math.ceilDiv(count, lanes) * lanes;
                assertThat(values[i]).as("%d of %d", i, count).isEqualTo(done ? ScalarMath.exp(1) : 1);
            }
        }
    }

    @Test
    void sigmoid() {
        assertTwins(lanewise(VectorMath::sigmoid), ScalarMath::sigmoid);
    }

    @Test
    void tanh() {
        assertTwins(lanewise(VectorMath::tanh), ScalarMath::tanh);
    }

    @Test
    void erf() {
        assertTwins(lanewise(VectorMath::normal), ScalarMath::normal);
    }

    private static Consumer<float[]> lanewise(UnaryOperator<FloatVector> function) {
        return x -> function.apply(FloatVector.fromArray(Lanes.FLOATS, x, 0)).intoArray(x, 0);
    }

    private static void assertTwins(Consumer<float[]> inPlace, ScalarMathTest.FloatFunction scalar) {
        int lanes = Lanes.INTS.length();
        int[] bits = new int[lanes];
        // strided, and with them the infinities, NaNs and zeros on either side of each seam
        int[] seams = {0, 0x7F800000, 0x80000000, 0xFF800000, 0x7FFFFFF0, 0x3F800000, 0x00800000, 0x42B17218};
        for (int seam : seams) {
            for (int i = -2 * lanes; i < 2 * lanes; i += lanes) {
                for (int lane = 0; lane < lanes; lane++) {
                    bits[lane] = seam + i + lane;
                }
                compare(bits, inPlace, scalar);
            }
        }
        for (long first = 0; first < 1L << 32; first += (long) lanes * STRIDE) {
            for (int lane = 0; lane < lanes; lane++) {
                bits[lane] = (int) (first + (long) lane * STRIDE);
            }
            compare(bits, inPlace, scalar);
        }
    }

    private static void compare(int[] bits, Consumer<float[]> inPlace, ScalarMathTest.FloatFunction scalar) {
        float[] results = new float[bits.length];
        for (int lane = 0; lane < bits.length; lane++) {
            results[lane] = Float.intBitsToFloat(bits[lane]);
        }
        inPlace.accept(results);
        for (int lane = 0; lane < bits.length; lane++) {
            int result = Float.floatToRawIntBits(results[lane]);
            int expected = Float.floatToRawIntBits(scalar.of(Float.intBitsToFloat(bits[lane])));
            if (result != expected) {
                assertThat(Integer.toHexString(result))
                        .as("of the bits %x in lane %d", bits[lane], lane)
                        .isEqualTo(Integer.toHexString(expected));
            }
        }
    }
}
