package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.LearnedEntries.Entry;
import io.github.lanedrop.kernels.Memory.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every entry of learned rates: what it refuses, and that its bits do not depend on path, tasks or memory. */
@Tag("paths")
final class LearnedEntriesTest extends EntryRefusals {
    static List<Entry> entries() {
        return LearnedEntries.all();
    }

    /** What is written, and what is returned. */
    private static List<Object> results(Entry entry, MemorySegment[] buffers, double returned) {
        List<Object> results = new ArrayList<>(List.of(returned));
        for (int i = 0; i < buffers.length; i++) {
            if (entry.buffers().get(i).written()) {
                results.add(Arrays.hashCode(Learned.read(buffers[i], (int) (buffers[i].byteSize() / 4))));
            }
        }
        return results;
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aNegativeNumberOfElements(Entry entry) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] buffers = buffers(entry, arena, ELEMENTS);
            assertThatThrownBy(() -> entry.call().run(buffers, -1, Workers.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("elements must be 0 or more, got -1");
        }
    }

    // the same bits

    @ParameterizedTest
    @MethodSource("entries")
    void noElementsWriteNothing(Entry entry) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] buffers = buffers(entry, arena, 100);
            List<Object> before = results(entry, buffers, 0);
            assertThat(results(entry, buffers, entry.call().run(buffers, 0, Workers.NONE)))
                    .isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void anyNumberOfTasks(Entry entry) {
        for (int elements : new int[] {1, 1023, 1025, 5000}) {
            Learned.assertSameForAnyTasks(entry.name() + ", " + elements, workers -> {
                try (Arena arena = Arena.ofShared()) {
                    MemorySegment[] buffers = buffers(entry, arena, elements);
                    return results(entry, buffers, entry.call().run(buffers, elements, workers));
                }
            });
        }
    }

    /** Every kind of memory, misaligned, gives what aligned native memory does, and nothing beside it is written. */
    @ParameterizedTest
    @MethodSource("entries")
    void everyKindOfMemory(Entry entry) {
        var random = new Random(18);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] aligned = buffers(entry, arena, ELEMENTS);
            MemorySegment[] original = buffers(entry, arena, ELEMENTS);
            List<Object> expected = results(entry, aligned, entry.call().run(aligned, ELEMENTS, Workers.NONE));
            for (Kind kind : Kind.values()) {
                Memory[] memories = new Memory[original.length];
                MemorySegment[] buffers = new MemorySegment[original.length];
                for (int i = 0; i < original.length; i++) {
                    memories[i] = new Memory(kind, arena, original[i].byteSize());
                    buffers[i] = memories[i].take(random.nextInt(64), original[i].byteSize());
                    buffers[i].copyFrom(original[i]);
                }
                assertThat(results(entry, buffers, entry.call().run(buffers, ELEMENTS, Workers.NONE)))
                        .as("%s in %s", entry, kind)
                        .isEqualTo(expected);
                for (Memory memory : memories) {
                    memory.assertUntouchedAround(entry + " in " + kind);
                }
            }
        }
    }

    /** The first results of a long call are those of a short one, whatever the count: no vector is half computed. */
    @ParameterizedTest
    @MethodSource("entries")
    void everyCountIsAPrefix(Entry entry) {
        if (entry.name().startsWith("sum of")) {
            return; // a sum has no prefix; SharedSumTest
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] whole = buffers(entry, arena, 3333);
            MemorySegment[] original = buffers(entry, arena, 3333);
            entry.call().run(whole, 3333, Workers.NONE);
            for (int count : Learned.COUNTS) {
                MemorySegment[] buffers = Arrays.stream(original)
                        .map(buffer -> arena.allocate(buffer.byteSize(), 64).copyFrom(buffer))
                        .toArray(MemorySegment[]::new);
                entry.call().run(buffers, count, Workers.NONE);
                for (int i = 0; i < buffers.length; i++) {
                    if (entry.buffers().get(i).written()) {
                        assertThat(buffers[i].asSlice(0, 4L * count).mismatch(whole[i].asSlice(0, 4L * count)))
                                .isEqualTo(-1);
                        assertThat(buffers[i].asSlice(4L * count).mismatch(original[i].asSlice(4L * count)))
                                .isEqualTo(-1);
                    }
                }
            }
        }
    }

    /** Golden: what each entry gives for seeded values, on every path and machine. */
    @Test
    void bits() {
        Map<String, Integer> bits = new TreeMap<>();
        try (Arena arena = Arena.ofConfined()) {
            for (Entry entry : entries()) {
                MemorySegment[] buffers = buffers(entry, arena, 5000);
                bits.put(
                        entry.name(),
                        results(entry, buffers, entry.call().run(buffers, 5000, Workers.NONE))
                                .hashCode());
            }
        }
        assertThat(bits).isEqualTo(GOLDEN);
    }

    private static final Map<String, Integer> GOLDEN = Map.ofEntries(
            Map.entry("concrete backward", -1716598849),
            Map.entry("concrete forward", -653788377),
            Map.entry("concrete regulariser's gradient", 977532879),
            Map.entry("prune", -519584141),
            Map.entry("pruned", 1084654111),
            Map.entry("sample", -792350363),
            Map.entry("sample's variance gradient", -259933953),
            Map.entry("sparse divergence", -629078080),
            Map.entry("sparse divergence's gradients", -2019180881),
            Map.entry("sparse log alpha", -102674589),
            Map.entry("sparse variance", -1156833924),
            Map.entry("sparse variance's gradient", -1161164629),
            Map.entry("spatial concrete backward", -1240826954),
            Map.entry("spatial concrete forward", -81593917),
            Map.entry("square", 1375572619),
            Map.entry("square's gradient", -368020780),
            Map.entry("squared norm", -477479255),
            Map.entry("sum of all", -1034712374),
            Map.entry("sum of columns", -1238960319),
            Map.entry("sum of rows", 1084893305),
            Map.entry("variational backward", 1368199867),
            Map.entry("variational divergence", -543592665),
            Map.entry("variational divergence's gradient", -310043184),
            Map.entry("variational forward", -1206187107),
            Map.entry("variational variance", -2067540904),
            Map.entry("variational variance's gradients", -1173673760));
}
