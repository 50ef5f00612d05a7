package io.github.lanedrop.rng;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.ArbitrarilyJumpableUniformRandomProvider;
import org.apache.commons.rng.JumpableUniformRandomProvider;
import org.apache.commons.rng.LongJumpableUniformRandomProvider;
import org.apache.commons.rng.RandomProviderState;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.core.RandomProviderDefaultState;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The provider against the Philox4x32 of Commons RNG itself. */
final class PhiloxProviderTest {
    private static final int BUFFER_WORDS = 1024;

    static final List<int[]> SEEDS = List.of(
            new int[6],
            new int[] {-1, -1, -1, -1, -1, -1},
            new int[] {0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
            new int[] {1, 2, -3, 7, 5, 6}, // carries out of c0 inside the first buffer
            new int[] {1, 2, -100, -1, 5, 6}, // out of c1, where the byte stream alone would wrap
            new int[] {1, 2, -2, -1, 5, 6}, // there, after one block
            new int[] {1, 2, -256, -1, 5, 6}, // there, before the buffer's last block
            new int[] {1, 2, -257, -1, -1, 6}, // out of c2, between the first two buffers
            new int[] {1, 2, -200, -1, -1, -1}, // out of the counter
            new int[] {},
            new int[] {8},
            new int[] {8, 9, 10},
            new int[] {1, 2, 3, 4, 5, 6, 7, 8});

    private static UniformRandomProvider commons(int[] seed) {
        return RandomSource.PHILOX_4X32.create(seed);
    }

    private static long[] draw(UniformRandomProvider rng, int longs) {
        return rng.longs(longs).toArray();
    }

    private static void skip(UniformRandomProvider rng, int words) {
        for (int i = 0; i < words; i++) {
            rng.nextInt();
        }
    }

    /** What a generator does, and what came out of it in a form that can be compared. */
    private interface Step extends Function<UniformRandomProvider, Object> {}

    private static Step randomStep(UniformRandomProvider random) {
        int bound = random.nextInt(1, random.nextInt(2, Integer.MAX_VALUE));
        long longBound = random.nextLong(1, 1L << random.nextInt(1, 63));
        int few = random.nextInt(40);
        return switch (random.nextInt(31)) {
            case 0 -> UniformRandomProvider::nextInt;
            case 1 -> rng -> rng.nextInt(bound);
            case 2 -> rng -> rng.nextInt(1 << (few % 31));
            case 3 -> rng -> rng.nextInt(-bound, bound);
            case 4 -> UniformRandomProvider::nextLong;
            case 5 -> rng -> rng.nextLong(longBound);
            case 6 -> rng -> rng.nextLong(-longBound, longBound);
            case 7 -> UniformRandomProvider::nextFloat;
            case 8 -> rng -> rng.nextFloat(3.5f);
            case 9 -> rng -> rng.nextFloat(-1, 3.5f);
            case 10 -> UniformRandomProvider::nextDouble;
            case 11 -> rng -> rng.nextDouble(3.5);
            case 12 -> rng -> rng.nextDouble(-1, 3.5);
            case 13, 14, 15 -> UniformRandomProvider::nextBoolean;
            case 16 ->
                rng -> {
                    byte[] bytes = new byte[few];
                    rng.nextBytes(bytes);
                    return bytes;
                };
            case 17 ->
                rng -> {
                    byte[] bytes = new byte[80];
                    rng.nextBytes(bytes, few, 80 - 2 * few + few / 2);
                    return bytes;
                };
            case 18 ->
                rng -> {
                    byte[] bytes = new byte[100 * few + few];
                    rng.nextBytes(bytes);
                    return bytes;
                };
            case 19 -> rng -> rng.ints(few).toArray();
            case 20 -> rng -> rng.ints(few, -bound, bound).toArray();
            case 21 -> rng -> rng.longs(few).toArray();
            case 22 -> rng -> rng.longs(few, 0, longBound).toArray();
            case 23 -> rng -> rng.doubles(few).toArray();
            case 24 -> rng -> rng.doubles(few, -1, 2).toArray();
            case 25 -> rng -> draw(((JumpableUniformRandomProvider) rng).jump(), few);
            case 26 -> rng -> draw(((LongJumpableUniformRandomProvider) rng).longJump(), few);
            case 27 -> rng -> draw(((ArbitrarilyJumpableUniformRandomProvider) rng).jump((double) bound), few);
            case 28 -> {
                double distance = Math.scalb(random.nextDouble(), random.nextInt(-5, 131));
                yield rng -> draw(((ArbitrarilyJumpableUniformRandomProvider) rng).jump(distance), few);
            }
            case 29 -> {
                int log = random.nextInt(-3, 130);
                yield rng -> draw(((ArbitrarilyJumpableUniformRandomProvider) rng).jumpPowerOfTwo(log), few);
            }
            default ->
                rng -> {
                    var restorable = (RestorableUniformRandomProvider) rng;
                    RandomProviderState state = restorable.saveState();
                    long[] first = draw(rng, few);
                    rng.nextBoolean();
                    restorable.restoreState(state);
                    assertThat(draw(rng, few)).isEqualTo(first);
                    restorable.restoreState(state);
                    return first;
                };
        };
    }

    @ParameterizedTest
    @FieldSource("SEEDS")
    void everyMethodEqualsCommonsInAnyOrder(int[] seed) {
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(TestSeed.VALUE + Arrays.hashCode(seed));
        UniformRandomProvider expected = commons(seed);
        UniformRandomProvider actual = new PhiloxProvider(seed);
        for (int i = 0; i < 5000; i++) {
            Step step = randomStep(random);
            assertThat(actual.nextInt()).isEqualTo(expected.nextInt());
            assertThat(step.apply(actual))
                    .as("step %d, seed %s, %s", i, Arrays.toString(seed), TestSeed.describe())
                    .isEqualTo(step.apply(expected));
        }
    }

    @ParameterizedTest
    @FieldSource("SEEDS")
    void theStreamEqualsCommons(int[] seed) {
        UniformRandomProvider expected = commons(seed);
        UniformRandomProvider actual = new PhiloxProvider(seed);
        for (int i = 0; i < 5 * BUFFER_WORDS; i++) {
            assertThat(actual.nextInt()).as("word %d", i).isEqualTo(expected.nextInt());
        }
    }

    @ParameterizedTest
    @FieldSource("SEEDS")
    void restoresAtEveryPosition(int[] seed) {
        UniformRandomProvider expected = commons(seed);
        var actual = new PhiloxProvider(seed);
        var other = new PhiloxProvider(new int[] {99});
        for (int position = 0; position < 2 * BUFFER_WORDS + 5; position++) {
            RandomProviderState state = actual.saveState();
            assertThat(((RandomProviderDefaultState) state).getState()).hasSize(36);
            long next = actual.nextLong();
            other.restoreState(state);
            assertThat(other.nextLong()).as("word %d", position).isEqualTo(next);
            actual.restoreState(state);
            assertThat(actual.nextInt()).isEqualTo(expected.nextInt());
            assertThat(other.nextLong()).isNotEqualTo(next);
        }
    }

    @Test
    void onePositionHasOneState() {
        var walked = new PhiloxProvider(new int[] {1, 2, -100, -1, -1, 5});
        for (int i = 0; i < 5003; i++) {
            walked.next();
        }
        var jumped = new PhiloxProvider(new int[] {1, 2, -100, -1, -1, 5});
        jumped.jump(5003.0);
        assertThat(stateOf(walked)).isEqualTo(stateOf(jumped));
    }

    private static byte[] stateOf(PhiloxProvider rng) {
        return ((RandomProviderDefaultState) rng.saveState()).getState();
    }

    @Test
    void theStateHoldsTheBitsOfNextBoolean() {
        var actual = new PhiloxProvider(new int[] {4});
        for (int i = 0; i < 13; i++) {
            actual.nextBoolean();
        }
        RandomProviderState state = actual.saveState();
        boolean[] first = booleans(actual, 70);
        actual.restoreState(state);
        assertThat(booleans(actual, 70)).isEqualTo(first);
        // a jump gives them up, as in Commons RNG; its copy keeps them
        actual.restoreState(state);
        assertThat(booleans(actual.jump(), 70)).isEqualTo(first);
        UniformRandomProvider fresh = new PhiloxProvider(new int[] {4, 0, 0, 0, 1, 0});
        fresh.nextInt();
        assertThat(booleans(actual, 70)).isEqualTo(booleans(fresh, 70));
    }

    private static boolean[] booleans(UniformRandomProvider rng, int count) {
        boolean[] booleans = new boolean[count];
        for (int i = 0; i < count; i++) {
            booleans[i] = rng.nextBoolean();
        }
        return booleans;
    }

    @Test
    void refusesForeignAndBrokenStates() {
        var rng = new PhiloxProvider(new int[] {1});
        var untouched = new PhiloxProvider(new int[] {1});
        byte[] state = stateOf(rng);
        assertThatIllegalStateException()
                .isThrownBy(() -> rng.restoreState(new RandomProviderDefaultState(Arrays.copyOf(state, 35))));
        assertThatIllegalStateException()
                .isThrownBy(() -> rng.restoreState(new RandomProviderDefaultState(Arrays.copyOf(state, 37))));
        for (byte position : new byte[] {1, 16, -1}) {
            byte[] broken = state.clone();
            Arrays.fill(broken, 24, 32, position < 0 ? position : 0);
            broken[24] = position;
            assertThatIllegalStateException()
                    .isThrownBy(() -> rng.restoreState(new RandomProviderDefaultState(broken)))
                    .withMessage("position in the block must be 0, 4, 8 or 12 bytes, got " + position);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> rng.restoreState(new RandomProviderState() {}));
        assertThat(rng.nextLong()).isEqualTo(untouched.nextLong());
    }

    @Test
    void jumpStreamsEqualCommons() {
        int[] seed = {5, 6, -7, -1, -1, 8};
        var expected = commons(seed);
        var actual = new PhiloxProvider(seed);
        assertSameGenerators(
                actual.jumps(1234567.9).limit(5),
                ((ArbitrarilyJumpableUniformRandomProvider) expected)
                        .jumps(1234567.9)
                        .limit(5));
        assertSameGenerators(
                actual.jumps(3, 0x1p129), ((ArbitrarilyJumpableUniformRandomProvider) expected).jumps(3, 0x1p129));
        assertSameGenerators(actual.jumps(4), ((JumpableUniformRandomProvider) expected).jumps(4));
        assertSameGenerators(actual.longJumps(4), ((LongJumpableUniformRandomProvider) expected).longJumps(4));
        assertThat(actual.nextLong()).isEqualTo(expected.nextLong());
    }

    private static void assertSameGenerators(
            Stream<? extends UniformRandomProvider> actual, Stream<? extends UniformRandomProvider> expected) {
        List<long[]> drawn = actual.map(rng -> draw(rng, 10)).toList();
        assertThat(drawn)
                .isNotEmpty()
                .usingRecursiveComparison()
                .isEqualTo(expected.map(rng -> draw(rng, 10)).toList());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, -Double.MIN_VALUE, 0x1p130, Double.POSITIVE_INFINITY, Double.NaN})
    void refusesImpossibleDistances(double distance) {
        var rng = new PhiloxProvider(new int[] {1});
        String message = "distance must be in [0, 2^130), got " + distance;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rng.jump(distance))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rng.jumps(distance))
                .withMessage(message);
        assertThat(rng.nextLong()).isEqualTo(new PhiloxProvider(new int[] {1}).nextLong());
    }

    @ParameterizedTest
    @ValueSource(ints = {130, Integer.MAX_VALUE})
    void refusesImpossiblePowers(int log) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PhiloxProvider(new int[0]).jumpPowerOfTwo(log))
                .withMessage("logDistance must be less than 130, got " + log);
    }

    @Test
    void aKeyGivesItsWordStream() {
        var rng = PhiloxProvider.of(Key.of(2026));
        assertThat(IntStream.range(0, 4).mapToObj(i -> HexFormat.of().toHexDigits(rng.nextInt())))
                .containsExactly("6e5b28e3", "85b7be5b", "b3ceb6b8", "4be9bf2c");
        for (Key key : List.of(
                Key.of(1), new Key(-5, Long.MAX_VALUE), Key.of(7).site(3).step(9))) {
            byte[] expected = new byte[10_000 * Philox4x32.BLOCK_BYTES];
            ByteStream.fill(key.seed(), key.stream(), 0, expected, 0, 10_000);
            byte[] actual = new byte[expected.length];
            PhiloxProvider.of(key).nextBytes(actual);
            assertThat(actual).isEqualTo(expected);
            UniformRandomProvider commons = ByteStreamTest.commons(key.seed(), key.stream() - 1, -1);
            commons.nextBytes(expected);
            assertThat(actual).isEqualTo(expected);
        }
    }

    @Test
    void freshGeneratorsDiffer() {
        assertThat(PhiloxProvider.create().nextLong())
                .isNotEqualTo(PhiloxProvider.create().nextLong());
    }

    @Test
    void theSeedIsCopied() {
        int[] seed = {1, 2, 3, 4, 5, 6};
        var rng = new PhiloxProvider(seed);
        Arrays.fill(seed, 0);
        assertThat(rng.nextInt())
                .isEqualTo(commons(new int[] {1, 2, 3, 4, 5, 6}).nextInt());
    }

    /** A bulk form and the single calls it stands for, on arrays. */
    record Bulk(
            String name,
            Function<Integer, Object> array,
            BiConsumer<PhiloxProvider, Object> whole,
            Part part,
            BiConsumer<UniformRandomProvider, ArrayPart> single) {
        @Override
        public String toString() {
            return name;
        }
    }

    record ArrayPart(Object array, int at) {}

    interface Part {
        void fill(PhiloxProvider rng, Object array, int offset, int elements);
    }

    static final List<Bulk> BULKS = List.of(
            new Bulk(
                    "int[]",
                    int[]::new,
                    (rng, dst) -> rng.fill((int[]) dst),
                    (rng, dst, offset, elements) -> rng.fill((int[]) dst, offset, elements),
                    (rng, dst) -> ((int[]) dst.array)[dst.at] = rng.nextInt()),
            new Bulk(
                    "float[]",
                    float[]::new,
                    (rng, dst) -> rng.fill((float[]) dst),
                    (rng, dst, offset, elements) -> rng.fill((float[]) dst, offset, elements),
                    (rng, dst) -> ((float[]) dst.array)[dst.at] = rng.nextFloat()),
            new Bulk(
                    "long[]",
                    long[]::new,
                    (rng, dst) -> rng.fill((long[]) dst),
                    (rng, dst, offset, elements) -> rng.fill((long[]) dst, offset, elements),
                    (rng, dst) -> ((long[]) dst.array)[dst.at] = rng.nextLong()),
            new Bulk(
                    "double[]",
                    double[]::new,
                    (rng, dst) -> rng.fill((double[]) dst),
                    (rng, dst, offset, elements) -> rng.fill((double[]) dst, offset, elements),
                    (rng, dst) -> ((double[]) dst.array)[dst.at] = rng.nextDouble()));

    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 9, 511, 512, 513, 1023, 1024, 1025, 5000};
    private static final int[] WORDS_BEFORE = {0, 1, 2, 3, 5, 1021, 1022, 1023, 1024, 1025};

    @ParameterizedTest
    @FieldSource("BULKS")
    void aFillEqualsAsManySingleCalls(Bulk bulk) {
        for (int[] seed : SEEDS) {
            for (int before : WORDS_BEFORE) {
                for (int size : SIZES) {
                    var filled = new PhiloxProvider(seed);
                    var expected = new PhiloxProvider(seed);
                    skip(filled, before);
                    skip(expected, before);
                    Object dst = bulk.array.apply(size);
                    Object singles = bulk.array.apply(size);
                    if (size % 2 == 0) {
                        bulk.whole.accept(filled, dst);
                    } else {
                        bulk.part.fill(filled, dst, size / 3, size - size / 2);
                    }
                    int from = size % 2 == 0 ? 0 : size / 3;
                    int to = size % 2 == 0 ? size : from + size - size / 2;
                    for (int i = from; i < to; i++) {
                        bulk.single.accept(expected, new ArrayPart(singles, i));
                    }
                    assertThat(dst)
                            .as("%s: %d elements after %d words of %s", bulk, size, before, Arrays.toString(seed))
                            .isEqualTo(singles);
                    assertThat(stateOf(filled)).isEqualTo(stateOf(expected));
                    assertThat(filled.nextLong()).isEqualTo(expected.nextLong());
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("BULKS")
    void aPartOutsideTheArrayIsRefusedAndDrawsNothing(Bulk bulk) {
        var rng = new PhiloxProvider(new int[] {3});
        Object dst = bulk.array.apply(10);
        for (int[] part : new int[][] {{-1, 5}, {6, 5}, {0, 11}, {0, -1}, {11, 0}, {Integer.MAX_VALUE, 2}}) {
            assertThatThrownBy(() -> bulk.part.fill(rng, dst, part[0], part[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(dst).isEqualTo(bulk.array.apply(10));
        assertThat(rng.nextInt()).isEqualTo(new PhiloxProvider(new int[] {3}).nextInt());
    }

    @Test
    void memoryOfAnyKindIsFilledAsNextBytesWould(@TempDir Path folder) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel file = FileChannel.open(
                        folder.resolve("mapped"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            for (int bytes : new int[] {0, 1, 2, 3, 4, 5, 15, 16, 17, 4095, 4096, 4097, 10_001}) {
                List<MemorySegment> all = new ArrayList<>();
                all.add(MemorySegment.ofArray(new byte[bytes + 7]).asSlice(3, bytes));
                all.add(arena.allocate(bytes + 7).asSlice(5, bytes));
                all.add(file.map(FileChannel.MapMode.READ_WRITE, 0, bytes + 7, arena)
                        .asSlice(1, bytes));
                if (bytes % 8 == 0) {
                    all.add(MemorySegment.ofArray(new double[bytes / 8]));
                }
                for (MemorySegment dst : all) {
                    for (int before : WORDS_BEFORE) {
                        var filled = new PhiloxProvider(SEEDS.get(4));
                        UniformRandomProvider expected = commons(SEEDS.get(4));
                        skip(filled, before);
                        skip(expected, before);
                        byte[] singles = new byte[bytes];
                        expected.nextBytes(singles);
                        filled.fill(dst);
                        assertThat(dst.toArray(ValueLayout.JAVA_BYTE))
                                .as("%s after %d words", dst, before)
                                .isEqualTo(singles);
                        assertThat(filled.nextLong()).isEqualTo(expected.nextLong());
                    }
                }
            }
        }
    }

    @Test
    void memoryBesideASliceIsLeftAlone() {
        byte[] array = Philox4x32Test.canaries(5000);
        byte[] before = array.clone();
        new PhiloxProvider(new int[] {1}).fill(MemorySegment.ofArray(array).asSlice(11, 4801));
        assertThat(Arrays.copyOf(array, 11)).isEqualTo(Arrays.copyOf(before, 11));
        assertThat(Arrays.copyOfRange(array, 4812, 5000)).isEqualTo(Arrays.copyOfRange(before, 4812, 5000));
    }

    @Test
    void memoryThatCannotBeWrittenIsRefusedAndDrawsNothing() throws InterruptedException {
        var rng = new PhiloxProvider(new int[] {1});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rng.fill(MemorySegment.ofArray(new byte[9]).asReadOnly()))
                .withMessage("dst must be writable, got a read-only segment");
        Arena arena = Arena.ofConfined();
        MemorySegment closed = arena.allocate(9);
        arena.close();
        assertThatIllegalStateException().isThrownBy(() -> rng.fill(closed));
        MemorySegment[] foreign = new MemorySegment[1];
        Thread owner = new Thread(() -> foreign[0] = Arena.ofConfined().allocate(9));
        owner.start();
        owner.join();
        assertThatThrownBy(() -> rng.fill(foreign[0])).isInstanceOf(WrongThreadException.class);
        assertThatThrownBy(() -> rng.nextBytes(new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(rng.nextLong()).isEqualTo(new PhiloxProvider(new int[] {1}).nextLong());
    }
}
