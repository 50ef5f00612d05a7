package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernels refuse, in which words, and that nothing was written by then. */
final class DropoutErrorsTest {
    private static final int ELEMENTS = 1024;
    private static final long BYTES = 4L * ELEMENTS;
    private static final byte UNTOUCHED = 0x5A;
    private static final Rate RATE = Rate.drop(.5);
    private static final MaskSource MASK = new BernoulliMask(RATE, Key.of(1));
    private static final Workers TWO = new Workers(Runnable::run, 2);

    private Arena arena;
    private MemorySegment src;
    private MemorySegment dst;
    private MemorySegment keepBits;

    @BeforeEach
    void allocate() {
        arena = Arena.ofConfined();
        src = fresh(BYTES);
        dst = fresh(BYTES);
        keepBits = fresh(ELEMENTS / 8);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private MemorySegment fresh(long bytes) {
        return arena.allocate(bytes, 64).fill(UNTOUCHED);
    }

    private static MemorySegment heap(int bytes) {
        return MemorySegment.ofArray(new byte[bytes]).fill(UNTOUCHED);
    }

    private static void assertUntouched(MemorySegment segment) {
        assertThat(Memory.bytes(segment)).containsOnly(UNTOUCHED);
    }

    /** Runs a call that must fail so, then finds all buffers of the test as they were. */
    private void assertRefused(Class<? extends Throwable> type, String message, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(type).hasMessageContaining(message);
        assertUntouched(src);
        assertUntouched(dst);
        assertUntouched(keepBits);
    }

    private void assertRefused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertUntouched(src);
        assertUntouched(dst);
        assertUntouched(keepBits);
    }

    // rates

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, -1e-300, -1, 1.0000000000000002, 1.5, 1e300, 1 / 0d, -1 / 0d})
    void rateOutsideOfZeroToOne(double rate) {
        assertRefused("rate must be in [0, 1], got " + rate, () -> Rate.drop(rate));
        assertRefused("keep probability must be in [0, 1], got " + rate, () -> Rate.keep(rate));
    }

    @Test
    void rateMinusZeroIsZero() {
        assertThat(Rate.drop(-0.0)).isEqualTo(Rate.drop(0));
        assertThat(Double.doubleToRawLongBits(Rate.drop(-0.0).nominal())).isZero();
    }

    // sizes

    @Test
    void dstTooSmall() {
        MemorySegment small = dst.asSlice(0, BYTES - 4);
        assertRefused(
                "dst must hold at least 4096 bytes (1024 float32 elements), got 4092",
                () -> DropoutKernel.forward(MASK, 0, src, small, ELEMENTS));
        assertRefused(
                "dst must hold at least 4096 bytes (1024 float32 elements), got 4092",
                () -> DropoutKernel.forward(MASK, 0, src, small, ELEMENTS, keepBits, Workers.NONE));
    }

    @Test
    void srcTooSmall() {
        assertRefused(
                "src must hold at least 4096 bytes (1024 float32 elements), got 4095",
                () -> DropoutKernel.forward(MASK, 0, src.asSlice(0, BYTES - 1), dst, ELEMENTS));
    }

    @Test
    void keepBitsTooSmall() {
        String message = "keepBits must hold at least 128 bytes (1024 bits), got 127";
        MemorySegment small = keepBits.asSlice(0, 127);
        assertRefused(message, () -> DropoutKernel.keepBits(MASK, 0, small, ELEMENTS));
        assertRefused(message, () -> DropoutKernel.forward(MASK, 0, src, dst, ELEMENTS, small, Workers.NONE));
        assertRefused(
                "keepBits must hold at least 128 bytes (1017 bits), got 127",
                () -> DropoutKernel.keepBits(MASK, 0, small, ELEMENTS - 7));
    }

    @Test
    void storedBitsTooFew() {
        var stored = new StoredMask(RATE, MemorySegment.ofArray(new byte[128]));
        assertRefused(
                "the mask's keepBits must hold at least 129 bytes (1025 bits), got 128",
                () -> DropoutKernel.forward(stored, 1, src, dst, ELEMENTS));
        assertRefused(
                "the mask's keepBits must hold at least 129 bytes (1025 bits), got 128",
                () -> DropoutKernel.keepBits(stored, 1, keepBits, ELEMENTS));
        assertRefused(
                IllegalArgumentException.class,
                "the mask's keepBits must hold at least 1152921504606846976 bytes",
                () -> DropoutKernel.forward(stored, Long.MAX_VALUE - ELEMENTS, src, dst, ELEMENTS));
    }

    @Test
    void elementsNegative() {
        assertRefused("elements must be 0 or more, got -1", () -> DropoutKernel.forward(MASK, 0, src, dst, -1));
        assertRefused(
                "elements must be 0 or more, got -9223372036854775808",
                () -> DropoutKernel.keepBits(MASK, 0, keepBits, Long.MIN_VALUE));
    }

    @Test
    void offsetNegative() {
        assertRefused(
                "offset must be in [0, 2^63 - 1 - elements], got -1 with 1024 elements",
                () -> DropoutKernel.forward(MASK, -1, src, dst, ELEMENTS));
        assertRefused(
                "offset must be in [0, 2^63 - 1 - elements], got -9223372036854775808 with 8 elements",
                () -> DropoutKernel.keepBits(MASK, Long.MIN_VALUE, keepBits, 8));
    }

    @Test
    void offsetPlusElementsOverflows() {
        assertRefused(
                "offset must be in [0, 2^63 - 1 - elements], got 9223372036854774784 with 1024 elements",
                () -> DropoutKernel.forward(MASK, Long.MAX_VALUE - ELEMENTS + 1, src, dst, ELEMENTS));
        assertRefused(
                IllegalArgumentException.class,
                "offset must be in",
                () -> DropoutKernel.keepBits(MASK, Long.MAX_VALUE, keepBits, 1));
        DropoutKernel.forward(MASK, Long.MAX_VALUE - ELEMENTS, src, dst, ELEMENTS); // the last that fits
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 61, (1L << 62) + 1024, Long.MAX_VALUE})
    void elementsTimesFourOverflows(long elements) {
        assertRefused(
                "elements must be in [0, 2^61), got " + elements,
                () -> DropoutKernel.forward(MASK, 0, src, dst, elements));
    }

    @Test
    void manyElementsNeverWrapIntoASmallSize() {
        assertRefused(
                "src must hold at least 17179873280 bytes (4294968320 float32 elements), got 4096",
                () -> DropoutKernel.forward(MASK, 0, src, dst, (1L << 32) + ELEMENTS));
        assertRefused(
                "keepBits must hold at least 1152921504606846976 bytes (9223372036854775807 bits), got 128",
                () -> DropoutKernel.keepBits(MASK, 0, keepBits, Long.MAX_VALUE));
    }

    @Test
    void nullIsRefused() {
        assertThatThrownBy(() -> new BernoulliMask(RATE, nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new BernoulliMask(nothing(), Key.of(1))).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new StoredMask(RATE, nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new StoredMask(nothing(), src)).isInstanceOf(NullPointerException.class);
        assertRefused(NullPointerException.class, "", () -> DropoutKernel.forward(nothing(), 0, src, dst, ELEMENTS));
        assertRefused(NullPointerException.class, "", () -> DropoutKernel.forward(MASK, 0, src, nothing(), ELEMENTS));
        assertRefused(NullPointerException.class, "", () -> DropoutKernel.forward(MASK, 0, nothing(), dst, ELEMENTS));
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    // who may write what

    @Test
    void dstReadOnly() {
        String message = "dst must be writable, got a read-only segment";
        assertRefused(message, () -> DropoutKernel.forward(MASK, 0, src, dst.asReadOnly(), ELEMENTS));
        assertRefused(message, () -> DropoutKernel.forward(MASK, 0, src, src.asReadOnly(), ELEMENTS));
        assertRefused(
                "srcGradient must be writable, got a read-only segment",
                () -> DropoutKernel.backward(MASK, 0, src, dst.asReadOnly(), ELEMENTS));
        assertRefused(message, () -> DropoutKernel.forward(MASK, 0, src, dst.asReadOnly(), 0));
    }

    @Test
    void keepBitsReadOnly() {
        String message = "keepBits must be writable, got a read-only segment";
        MemorySegment readOnly = keepBits.asReadOnly();
        assertRefused(message, () -> DropoutKernel.keepBits(MASK, 0, readOnly, ELEMENTS));
        assertRefused(message, () -> DropoutKernel.forward(MASK, 0, src, dst, ELEMENTS, readOnly, Workers.NONE));
    }

    @Test
    void arenaClosed() {
        Arena other = Arena.ofConfined();
        MemorySegment closed = other.allocate(BYTES);
        var stored = new StoredMask(RATE, other.allocate(ELEMENTS / 8));
        other.close();
        Class<? extends Throwable> expected = IllegalStateException.class;
        assertRefused(expected, "closed", () -> DropoutKernel.forward(MASK, 0, closed, dst, ELEMENTS));
        assertRefused(expected, "closed", () -> DropoutKernel.forward(MASK, 0, src, closed, ELEMENTS));
        assertRefused(expected, "closed", () -> DropoutKernel.forward(stored, 0, src, dst, ELEMENTS));
        assertRefused(expected, "closed", () -> DropoutKernel.keepBits(MASK, 0, closed, ELEMENTS));
        assertRefused(expected, "closed", () -> DropoutKernel.keepBits(stored, 0, keepBits, ELEMENTS));
        assertRefused(
                expected, "closed", () -> DropoutKernel.forward(MASK, 0, src, dst, ELEMENTS, closed, Workers.NONE));
    }

    @Test
    void arenaOfAnotherThread() throws Exception {
        try (ExecutorService another = Executors.newSingleThreadExecutor()) {
            Arena theirs = another.submit(Arena::ofConfined).get();
            MemorySegment foreign = another.submit(() -> theirs.allocate(BYTES)).get();
            Class<? extends Throwable> expected = WrongThreadException.class;
            assertRefused(expected, "", () -> DropoutKernel.forward(MASK, 0, foreign, dst, ELEMENTS));
            assertRefused(expected, "", () -> DropoutKernel.forward(MASK, 0, src, foreign, ELEMENTS));
            assertRefused(expected, "", () -> DropoutKernel.keepBits(MASK, 0, foreign, ELEMENTS));
            assertRefused(
                    expected, "", () -> DropoutKernel.forward(new StoredMask(RATE, foreign), 0, src, dst, ELEMENTS));
            another.submit(theirs::close).get();
        }
    }

    @Test
    void confinedArenaCannotBeSplit() {
        MemorySegment heapSrc = heap((int) BYTES);
        MemorySegment heapDst = heap((int) BYTES);
        Class<? extends Throwable> expected = WrongThreadException.class;
        String message = " belongs to one thread and cannot be split over 2 tasks";
        assertRefused(expected, "src" + message, () -> DropoutKernel.forward(MASK, 0, src, heapDst, ELEMENTS, TWO));
        assertUntouched(heapDst);
        assertRefused(expected, "dst" + message, () -> DropoutKernel.forward(MASK, 0, heapSrc, dst, ELEMENTS, TWO));
        assertRefused(expected, "keepBits" + message, () -> DropoutKernel.keepBits(MASK, 0, keepBits, ELEMENTS, TWO));
        assertRefused(
                expected,
                "keepBits" + message,
                () -> DropoutKernel.forward(MASK, 0, heapSrc, heapDst, ELEMENTS, keepBits, TWO));
        assertUntouched(heapDst);
        assertRefused(
                expected,
                "the mask's keepBits" + message,
                () -> DropoutKernel.forward(new StoredMask(RATE, keepBits), 0, heapSrc, heapDst, ELEMENTS, TWO));
        assertUntouched(heapDst);
    }

    @Test
    void fewerThanOneTask() {
        assertRefused("tasks must be 1 or more, got 0", () -> new Workers(Runnable::run, 0));
    }

    // overlap

    private void assertOverlapRefused(MemorySegment whole) {
        assertThat(whole.byteSize()).isEqualTo(2 * BYTES - 64);
        MemorySegment first = whole.asSlice(0, BYTES);
        MemorySegment second = whole.asSlice(BYTES - 64, BYTES);
        String message = "src and dst overlap by 64 bytes; they must be identical or disjoint";
        assertRefused(message, () -> DropoutKernel.forward(MASK, 0, first, second, ELEMENTS));
        assertRefused(message, () -> DropoutKernel.forward(MASK, 0, second, first, ELEMENTS));
        assertRefused(
                "dstGradient and srcGradient overlap by 64 bytes; they must be identical or disjoint",
                () -> DropoutKernel.backward(MASK, 0, second.asReadOnly(), first, ELEMENTS));
        assertRefused(
                "src and dst overlap by 4095 bytes; they must be identical or disjoint",
                () -> DropoutKernel.forward(MASK, 0, whole, whole.asSlice(1), ELEMENTS));
        assertUntouched(whole);
    }

    @Test
    void srcAndDstOverlapInNativeMemory() {
        assertOverlapRefused(fresh(2 * BYTES - 64));
    }

    @Test
    void srcAndDstOverlapInMappedMemory() {
        assertOverlapRefused(Memory.map(arena, 2 * BYTES - 64).fill(UNTOUCHED));
    }

    @Test
    void srcAndDstOverlapInHeapArrays() {
        int bytes = (int) (2 * BYTES - 64);
        assertOverlapRefused(heap(bytes));
        assertOverlapRefused(MemorySegment.ofArray(new float[bytes / 4]).fill(UNTOUCHED));
        assertOverlapRefused(MemorySegment.ofArray(new long[bytes / 8]).fill(UNTOUCHED));
    }

    @Test
    void keepBitsOverlapSrcOrDst() {
        MemorySegment inSrc = src.asSlice(BYTES - 128, 128);
        MemorySegment inDst = dst.asSlice(0, 128);
        assertRefused(
                "keepBits and src overlap by 128 bytes; they must be disjoint",
                () -> DropoutKernel.forward(MASK, 0, src, dst, ELEMENTS, inSrc, Workers.NONE));
        assertRefused(
                "keepBits and dst overlap by 128 bytes; they must be disjoint",
                () -> DropoutKernel.forward(MASK, 0, src, dst, ELEMENTS, inDst, Workers.NONE));
    }

    @Test
    void storedBitsOverlapWhatIsWritten() {
        assertRefused(
                "the mask's keepBits and dst overlap by 128 bytes; they must be disjoint",
                () -> DropoutKernel.forward(new StoredMask(RATE, dst.asSlice(64, 128)), 0, src, dst, ELEMENTS));
        assertRefused(
                "the mask's keepBits and keepBits overlap by 128 bytes; they must be disjoint",
                () -> DropoutKernel.keepBits(new StoredMask(RATE, keepBits), 0, keepBits, ELEMENTS));
        assertRefused(
                "the mask's keepBits and keepBits overlap by 128 bytes; they must be disjoint",
                () -> DropoutKernel.forward(
                        new StoredMask(RATE, keepBits), 0, src, dst, ELEMENTS, keepBits, Workers.NONE));
    }

    // what looks alike and is fine

    @Test
    void sameMemoryThroughAReadOnlyView() {
        MemorySegment floats = MemorySegment.ofArray(new float[ELEMENTS]).fill(UNTOUCHED);
        float[] expected = new float[ELEMENTS];
        DropoutKernel.forward(MASK, 0, floats, MemorySegment.ofArray(expected), ELEMENTS);
        DropoutKernel.forward(MASK, 0, floats.asReadOnly(), floats, ELEMENTS);
        assertThat(floats.mismatch(MemorySegment.ofArray(expected))).isEqualTo(-1);
    }

    @Test
    void adjacentSlicesAreDisjoint() {
        for (MemorySegment whole : new MemorySegment[] {fresh(2 * BYTES + 128), heap((int) (2 * BYTES + 128))}) {
            MemorySegment first = whole.asSlice(0, BYTES);
            MemorySegment second = whole.asSlice(BYTES, BYTES);
            MemorySegment third = whole.asSlice(2 * BYTES, 128);
            assertThatCode(() -> {
                        DropoutKernel.forward(MASK, 0, first, second, ELEMENTS, third, Workers.NONE);
                        DropoutKernel.forward(MASK, 0, second, first, ELEMENTS, third, Workers.NONE);
                        DropoutKernel.forward(new StoredMask(RATE, third), 0, first, second, ELEMENTS);
                    })
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void sliceBeyondTheElementsMayOverlap() {
        MemorySegment whole = fresh(2 * BYTES);
        DropoutKernel.forward(MASK, 0, whole, whole.asSlice(BYTES), ELEMENTS);
        assertUntouched(whole.asSlice(0, BYTES));
    }

    @Test
    void storedBitsBeyondTheElementsMayOverlap() {
        MemorySegment whole = fresh(ELEMENTS / 8 + BYTES);
        whole.asSlice(0, ELEMENTS / 8).fill((byte) 0);
        DropoutKernel.forward(new StoredMask(RATE, whole), 0, src, whole.asSlice(ELEMENTS / 8), ELEMENTS);
        assertThat(Memory.bytes(whole)).as("nothing kept").containsOnly(0);
    }

    @Test
    void sameOffsetsInDifferentArraysAreDisjoint() {
        MemorySegment a = heap((int) BYTES + 8).asSlice(8);
        MemorySegment b = heap((int) BYTES + 4).asSlice(4);
        DropoutKernel.forward(MASK, 0, a, b, ELEMENTS);
        assertUntouched(a);
    }

    @Test
    void noElementsDoNothing() {
        MemorySegment none = MemorySegment.NULL;
        MemorySegment empty = MemorySegment.ofArray(new float[0]);
        var stored = new StoredMask(RATE, none);
        for (MaskSource mask : new MaskSource[] {
            MASK,
            stored,
            new BernoulliMask(Rate.drop(0), Key.of(1)),
            new BernoulliMask(Rate.drop(1), Key.of(1)),
            new BernoulliMask(Rate.drop(.1), Key.of(1))
        }) {
            DropoutKernel.forward(mask, 0, none, none, 0);
            DropoutKernel.forward(mask, 0, empty, none, 0, none, Workers.NONE);
            DropoutKernel.forward(mask, 0, src, dst, 0, keepBits, Workers.NONE);
            DropoutKernel.backward(mask, 0, src, dst, 0);
            DropoutKernel.keepBits(mask, 0, keepBits, 0);
            DropoutKernel.keepBits(mask, 0, none, 0);
        }
        DropoutKernel.forward(MASK, Long.MAX_VALUE, src, dst, 0);
        assertUntouched(dst);
        assertUntouched(keepBits);
    }
}
