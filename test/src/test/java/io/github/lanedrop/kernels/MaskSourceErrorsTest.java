package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** What calls refuse because of the mask, in which words, and that nothing was written by then. */
final class MaskSourceErrorsTest {
    private static final byte UNTOUCHED = 0x5A;
    private static final Rate RATE = Rate.drop(.5);
    private static final Key KEY = Key.of(1);
    private static final BernoulliMask BERNOULLI = new BernoulliMask(RATE, KEY);
    private static final int ELEMENTS = 100;

    private final MemorySegment src = MemorySegment.ofArray(new byte[4 * ELEMENTS]);
    private final MemorySegment dst =
            MemorySegment.ofArray(new byte[4 * ELEMENTS]).fill(UNTOUCHED);
    private final MemorySegment keepBits =
            MemorySegment.ofArray(new byte[ELEMENTS]).fill(UNTOUCHED);

    private void refused(String message, MaskSource mask, long offset, long elements) {
        refused(IllegalArgumentException.class, message, mask, offset, elements, Workers.NONE);
    }

    private void refused(
            Class<? extends Exception> type,
            String message,
            MaskSource mask,
            long offset,
            long elements,
            Workers workers) {
        assertThatThrownBy(() -> DropoutKernel.forward(mask, offset, src, dst, elements, workers))
                .isInstanceOf(type)
                .hasMessage(message);
        assertThatThrownBy(() -> DropoutKernel.keepBits(mask, offset, keepBits, elements, workers))
                .isInstanceOf(type)
                .hasMessage(message);
        assertThatThrownBy(() -> MaskBits.kept(mask, offset, elements, workers))
                .isInstanceOf(type)
                .hasMessage(message);
        assertThat(Memory.bytes(dst)).containsOnly(UNTOUCHED);
        assertThat(Memory.bytes(keepBits)).containsOnly(UNTOUCHED);
    }

    @Test
    void beyondTheLastElement() {
        String message = "offset + elements must be at most 60, the elements of the mask, got 61";
        refused(message, new BroadcastMask(BERNOULLI, BroadcastShape.rows(6, 10)), 0, 61);
        refused(message, new BroadcastMask(BERNOULLI, BroadcastShape.rows(6, 10)), 60, 1);
        refused(message, RowKeyedMask.of(RATE, 20, KEY, KEY, KEY), 41, 20);
        refused(message, ExactCountMask.of(RATE, KEY, 60), 60, 1);
        refused(message, new ScaledMask(ExactCountMask.of(RATE, KEY, 60), 1), 60, 1);
    }

    @Test
    void bytesTooFew() {
        refused(
                "the mask's bytes must hold at least 60 bytes (60 elements), got 59",
                new ByteMask(RATE, MemorySegment.ofArray(new byte[59])),
                50,
                10);
    }

    @Test
    void floatsTooFew() {
        refused(
                "the mask's factors must hold at least 240 bytes (60 float32 elements), got 239",
                new FloatMask(RATE, MemorySegment.ofArray(new byte[239])),
                50,
                10);
        refused(
                "the mask's factors must hold at least 9223372036854775807 bytes (2305843009213693952 float32 elements),"
                        + " got 0",
                new FloatMask(RATE, MemorySegment.NULL),
                (1L << 61) - 10,
                10);
    }

    /** All of them, whatever part of the shape is asked for. */
    @Test
    void decisionsTooFew() {
        refused(
                "the mask's keepBits must hold at least 3 bytes (17 bits), got 2",
                new BroadcastMask(new StoredMask(RATE, MemorySegment.ofArray(new byte[2])), BroadcastShape.rows(17, 4)),
                0,
                4);
        refused(
                "offset + elements must be at most 5, the elements of the mask, got 6",
                new BroadcastMask(ExactCountMask.of(RATE, KEY, 5), BroadcastShape.rows(6, 4)),
                0,
                4);
    }

    @Test
    void idsTooFewOrNoTypes() {
        MemorySegment ids = MemorySegment.ofArray(new int[] {3, 0, 7, -1, 9});
        refused(
                "the mask's ids must hold at least 24 bytes (6 ids), got 20",
                new TokenTypeMask(BERNOULLI, ids, 4),
                0,
                21);
        refused(
                "ids must be in [0, 9223372036854775807), the elements of types, got -1 for token 3",
                new TokenTypeMask(BERNOULLI, ids, 4),
                0,
                13);
        refused(
                "ids must be in [0, 7), the elements of types, got 7 for token 2",
                new TokenTypeMask(new BroadcastMask(BERNOULLI, BroadcastShape.of(7)), ids, 4),
                5,
                4);
        DropoutKernel.forward(new TokenTypeMask(BERNOULLI, ids, 4), 16, src, dst, 4); // token 4 alone is fine
    }

    @Test
    void writtenMemoryMustNotBeTheMasks() {
        MemorySegment shared = MemorySegment.ofArray(new byte[4 * ELEMENTS]);
        MemorySegment before = MemorySegment.ofArray(Memory.bytes(shared));
        MaskSource[] masks = {
            new ByteMask(RATE, shared),
            new BroadcastMask(new ByteMask(RATE, shared), BroadcastShape.rows(10, 10)),
            new FloatMask(RATE, shared),
            new TokenTypeMask(BERNOULLI, shared, 1),
            new TokenTypeMask(new ByteMask(RATE, shared), MemorySegment.ofArray(new int[ELEMENTS]), 1),
            new ScaledMask(new StoredMask(RATE, shared), 2),
            new VaryingRateMask(shared, KEY),
        };
        for (MaskSource mask : masks) {
            for (Runnable call : new Runnable[] {
                () -> DropoutKernel.forward(mask, 0, src, shared, ELEMENTS),
                () -> DropoutKernel.keepBits(mask, 0, shared, ELEMENTS),
                () -> DropoutKernel.forward(mask, 0, src, dst, ELEMENTS, shared, Workers.NONE),
            }) {
                assertThatThrownBy(call::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("the mask's")
                        .hasMessageContaining("must be disjoint");
            }
        }
        assertThat(shared.mismatch(before)).isEqualTo(-1);
        assertThat(Memory.bytes(dst)).containsOnly(UNTOUCHED);
    }

    @Test
    void oneThreadsMemoryIsNotForSeveralTasks() {
        try (Arena arena = Arena.ofConfined()) {
            Workers two = new Workers(Runnable::run, 2);
            String end = " belongs to one thread and cannot be split over 2 tasks; take it from Arena.ofShared() or"
                    + " Arena.ofAuto(), or ask for one task";
            refused(
                    WrongThreadException.class,
                    "the mask's bytes" + end,
                    new BroadcastMask(new ByteMask(RATE, arena.allocate(100)), BroadcastShape.rows(10, 10)),
                    0,
                    100,
                    two);
            refused(
                    WrongThreadException.class,
                    "the mask's factors" + end,
                    new FloatMask(RATE, arena.allocate(ValueLayout.JAVA_FLOAT, 100)),
                    0,
                    1,
                    two);
            refused(
                    WrongThreadException.class,
                    "the mask's ids" + end,
                    new TokenTypeMask(BERNOULLI, arena.allocate(ValueLayout.JAVA_INT, 100), 1),
                    0,
                    1,
                    two);
        }
    }

    @Test
    void closedMemory() {
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(400);
        }
        refused(IllegalStateException.class, "Already closed", new ByteMask(RATE, closed), 0, 10, Workers.NONE);
        refused(IllegalStateException.class, "Already closed", new FloatMask(RATE, closed), 0, 10, Workers.NONE);
        refused(IllegalStateException.class, "Already closed", new VaryingRateMask(closed, KEY), 0, 10, Workers.NONE);
        refused(
                IllegalStateException.class,
                "Already closed",
                new TokenTypeMask(BERNOULLI, closed, 4),
                0,
                10,
                Workers.NONE);
    }

    @Test
    void badSources() {
        unmakeable("rowElements must be 1 or more, got 0", () -> RowKeyedMask.of(RATE, 0, KEY));
        unmakeable(
                "keys times rowElements must be less than 2^63, got 2 times 9223372036854775807",
                () -> RowKeyedMask.of(RATE, Long.MAX_VALUE, KEY, KEY));
        unmakeable("features must be 1 or more, got 0", () -> new TokenTypeMask(BERNOULLI, src, 0));
        unmakeable("elements must be in [0, 2^40], got -1", () -> ExactCountMask.of(RATE, KEY, -1));
        unmakeable(
                "elements must be in [0, 2^40], got 1099511627777", () -> ExactCountMask.of(RATE, KEY, (1L << 40) + 1));
        unmakeable("scale must be 0 or more, got -1.0", () -> new ScaledMask(BERNOULLI, -1));
        unmakeable("layers must be 0 or more, got -1", () -> StochasticDepth.linear(-1, RATE, KEY));
        unmakeable(
                "samples must be 0 or more, got -1",
                () -> StochasticDepth.linear(3, RATE, KEY).plan(0, -1));
        unmakeable(
                "step must be in [0, 2147483648), got -1",
                () -> StochasticDepth.linear(3, RATE, KEY).plan(-1, 4));
    }

    private static void unmakeable(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
