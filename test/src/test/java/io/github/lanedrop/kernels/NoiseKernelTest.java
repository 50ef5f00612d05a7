package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Values are those of the oracle, wherever a call begins and ends, and operations are one line of arithmetic on them. */
@Tag("paths")
final class NoiseKernelTest {
    private static final Key KEY = new Key(2026, 3);
    private static final int WHOLE = 5000;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int[] COUNTS = {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 65, 1023, 1024, 1025, 4100
    };

    static List<NoiseSource> sources() {
        return List.of(
                GaussianNoise.dropout(Rate.drop(.1), KEY),
                GaussianNoise.dropout(Rate.drop(.9), KEY),
                GaussianNoise.centred(2.5, KEY),
                new GaussianNoise(-3, 1e-4, KEY),
                UniformNoise.uout(.1, KEY),
                new UniformNoise(0, 7, KEY),
                new StoredNoise(MemorySegment.ofArray(values(GaussianNoise.centred(1, Key.of(9)), 0, 2 * WHOLE))),
                shared(BroadcastShape.rows(4, 2500)),
                shared(BroadcastShape.rows(2500, 4)),
                shared(BroadcastShape.columns(5, 2000)), // more than a chunk
                shared(BroadcastShape.columns(1000, 10)),
                shared(BroadcastShape.channelsFirst(4, 25, 10, 10)),
                shared(BroadcastShape.channelsLast(2, 50, 10, 10)),
                shared(BroadcastShape.locked(4, 25, 100)),
                shared(BroadcastShape.of(10, 10, 10, 10).share(0, 2)),
                shared(BroadcastShape.of(WHOLE, 2).share()),
                shared(BroadcastShape.of(WHOLE, 2).share(0, 1)),
                new BroadcastNoise(
                        new StoredNoise(MemorySegment.ofArray(new float[] {1, -2, 3})),
                        BroadcastShape.columns(3334, 3)));
    }

    private static NoiseSource shared(BroadcastShape shape) {
        return new BroadcastNoise(GaussianNoise.dropout(Rate.drop(.3), KEY), shape);
    }

    private static float[] values(NoiseSource noise, long offset, int elements) {
        float[] values = new float[elements];
        NoiseKernel.fill(noise, offset, MemorySegment.ofArray(values), elements, Workers.NONE);
        return values;
    }

    private static int[] bits(float[] values) {
        return Memory.read(MemorySegment.ofArray(values), values.length);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void valuesAreTheOracles(NoiseSource noise) {
        double within = NoiseOracle.tolerance(noise);
        for (long offset : new long[] {0, 1, 2, 3, 5, 1021}) {
            float[] values = values(noise, offset, 2100);
            double worst = 0;
            for (int i = 0; i < values.length; i++) {
                worst = Math.max(worst, Math.abs(values[i] - NoiseOracle.value(noise, offset + i)));
            }
            assertThat(worst).as("%s from %d", noise, offset).isLessThanOrEqualTo(within);
        }
    }

    @Test
    void valuesFarOut() {
        for (long offset :
                new long[] {(1L << 31) - 1, (1L << 32) + 3, (1L << 34) - 6, (1L << 62) + 1, Long.MAX_VALUE - 8}) {
            for (NoiseSource noise : sources().subList(0, 6)) {
                float[] values = values(noise, offset, 8);
                double within = NoiseOracle.tolerance(noise);
                for (int i = 0; i < values.length; i++) {
                    assertThat(values[i] - NoiseOracle.value(noise, offset + i)).isBetween(-within, within);
                }
            }
        }
    }

    /** Any slice, begun anywhere, has the bits of the whole. */
    @ParameterizedTest
    @MethodSource("sources")
    void slicesHaveTheBitsOfTheWhole(NoiseSource noise) {
        int[] whole = bits(values(noise, 0, WHOLE));
        for (int offset : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 9, 30, 33, 511, 895}) {
            for (int elements : COUNTS) {
                assertThat(bits(values(noise, offset, elements)))
                        .as("%s, %d elements from %d", noise, elements, offset)
                        .isEqualTo(Arrays.copyOfRange(whole, offset, offset + elements));
            }
        }
    }

    /** The same on every path, on every machine, for ever. */
    @Test
    void goldenBits() {
        assertThat(crc(GaussianNoise.dropout(Rate.drop(.1), KEY))).isEqualTo("c640efed");
        assertThat(crc(GaussianNoise.centred(1, new Key(-1, Long.MAX_VALUE)))).isEqualTo("afe6c197");
        assertThat(crc(UniformNoise.uout(.3, KEY))).isEqualTo("3385d746");
    }

    private static String crc(NoiseSource noise) {
        var crc = new CRC32();
        crc.update(Memory.bytes(MemorySegment.ofArray(values(noise, 1, 100_001))));
        return Long.toHexString(crc.getValue());
    }

    enum Operation {
        MULTIPLY,
        MULTIPLY_IN_PLACE,
        BACKWARD,
        ADD,
        ADD_IN_PLACE;

        float apply(float x, float value) {
            return adds() ? x + value : x * value;
        }

        boolean adds() {
            return name().startsWith("ADD");
        }

        void run(NoiseSource noise, long offset, MemorySegment src, MemorySegment dst, int elements) {
            switch (this) {
                case MULTIPLY, MULTIPLY_IN_PLACE -> NoiseKernel.multiply(noise, offset, src, dst, elements);
                case BACKWARD -> NoiseKernel.multiplyBackward(noise, offset, src, dst, elements);
                case ADD, ADD_IN_PLACE -> NoiseKernel.add(noise, offset, src, dst, elements);
            }
        }
    }

    /** Every operation on every count, in every pair of kinds of memory, misaligned, special values among the elements. */
    @ParameterizedTest
    @EnumSource
    void operationsInEveryMemory(Operation operation) {
        var random = new Random(operation.name().hashCode());
        try (Arena arena = Arena.ofConfined()) {
            var sources = Memory.ofEachKind(arena, 4L * 4100);
            var destinations = Memory.ofEachKind(arena, 4L * 4100);
            for (Kind srcKind : Kind.values()) {
                for (Kind dstKind : Kind.values()) {
                    boolean alike = srcKind == dstKind;
                    for (int c = alike ? 0 : random.nextInt(5); c < COUNTS.length; c += alike ? 1 : 5) {
                        int elements = COUNTS[c];
                        NoiseSource noise =
                                sources().get(random.nextInt(sources().size()));
                        long offset = random.nextInt(9);
                        int[] x = Memory.floatBits(random, elements);
                        Memory from = sources.apply(srcKind);
                        Memory to = destinations.apply(dstKind);
                        MemorySegment src = from.take(random.nextInt(64), 4L * elements);
                        MemorySegment dst = to.take(random.nextInt(64), 4L * elements);
                        boolean inPlace = operation.name().endsWith("IN_PLACE");
                        Memory.fill(inPlace ? dst : src, x);
                        operation.run(noise, offset, inPlace ? dst : src, dst, elements);
                        String what = elements + " elements of " + noise + " from " + srcKind + " to " + dstKind;
                        assertResults(what, operation, x, values(noise, offset, elements), Memory.read(dst, elements));
                        from.assertUntouchedAround(what);
                        to.assertUntouchedAround(what);
                        if (!inPlace) {
                            assertThat(Memory.read(src, elements)).as(what).isEqualTo(x);
                        }
                    }
                }
            }
        }
    }

    /** Whole chunks of normals in native memory, which a loop of their own applies, before, between and after others. */
    @ParameterizedTest
    @EnumSource
    void chunksOfNormals(Operation operation) {
        var random = new Random(operation.name().hashCode());
        boolean inPlace = operation.name().endsWith("IN_PLACE");
        try (Arena arena = Arena.ofConfined()) {
            var from = new Memory(Kind.NATIVE, arena, 4L * 3100);
            var to = new Memory(Kind.NATIVE, arena, 4L * 3100);
            for (NoiseSource noise : sources().subList(0, 4)) {
                for (long offset : new long[] {0, 1, 2, 3, 1021, (1L << 34) - 1024, (1L << 34) - 6}) {
                    for (int elements : new int[] {1023, 1024, 1025, 2048, 3100}) {
                        int[] x = Memory.floatBits(random, elements);
                        MemorySegment src = from.take(random.nextInt(64), 4L * elements);
                        MemorySegment dst = to.take(random.nextInt(64), 4L * elements);
                        Memory.fill(inPlace ? dst : src, x);
                        operation.run(noise, offset, inPlace ? dst : src, dst, elements);
                        String what = elements + " elements of " + noise + " from " + offset;
                        assertResults(what, operation, x, values(noise, offset, elements), Memory.read(dst, elements));
                        from.assertUntouchedAround(what);
                        to.assertUntouchedAround(what);
                    }
                }
            }
        }
    }

    private static void assertResults(String what, Operation operation, int[] x, float[] values, int[] results) {
        for (int i = 0; i < x.length; i++) {
            int expected = Float.floatToRawIntBits(operation.apply(Float.intBitsToFloat(x[i]), values[i]));
            if (results[i] != expected) {
                assertThat(results[i])
                        .as("%s: element %d, %x and %s", what, i, x[i], values[i])
                        .isEqualTo(expected);
            }
        }
    }

    /** Other types compute in float, or in double, with the same values, and round once. */
    @ParameterizedTest
    @MethodSource("sources")
    void otherTypes(NoiseSource noise) {
        int elements = 1500;
        var random = new Random(3);
        float[] values = values(noise, 5, elements);
        double[] x = random.doubles(elements, -4, 4).toArray();
        for (DType type : DType.values()) {
            MemorySegment src = MemorySegment.ofArray(new byte[type.bytes() * elements]);
            MemorySegment product = MemorySegment.ofArray(new byte[type.bytes() * elements]);
            MemorySegment sum = MemorySegment.ofArray(new byte[type.bytes() * elements]);
            for (int i = 0; i < elements; i++) {
                put(type, src, i, x[i]);
            }
            NoiseKernel.multiply(noise, type, 5, src, product, elements, Workers.NONE);
            NoiseKernel.add(noise, type, 5, src, sum, elements, Workers.NONE);
            MemorySegment expected = MemorySegment.ofArray(new byte[type.bytes() * elements]);
            for (int i = 0; i < elements; i++) {
                double stored = get(type, src, i);
                boolean wide = type == DType.FLOAT64;
                put(type, expected, i, wide ? stored * values[i] : (float) stored * values[i]);
            }
            assertThat(product.mismatch(expected))
                    .as("%s of %s, product", type, noise)
                    .isNegative();
            for (int i = 0; i < elements; i++) {
                double stored = get(type, src, i);
                boolean wide = type == DType.FLOAT64;
                put(type, expected, i, wide ? stored + values[i] : (float) stored + values[i]);
            }
            assertThat(sum.mismatch(expected)).as("%s of %s, sum", type, noise).isNegative();
        }
    }

    private static void put(DType type, MemorySegment segment, int i, double value) {
        switch (type) {
            case FLOAT32 -> segment.set(Memory.FLOAT, 4L * i, (float) value);
            case FLOAT64 -> segment.set(DOUBLE, 8L * i, value);
            case FLOAT16 -> segment.set(SHORT, 2L * i, Float.floatToFloat16((float) value));
            case BFLOAT16 -> segment.set(SHORT, 2L * i, bfloat16((float) value));
        }
    }

    private static double get(DType type, MemorySegment segment, int i) {
        return switch (type) {
            case FLOAT32 -> segment.get(Memory.FLOAT, 4L * i);
            case FLOAT64 -> segment.get(DOUBLE, 8L * i);
            case FLOAT16 -> Float.float16ToFloat(segment.get(SHORT, 2L * i));
            case BFLOAT16 -> Float.intBitsToFloat(segment.get(SHORT, 2L * i) << 16);
        };
    }

    /** To the nearest, ties to even, by comparing the distances; for finite values. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int below = bits & 0xFFFF0000;
        int above = below + 0x10000;
        double down = Math.abs((double) value - Float.intBitsToFloat(below));
        double up = Math.abs((double) value - Float.intBitsToFloat(above));
        boolean goUp = up < down || (up == down && (above & 0x10000) == 0);
        return (short) ((goUp ? above : below) >>> 16);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void workersGiveTheSameBits(NoiseSource noise) {
        int elements = 10_000 - 5;
        float[] x = values(GaussianNoise.centred(1, Key.of(1)), 0, elements);
        float[] alone = new float[elements];
        NoiseKernel.multiply(noise, 5, MemorySegment.ofArray(x), MemorySegment.ofArray(alone), elements);
        try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
            for (int tasks : new int[] {2, 3, 7, 100}) {
                var workers = new Workers(executor, tasks);
                float[] together = new float[elements];
                NoiseKernel.multiply(
                        noise,
                        DType.FLOAT32,
                        5,
                        MemorySegment.ofArray(x),
                        MemorySegment.ofArray(together),
                        elements,
                        workers);
                assertThat(bits(together)).isEqualTo(bits(alone));
                NoiseKernel.fill(noise, 5, MemorySegment.ofArray(together), elements, workers);
                assertThat(bits(together)).isEqualTo(bits(values(noise, 5, elements)));
            }
            MemorySegment inPlace = Arena.ofAuto().allocateFrom(Memory.FLOAT, x);
            NoiseKernel.multiply(noise, DType.FLOAT32, 5, inPlace, inPlace, elements, new Workers(executor, 3));
            assertThat(Memory.read(inPlace, elements)).isEqualTo(bits(alone));
        }
    }

    /** What changes nothing changes no bit: signalling NaNs stay as they are, -0 stays -0. */
    @Test
    void identitiesCopyEveryBit() {
        int elements = 3000;
        int[] x = Memory.floatBits(new Random(1), elements);
        MemorySegment src = MemorySegment.ofArray(new float[elements]);
        MemorySegment dst = MemorySegment.ofArray(new float[elements]);
        Memory.fill(src, x);
        List<NoiseSource> ones = List.of(
                GaussianNoise.dropout(Rate.drop(0), KEY),
                GaussianNoise.dropout(Rate.drop(1e-12), KEY),
                UniformNoise.uout(0, KEY),
                UniformNoise.uout(-0.0, KEY),
                new GaussianNoise(1, Double.MIN_VALUE, KEY),
                new BroadcastNoise(UniformNoise.uout(0, KEY), BroadcastShape.rows(601, 5)));
        for (NoiseSource one : ones) {
            dst.fill((byte) 1);
            NoiseKernel.multiply(one, 3, src, dst, elements);
            assertThat(Memory.read(dst, elements)).isEqualTo(x);
            dst.fill((byte) 1);
            NoiseKernel.multiplyBackward(one, DType.FLOAT32, 3, src, dst, elements, new Workers(Runnable::run, 2));
            assertThat(Memory.read(dst, elements)).isEqualTo(x);
        }
        for (NoiseSource zero : List.of(GaussianNoise.centred(0, KEY), new UniformNoise(-0.0, 0, KEY))) {
            dst.fill((byte) 1);
            NoiseKernel.add(zero, 3, src, dst, elements);
            assertThat(Memory.read(dst, elements)).isEqualTo(x);
        }
    }

    /** A constant that is no identity is just that. */
    @Test
    void constants() {
        assertThat(values(new GaussianNoise(.25, 0, KEY), 1, 2000)).containsOnly(.25f);
        assertThat(values(new UniformNoise(-2, 0, KEY), 1, 2000)).containsOnly(-2f);
        float[] x = {1, 2, -3};
        MemorySegment segment = MemorySegment.ofArray(x);
        NoiseKernel.multiply(new GaussianNoise(.5, 0, KEY), 0, segment, segment, 3);
        assertThat(x).containsExactly(.5f, 1, -1.5f);
    }

    /** Features maps keep their shape: all elements of a channel of a sample have the same factor, in either layout. */
    @Test
    void channelsShareTheirFactor() {
        NoiseSource factors = GaussianNoise.dropout(Rate.drop(.3), KEY);
        float[] each = values(factors, 0, 6);
        float[] first = values(new BroadcastNoise(factors, BroadcastShape.channelsFirst(2, 3, 2, 2)), 0, 24);
        float[] last = values(new BroadcastNoise(factors, BroadcastShape.channelsLast(2, 3, 2, 2)), 0, 24);
        for (int i = 0; i < 24; i++) {
            assertThat(first[i]).isEqualTo(each[i / 4]);
            assertThat(last[i]).isEqualTo(each[i / 12 * 3 + i % 3]);
        }
    }

    /** DropBlock that puts noise where it drops (timm's {@code with_noise}): noise first, then kept elements over it. */
    @Test
    void noiseInDroppedBlocks() {
        int elements = 4 * 14 * 14;
        MaskSource blocks = new DropBlockMask(DropBlock.exact(Rate.drop(.3), 3, 14, 14), KEY);
        float[] x = values(GaussianNoise.centred(1, Key.of(1)), 0, elements);
        float[] noise = values(GaussianNoise.centred(1, Key.of(2)), 0, elements);
        float[] dst = noise.clone();
        MemorySegment segment = MemorySegment.ofArray(dst);
        Zoneout.forward(blocks, DType.FLOAT32, 0, MemorySegment.ofArray(x), segment, segment, elements, Workers.NONE);
        byte[] kept = new byte[elements / 8];
        DropoutKernel.keepBits(blocks, 0, MemorySegment.ofArray(kept), elements);
        assertThat(kept).contains(0xFF).isNotEqualTo(new byte[elements / 8]);
        for (int i = 0; i < elements; i++) {
            assertThat(dst[i]).isEqualTo((kept[i / 8] >>> (i % 8) & 1) == 1 ? x[i] : noise[i]);
        }
    }

    /** A mask of factors, 0 and 1/q here, taken from its own element on. */
    @Test
    void storedFactors() {
        var factors = new StoredNoise(MemorySegment.ofArray(new float[] {9, 0, 2, 2, 0}));
        float[] x = {5, 6, -7, 8};
        MemorySegment segment = MemorySegment.ofArray(x);
        NoiseKernel.multiply(factors, 1, segment, segment, 4);
        assertThat(x).containsExactly(0, 12, -14, 0);
    }

    /** The factors of the backward pass are those of the forward pass: the output is linear in the input. */
    @ParameterizedTest
    @MethodSource("sources")
    void gradientByFiniteDifferences(NoiseSource noise) {
        int elements = 37;
        double step = 0x1p-4;
        var random = new Random(8);
        double[] x = random.doubles(elements, -1, 1).toArray();
        double[] weights = random.doubles(elements, -1, 1).toArray(); // of the loss, the gradient of the output
        MemorySegment gradient = MemorySegment.ofArray(new double[elements]);
        NoiseKernel.multiplyBackward(
                noise, DType.FLOAT64, 7, MemorySegment.ofArray(weights), gradient, elements, Workers.NONE);
        for (int i = 0; i < elements; i++) {
            double[] more = x.clone();
            double[] less = x.clone();
            more[i] += step;
            less[i] -= step;
            double difference = (loss(noise, more, weights) - loss(noise, less, weights)) / (2 * step);
            assertThat(gradient.get(DOUBLE, 8L * i)).isBetween(difference - 1e-12, difference + 1e-12);
        }
    }

    private static double loss(NoiseSource noise, double[] x, double[] weights) {
        double[] y = new double[x.length];
        NoiseKernel.multiply(
                noise, DType.FLOAT64, 7, MemorySegment.ofArray(x), MemorySegment.ofArray(y), x.length, Workers.NONE);
        double loss = 0;
        for (int i = 0; i < x.length; i++) {
            loss += weights[i] * y[i];
        }
        return loss;
    }

    /** What memory holds, whatever its bits: a payload of ones must not be rounded up into another number. */
    @ParameterizedTest
    @EnumSource
    void noiseThatIsNotANumberStaysSo(DType type) {
        int[] nans = {0x7FFFFFFF, 0xFFFFFFFF, 0x7FFF8000, 0xFFFF8000, 0x7FC00000, 0xFFC00000, 0x7F800001, 0xFF80FFFF};
        int elements = 67; // vectors and a tail
        int[] stored = new int[elements];
        Arrays.setAll(stored, i -> nans[i % nans.length]);
        var noise = new StoredNoise(MemorySegment.ofArray(stored));
        long[] upper = {0x3C00, 0x3FF0, 0x8000, 0}; // of numbers of every type
        long[] numbers = new long[elements];
        Arrays.setAll(numbers, i -> upper[i / 2 % 4] << (Byte.SIZE * (type.bytes() - Short.BYTES)));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment src = arena.allocate((long) elements * type.bytes());
            MemorySegment dst = arena.allocate((long) elements * type.bytes());
            TypedBits.write(type, src, numbers);
            NoiseKernel.multiply(noise, type, 0, src, dst, elements, Workers.NONE);
            assertAllNan(type, dst, elements);
            NoiseKernel.add(noise, type, 0, src, dst, elements, Workers.NONE);
            assertAllNan(type, dst, elements);
        }
    }

    private static void assertAllNan(DType type, MemorySegment segment, int elements) {
        for (int i = 0; i < elements; i++) {
            long bits = TypedBits.read(type, segment, i);
            assertThat(TypedBits.isNan(type, bits))
                    .as("element %d is %x", i, bits)
                    .isTrue();
        }
    }
}
