package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Zoneout in evaluation: the mean of zoneout in training, and its ends. Bits, memory and types are {@link ElementwiseTest}'s. */
@Tag("paths")
final class ZoneoutTest {
    private static final int N = 12;
    private static final byte UNTOUCHED = 0x5A;
    private static final Rate RATE = Rate.drop(.3);

    /** {@code E[kept ? src : previous] = q src + p previous}, over all 2^12 masks. */
    @ParameterizedTest
    @ValueSource(doubles = {0, .1, .3, .5, .8, 1})
    void evaluationIsTheMeanOverAllMasks(double p) {
        Random random = new Random(20);
        double[] src = random.doubles(N, -3, 3).toArray();
        double[] previous = random.doubles(N, -3, 3).toArray();
        Rate rate = Rate.drop(p);
        double[] mean = new double[N];
        // of the bits alone: the masks' own rate would drop all at 1
        AllMasks.forEach(N, Rate.drop(.5), mask -> {
            double[] state = new double[N];
            Zoneout.forward(mask.source(), DType.FLOAT64, 0, of(src), of(previous), of(state), N, Workers.NONE);
            int kept = Integer.bitCount(mask.bits());
            double probability = Math.pow(1 - rate.effective(), kept) * Math.pow(rate.effective(), N - kept);
            for (int i = 0; i < N; i++) {
                mean[i] += probability * state[i];
            }
        });
        double[] evaluated = new double[N];
        Zoneout.evaluate(rate, DType.FLOAT64, of(src), of(previous), of(evaluated), N, Workers.NONE);
        assertThat(evaluated).containsExactly(mean, within(1e-12));
    }

    private static MemorySegment of(double[] values) {
        return MemorySegment.ofArray(values);
    }

    /** Numbers of the formula: q = .75 and p = .25, which are exact. */
    @ParameterizedTest
    @EnumSource
    void valuesOfTheFormula(DType type) {
        long[] ones = {bits(type, 1), bits(type, -2), bits(type, 0), bits(type, 8)};
        long[] others = {bits(type, 3), bits(type, 6), bits(type, -4), bits(type, 0)};
        long[] expected = {bits(type, 1.5f), bits(type, 0), bits(type, -1), bits(type, 6)};
        MemorySegment src = MemorySegment.ofArray(new byte[4 * type.bytes()]);
        MemorySegment previous = MemorySegment.ofArray(new byte[4 * type.bytes()]);
        TypedBits.write(type, src, ones);
        TypedBits.write(type, previous, others);
        Zoneout.evaluate(Rate.drop(.25), type, src, previous, src, 4, Workers.NONE);
        assertThat(TypedBits.same(type, src, expected)).isTrue();
    }

    private static long bits(DType type, float value) {
        return switch (type) {
            case FLOAT32 -> TypedBits.bits(value);
            case FLOAT64 -> Double.doubleToRawLongBits(value);
            case BFLOAT16 -> TypedBits.bfloat16(value) & 0xFFFFL;
            case FLOAT16 -> Float.floatToFloat16(value) & 0xFFFFL;
        };
    }

    /** At the ends every pattern of bits is copied, signalling NaNs too, in training as in evaluation. */
    @ParameterizedTest
    @EnumSource
    void theEndsCopyEveryBit(DType type) {
        int elements = 70_001;
        long bytes = (long) type.bytes() * elements;
        byte[] random = new byte[(int) (2 * bytes)];
        new Random(21).nextBytes(random);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment src =
                    arena.allocate(bytes).copyFrom(MemorySegment.ofArray(random).asSlice(0, bytes));
            MemorySegment previous =
                    arena.allocate(bytes).copyFrom(MemorySegment.ofArray(random).asSlice(bytes));
            MemorySegment dst = arena.allocate(bytes);
            for (int p = 0; p < 2; p++) {
                MemorySegment expected = p == 0 ? src : previous;
                Rate rate = Rate.drop(p);
                Zoneout.evaluate(rate, type, src, previous, dst, elements, Workers.NONE);
                assertThat(dst.mismatch(expected))
                        .as("evaluation at rate %d", p)
                        .isEqualTo(-1);
                dst.fill((byte) 0);
                Zoneout.forward(
                        new BernoulliMask(rate, Key.of(1)), type, 3, src, previous, dst, elements, Workers.NONE);
                assertThat(dst.mismatch(expected)).as("training at rate %d", p).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, .3, 1})
    void everythingIsCheckedFirst(double p) {
        Rate rate = Rate.drop(p);
        MemorySegment src = MemorySegment.ofArray(new float[10]);
        MemorySegment previous = MemorySegment.ofArray(new float[10]);
        MemorySegment dst = MemorySegment.ofArray(new byte[80]).fill(UNTOUCHED);
        MemorySegment first = dst.asSlice(0, 40);
        MemorySegment moved = dst.asSlice(4, 40);
        String overlap = " and dst overlap by 36 bytes; they must be identical or disjoint";
        refused("src must hold at least 44 bytes (11 float32 elements), got 40", rate, src, previous, dst, 11);
        MemorySegment more = MemorySegment.ofArray(new float[11]);
        refused("previous must hold at least 44 bytes (11 float32 elements), got 40", rate, more, previous, dst, 11);
        refused(
                "dst must hold at least 40 bytes (10 float32 elements), got 36",
                rate,
                src,
                previous,
                dst.asSlice(44),
                10);
        refused("dst must be writable, got a read-only segment", rate, src, previous, dst.asReadOnly(), 10);
        refused("src" + overlap, rate, first, previous, moved, 10);
        refused("previous" + overlap, rate, src, first, moved, 10);
        refused("elements must be 0 or more, got -1", rate, src, previous, dst, -1, IllegalArgumentException.class);
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(40);
            assertThatThrownBy(() ->
                            Zoneout.evaluate(rate, DType.FLOAT32, src, closed, dst, 10, new Workers(Runnable::run, 2)))
                    .isInstanceOf(WrongThreadException.class)
                    .hasMessageStartingWith("previous belongs to one thread");
        }
        refused("Already closed", rate, src, closed, dst, 10, IllegalStateException.class);
        assertThat(Memory.bytes(dst)).containsOnly(UNTOUCHED);
    }

    private static void refused(
            String message, Rate rate, MemorySegment src, MemorySegment previous, MemorySegment dst, long elements) {
        refused(message, rate, src, previous, dst, elements, IllegalArgumentException.class);
    }

    private static void refused(
            String message,
            Rate rate,
            MemorySegment src,
            MemorySegment previous,
            MemorySegment dst,
            long elements,
            Class<? extends Exception> type) {
        assertThatThrownBy(() -> Zoneout.evaluate(rate, DType.FLOAT32, src, previous, dst, elements, Workers.NONE))
                .isInstanceOf(type)
                .hasMessage(message);
    }

    @Test
    void noElementsDoNothing() {
        Zoneout.evaluate(
                RATE, DType.FLOAT32, MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL, 0, Workers.NONE);
        MemorySegment dst = MemorySegment.ofArray(new byte[8]).fill(UNTOUCHED);
        Zoneout.evaluate(RATE, DType.FLOAT64, dst, dst, dst, 0, Workers.NONE);
        assertThat(Memory.bytes(dst)).containsOnly(UNTOUCHED);
    }
}
