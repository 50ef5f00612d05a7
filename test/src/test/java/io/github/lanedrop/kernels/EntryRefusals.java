package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.LearnedEntries.Buffer;
import io.github.lanedrop.kernels.LearnedEntries.Entry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What entries refuse because of their buffers, with nothing written by then. Who extends this has {@code entries()}. */
abstract class EntryRefusals {
    static final int ELEMENTS = 1500;
    private static final Workers TWO = new Workers(Runnable::run, 2);

    /** Seeded values for all buffers of an entry. */
    static MemorySegment[] buffers(Entry entry, Arena arena, int elements) {
        var random = new Random(17);
        return entry.buffers().stream()
                .map(buffer -> {
                    float[] values = buffer.values(random, elements);
                    MemorySegment segment = arena.allocate(4L * values.length, 64);
                    MemorySegment.copy(values, 0, segment, Memory.FLOAT, 0, values.length);
                    return segment;
                })
                .toArray(MemorySegment[]::new);
    }

    private static void assertRefused(
            Entry entry, MemorySegment[] buffers, Workers workers, Class<? extends Throwable> type, String message) {
        byte[][] before = Arrays.stream(buffers).map(EntryRefusals::bytes).toArray(byte[][]::new);
        assertThatThrownBy(() -> entry.call().run(buffers, ELEMENTS, workers))
                .isInstanceOf(type)
                .hasMessageContaining(message);
        for (int i = 0; i < buffers.length; i++) {
            assertThat(bytes(buffers[i])).isEqualTo(before[i]);
        }
    }

    /** None of memory that this thread may not read. */
    private static byte[] bytes(MemorySegment buffer) {
        return buffer.scope().isAlive() && buffer.isAccessibleBy(Thread.currentThread())
                ? Memory.bytes(buffer)
                : new byte[0];
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aBufferThatIsTooSmall(Entry entry) {
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < entry.buffers().size(); i++) {
                MemorySegment[] buffers = buffers(entry, arena, ELEMENTS);
                long bytes = buffers[i].byteSize();
                buffers[i] = buffers[i].asSlice(0, bytes - 1);
                assertRefused(
                        entry,
                        buffers,
                        Workers.NONE,
                        IllegalArgumentException.class,
                        entry.buffers().get(i).name() + " must hold at least " + bytes + " bytes (");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aReadOnlyBufferToBeWritten(Entry entry) {
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < entry.buffers().size(); i++) {
                MemorySegment[] buffers = buffers(entry, arena, ELEMENTS);
                Buffer buffer = entry.buffers().get(i);
                buffers[i] = buffers[i].asReadOnly();
                if (buffer.written()) {
                    assertRefused(
                            entry,
                            buffers,
                            Workers.NONE,
                            IllegalArgumentException.class,
                            buffer.name() + " must be writable, got a read-only segment");
                } else {
                    entry.call().run(buffers, ELEMENTS, Workers.NONE);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aWrittenBufferThatOverlapsAnother(Entry entry) {
        try (Arena arena = Arena.ofConfined()) {
            int count = entry.buffers().size();
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < count; j++) {
                    if (i == j || !entry.buffers().get(i).written()) {
                        continue;
                    }
                    MemorySegment[] buffers = buffers(entry, arena, ELEMENTS);
                    MemorySegment both = arena.allocate(buffers[i].byteSize() + buffers[j].byteSize() - 4);
                    MemorySegment moved = both.asSlice(0, buffers[i].byteSize());
                    buffers[j] = both.asSlice(buffers[i].byteSize() - 4).copyFrom(buffers[j]);
                    buffers[i] = moved;
                    assertRefused(entry, buffers, Workers.NONE, IllegalArgumentException.class, "overlap by 4 bytes");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aClosedArena(Entry entry) {
        for (int i = 0; i < entry.buffers().size(); i++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment[] buffers = buffers(entry, arena, ELEMENTS);
                try (Arena closed = Arena.ofConfined()) {
                    buffers[i] = closed.allocate(buffers[i].byteSize());
                }
                assertRefused(entry, buffers, Workers.NONE, IllegalStateException.class, "closed");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void anotherThreadsMemory(Entry entry) throws Exception {
        try (ExecutorService another = Executors.newSingleThreadExecutor();
                Arena arena = Arena.ofConfined()) {
            Arena theirs = another.submit(Arena::ofConfined).get();
            for (int i = 0; i < entry.buffers().size(); i++) {
                MemorySegment[] buffers = buffers(entry, arena, ELEMENTS);
                long bytes = buffers[i].byteSize();
                buffers[i] = another.submit(() -> theirs.allocate(bytes)).get();
                assertRefused(entry, buffers, Workers.NONE, WrongThreadException.class, "");
            }
            another.submit(theirs::close).get();
        }
    }

    @ParameterizedTest
    @MethodSource("entries")
    void oneThreadsMemoryIsNotForSeveralTasks(Entry entry) {
        if (entry.name().equals("pruned")) {
            return; // counts on the calling thread
        }
        for (int i = 0; i < entry.buffers().size(); i++) {
            try (Arena confined = Arena.ofConfined();
                    Arena shared = Arena.ofShared()) {
                MemorySegment[] buffers = buffers(entry, shared, ELEMENTS);
                buffers[i] = confined.allocate(buffers[i].byteSize());
                assertRefused(
                        entry,
                        buffers,
                        TWO,
                        WrongThreadException.class,
                        entry.buffers().get(i).name() + " belongs to one thread and cannot be split over 2 tasks");
            }
        }
    }
}
