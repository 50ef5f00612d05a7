package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Rows.assertSame;
import static io.github.lanedrop.kernels.Rows.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Memory.Kind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Activations against their formulas in double and their definitions in float, with the edges by name. */
@Tag("paths")
final class ActivationKernelTest {
    private final Rows rows = new Rows(2);

    private float[] forward(Activation activation, float... x) {
        MemorySegment src = rows.of(x);
        MemorySegment dst = rows.room(x.length);
        ActivationKernel.forward(activation, src, dst, x.length);
        return read(dst);
    }

    private float[] backward(Activation activation, float gradient, float... x) {
        float[] g = new float[x.length];
        Arrays.fill(g, gradient);
        MemorySegment dst = rows.room(x.length);
        ActivationKernel.backward(activation, rows.of(x), rows.of(g), dst, x.length);
        return read(dst);
    }

    /** From -20 to 20, in an order that mixes signs, more than a chunk, with a tail. */
    private static float[] ramp() {
        float[] x = new float[5003];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i * 1999 % x.length - 2501) * 8e-3f;
        }
        return x;
    }

    @ParameterizedTest
    @EnumSource
    void valuesAreThoseOfTheFormula(Activation activation) {
        float[] x = ramp();
        float[] y = forward(activation, x);
        for (int i = 0; i < x.length; i++) {
            double expected = Formulas.value(activation, x[i]);
            assertThat((double) y[i])
                    .as("%s of %s", activation, x[i])
                    .isCloseTo(expected, within(5e-7 * Math.max(1, Math.abs(x[i]))));
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAreThoseOfTheFormula(Activation activation) {
        float[] x = ramp();
        float[] dx = backward(activation, 1, x);
        for (int i = 0; i < x.length; i++) {
            assertThat((double) dx[i])
                    .as("slope of %s at %s", activation, x[i])
                    .isCloseTo(Formulas.slope(activation, x[i]), within(1.5e-6));
        }
    }

    /** The definition element by element, called with one element at a time, which is always the scalar twin's tail. */
    @ParameterizedTest
    @EnumSource
    void vectorsAndTailsGiveTheSameBitsAtEveryCountAndInEveryMemory(Activation activation) {
        float[] x = ramp();
        float[] y = new float[x.length];
        float[] dx = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = activation.definition.forward(x[i]);
            dx[i] = activation.definition.backward(x[i], .37f);
        }
        float[] g = new float[x.length];
        Arrays.fill(g, .37f);
        for (Kind kind : Kind.values()) {
            for (int count : new int[] {1, 3, 4, 15, 16, 17, 63, 64, 65, 130, 4095, 4096, 4097, x.length}) {
                MemorySegment segment = rows.in(kind, 4 + count % 3, Arrays.copyOf(x, count));
                MemorySegment dst = rows.in(kind, count % 5, new float[count]);
                ActivationKernel.forward(activation, segment, dst, count);
                assertSame(dst, Arrays.copyOf(y, count), activation + " of " + count + " in " + kind);
                ActivationKernel.backward(
                        activation, segment, rows.in(kind, 0, Arrays.copyOf(g, count)), segment, count);
                assertSame(segment, Arrays.copyOf(dx, count), activation + "' of " + count + " in " + kind);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void inPlaceAndTasksGiveTheSameBits(Activation activation) {
        float[] x = rows.floats(20_001);
        MemorySegment expected = rows.room(x.length);
        ActivationKernel.forward(activation, rows.of(x), expected, x.length);
        MemorySegment inPlace = rows.of(x);
        ActivationKernel.forward(activation, inPlace, inPlace, x.length, Rows.THREE);
        assertSame(inPlace, expected, "forward");

        float[] g = rows.floats(x.length);
        ActivationKernel.backward(activation, rows.of(x), rows.of(g), expected, x.length);
        MemorySegment overGradient = rows.of(g);
        ActivationKernel.backward(activation, rows.of(x), overGradient, overGradient, x.length, Rows.THREE);
        assertSame(overGradient, expected, "backward");
    }

    @ParameterizedTest
    @EnumSource
    void nanGivesNaN(Activation activation) {
        float[] nans = new float[40];
        Arrays.fill(nans, Float.NaN);
        assertThat(forward(activation, nans)).containsOnly(Float.NaN);
        float[] slopes = backward(activation, 1, nans);
        if (activation == Activation.RELU || activation == Activation.IDENTITY) {
            assertThat(slopes).containsOnly(1f); // lets the gradient through
        } else {
            assertThat(slopes).containsOnly(Float.NaN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void infinitiesGiveTheLimits(Activation activation) {
        float inf = Float.POSITIVE_INFINITY;
        float[] y = forward(activation, repeat(20, -inf, inf));
        float[] slopes = backward(activation, 1, repeat(20, -inf, inf));
        float[] limits = switch (activation) {
            case IDENTITY -> new float[] {-inf, inf, 1, 1};
            case RELU -> new float[] {0, inf, 0, 1};
            case SIGMOID -> new float[] {0, 1, 0, 0};
            case TANH -> new float[] {-1, 1, 0, 0};
            case GELU, GELU_TANH, SILU -> new float[] {-0f, inf, 0, 1};
        };
        for (int i = 0; i < 40; i++) {
            assertThat(y[i]).as("%s at %d", activation, i).isEqualTo(limits[i % 2]);
            assertThat(slopes[i] + 0f).as("slope of %s at %d", activation, i).isEqualTo(limits[2 + i % 2]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void greatNumbersGiveTheLimitsToo(Activation activation) {
        float[] y = forward(activation, repeat(20, -3e38f, 3e38f));
        double[] limits = {Formulas.value(activation, -3e38f), Formulas.value(activation, 3e38f)};
        float[] slopes = backward(activation, 1, repeat(20, -3e38f, 3e38f));
        for (int i = 0; i < 40; i++) {
            assertThat(y[i] + 0f).isEqualTo((float) limits[i % 2] + 0f);
            assertThat(slopes[i] + 0f).isBetween(0f, 1f);
        }
    }

    @Test
    void reluOfMinusZeroIsPlusZeroAndPassesNoGradient() {
        assertThat(forward(Activation.RELU, repeat(20, -0f, 0f))).containsOnly(0f);
        assertThat(backward(Activation.RELU, Float.NaN, repeat(20, -0f, 0f))).containsOnly(0f);
        assertThat(backward(Activation.RELU, Float.POSITIVE_INFINITY, repeat(20, -1f, 1f)))
                .containsOnly(0f, Float.POSITIVE_INFINITY);
    }

    @ParameterizedTest
    @EnumSource
    void zerosKeepTheirSignWhereTheFunctionIsOdd(Activation activation) {
        float[] y = forward(activation, repeat(20, -0f, 0f));
        float[] expected = switch (activation) {
            case RELU -> new float[] {0, 0};
            case SIGMOID -> new float[] {.5f, .5f};
            case IDENTITY, TANH, GELU, GELU_TANH, SILU -> new float[] {-0f, 0};
        };
        for (int i = 0; i < 40; i++) {
            assertThat(y[i]).isEqualTo(expected[i % 2]);
        }
    }

    private static float[] repeat(int times, float a, float b) {
        float[] values = new float[2 * times];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2 == 0 ? a : b;
        }
        return values;
    }
}
