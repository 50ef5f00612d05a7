package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where elementwise operations round, and how. */
@Tag("paths")
final class ElementwiseRoundingTest {
    @Test
    void bfloat16RoundsToNearestTiesToEven() {
        MemorySegment x = MemorySegment.ofArray(new short[] {(short) 0x3F81, (short) 0x3F83, (short) 0x7F7F});
        MemorySegment y = MemorySegment.ofArray(new short[3]);
        // 1.0078125 * 1.5 = 1.51171875, halfway between 1.5078125 and 1.515625
        StandardDropout.toStandard(Rate.drop(1 / 3d), DType.BFLOAT16, x, y, 3, Workers.NONE);
        assertThat(y.get(TypedBits.SHORT, 4) & 0xFFFF)
                .as("beyond the greatest is infinite")
                .isEqualTo(0x7F80);
        assertThat(TypedBits.bfloat16(0x1.83p0f)).isEqualTo(0x3FC2);
        assertThat(y.get(TypedBits.SHORT, 0) & 0xFFFFL)
                .isEqualTo(TypedBits.bfloat16(
                        1.0078125f * (float) Rate.drop(1 / 3d).scale()));
        assertThat(y.get(TypedBits.SHORT, 2) & 0xFFFFL)
                .isEqualTo(TypedBits.bfloat16(
                        1.0234375f * (float) Rate.drop(1 / 3d).scale()));
    }

    @Test
    void scaleIsRoundedOnceToTheTypeThatComputes() {
        Rate rate = Rate.drop(.1);
        var mask = new BernoulliMask(rate, new Key(2026, 0)); // keeps element 0
        for (DType type : DType.values()) {
            MemorySegment x = Arena.ofAuto().allocate(8);
            MemorySegment y = Arena.ofAuto().allocate(8);
            TypedBits.write(type, x, new long[] {one(type)});
            DropoutKernel.forward(mask, type, 0, x, y, 1, Workers.NONE);
            long scale = switch (type) {
                case FLOAT32 -> TypedBits.bits((float) rate.scale());
                case FLOAT64 -> Double.doubleToRawLongBits(rate.scale());
                case BFLOAT16 -> TypedBits.bfloat16((float) rate.scale());
                case FLOAT16 -> Float.floatToFloat16((float) rate.scale());
            };
            assertThat(TypedBits.read(type, y, 0))
                    .as(type.name().toLowerCase(Locale.ROOT))
                    .isEqualTo(scale);
        }
    }

    /** A1 to A3: weights there and back, multiplied by {@code 1 / q} and by {@code q} as rounded to the type that computes. */
    @Test
    void convertersOfEveryType() {
        double[] weights = {1, -.5, 3, 1.0078125, 0, -0.0, 1e-4, -1024, Double.POSITIVE_INFINITY};
        for (double p : new double[] {0, .1, .25, .5, .9}) {
            Rate rate = Rate.drop(p);
            double q = 1 - rate.effective();
            for (DType type : DType.values()) {
                MemorySegment w = Arena.ofAuto().allocate(8L * weights.length);
                MemorySegment there = Arena.ofAuto().allocate(8L * weights.length);
                MemorySegment back = Arena.ofAuto().allocate(8L * weights.length);
                long[] bits =
                        Arrays.stream(weights).mapToLong(x -> bits(type, x)).toArray();
                TypedBits.write(type, w, bits);
                StandardDropout.toStandard(rate, type, w, there, weights.length, Workers.NONE);
                StandardDropout.toInverted(rate, type, w, back, weights.length, Workers.NONE);
                for (int i = 0; i < weights.length; i++) {
                    String what = "%s, rate %s, %s".formatted(type, p, weights[i]);
                    assertThat(TypedBits.read(type, there, i))
                            .as(what)
                            .isEqualTo(product(type, weights[i], rate.scale()));
                    assertThat(TypedBits.read(type, back, i)).as(what).isEqualTo(product(type, weights[i], q));
                }
            }
        }
    }

    /** A product of the type that computes, rounded to the type that stores. */
    private static long product(DType type, double x, double factor) {
        return type == DType.FLOAT64
                ? Double.doubleToRawLongBits(x * factor)
                : TypedBits.round(type, TypedBits.widen(type, bits(type, x)) * (float) factor);
    }

    private static long bits(DType type, double x) {
        return type == DType.FLOAT64 ? Double.doubleToRawLongBits(x) : TypedBits.round(type, (float) x);
    }

    private static long one(DType type) {
        return switch (type) {
            case FLOAT32 -> 0x3F800000L;
            case FLOAT64 -> 0x3FF0000000000000L;
            case BFLOAT16 -> 0x3F80L;
            case FLOAT16 -> 0x3C00L;
        };
    }
}
