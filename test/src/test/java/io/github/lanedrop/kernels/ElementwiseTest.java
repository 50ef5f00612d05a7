package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation on every data type, in all kinds of memory and mixtures of them, against its formula. */
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
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** What a kernel does to an element, in float and in double, and how it is called. */
    enum Kernel {
        INVERTED {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return kept ? p == 0 ? x : x * (float) scale(p) : 0;
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return kept ? p == 0 ? x : x * scale(p) : 0;
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                DropoutKernel.forward(m, t, at, x, y, w.elements, w.workers);
            }
        },
        STANDARD {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return kept ? x : 0;
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return kept ? x : 0;
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                StandardDropout.forward(m, t, at, x, y, w.elements, w.workers);
            }
        },
        STANDARD_EVALUATION {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return x * (float) (1 - p);
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return x * (1 - p);
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                StandardDropout.evaluate(m.rate(), t, x, y, w.elements, w.workers);
            }
        },
        ALPHA {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return p == 0 ? x : kept ? x * (float) a(p) + (float) b(p) : (float) dropped(p);
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return p == 0 ? x : kept ? x * a(p) + b(p) : dropped(p);
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                AlphaDropout.forward(m, t, at, x, y, w.elements, w.workers);
            }
        },
        ALPHA_BACKWARD {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return kept ? x * (float) a(p) : 0;
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return kept ? x * a(p) : 0;
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                AlphaDropout.backward(m, t, at, x, y, w.elements, w.workers);
            }
        },
        RESIDUAL {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return operand + (kept ? x * (float) scale(p) : 0);
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return operand + (kept ? x * scale(p) : 0);
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                ResidualDropout.forward(m, t, at, x, o, y, w.elements, w.workers);
            }
        },
        ZONEOUT {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return kept ? x : operand;
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return kept ? x : operand;
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                Zoneout.forward(m, t, at, x, o, y, w.elements, w.workers);
            }
        },
        ZONEOUT_BACKWARD {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return kept ? x : 0;
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return kept ? x : 0;
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                Zoneout.backward(m, t, at, x, y, w.elements, w.workers);
            }
        },
        ZONEOUT_BACKWARD_PREVIOUS {
            @Override
            float of(float x, float operand, boolean kept, double p) {
                return kept ? 0 : x;
            }

            @Override
            double of(double x, double operand, boolean kept, double p) {
                return kept ? 0 : x;
            }

            @Override
            void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
                Zoneout.backwardPrevious(m, t, at, x, y, w.elements, w.workers);
            }
        };

        abstract float of(float x, float operand, boolean kept, double p);

        abstract double of(double x, double operand, boolean kept, double p);

        abstract void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w);

        boolean hasOperand() {
            return this == RESIDUAL || this == ZONEOUT;
        }

        boolean takes(double rate) {
            return rate < 1 || (this != ALPHA && this != ALPHA_BACKWARD);
        }

        private static double scale(double p) {
            return 1 / (1 - p);
        }

        private static double a(double p) {
            return 1 / Math.sqrt((1.7580993408473766 * 1.7580993408473766 * p + 1) * (1 - p));
        }

        private static double b(double p) {
            return a(p) * 1.7580993408473766 * p;
        }

        private static double dropped(double p) {
            return a(p) * -1.7580993408473766 + b(p);
        }
    }

    /** How much, and by whom. */
    record Work(long elements, Workers workers) {}

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
    @EnumSource(Kernel.class)
    void everyTypeCountOffsetRateAndMemory(Kernel kernel) {
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
    @EnumSource(Kernel.class)
    void spansOfOneFateAndRepeatedBits(Kernel kernel) {
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
            Kernel kernel,
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
        long[] x = values(type, random, count);
        long[] o = values(type, random, count);
        write(type, src, x);
        write(type, operand, o);
        MemorySegment dst = dstMemory.take(misalignment, (long) type.bytes() * count);
        String what = kernel + " of " + count + " " + type + " at " + decisions + " from " + offset + ", aliasing "
                + aliasing + ", src " + src + ", dst " + dst;
        MemorySegment to = dst;
        if (aliasing == 1) {
            to = src;
        } else if (aliasing == 2 && kernel.hasOperand()) {
            to = operand;
        }
        kernel.run(decisions.mask, type, offset, src, operand, to, new Work(count, Workers.NONE));
        double p = Rate.drop(decisions.rate).effective();
        for (int i = 0; i < count; i++) {
            long expected = expected(kernel, type, x[i], o[i], decisions.kept.test(offset + i), p);
            long actual = read(type, to, i);
            if (expected != actual && !(isNan(type, expected) && isNan(type, actual) && kernel == Kernel.RESIDUAL)) {
                fail("%s: element %d of %x and %x is %x, expected %x", what, i, x[i], o[i], actual, expected);
            }
        }
        if (aliasing != 1) {
            assertThat(src.byteSize() == 0 || same(type, src, x))
                    .as(what + ": src untouched")
                    .isTrue();
        }
        dstMemory.assertUntouchedAround(what);
    }

    private static boolean same(DType type, MemorySegment segment, long[] values) {
        for (int i = 0; i < values.length; i++) {
            if (read(type, segment, i) != values[i]) {
                return false;
            }
        }
        return true;
    }

    private static long expected(Kernel kernel, DType type, long x, long operand, boolean kept, double p) {
        return switch (type) {
            case FLOAT32 ->
                bits(kernel.of(Float.intBitsToFloat((int) x), Float.intBitsToFloat((int) operand), kept, p));
            case FLOAT64 ->
                Double.doubleToRawLongBits(
                        kernel.of(Double.longBitsToDouble(x), Double.longBitsToDouble(operand), kept, p));
            case BFLOAT16 -> {
                float y = kernel.of(
                        Float.intBitsToFloat((int) x << 16), Float.intBitsToFloat((int) operand << 16), kept, p);
                yield bfloat16(y) & 0xFFFFL;
            }
            case FLOAT16 -> {
                float y = kernel.of(Float.float16ToFloat((short) x), Float.float16ToFloat((short) operand), kept, p);
                // copying keeps all bits, converting makes a signalling NaN quiet
                boolean copied = p == 0 && (kernel == Kernel.INVERTED || kernel == Kernel.ALPHA);
                yield (copied ? x : Float.floatToFloat16(y)) & 0xFFFFL;
            }
        };
    }

    private static long bits(float value) {
        return Float.floatToRawIntBits(value) & 0xFFFFFFFFL;
    }

    /** To the nearest of the two neighbours, ties to the even one, by comparing distances. */
    private static long bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int low = bits >>> 16;
        if (Float.isNaN(value) || (bits & 0xFFFF) == 0) {
            return low;
        }
        double below = Float.intBitsToFloat(low << 16);
        int next = low + 1;
        // one step beyond the greatest counts as 2^128, which rounds to infinity
        double above = (next & 0x7FFF) == 0x7F80 ? Math.copySign(0x1p128, value) : Float.intBitsToFloat(next << 16);
        double toBelow = Math.abs(value - below);
        double toAbove = Math.abs(above - value);
        return toBelow < toAbove || (toBelow == toAbove && (low & 1) == 0) ? low : next;
    }

    private static boolean isNan(DType type, long bits) {
        return switch (type) {
            case FLOAT32 -> Float.isNaN(Float.intBitsToFloat((int) bits));
            case FLOAT64 -> Double.isNaN(Double.longBitsToDouble(bits));
            case BFLOAT16 -> Float.isNaN(Float.intBitsToFloat((int) bits << 16));
            case FLOAT16 -> Float.isNaN(Float.float16ToFloat((short) bits));
        };
    }

    /** Values of the type, of all magnitudes, one in eight a special one. */
    private static long[] values(DType type, Random random, int count) {
        int[] floats = Memory.floatBits(random, count);
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            float value = Float.intBitsToFloat(floats[i]);
            values[i] = switch (type) {
                case FLOAT32 -> floats[i] & 0xFFFFFFFFL;
                case FLOAT64 ->
                    i % 8 == 0 ? Double.doubleToRawLongBits(value) : Double.doubleToRawLongBits(random.nextGaussian());
                case BFLOAT16 -> floats[i] >>> 16;
                case FLOAT16 -> Float.floatToFloat16(value) & 0xFFFFL;
            };
        }
        return values;
    }

    private static void write(DType type, MemorySegment segment, long[] values) {
        for (int i = 0; i < values.length; i++) {
            switch (type.bytes()) {
                case 2 -> segment.set(SHORT, 2L * i, (short) values[i]);
                case 4 -> segment.set(Memory.INT, 4L * i, (int) values[i]);
                default -> segment.set(LONG, 8L * i, values[i]);
            }
        }
    }

    private static long read(DType type, MemorySegment segment, int i) {
        return switch (type.bytes()) {
            case 2 -> segment.get(SHORT, 2L * i) & 0xFFFFL;
            case 4 -> segment.get(Memory.INT, 4L * i) & 0xFFFFFFFFL;
            default -> segment.get(LONG, 8L * i);
        };
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void threadsDoNotChangeABit(Kernel kernel) {
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
                write(type, src, values(type, random, count));
                long[] operands = values(type, random, count);
                for (int i = 0; i < count; i++) { // of two NaNs a sum may take either
                    operands[i] = isNan(type, operands[i]) ? 0 : operands[i];
                }
                write(type, operand, operands);
                kernel.run(mask, type, 3, src, operand, alone, new Work(count, Workers.NONE));
                kernel.run(mask, type, 3, src, operand, together, new Work(count, new Workers(executor, 5)));
                assertThat(alone.mismatch(together))
                        .as("%s of %s", kernel, type)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void bfloat16RoundsToNearestTiesToEven() {
        // 1 + 2^-8 and 1 + 3 * 2^-8 lie halfway between neighbours: times 1 they would be exact, so they come as
        // products
        MemorySegment x = MemorySegment.ofArray(new short[] {(short) 0x3F81, (short) 0x3F83, (short) 0x7F7F});
        var half = new BernoulliMask(Rate.drop(0), Key.of(0));
        MemorySegment y = MemorySegment.ofArray(new short[3]);
        // 1.0078125 * 1.5 = 1.51171875, halfway between 1.5078125 and 1.515625
        StandardDropout.toStandard(Rate.drop(1 / 3d), DType.BFLOAT16, x, y, 3, Workers.NONE);
        assertThat(y.get(SHORT, 4) & 0xFFFF)
                .as("beyond the greatest is infinite")
                .isEqualTo(0x7F80);
        assertThat(half.rate().keepsAll()).isTrue();
        assertThat(bfloat16(0x1.83p0f)).isEqualTo(0x3FC2);
        assertThat(y.get(SHORT, 0) & 0xFFFFL)
                .isEqualTo(bfloat16(1.0078125f * (float) Rate.drop(1 / 3d).scale()));
        assertThat(y.get(SHORT, 2) & 0xFFFFL)
                .isEqualTo(bfloat16(1.0234375f * (float) Rate.drop(1 / 3d).scale()));
    }

    @Test
    void scaleIsRoundedOnceToTheTypeThatComputes() {
        Rate rate = Rate.drop(.1);
        var mask = new BernoulliMask(rate, new Key(2026, 0)); // keeps element 0
        for (DType type : DType.values()) {
            MemorySegment x = Arena.ofAuto().allocate(8);
            MemorySegment y = Arena.ofAuto().allocate(8);
            write(type, x, new long[] {expected(Kernel.STANDARD, type, one(type), 0, true, 0)});
            DropoutKernel.forward(mask, type, 0, x, y, 1, Workers.NONE);
            long scale = switch (type) {
                case FLOAT32 -> bits((float) rate.scale());
                case FLOAT64 -> Double.doubleToRawLongBits(rate.scale());
                case BFLOAT16 -> bfloat16((float) rate.scale());
                case FLOAT16 -> Float.floatToFloat16((float) rate.scale());
            };
            assertThat(read(type, y, 0))
                    .as(type.name().toLowerCase(Locale.ROOT))
                    .isEqualTo(scale);
        }
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
