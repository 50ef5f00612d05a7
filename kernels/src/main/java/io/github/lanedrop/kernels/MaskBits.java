package io.github.lanedrop.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.lanedrop.kernels.mask.Bits;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Masks in memory: counted, and turned from a bit an element into a byte or a float an element and back.
 *
 * <pre>
 * bitsToBytes:   bytes[i] = bit i, 0 or 1
 * bytesToBits:   bit i = bytes[i] != 0
 * bitsToFloats:  floats[i] = bit i ? scale : +0
 * floatsToBits:  bit i = floats[i] != 0
 * kept:          how many are 1
 * </pre>
 *
 * <p>Bit {@code i} is bit {@code i mod 8} of byte {@code i / 8}; unused bits of the last byte are written as 0 and ignored
 * when read. Memory is native, heap or mapped, of any alignment; source and destination must be disjoint.
 *
 * <p>All methods are static, keep no state, are safe for use by any number of threads and allocate nothing once warm where
 * there is one task.
 *
 * <p><b>Errors.</b> As {@link DropoutKernel}'s: everything is checked before the first write.
 */
public final class MaskBits {
    private MaskBits() {}

    /**
     * A bit an element to a byte an element, 0 or 1.
     *
     * @param bits {@code ceil(elements / 8)} bytes
     * @param bytes receives {@code elements} bytes
     * @param elements how many
     */
    public static void bitsToBytes(MemorySegment bits, MemorySegment bytes, long elements) {
        Check.range(0, elements);
        long bitsBytes = Check.keepBitsBytes(elements);
        Check.readable("bits", bits, bitsBytes, elements, "bits");
        Check.writable("bytes", bytes, elements, elements, "elements");
        Check.disjoint("bits", bits, bitsBytes, "bytes", bytes, elements);
        Scratch scratch = Scratch.POOL.borrow();
        byte[] chunk = scratch.ofMask.bytes;
        for (long at = 0; at < elements; at += Scratch.CHUNK) {
            int count = (int) Math.min(Scratch.CHUNK, elements - at);
            MemorySegment.copy(bits, JAVA_BYTE, at >>> 3, scratch.keepBits, 0, Bits.bytes(count));
            KeepBits.unpack(scratch.keepBits, count, chunk);
            MemorySegment.copy(chunk, 0, bytes, JAVA_BYTE, at, count);
        }
        Scratch.POOL.giveBack(scratch);
    }

    /**
     * A byte an element, 0 or anything else, to a bit an element.
     *
     * @param bytes {@code elements} bytes
     * @param bits receives {@code ceil(elements / 8)} bytes
     * @param elements how many
     */
    public static void bytesToBits(MemorySegment bytes, MemorySegment bits, long elements) {
        Check.range(0, elements);
        long bitsBytes = Check.keepBitsBytes(elements);
        Check.readable("bytes", bytes, elements, elements, "elements");
        Check.writable("bits", bits, bitsBytes, elements, "bits");
        Check.disjoint("bytes", bytes, elements, "bits", bits, bitsBytes);
        Scratch scratch = Scratch.POOL.borrow();
        byte[] chunk = scratch.ofMask.bytes;
        byte[] packed = scratch.keepBits;
        for (long at = 0; at < elements; at += Scratch.CHUNK) {
            int count = (int) Math.min(Scratch.CHUNK, elements - at);
            MemorySegment.copy(bytes, JAVA_BYTE, at, chunk, 0, count);
            KeepBits.pack(chunk, count, packed);
            if ((count & 7) != 0) {
                packed[count >>> 3] &= (byte) ((1 << (count & 7)) - 1);
            }
            MemorySegment.copy(packed, 0, bits, JAVA_BYTE, at >>> 3, Bits.bytes(count));
        }
        Scratch.POOL.giveBack(scratch);
    }

    /**
     * A bit an element to a float32 an element, little endian: what code that multiplies by masks takes.
     *
     * @param bits {@code ceil(elements / 8)} bytes
     * @param scale what stands for a 1, more than 0 and not NaN: 1, or the mask's scale; rounded to float32
     * @param floats receives {@code 4 * elements} bytes
     * @param elements how many
     */
    public static void bitsToFloats(MemorySegment bits, double scale, MemorySegment floats, long elements) {
        Check.range(0, elements);
        if (!((float) scale > 0)) { // it could not be told from a 0
            throw new IllegalArgumentException("scale must be more than 0 in float32, got " + scale);
        }
        long bitsBytes = Check.keepBitsBytes(elements);
        long floatsBytes = Check.float32Bytes(elements);
        Check.readable("bits", bits, bitsBytes, elements, "bits");
        Check.writable("floats", floats, floatsBytes, elements, "float32 elements");
        Check.disjoint("bits", bits, bitsBytes, "floats", floats, floatsBytes);
        Scratch scratch = Scratch.POOL.borrow();
        for (long at = 0; at < elements; at += Scratch.CHUNK) {
            int count = (int) Math.min(Scratch.CHUNK, elements - at);
            MemorySegment.copy(bits, JAVA_BYTE, at >>> 3, scratch.keepBits, 0, Bits.bytes(count));
            KeepBits.unpackFloats(count, (float) scale, floats, at, scratch);
        }
        Scratch.POOL.giveBack(scratch);
    }

    /**
     * A float32 an element, little endian, 0 or anything else, to a bit an element; NaN is something else, and -0 is 0.
     *
     * @param floats {@code 4 * elements} bytes
     * @param bits receives {@code ceil(elements / 8)} bytes
     * @param elements how many
     */
    public static void floatsToBits(MemorySegment floats, MemorySegment bits, long elements) {
        Check.range(0, elements);
        long bitsBytes = Check.keepBitsBytes(elements);
        long floatsBytes = Check.float32Bytes(elements);
        Check.readable("floats", floats, floatsBytes, elements, "float32 elements");
        Check.writable("bits", bits, bitsBytes, elements, "bits");
        Check.disjoint("floats", floats, floatsBytes, "bits", bits, bitsBytes);
        Scratch scratch = Scratch.POOL.borrow();
        for (long at = 0; at < elements; at += Scratch.CHUNK) {
            int count = (int) Math.min(Scratch.CHUNK, elements - at);
            KeepBits.packFloats(floats, at, count, scratch);
            KeepBits.store(scratch.keepBits, 0, count, bits, at);
        }
        Scratch.POOL.giveBack(scratch);
    }

    /**
     * How many bits are 1.
     *
     * @param bits {@code ceil(elements / 8)} bytes
     * @param elements how many
     * @return the kept elements
     */
    public static long kept(MemorySegment bits, long elements) {
        Check.range(0, elements);
        Check.readable("bits", bits, Check.keepBitsBytes(elements), elements, "bits");
        Scratch scratch = Scratch.POOL.borrow();
        long kept = 0;
        for (long at = 0; at < elements; at += Scratch.CHUNK) {
            int count = (int) Math.min(Scratch.CHUNK, elements - at);
            MemorySegment.copy(bits, JAVA_BYTE, at >>> 3, scratch.keepBits, 0, Bits.bytes(count));
            kept += Bits.ones(scratch.keepBits, 0, count);
        }
        Scratch.POOL.giveBack(scratch);
        return kept;
    }

    /**
     * How many elements a mask keeps, without storing it.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param elements how many
     * @return the kept elements
     */
    public static long kept(MaskSource mask, long offset, long elements) {
        return kept(mask, offset, elements, Workers.NONE);
    }

    /**
     * How many elements a mask keeps, without storing it, on the caller's executor.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param elements how many
     * @param workers who does it
     * @return the kept elements
     */
    public static long kept(MaskSource mask, long offset, long elements, Workers workers) {
        MaskChecks.readable(mask, offset, elements, workers);
        if (workers.tasks() == 1) { // a lambda may be allocated
            return count(mask, offset, elements);
        }
        var kept = new AtomicLong();
        workers.split(
                elements, Scratch.CHUNK, (start, end) -> kept.addAndGet(count(mask, offset + start, end - start)));
        return kept.get();
    }

    private static long count(MaskSource mask, long offset, long elements) {
        if (KeepBits.constant(mask)) {
            return mask.rate().dropsAll() ? 0 : elements;
        }
        Scratch scratch = Scratch.POOL.borrow();
        long kept = 0;
        for (long at = 0; at < elements; at += Scratch.CHUNK) {
            int count = (int) Math.min(Scratch.CHUNK, elements - at);
            int bitsAt = KeepBits.fill(mask, offset + at, count, scratch);
            kept += Bits.ones(scratch.keepBits, 8 * bitsAt, count);
        }
        Scratch.POOL.giveBack(scratch);
        return kept;
    }
}
