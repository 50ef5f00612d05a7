package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.MaskEntries.ELEMENTS;
import static io.github.lanedrop.kernels.MaskEntries.OFFSET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.lanedrop.kernels.MaskEntries.Entry;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every entry refuses because of the mask, with nothing written by then: each entry with each source that can be wrong. */
final class MaskEntriesTest {
    private static final byte UNTOUCHED = 0x5A;
    private static final int MASK_ELEMENTS = OFFSET + ELEMENTS;
    private static final Rate RATE = Rate.drop(.5);
    private static final Key KEY = Key.of(1);
    private static final Workers NONE = Workers.NONE;
    private static final Workers TWO = new Workers(Runnable::run, 2);

    /**
     * A source that reads memory.
     *
     * @param bytes what the entries' elements need
     * @param of makes it
     */
    private record Reader(long bytes, Function<MemorySegment, MaskSource> of) {}

    private static final List<Reader> READERS = List.of(
            new Reader((MASK_ELEMENTS + 7) / 8, bits -> new StoredMask(RATE, bits)),
            new Reader(MASK_ELEMENTS, bytes -> new ByteMask(RATE, bytes)),
            new Reader(4L * MASK_ELEMENTS, factors -> new FloatMask(RATE, factors)),
            new Reader(4L * MASK_ELEMENTS, rates -> new VaryingRateMask(rates, KEY)),
            new Reader(4L * MASK_ELEMENTS, ids -> new TokenTypeMask(MaskEntries.drawn(), ids, 1)),
            new Reader((MASK_ELEMENTS + 7) / 8, bits -> new ScaledMask(new StoredMask(RATE, bits), 2)),
            new Reader(91, bytes -> new BroadcastMask(new ByteMask(RATE, bytes), BroadcastShape.rows(91, 100))));

    static List<Entry> entries() {
        return MaskEntries.all();
    }

    private static MemorySegment untouched(Arena arena, long bytes) {
        return arena.allocate(bytes, 64).fill(UNTOUCHED);
    }

    private static MemorySegment[] outputs(Entry entry) {
        return entry.outputs().stream()
                .map(output -> untouched(Arena.ofAuto(), output.bytes()))
                .toArray(MemorySegment[]::new);
    }

    private static void assertRefused(
            Entry entry, MaskSource mask, Workers workers, Class<? extends Throwable> type, String message) {
        MemorySegment[] outputs = outputs(entry);
        assertThatThrownBy(() -> entry.call().run(mask, outputs, workers))
                .as("%s of %s", entry, mask)
                .isInstanceOf(type)
                .hasMessageContaining(message);
        for (MemorySegment output : outputs) {
            assertThat(Memory.bytes(output)).as("%s of %s", entry, mask).containsOnly(UNTOUCHED);
        }
    }

    private static void assertRefused(Entry entry, MaskSource mask, String message) {
        assertRefused(entry, mask, NONE, IllegalArgumentException.class, message);
    }

    /** Whoever takes a mask is in the list: the public methods, and what they take that holds one. */
    @Test
    void everyEntryIsThere() {
        Set<String> holdOneOnly = Set.of("DropConnect.perBatch", "DropConnect.perBlock", "DropConnect.perExample");
        Set<String> readTheRateOnly = Set.of("DropConnectProduct.moments");
        Set<String> expected = new ClassFileImporter()
                .importPackages("io.github.lanedrop.kernels").stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .flatMap(type -> type.getMethods().stream())
                        .filter(MaskEntriesTest::takesAMask)
                        .map(method -> method.getOwner().getSimpleName() + "." + method.getName())
                        .filter(name -> !holdOneOnly.contains(name) && !readTheRateOnly.contains(name))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(entries().stream().map(Entry::method).distinct()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static boolean takesAMask(JavaMethod method) {
        return method.getModifiers().containsAll(Set.of(JavaModifier.PUBLIC, JavaModifier.STATIC))
                && method.getRawParameterTypes().stream().anyMatch(MaskEntriesTest::isOrHoldsAMask);
    }

    private static boolean isOrHoldsAMask(JavaClass type) {
        return type.isEquivalentTo(MaskSource.class)
                || type.isEquivalentTo(Epilogue.class)
                || type.isEquivalentTo(DropConnect.class);
    }

    /** The calls are right but for the mask. */
    @ParameterizedTest
    @MethodSource("entries")
    void nothingElseIsWrong(Entry entry) {
        MemorySegment[] outputs = outputs(entry);
        entry.call().run(MaskEntries.drawn(), outputs, TWO);
        for (MemorySegment output : outputs) {
            byte[] untouched = new byte[(int) output.byteSize()];
            Arrays.fill(untouched, UNTOUCHED);
            assertThat(Memory.bytes(output)).isNotEqualTo(untouched);
        }
        try (Arena arena = Arena.ofConfined()) {
            for (Reader reader : READERS) {
                MaskSource mask = reader.of().apply(untouched(arena, reader.bytes()));
                if (entry.takes(mask)) {
                    entry.call().run(mask, outputs(entry), NONE);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void elementsThatTheMaskDoesNotHave(Entry entry) {
        int few = MASK_ELEMENTS - 1;
        String message =
                "offset + elements must be at most " + few + ", the elements of the mask, got " + MASK_ELEMENTS;
        assertRefused(entry, ExactCountMask.of(RATE, KEY, few), message);
        assertRefused(entry, new ScaledMask(ExactCountMask.of(RATE, KEY, few), 1.5), message);
        assertRefused(entry, new BroadcastMask(MaskEntries.drawn(), BroadcastShape.of(few)), message);
        assertRefused(entry, RowKeyedMask.of(RATE, few / 2, KEY, KEY), message);
        assertRefused(
                entry,
                new BroadcastMask(ExactCountMask.of(RATE, KEY, 90), BroadcastShape.rows(91, 100)),
                "offset + elements must be at most 90, the elements of the mask, got 91");
        try (Arena arena = Arena.ofConfined()) {
            for (Reader reader : READERS) {
                MaskSource mask = reader.of().apply(untouched(arena, reader.bytes() - 1));
                if (entry.takes(mask)) {
                    assertRefused(entry, mask, " must hold at least " + reader.bytes() + " bytes");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void idsThatAreNoTypes(Entry entry) {
        int[] ids = new int[MASK_ELEMENTS];
        ids[MASK_ELEMENTS - 1] = -1;
        MemorySegment segment = MemorySegment.ofArray(ids);
        String got = "the elements of types, got -1 for token " + (MASK_ELEMENTS - 1);
        assertRefused(entry, new TokenTypeMask(MaskEntries.drawn(), segment, 1), got);
        ids[MASK_ELEMENTS - 1] = 7;
        assertRefused(
                entry,
                new TokenTypeMask(ExactCountMask.of(RATE, KEY, 7), segment, 1),
                "ids must be in [0, 7), the elements of types, got 7 for token " + (MASK_ELEMENTS - 1));
    }

    /** What is not asked for may hold anything, such as the padding of a batch. */
    @Test
    void idsBehindTheLastThatIsShared() {
        int[] ids = new int[64];
        Arrays.fill(ids, -1);
        ids[0] = 2;
        ids[1] = 0;
        ids[2] = 1;
        var types = new StoredMask(RATE, MemorySegment.ofArray(new byte[] {5})); // keeps 0 and 2
        var tokens = new TokenTypeMask(types, MemorySegment.ofArray(ids), 1);
        MemorySegment keepBits = MemorySegment.ofArray(new byte[3]);
        DropoutKernel.keepBits(new BroadcastMask(tokens, BroadcastShape.rows(3, 8)), 0, keepBits, 24);
        assertThat(Memory.bytes(keepBits)).containsExactly(-1, -1, 0);
    }

    @ParameterizedTest
    @MethodSource("entries")
    void memoryThatIsWritten(Entry entry) {
        for (int i = 0; i < entry.outputs().size(); i++) {
            for (Reader reader : READERS) {
                long bytes = entry.outputs().get(i).bytes();
                MemorySegment both = untouched(Arena.ofAuto(), Math.max(bytes, reader.bytes()));
                MaskSource mask = reader.of().apply(both);
                if (!entry.takes(mask)) {
                    continue;
                }
                MemorySegment[] outputs = outputs(entry);
                outputs[i] = both.asSlice(0, bytes);
                assertThatThrownBy(() -> entry.call().run(mask, outputs, NONE))
                        .as("%s of %s", entry, mask)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("the mask's ")
                        .hasMessageContaining(" and " + entry.outputs().get(i).name() + " overlap by ")
                        .hasMessageEndingWith("they must be disjoint");
                outputs[i] = both;
                for (MemorySegment output : outputs) {
                    assertThat(Memory.bytes(output)).containsOnly(UNTOUCHED);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aClosedArena(Entry entry) {
        for (Reader reader : READERS) {
            MaskSource mask;
            try (Arena arena = Arena.ofConfined()) {
                mask = reader.of().apply(arena.allocate(reader.bytes()));
            }
            if (entry.takes(mask)) {
                assertRefused(entry, mask, NONE, IllegalStateException.class, "Already closed");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void anotherThreadsMemory(Entry entry) throws Exception {
        try (ExecutorService another = Executors.newSingleThreadExecutor()) {
            Arena theirs = another.submit(Arena::ofConfined).get();
            for (Reader reader : READERS) {
                MaskSource mask = reader.of()
                        .apply(another.submit(() -> theirs.allocate(reader.bytes()))
                                .get());
                if (entry.takes(mask)) {
                    assertRefused(entry, mask, NONE, WrongThreadException.class, "");
                }
            }
            another.submit(theirs::close).get();
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void oneThreadsMemoryIsNotForSeveralTasks(Entry entry) {
        try (Arena arena = Arena.ofConfined()) {
            for (Reader reader : READERS) {
                MaskSource mask = reader.of().apply(arena.allocate(reader.bytes()));
                if (entry.takes(mask)) {
                    assertRefused(
                            entry,
                            mask,
                            TWO,
                            WrongThreadException.class,
                            " belongs to one thread and cannot be split over 2 tasks");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void noMask(Entry entry) {
        assertRefused(entry, nothing(), NONE, NullPointerException.class, "");
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }
}
