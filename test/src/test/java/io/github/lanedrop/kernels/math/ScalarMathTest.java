package io.github.lanedrop.kernels.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.numbers.gamma.Erfc;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The functions keep the error that their documentation states, measured against the JDK's in double. */
@Tag("paths")
final class ScalarMathTest {
    /** A prime, so that all low bits come; two million floats in all. */
    private static final int STRIDE = 2039;

    interface FloatFunction {
        float of(float x);
    }

    static Stream<Arguments> functionsAndBounds() {
        return Stream.of(
                arguments("exp", ScalarMath::exp, StrictMath::exp, 1),
                // of a NaN it promises a NaN alone
                arguments(
                        "decay",
                        x -> Float.isNaN(x) ? x : ScalarMath.decay(Math.clamp(x, -87f, 87f)),
                        x -> StrictMath.exp(-Math.clamp(x, -87d, 87d)),
                        1),
                arguments("log", ScalarMath::log, StrictMath::log, 1.5),
                arguments("sigmoid", ScalarMath::sigmoid, ScalarMathTest::sigmoid, 3),
                arguments("tanh", ScalarMath::tanh, StrictMath::tanh, 3));
    }

    private static Arguments arguments(String name, FloatFunction f, DoubleUnaryOperator exact, double ulps) {
        return Arguments.of(name, f, exact, ulps);
    }

    private static double sigmoid(double x) {
        return x < 0 ? StrictMath.exp(x) / (1 + StrictMath.exp(x)) : 1 / (1 + StrictMath.exp(-x));
    }

    @ParameterizedTest(name = "{0} within {3} ulp")
    @MethodSource("functionsAndBounds")
    void errorOverAllFloats(String name, FloatFunction f, DoubleUnaryOperator exact, double ulps) {
        double worst = 0;
        float worstAt = 0;
        for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
            float x = Float.intBitsToFloat((int) bits);
            double error = error(f.of(x), exact.applyAsDouble(x));
            if (!(error <= worst)) {
                worst = error;
                worstAt = x;
            }
        }
        assertThat(worst).as("%s: ulps at %s", name, worstAt).isBetween(0.5, ulps);
    }

    /** In units in the last place of the exact value as a float; 0 where both are NaN or the same infinity. */
    private static double error(float actual, double exact) {
        float rounded = (float) exact;
        if (Float.compare(actual, rounded) == 0) {
            return Float.isFinite(rounded) ? Math.abs(actual - exact) / Math.ulp(rounded) : 0;
        }
        return Math.abs(actual - exact) / Math.min(Math.ulp(rounded), Math.ulp(Float.MAX_VALUE));
    }

    /** The arguments between which everything happens, one by one: around 0, 1 and the ends of each range. */
    @ParameterizedTest(name = "{0} within {3} ulp")
    @MethodSource("functionsAndBounds")
    void errorAtEveryFloatNearTheSeams(String name, FloatFunction f, DoubleUnaryOperator exact, double ulps) {
        for (float seam : new float[] {
            0.1732868f,
            0.3465736f,
            0.5f,
            0.70710677f,
            1,
            1.0397208f,
            1.4142135f,
            2,
            3.93f,
            4.1f,
            9.1f,
            16.6f,
            88.7228f,
            104
        }) {
            for (int sign : new int[] {0, 0x80000000}) {
                int middle = Float.floatToRawIntBits(seam) | sign;
                for (int bits = middle - 20_000; bits < middle + 20_000; bits++) {
                    float x = Float.intBitsToFloat(bits);
                    assertThat(error(f.of(x), exact.applyAsDouble(x)))
                            .as("%s(%s)", name, x)
                            .isLessThanOrEqualTo(ulps);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, NaN",
        "-Infinity, 0",
        "Infinity, Infinity",
        "0, 1",
        "-0, 1",
        "89, Infinity",
        "88.73, Infinity",
        "3.4028235E38, Infinity",
        "-104, 0",
        "-103.98, 0",
        "-3.4028235E38, 0",
        "1.4E-45, 1",
        "-103.9, 1.4E-45"
    })
    void expAtTheEnds(float x, Float expected) {
        assertThat(ScalarMath.exp(x)).isEqualTo(expected);
    }

    /** As exp of the negation, but 0 instead of a subnormal. */
    @ParameterizedTest
    @CsvSource({
        "NaN, NaN",
        "Infinity, 0",
        "3.4028235E38, 0",
        "104, 0",
        "87.33655, 0",
        "87.00001, 0",
        "87, 1.6458114E-38",
        "0, 1",
        "-0, 1",
        "1.4E-45, 1",
        "-1.4E-45, 1"
    })
    void decayAtTheEnds(float x, Float expected) {
        assertThat(ScalarMath.decay(x)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, NaN",
        "-Infinity, NaN",
        "Infinity, Infinity",
        "0, -Infinity",
        "-0, -Infinity",
        "1, 0",
        "-1.4E-45, NaN",
        "1.4E-45, -103.27893",
        "1.17549435E-38, -87.33655",
        "3.4028235E38, 88.72284",
        "-1, NaN",
        "2, 0.6931472"
    })
    void logAtTheEnds(float x, Float expected) {
        assertThat(ScalarMath.log(x)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, NaN",
        "-Infinity, 0",
        "Infinity, 1",
        "0, 0.5",
        "-0, 0.5",
        "20, 1",
        "-104, 0",
        "-90, 8.19401E-40",
        "1.4E-45, 0.5"
    })
    void sigmoidAtTheEnds(float x, Float expected) {
        assertThat(ScalarMath.sigmoid(x)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, NaN",
        "-Infinity, -1",
        "Infinity, 1",
        "0, 0",
        "-0, -0",
        "1.4E-45, 1.4E-45",
        "-1.4E-45, -1.4E-45",
        "9.1, 1",
        "-3.4028235E38, -1"
    })
    void tanhAtTheEnds(float x, Float expected) {
        assertThat(ScalarMath.tanh(x)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, NaN",
        "-Infinity, 0",
        "Infinity, 1",
        "0, 0.5",
        "-0, 0.5",
        "1.4E-45, 0.5",
        "5.2, 1",
        "-5.2, 0",
        "3.4028235E38, 1",
        "-3.4028235E38, 0"
    })
    void normalAtTheEnds(float x, Float expected) {
        assertThat(ScalarMath.normal(x)).isEqualTo(expected);
    }

    /** Over all floats, and at each where everything happens but for those that are nearly 0. */
    @Test
    void normalWithinTwoTenMillionths() {
        double worst = 0;
        for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
            worst = Math.max(worst, errorOfNormal(Float.intBitsToFloat((int) bits)));
        }
        for (int bits = Float.floatToRawIntBits(.25f); bits <= Float.floatToRawIntBits(5.3f); bits += 3) {
            float x = Float.intBitsToFloat(bits);
            worst = Math.max(worst, Math.max(errorOfNormal(x), errorOfNormal(-x)));
        }
        assertThat(worst).isBetween(1e-8, 2e-7);
    }

    private static double errorOfNormal(float x) {
        float normal = ScalarMath.normal(x);
        if (Float.isNaN(x)) {
            return Float.isNaN(normal) ? 0 : 1;
        }
        return normal >= 0 && normal <= 1 ? Math.abs(normal - .5 * Erfc.value(-x * Math.sqrt(.5))) : 1;
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7FC00000, 0x7FC12345, 0xFFEABCDE, 0x7F800001, 0xFF812345})
    void nanKeepsItsPayload(int bits) {
        float nan = Float.intBitsToFloat(bits);
        assertThat(Float.floatToRawIntBits(ScalarMath.normal(nan))).isEqualTo(bits);
        functionsAndBounds().forEach(arguments -> {
            FloatFunction f = (FloatFunction) arguments.get()[1];
            assertThat(Float.floatToRawIntBits(f.of(nan)))
                    .as("%s", arguments.get()[0])
                    .isEqualTo(bits);
        });
    }

    /** Between -1 and 1, or 0 and 1, at every float of the range where rounding could overshoot. */
    @Test
    void noFunctionOvershootsItsLimit() {
        for (int bits = Float.floatToRawIntBits(2.9f); bits <= Float.floatToRawIntBits(17.5f); bits++) {
            float x = Float.intBitsToFloat(bits);
            if (ScalarMath.tanh(x) > 1 || ScalarMath.sigmoid(x) > 1) {
                assertThat(x).as("overshoots").isNaN();
            }
        }
    }
}
