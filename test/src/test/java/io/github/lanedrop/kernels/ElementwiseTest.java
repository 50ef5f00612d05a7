package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation on every data type, in all kinds of memory and mixtures of them, against its formula, an {@link ElementwiseKernel}. */
@Tag("paths")
final class ElementwiseTest {
    private static final long SEED = 77;
    private static final Kind[] KINDS = Kind.values();
    private static final int[] COUNTS = {
        0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 1023, 1025, 4095, 4096, 4097, 8200
    };
    private static final double[] RATES = {0, .1, .5, .75, .999, 1};
    private static final long[] OFFSETS = {0, 1, 7, 64, 4095, (1L << 32) + 3};
    private static final long[] MISALIGNMENTS = {0, 1, 2, 4, 8, 60};

    /** A mask, what it keeps, and the rate that it drops at. */
    record Decisions(MaskSource mask, LongPredicate kept, double rate) {
        static Decisions independent(double rate) {
            return of(rate, i -> i, decisions -> decisions);
        }

        /** Element i has the decision that is computed from i. */
        static Decisions of(double rate, LongUnaryOperator decision, UnaryOperator<MaskSource> mask) {
            var oracle = new MaskOracle(5, 6, rate);
            var decisions = new BernoulliMask(Rate.drop(rate), new Key(5, 6));
            return new Decisions(mask.apply(decisions), i -> oracle.kept(decision.applyAsLong(i)), rate);
        }
    }

    @ParameterizedTest
    @EnumSource(ElementwiseKernel.class)
    void everyTypeCountOffsetRateAndMemory(ElementwiseKernel kernel) {
        var random = new Random(SEED);
        try (Arena arena = Arena.ofConfined()) {
            long max = 8L * COUNTS[COUNTS.length - 1];
            Function<Kind, Memory> srcs = Memory.ofEachKind(arena, max);
            Function<Kind, Memory> operands = Memory.ofEachKind(arena, max);
            Function<Kind, Memory> dsts = Memory.ofEachKind(arena, max);
            int turn = 0;
            for (DType type : DType.values()) {
                for (int count : COUNTS) {
                    for (Kind kind : Kind.values()) {
                        turn++;
                        double rate = RATES[turn % RATES.length];
                        Kind other = turn % 4 == 0 ? KINDS[(turn / 4) % KINDS.length] : kind;
                        if (kernel.takes(rate)) {
                            long misalignment = MISALIGNMENTS[turn % 11 % MISALIGNMENTS.length];
                            one(
                                    kernel,
                                    type,
                                    Decisions.independent(rate),
                                    OFFSETS[turn % 7 % OFFSETS.length],
                                    count,
                                    srcs.apply(other).take(misalignment, (long) type.bytes() * count),
                                    operands.apply(kind).take(MISALIGNMENTS[turn % 6], (long) type.bytes() * count),
                                    dsts.apply(kind),
                                    misalignment,
                                    random,
                                    turn % 3);
                        }
                    }
                }
            }
        }
    }

    /**
     * Long runs of one decision, and decisions that repeat: whole, cut off at both ends, with and without a tail, and with
     * periods that do not begin at a byte.
     */
    @ParameterizedTest
    @EnumSource(ElementwiseKernel.class)
    void spansOfOneFateAndRepeatedBits(ElementwiseKernel kernel) {
        List<Decisions> masks = List.of(
                Decisions.of(.4, i -> i / 512, rows -> new BroadcastMask(rows, BroadcastShape.rows(100, 512))),
                Decisions.of(.5, i -> i / 777, rows -> new BroadcastMask(rows, BroadcastShape.rows(60, 777))),
                Decisions.of(
                        .5,
                        i -> i / 11_000,
                        rows -> new ScaledMask(
                                new BroadcastMask(rows, BroadcastShape.rows(4, 11_000)),
                                1 / (1 - Rate.drop(.5).effective()))),
                Decisions.of(.3, i -> i % 64, columns -> new BroadcastMask(columns, BroadcastShape.columns(2000, 64))),
                Decisions.of(.3, i -> i % 37, columns -> new BroadcastMask(columns, BroadcastShape.columns(2000, 37))),
                Decisions.of(
                        .6,
                        i -> i / 10_400 * 520 + i % 520,
                        units -> new BroadcastMask(units, BroadcastShape.locked(5, 20, 520))));
        var random = new Random(SEED);
        int[] counts = {20_000, 21_011};
        try (Arena arena = Arena.ofConfined()) {
            long max = 8L * counts[1];
            Function<Kind, Memory> srcs = Memory.ofEachKind(arena, max);
            Function<Kind, Memory> operands = Memory.ofEachKind(arena, max);
            Function<Kind, Memory> dsts = Memory.ofEachKind(arena, max);
            int turn = 0;
            for (DType type : DType.values()) {
                for (Decisions decisions : masks) {
                    for (long offset : new long[] {0, 1000, 10_401}) {
                        Kind kind = turn % 2 == 0 ? Kind.NATIVE : KINDS[turn % KINDS.length];
                        int count = counts[turn % 2];
                        long misalignment = MISALIGNMENTS[turn % MISALIGNMENTS.length];
                        one(
                                kernel,
                                type,
                                decisions,
                                offset,
                                count,
                                srcs.apply(kind).take(misalignment, (long) type.bytes() * count),
                                operands.apply(kind).take(0, (long) type.bytes() * count),
                                dsts.apply(kind),
                                misalignment,
                                random,
                                turn % 3);
                        turn++;
                    }
                }
            }
        }
    }

    private static void one(
            ElementwiseKernel kernel,
            DType type,
            Decisions decisions,
            long offset,
            int count,
            MemorySegment src,
            MemorySegment operand,
            Memory dstMemory,
            long misalignment,
            Random random,
            int aliasing) {
        long[] x = TypedBits.values(type, random, count);
        long[] o = TypedBits.values(type, random, count);
        TypedBits.write(type, src, x);
        TypedBits.write(type, operand, o);
        MemorySegment dst = dstMemory.take(misalignment, (long) type.bytes() * count);
        String what = kernel + " of " + count + " " + type + " at " + decisions + " from " + offset + ", aliasing "
                + aliasing + ", src " + src + ", dst " + dst;
        MemorySegment to = dst;
        if (aliasing == 1) {
            to = src;
        } else if (aliasing == 2 && kernel.hasOperand()) {
            to = operand;
        }
        kernel.run(decisions.mask, type, offset, src, operand, to, new ElementwiseKernel.Work(count, Workers.NONE));
        double p = Rate.drop(decisions.rate).effective();
        for (int i = 0; i < count; i++) {
            long expected = kernel.of(type, x[i], o[i], decisions.kept.test(offset + i), p);
            long actual = TypedBits.read(type, to, i);
            if (expected != actual
                    && !(TypedBits.isNan(type, expected) && TypedBits.isNan(type, actual) && kernel.adds())) {
                fail("%s: element %d of %x and %x is %x, expected %x", what, i, x[i], o[i], actual, expected);
            }
        }
        if (aliasing != 1) {
            assertThat(src.byteSize() == 0 || TypedBits.same(type, src, x))
                    .as(what + ": src untouched")
                    .isTrue();
        }
        dstMemory.assertUntouchedAround(what);
    }

    @ParameterizedTest
    @EnumSource(ElementwiseKernel.class)
    void threadsDoNotChangeABit(ElementwiseKernel kernel) {
        int count = 50_001;
        var random = new Random(SEED);
        var mask = new BernoulliMask(Rate.drop(.3), new Key(1, 2));
        try (ExecutorService executor = Executors.newFixedThreadPool(3);
                Arena arena = Arena.ofShared()) {
            for (DType type : DType.values()) {
                MemorySegment src = arena.allocate((long) type.bytes() * count);
                MemorySegment operand = arena.allocate((long) type.bytes() * count);
                MemorySegment alone = arena.allocate((long) type.bytes() * count);
                MemorySegment together = arena.allocate((long) type.bytes() * count);
                TypedBits.write(type, src, TypedBits.values(type, random, count));
                long[] operands = TypedBits.values(type, random, count);
                for (int i = 0; i < count; i++) { // of two NaNs a sum may take either
                    operands[i] = TypedBits.isNan(type, operands[i]) ? 0 : operands[i];
                }
                TypedBits.write(type, operand, operands);
                kernel.run(mask, type, 3, src, operand, alone, new ElementwiseKernel.Work(count, Workers.NONE));
                kernel.run(
                        mask,
                        type,
                        3,
                        src,
                        operand,
                        together,
                        new ElementwiseKernel.Work(count, new Workers(executor, 5)));
                assertThat(alone.mismatch(together))
                        .as("%s of %s", kernel, type)
                        .isEqualTo(-1);
            }
        }
    }
}
