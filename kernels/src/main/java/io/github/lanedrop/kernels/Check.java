package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Refuses bad arguments at the door, in 64-bit arithmetic, before anything is written. */
final class Check {
    private static final Thread ANOTHER_THREAD = Thread.ofPlatform().unstarted(() -> {});

    private Check() {}

    static void range(long offset, long elements) {
        if (elements < 0) {
            throw new IllegalArgumentException("elements must be 0 or more, got " + elements);
        }
        if (offset < 0 || offset > Long.MAX_VALUE - elements) {
            throw new IllegalArgumentException(
                    "offset must be in [0, 2^63 - 1 - elements], got " + offset + " with " + elements + " elements");
        }
    }

    static long float32Bytes(long elements) {
        if (elements < 0 || elements > Long.MAX_VALUE / Float.BYTES) {
            throw new IllegalArgumentException("elements must be in [0, 2^61), got " + elements);
        }
        return elements * Float.BYTES;
    }

    static long bytes(DType type, long elements) {
        if (elements > Long.MAX_VALUE >>> Integer.numberOfTrailingZeros(type.bytes())) { // a division takes longer
            throw new IllegalArgumentException("elements must be in [0, 2^"
                    + (Long.SIZE - 1 - Integer.numberOfTrailingZeros(type.bytes())) + "), got " + elements);
        }
        return elements * type.bytes();
    }

    static String unit(DType type) {
        return switch (type) {
            case FLOAT32 -> "float32 elements";
            case FLOAT64 -> "float64 elements";
            case BFLOAT16 -> "bfloat16 elements";
            case FLOAT16 -> "float16 elements";
        };
    }

    static long keepBitsBytes(long elements) {
        return (elements >>> 3) + ((elements & 7) == 0 ? 0 : 1);
    }

    /** Refuses what float32 has no finite value for. */
    static double finiteFloat(String name, double value) {
        if (!(Math.abs(value) <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(name + " must be finite and in the range of float32, got " + value);
        }
        return value;
    }

    /** Refuses what is negative, or float32 has no finite value for. */
    static double zeroOrMore(String name, double value) {
        if (!(value >= 0 && value <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    name + " must be 0 or more, finite and in the range of float32, got " + value);
        }
        return value;
    }

    static void holds(String name, MemorySegment segment, long bytes, long elements, String unit) {
        if (segment.byteSize() < bytes) {
            throw new IllegalArgumentException(name + " must hold at least " + bytes + " bytes (" + elements + " "
                    + unit + "), got " + segment.byteSize());
        }
    }

    static void readable(String name, MemorySegment segment, long bytes, long elements, String unit) {
        holds(name, segment, bytes, elements, unit);
        if (bytes > 0) {
            segment.get(ValueLayout.JAVA_BYTE, 0); // the JDK's own exception if closed, or another thread's
        }
    }

    static void writable(String name, MemorySegment segment, long bytes, long elements, String unit) {
        readable(name, segment, bytes, elements, unit);
        if (segment.isReadOnly()) {
            throw new IllegalArgumentException(name + " must be writable, got a read-only segment");
        }
    }

    static void sharedWith(Workers workers, String name, MemorySegment segment) {
        if (workers.tasks() > 1 && !segment.isAccessibleBy(ANOTHER_THREAD)) {
            throw new WrongThreadException(name + " belongs to one thread and cannot be split over " + workers.tasks()
                    + " tasks; take it from Arena.ofShared() or Arena.ofAuto(), or ask for one task");
        }
    }

    static void identicalOrDisjoint(
            String aName, MemorySegment a, long aBytes, String bName, MemorySegment b, long bBytes) {
        if (a.address() == b.address()) {
            return; // identical, or two arrays; asking which would allocate
        }
        long shared = sharedBytes(a, aBytes, b, bBytes);
        if (shared > 0) {
            throw new IllegalArgumentException(
                    aName + " and " + bName + " overlap by " + shared + " bytes; they must be identical or disjoint");
        }
    }

    static void disjoint(String aName, MemorySegment a, long aBytes, String bName, MemorySegment b, long bBytes) {
        long shared = sharedBytes(a, aBytes, b, bBytes);
        if (shared > 0) {
            throw new IllegalArgumentException(
                    aName + " and " + bName + " overlap by " + shared + " bytes; they must be disjoint");
        }
    }

    private static long sharedBytes(MemorySegment a, long aBytes, MemorySegment b, long bBytes) {
        long start = Math.max(a.address(), b.address());
        long end = Math.min(a.address() + aBytes, b.address() + bBytes);
        if (end <= start || a.isNative() != b.isNative()) {
            return 0;
        }
        // heap addresses are offsets into an array, which the two need not share
        return a.isNative() || a.asOverlappingSlice(b).isPresent() ? end - start : 0;
    }
}
