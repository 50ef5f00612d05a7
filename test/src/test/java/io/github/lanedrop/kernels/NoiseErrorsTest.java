package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What noise refuses, in which words, and that nothing was written by then. */
final class NoiseErrorsTest {
    private static final int ELEMENTS = 1024;
    private static final long BYTES = 4L * ELEMENTS;
    private static final byte UNTOUCHED = 0x5A;
    private static final Key KEY = Key.of(1);
    private static final NoiseSource NOISE = GaussianNoise.dropout(Rate.drop(.5), KEY);
    private static final Workers TWO = new Workers(Runnable::run, 2);

    private Arena arena;
    private MemorySegment src;
    private MemorySegment dst;

    @BeforeEach
    void allocate() {
        arena = Arena.ofConfined();
        src = arena.allocate(BYTES, 64).fill(UNTOUCHED);
        dst = arena.allocate(BYTES, 64).fill(UNTOUCHED);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private void assertRefused(Class<? extends Throwable> type, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContaining(message);
        assertThat(Memory.bytes(src)).containsOnly(UNTOUCHED);
        assertThat(Memory.bytes(dst)).containsOnly(UNTOUCHED);
    }

    private void assertRefused(String message, ThrowingCallable call) {
        assertRefused(IllegalArgumentException.class, message, call);
    }

    // sources

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, -1e-300, -1, 3.5e38, 1 / 0d, -1 / 0d})
    void spreadNegativeOrNotFinite(double spread) {
        String message = " must be 0 or more, finite and in the range of float32, got " + spread;
        assertRefused("deviation" + message, () -> GaussianNoise.centred(spread, KEY));
        assertRefused("reach" + message, () -> new UniformNoise(0, spread, KEY));
        assertRefused("beta" + message, () -> UniformNoise.uout(spread, KEY));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, 3.5e38, -3.5e38, 1 / 0d, -1 / 0d})
    void meanNotFinite(double mean) {
        String message = "mean must be finite and in the range of float32, got " + mean;
        assertRefused(message, () -> new GaussianNoise(mean, 1, KEY));
        assertRefused(message, () -> new UniformNoise(mean, 1, KEY));
    }

    @Test
    void broadcastOfTooFewOrOfABroadcast() {
        var ten = new BroadcastNoise(NOISE, BroadcastShape.rows(2, 5));
        assertRefused(
                "offset + elements must be at most 10, the elements of the noise's shape, got 11",
                () -> NoiseKernel.multiply(ten, 1, src, dst, 10));
        assertRefused(
                "values must not be a BroadcastNoise: share more axes of one BroadcastShape instead",
                () -> new BroadcastNoise(ten, BroadcastShape.rows(2, 5)));
        var stored = new BroadcastNoise(new StoredNoise(src.asSlice(0, 7)), BroadcastShape.rows(2, 5));
        assertRefused(
                "the noise's values must hold at least 8 bytes (2 float32 elements), got 7",
                () -> NoiseKernel.multiply(stored, 0, dst, dst, 10));
        var overlapping = new BroadcastNoise(new StoredNoise(dst), BroadcastShape.rows(2, 5));
        assertRefused(
                "the noise's values and dst overlap by 8 bytes",
                () -> NoiseKernel.multiply(overlapping, 0, src, dst, 10));
    }

    /** Keras takes a rate of 1 and divides by 0 in the call; here it does not get that far. */
    @Test
    void gaussianDropoutOfEverything() {
        assertRefused(
                "rate of Gaussian dropout must be less than 1, where its variance is infinite, got 1.0",
                () -> GaussianNoise.dropout(Rate.drop(1), KEY));
        assertRefused(
                "rate of Gaussian dropout must be less than 1, where its variance is infinite, got 0.9999999999",
                () -> GaussianNoise.dropout(Rate.drop(.9999999999), KEY));
    }

    /** Keras refuses a standard deviation above 1; there is no reason to. */
    @ParameterizedTest
    @ValueSource(doubles = {0, -0.0, 1e-45, 1.5, 1000, Float.MAX_VALUE})
    void anyFiniteDeviation(double deviation) {
        assertThatCode(() -> GaussianNoise.centred(deviation, KEY)).doesNotThrowAnyException();
    }

    /** The rate drops, as everywhere: the deviation grows with it. DL4J documents the inverse of what it does. */
    @ParameterizedTest
    @CsvSource({"0, 0", "0.5, 1", "0.2, 0.5", "0.1, 0.33333333333", "0.9, 3", "0.8, 2"})
    void deviationOfGaussianDropout(double rate, double deviation) {
        GaussianNoise noise = GaussianNoise.dropout(Rate.drop(rate), KEY);
        assertThat(noise.deviation()).isBetween(deviation - 1e-8, deviation + 1e-8);
        assertThat(noise.mean()).isEqualTo(1);
    }

    // calls

    @Test
    void buffersTooSmall() {
        MemorySegment small = dst.asSlice(0, BYTES - 4);
        String message = "dst must hold at least 4096 bytes (1024 float32 elements), got 4092";
        assertRefused(message, () -> NoiseKernel.multiply(NOISE, 0, src, small, ELEMENTS));
        assertRefused(message, () -> NoiseKernel.add(NOISE, 0, src, small, ELEMENTS));
        assertRefused(message, () -> NoiseKernel.fill(NOISE, 0, small, ELEMENTS, Workers.NONE));
        assertRefused(
                "dstGradient must hold at least 4096 bytes (1024 float32 elements), got 4095",
                () -> NoiseKernel.multiplyBackward(NOISE, 0, src.asSlice(0, BYTES - 1), dst, ELEMENTS));
        assertRefused(
                "src must hold at least 8192 bytes",
                () -> NoiseKernel.multiply(NOISE, DType.FLOAT64, 0, src, dst, ELEMENTS, Workers.NONE));
    }

    @Test
    void rangesOutOfBounds() {
        assertRefused("elements must be 0 or more, got -1", () -> NoiseKernel.multiply(NOISE, 0, src, dst, -1));
        assertRefused(
                "offset must be in [0, 2^63 - 1 - elements], got -1",
                () -> NoiseKernel.multiply(NOISE, -1, src, dst, ELEMENTS));
        assertRefused(
                "offset must be in [0, 2^63 - 1 - elements]",
                () -> NoiseKernel.fill(NOISE, Long.MAX_VALUE, dst, 1, Workers.NONE));
    }

    @Test
    void readOnly() {
        assertRefused(
                "dst must be writable, got a read-only segment",
                () -> NoiseKernel.multiply(NOISE, 0, src, dst.asReadOnly(), ELEMENTS));
        assertRefused(
                "dst must be writable, got a read-only segment",
                () -> NoiseKernel.fill(NOISE, 0, dst.asReadOnly(), ELEMENTS, Workers.NONE));
    }

    @Test
    void overlap() {
        MemorySegment both = arena.allocate(BYTES + 4).fill(UNTOUCHED);
        assertRefused(
                "src and dst overlap by 4092 bytes; they must be identical or disjoint",
                () -> NoiseKernel.add(NOISE, 0, both.asSlice(0, BYTES), both.asSlice(4, BYTES), ELEMENTS));
        assertThat(Memory.bytes(both)).containsOnly(UNTOUCHED);
    }

    @Test
    void storedValues() {
        var few = new StoredNoise(src.asSlice(0, BYTES - 1));
        String message = "the noise's values must hold at least 4096 bytes (1024 float32 elements), got 4095";
        assertRefused(message, () -> NoiseKernel.multiply(few, 0, dst, dst, ELEMENTS));
        assertRefused(message, () -> NoiseKernel.fill(few, 1024 - 16, dst, 16, Workers.NONE));
        var shared = new StoredNoise(dst);
        assertRefused(
                "the noise's values and dst overlap by 4096 bytes; they must be disjoint",
                () -> NoiseKernel.multiply(shared, 0, src, dst, ELEMENTS));
        assertRefused(
                "the noise's values and dst overlap by 64 bytes; they must be disjoint",
                () -> NoiseKernel.fill(shared, 0, dst, 16, Workers.NONE));
        assertRefused(
                "the noise's values must hold at least 9223372036854775804 bytes",
                () -> NoiseKernel.fill(new StoredNoise(src), (1L << 61) - 2, dst, 1, Workers.NONE));
    }

    @Test
    void threads() {
        assertRefused(
                WrongThreadException.class,
                "src belongs to one thread and cannot be split over 2 tasks",
                () -> NoiseKernel.multiply(NOISE, DType.FLOAT32, 0, src, dst, ELEMENTS, TWO));
        var confined = new StoredNoise(src);
        assertRefused(
                WrongThreadException.class,
                "the noise's values belongs to one thread",
                () -> NoiseKernel.fill(confined, 0, MemorySegment.ofArray(new float[16]), 16, TWO));
    }

    @Test
    void closedArena() {
        MemorySegment closed;
        try (Arena other = Arena.ofConfined()) {
            closed = other.allocate(BYTES);
        }
        assertRefused(
                IllegalStateException.class,
                "Already closed",
                () -> NoiseKernel.multiply(NOISE, 0, closed, dst, ELEMENTS));
        assertRefused(
                IllegalStateException.class,
                "Already closed",
                () -> NoiseKernel.multiply(new StoredNoise(closed), 0, src, dst, ELEMENTS));
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller must not do
    void nulls() {
        assertThatNullPointerException().isThrownBy(() -> new GaussianNoise(0, 1, null));
        assertThatNullPointerException().isThrownBy(() -> new UniformNoise(0, 1, null));
        assertThatNullPointerException().isThrownBy(() -> new StoredNoise(null));
        assertRefused(NullPointerException.class, "noise", () -> NoiseKernel.multiply(null, 0, src, dst, ELEMENTS));
    }

    @Test
    void noElementsNeedNoMemory() {
        assertThatCode(() -> NoiseKernel.multiply(NOISE, 5, MemorySegment.NULL, MemorySegment.NULL, 0))
                .doesNotThrowAnyException();
    }
}
