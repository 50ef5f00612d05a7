package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forward, backward, in place, with keep bits and from stored bits: the oracle's bits everywhere, and nothing else. */
@Tag("paths")
final class DropoutKernelTest {
    private static final long SEED = 2026;

    private enum Operation {
        FORWARD,
        IN_PLACE,
        BACKWARD,
        BACKWARD_IN_PLACE,
        FORWARD_AND_KEEP_BITS,
        IN_PLACE_AND_KEEP_BITS,
        KEEP_BITS,
        STORED,
        STORED_IN_PLACE,
        STORED_AND_KEEP_BITS,
        STORED_KEEP_BITS;

        boolean stored() {
            return name().startsWith("STORED");
        }

        boolean inPlace() {
            return name().contains("IN_PLACE");
        }

        boolean writesKeepBits() {
            return name().endsWith("KEEP_BITS");
        }

        boolean writesElements() {
            return this != KEEP_BITS && this != STORED_KEEP_BITS;
        }
    }

    private static final Kind[] KINDS = Kind.values();
    private static final Operation[] OPERATIONS = Operation.values();
    private static final long[] MISALIGNMENTS = {0, 1, 2, 3, 4, 8, 60};
    private static final double[] RATES = {
        0, 1e-12, 0x1p-32, .01, .1, .25, 1 / 3d, .5, .5 + 0x1p-32, .6, .9, 1 - 0x1p-32, 1
    };
    private static final long[] OFFSETS = {0, 1, 5, 7, 8, 63, 64, 65, 127, 128, 4095, 4096};
    private static final long[] FAR_OFFSETS = {(1L << 31) - 1, (1L << 32) + 3, (1L << 40) + 5, 1L << 62};

    /** One point of the space of arguments. */
    private record Case(
            int elements,
            Operation operation,
            Kind srcKind,
            Kind dstKind,
            Kind bitsKind,
            long srcMisalignment,
            long dstMisalignment,
            long bitsMisalignment,
            double rate,
            long offset,
            boolean readOnlySrc,
            int tasks) {
        static Case draw(Random random, int elements) {
            Operation operation = pick(random, OPERATIONS);
            boolean far = !operation.stored() && random.nextInt(4) == 0;
            long[] offsets = far ? FAR_OFFSETS : OFFSETS;
            return new Case(
                    elements,
                    operation,
                    pick(random, KINDS),
                    pick(random, KINDS),
                    pick(random, KINDS),
                    pick(random, MISALIGNMENTS),
                    pick(random, MISALIGNMENTS),
                    pick(random, MISALIGNMENTS),
                    RATES[random.nextInt(RATES.length)],
                    pick(random, offsets),
                    random.nextBoolean(),
                    1 + random.nextInt(3));
        }

        private static <T> T pick(Random random, T[] values) {
            return values[random.nextInt(values.length)];
        }

        private static long pick(Random random, long[] values) {
            return values[random.nextInt(values.length)];
        }
    }

    /** Memory of each kind for each role. */
    private record Buffers(
            Function<Kind, Memory> src,
            Function<Kind, Memory> dst,
            Function<Kind, Memory> keepBits,
            Function<Kind, Memory> stored) {
        static Buffers of(Arena arena, int maxElements) {
            return new Buffers(
                    Memory.ofEachKind(arena, 4L * maxElements),
                    Memory.ofEachKind(arena, 4L * maxElements),
                    Memory.ofEachKind(arena, maxElements),
                    Memory.ofEachKind(arena, maxElements));
        }
    }

    @Test
    void everySizeUpTo1100() {
        var random = new Random(1);
        Set<Object> pairs = new HashSet<>();
        try (Arena arena = Arena.ofShared()) {
            var buffers = Buffers.of(arena, 1100 + 4200);
            for (int elements = 0; elements <= 1100; elements++) {
                for (int repeat = 0; repeat < 6; repeat++) {
                    Case c = Case.draw(random, elements);
                    check(c, buffers, random);
                    pairs.add(Arrays.asList(c.operation, c.srcKind, c.dstKind));
                    pairs.add(Arrays.asList(c.operation, c.rate));
                    pairs.add(Arrays.asList("misaligned", c.srcMisalignment, c.dstMisalignment));
                    pairs.add(Arrays.asList("dst", c.dstKind, c.dstMisalignment, c.bitsKind));
                }
            }
        }
        int operations = OPERATIONS.length;
        int kinds = KINDS.length;
        int misalignments = MISALIGNMENTS.length;
        assertThat(pairs)
                .as("combinations that the seed draws")
                .hasSize((operations * kinds * kinds)
                        + (operations * RATES.length)
                        + (misalignments * misalignments)
                        + (kinds * misalignments * kinds));
    }

    @Test
    void sizesAroundChunksAndFarBeyond() {
        var random = new Random(2);
        int[] sizes = {4095, 4096, 4097, 8191, 8192, 8193, 12_345, 100_003};
        try (Arena arena = Arena.ofShared()) {
            var buffers = Buffers.of(arena, 100_003 + 4200);
            for (int elements : sizes) {
                for (int repeat = 0; repeat < (elements > 50_000 ? 16 : 60); repeat++) {
                    check(Case.draw(random, elements), buffers, random);
                }
            }
        }
    }

    /**
     * Every count to beyond three chunks, against the first elements of one run of the oracle: in native memory with the
     * random bits of the next chunk made ahead, and in arrays at an odd offset.
     */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, .9})
    void everyCountToThreeChunks(double rate) {
        int most = 3 * Scratch.CHUNK + 64;
        Key key = new Key(SEED, 77);
        var mask = new BernoulliMask(Rate.drop(rate), key);
        var oracle = new MaskOracle(key.seed(), key.stream(), rate);
        int[] input = Memory.floatBits(new Random(7), most);
        int guard = 192;
        long bytes = 4L * most + 2L * guard + 64;
        MemorySegment canaries = MemorySegment.ofArray(new byte[(int) bytes]).fill((byte) 0x5A);
        try (Arena arena = Arena.ofConfined()) {
            for (MemorySegment memory :
                    new MemorySegment[] {arena.allocate(bytes, 64), MemorySegment.ofArray(new float[(int) bytes / 4])
                    }) {
                long offset = memory.isNative() ? 128 : 5;
                int unit = memory.isNative() ? 1 : Float.BYTES; // of misalignment
                int[] outputs = expected(input, oracle.keepBits(offset, most), oracle, true);
                MemorySegment expected = MemorySegment.ofArray(outputs);
                MemorySegment src = memory.isNative() ? arena.allocate(4L * most) : MemorySegment.ofArray(input);
                Memory.fill(src, input);
                for (int count = 0; count <= most; count++) {
                    memory.copyFrom(canaries);
                    long at = guard + (long) count * unit % 64;
                    long end = at + 4L * count;
                    DropoutKernel.forward(mask, offset, src, memory.asSlice(at, 4L * count), count);
                    if (MemorySegment.mismatch(memory, at, end, expected, 0, 4L * count) >= 0) {
                        assertSame(Memory.read(memory.asSlice(at), count), Arrays.copyOf(outputs, count), count);
                    }
                    assertThat(MemorySegment.mismatch(memory, 0, at, canaries, 0, at))
                            .as("before %d elements", count)
                            .isEqualTo(-1);
                    assertThat(MemorySegment.mismatch(memory, end, bytes, canaries, end, bytes))
                            .as("after %d elements", count)
                            .isEqualTo(-1);
                }
            }
        }
    }

    private static void check(Case c, Buffers buffers, Random random) {
        Rate rate = Rate.drop(c.rate);
        var key = new Key(SEED, random.nextLong() >>> 1);
        var oracle = new MaskOracle(key.seed(), key.stream(), c.rate);
        int[] input = Memory.floatBits(random, c.elements);
        byte[] expectedBits = oracle.keepBits(c.offset, c.elements);
        long bytes = 4L * c.elements;

        Memory dstMemory = buffers.dst.apply(c.dstKind);
        MemorySegment dst = dstMemory.take(c.dstMisalignment, bytes);
        Memory srcMemory = c.operation.inPlace() ? dstMemory : buffers.src.apply(c.srcKind);
        MemorySegment src = c.operation.inPlace() ? dst : srcMemory.take(c.srcMisalignment, bytes);
        Memory.fill(src, input);
        src = c.readOnlySrc ? src.asReadOnly() : src;
        Memory bitsMemory = buffers.keepBits.apply(c.bitsKind);
        MemorySegment keepBits = bitsMemory.take(c.bitsMisalignment, expectedBits.length);
        Memory storedMemory = buffers.stored.apply(c.srcKind);

        MaskSource mask = new BernoulliMask(rate, key);
        if (c.operation.stored()) {
            byte[] all = oracle.keepBits(0, (int) c.offset + c.elements);
            MemorySegment stored = storedMemory.take(c.srcMisalignment, all.length);
            MemorySegment.copy(MemorySegment.ofArray(all), 0, stored, 0, all.length);
            mask = new StoredMask(rate, c.readOnlySrc ? stored.asReadOnly() : stored);
        }
        var workers = new Workers(Runnable::run, c.tasks);
        switch (c.operation) {
            case FORWARD, IN_PLACE, STORED, STORED_IN_PLACE -> {
                if (c.tasks == 1) {
                    DropoutKernel.forward(mask, c.offset, src, dst, c.elements);
                } else {
                    DropoutKernel.forward(mask, c.offset, src, dst, c.elements, workers);
                }
            }
            case BACKWARD, BACKWARD_IN_PLACE -> {
                if (c.tasks == 1) {
                    DropoutKernel.backward(mask, c.offset, src, dst, c.elements);
                } else {
                    DropoutKernel.backward(mask, c.offset, src, dst, c.elements, workers);
                }
            }
            case FORWARD_AND_KEEP_BITS, IN_PLACE_AND_KEEP_BITS, STORED_AND_KEEP_BITS ->
                DropoutKernel.forward(mask, c.offset, src, dst, c.elements, keepBits, workers);
            case KEEP_BITS, STORED_KEEP_BITS -> DropoutKernel.keepBits(mask, c.offset, keepBits, c.elements, workers);
        }

        if (c.operation.writesElements()) {
            int[] expected = expected(input, expectedBits, oracle, !c.operation.stored());
            assertSame(Memory.read(dst, c.elements), expected, c);
            dstMemory.assertUntouchedAround("dst of " + c);
            if (!c.operation.inPlace()) {
                assertSame(Memory.read(src, c.elements), input, c);
                srcMemory.assertUntouchedAround("src of " + c);
            }
        }
        if (c.operation.writesKeepBits()) {
            assertThat(Memory.bytes(keepBits)).as("keepBits of %s", c).isEqualTo(expectedBits);
            bitsMemory.assertUntouchedAround("keepBits of " + c);
        }
        if (c.operation.stored()) {
            storedMemory.assertUntouchedAround("stored bits of " + c);
        }
    }

    /** A drawn mask of rate 0 copies; a stored one multiplies by 1, which makes signalling NaNs quiet. */
    private static int[] expected(int[] input, byte[] keepBits, MaskOracle oracle, boolean drawn) {
        if (drawn && oracle.keepsAll()) {
            return input;
        }
        float scale = oracle.scale();
        int[] output = new int[input.length];
        for (int k = 0; k < input.length; k++) {
            boolean kept = ((keepBits[k / 8] >>> (k % 8)) & 1) == 1;
            output[k] = kept ? Float.floatToRawIntBits(Float.intBitsToFloat(input[k]) * scale) : 0;
        }
        return output;
    }

    private static void assertSame(int[] actual, int[] expected, Object what) {
        int k = Arrays.mismatch(actual, expected);
        if (k >= 0) {
            assertThat(Integer.toHexString(actual[k]))
                    .as("element %d of %s", k, what)
                    .isEqualTo(Integer.toHexString(expected[k]));
        }
    }

    /** Stored bits that no generator made, at every shift. */
    @Test
    void storedBitsOfAnyOrigin() {
        var random = new Random(3);
        byte[] bits = new byte[400];
        random.nextBytes(bits);
        var mask = new StoredMask(Rate.drop(.75), MemorySegment.ofArray(bits));
        int[] input = Memory.floatBits(random, 3000);
        for (int offset = 0; offset < 130; offset++) {
            int[] actual = input.clone();
            MemorySegment data = MemorySegment.ofArray(actual);
            DropoutKernel.forward(mask, offset, data, data, actual.length);
            for (int k = 0; k < input.length; k++) {
                boolean kept = ((bits[(offset + k) / 8] >>> ((offset + k) % 8)) & 1) == 1;
                int expected = kept ? Float.floatToRawIntBits(Float.intBitsToFloat(input[k]) * 4) : 0;
                if (actual[k] != expected) {
                    assertThat(actual[k]).as("offset %d, element %d", offset, k).isEqualTo(expected);
                }
            }
        }
    }

    /** What the kernel exports is what a stored mask reads: backward from bits equals backward from the key. */
    @Test
    void exportedBitsGiveTheSameGradient() {
        int elements = 5003;
        var random = new Random(4);
        int[] gradient = Memory.floatBits(random, elements);
        var mask = new BernoulliMask(Rate.drop(.2), new Key(1, 2));
        MemorySegment bits = MemorySegment.ofArray(new byte[(elements + 7) / 8]);
        DropoutKernel.keepBits(mask, 77, bits, elements);
        int[] drawn = new int[elements];
        int[] stored = new int[elements];
        DropoutKernel.backward(mask, 77, MemorySegment.ofArray(gradient), MemorySegment.ofArray(drawn), elements);
        DropoutKernel.backward(
                new StoredMask(mask.rate(), bits),
                0,
                MemorySegment.ofArray(gradient),
                MemorySegment.ofArray(stored),
                elements);
        assertThat(stored).isEqualTo(drawn);
    }

    /** A zero that was kept is no dropped element: its gradient passes. */
    @Test
    void gradientPassesWhereTheInputIsZero() {
        int elements = 1000;
        var mask = new BernoulliMask(Rate.drop(.5), Key.of(8));
        float[] ones = new float[elements];
        Arrays.fill(ones, 1);
        float[] output = new float[elements];
        float[] gradient = new float[elements];
        DropoutKernel.forward(
                mask, 0, MemorySegment.ofArray(new float[elements]), MemorySegment.ofArray(output), elements);
        DropoutKernel.backward(mask, 0, MemorySegment.ofArray(ones), MemorySegment.ofArray(gradient), elements);
        var oracle = new MaskOracle(8, 0, .5);
        for (int k = 0; k < elements; k++) {
            assertThat(output[k]).isZero();
            assertThat(gradient[k]).as("element %d", k).isEqualTo(oracle.kept(k) ? 2f : 0f);
        }
    }

    /** Any cuts of a tensor, done in any order, give the bits of the whole. */
    @Test
    void anySplitGivesTheSameBits() {
        var random = new Random(5);
        int elements = 30_011;
        for (double rate : new double[] {.1, .5, .9}) {
            var mask = new BernoulliMask(Rate.drop(rate), new Key(3, 1));
            int[] input = Memory.floatBits(random, elements);
            long offset = random.nextLong(1L << 40);
            int[] whole = new int[elements];
            DropoutKernel.forward(mask, offset, MemorySegment.ofArray(input), MemorySegment.ofArray(whole), elements);
            int[] parts = new int[elements];
            int[] cuts = random.ints(40, 0, elements + 1).sorted().toArray();
            for (int part = cuts.length; part >= 0; part--) {
                int start = part == 0 ? 0 : cuts[part - 1];
                int end = part == cuts.length ? elements : cuts[part];
                MemorySegment src = MemorySegment.ofArray(input).asSlice(4L * start);
                MemorySegment dst = MemorySegment.ofArray(parts).asSlice(4L * start);
                DropoutKernel.forward(mask, offset + start, src, dst, end - start);
            }
            assertSame(parts, whole, "cuts " + Arrays.toString(cuts));
        }
    }

    /**
     * The same small calls, interpreted, then compiled by C1, then by C2: a miscompilation changes the digest of a round.
     */
    @Test
    void compilationChangesNothing() {
        var random = new Random(6);
        int[] input = Memory.floatBits(random, 300);
        MemorySegment src = MemorySegment.ofArray(input);
        MemorySegment dst = MemorySegment.ofArray(new int[300]);
        MemorySegment bits = MemorySegment.ofArray(new byte[38]);
        long[] keys = {1, 2, 3, 4};
        double[] rates = {.1, .5, .3, .3};
        MaskSource[] masks = {
            new BernoulliMask(Rate.drop(.1), new Key(1, 1)),
            new BernoulliMask(Rate.drop(.5), new Key(2, 2)),
            new BernoulliMask(Rate.drop(.3), new Key(3, 3)),
            new StoredMask(Rate.drop(.3), MemorySegment.ofArray(new MaskOracle(4, 4, .3).keepBits(0, 400)))
        };
        int sizes = 5;
        int offsets = 9;
        long[] expected = new long[masks.length * sizes * offsets];
        for (int round = 0; round < 20_000; round++) {
            int which = round % masks.length;
            int size = round / masks.length % sizes;
            int elements = 300 - size;
            int offset = round / (masks.length * sizes) % offsets;
            int combination = ((which * sizes) + size) * offsets + offset;
            if (expected[combination] == 0) {
                var oracle = new MaskOracle(keys[which], keys[which], rates[which]);
                byte[] expectedBits = oracle.keepBits(offset, elements);
                int[] expectedData = expected(Arrays.copyOf(input, elements), expectedBits, oracle, true);
                expected[combination] = digest(expectedData, expectedBits);
            }
            MemorySegment keepBits = bits.asSlice(0, (elements + 7) / 8);
            DropoutKernel.forward(masks[which], offset, src, dst, elements, keepBits, Workers.NONE);
            assertThat(digest(Memory.read(dst, elements), Memory.bytes(keepBits)))
                    .as("round %d: %s, offset %d, %d elements", round, masks[which], offset, elements)
                    .isEqualTo(expected[combination]);
        }
    }

    private static long digest(int[] data, byte[] keepBits) {
        return ((long) Arrays.hashCode(data) << 32) | (Arrays.hashCode(keepBits) & 0xFFFFFFFFL);
    }

    @Test
    void hugeFiniteValuesMayOverflowToInfinityAsIeee754Says() {
        float[] data = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE};
        var keepAll = new StoredMask(Rate.drop(.5), MemorySegment.ofArray(new byte[] {-1}));
        MemorySegment segment = MemorySegment.ofArray(data);
        DropoutKernel.forward(keepAll, 0, segment, segment, 3);
        assertThat(data).containsExactly(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 2 * Float.MIN_VALUE);
    }
}
