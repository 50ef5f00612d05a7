package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** Checks buffers of 32-bit floats, each call in one line. */
final class Buffers {
    private Buffers() {}

    static void readable(String name, MemorySegment segment, long elements, Workers workers) {
        Check.readable(name, segment, Check.float32Bytes(elements), elements, "float32 elements");
        Check.sharedWith(workers, name, segment);
    }

    static void writable(String name, MemorySegment segment, long elements, Workers workers) {
        Check.writable(name, segment, Check.float32Bytes(elements), elements, "float32 elements");
        Check.sharedWith(workers, name, segment);
    }

    static void identicalOrDisjoint(
            String readName, MemorySegment read, String writtenName, MemorySegment written, long elements) {
        long bytes = Check.float32Bytes(elements);
        Check.identicalOrDisjoint(readName, read, bytes, writtenName, written, bytes);
    }

    static void disjoint(
            String readName,
            MemorySegment read,
            long readElements,
            String writtenName,
            MemorySegment written,
            long writtenElements) {
        Check.disjoint(
                readName,
                read,
                Check.float32Bytes(readElements),
                writtenName,
                written,
                Check.float32Bytes(writtenElements));
    }
}
