package io.github.lanedrop.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;

/**
 * Memory of every kind with canaries around what a test hands out: distinct bytes before and after the slice, which
 * nobody may touch.
 */
final class Memory {
    enum Kind {
        NATIVE,
        HEAP_FLOATS,
        HEAP_BYTES,
        HEAP_LONGS,
        MAPPED
    }

    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int GUARD = 192;
    /** Values that multiplications, comparisons with zero and copies through registers get wrong. */
    private static final int[] SPECIAL = {
        0x7FC00000, // NaN
        0x7FC12345, // NaN with a payload
        0xFFEABCDE, // negative NaN with a payload
        0x7F800001, // signalling NaN
        0xFF812345, // negative signalling NaN
        0x7F800000, // +Inf
        0xFF800000, // -Inf
        0x80000000, // -0
        0x00000000,
        0x00000001, // least subnormal
        0x807FFFFF, // greatest negative subnormal
        0x00800000, // least normal
        0x7F7FFFFF, // greatest
        0xFF7FFFFF,
    };

    private final MemorySegment whole;
    private long guardEnd;
    private long start;
    private long end;

    /** Memory from which slices up to this size can be taken at any misalignment up to 63. */
    Memory(Kind kind, Arena arena, long maxBytes) {
        long bytes = (maxBytes + 2 * GUARD + 64 + 7) / 8 * 8;
        whole = switch (kind) {
            case NATIVE -> arena.allocate(bytes, 64);
            case HEAP_FLOATS -> MemorySegment.ofArray(new float[Math.toIntExact(bytes / Float.BYTES)]);
            case HEAP_BYTES -> MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
            case HEAP_LONGS -> MemorySegment.ofArray(new long[Math.toIntExact(bytes / Long.BYTES)]);
            case MAPPED -> map(arena, bytes);
        };
    }

    /** One memory of each kind. */
    static Function<Kind, Memory> ofEachKind(Arena arena, long maxBytes) {
        Map<Kind, Memory> memories = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            memories.put(kind, new Memory(kind, arena, maxBytes));
        }
        return kind -> Objects.requireNonNull(memories.get(kind));
    }

    /** A temporary file of zeros in memory; the file goes when the mapping does. */
    static MemorySegment map(Arena arena, long bytes) {
        try {
            Path file = Files.createTempFile("lanedrop", ".bin");
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A fresh slice, {@code misalignment} bytes past a boundary of 64, filled with canaries as is all around it. */
    MemorySegment take(long misalignment, long bytes) {
        start = GUARD + misalignment;
        end = start + bytes;
        guardEnd = end + GUARD;
        for (long at = 0; at < guardEnd; at++) {
            whole.set(JAVA_BYTE, at, canary(at));
        }
        return whole.asSlice(start, bytes);
    }

    void assertUntouchedAround(String what) {
        for (long at = 0; at < guardEnd; at++) {
            boolean inside = at >= start && at < end;
            if (!inside && whole.get(JAVA_BYTE, at) != canary(at)) {
                fail("%s: byte %d of a slice of %d bytes was written", what, at - start, end - start);
            }
        }
    }

    private static byte canary(long at) {
        return (byte) (0xA5 ^ (at * 31));
    }

    /** Seeded floats of all magnitudes, one in eight a special value. */
    static int[] floatBits(Random random, int elements) {
        int[] bits = new int[elements];
        for (int i = 0; i < elements; i++) {
            bits[i] = random.nextInt(8) == 0
                    ? SPECIAL[random.nextInt(SPECIAL.length)]
                    : Float.floatToRawIntBits((float) random.nextGaussian());
        }
        return bits;
    }

    static void fill(MemorySegment segment, int[] bits) {
        MemorySegment.copy(bits, 0, segment, INT, 0, bits.length);
    }

    static int[] read(MemorySegment segment, int elements) {
        int[] bits = new int[elements];
        MemorySegment.copy(segment, INT, 0, bits, 0, elements);
        return bits;
    }

    static byte[] bytes(MemorySegment segment) {
        return segment.toArray(JAVA_BYTE);
    }
}
