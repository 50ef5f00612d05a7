package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.ScalarScaleSelect.FLOAT;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@code dst = kept ? src * scale : +0}, a vector at a time.
 *
 * <p>The loops are for two kinds of memory, native and {@code float[]}, and say so to C2: a loop over just any segment
 * turns into virtual calls once the JVM has seen three kinds, wherever that was, and is then seven times slower. Other
 * kinds and mixtures are copied, a chunk that stays in L1.
 */
final class VectorScaleSelect {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final Class<?> NATIVE = MemorySegment.NULL.getClass();
    private static final float[] NO_FLOATS = {};
    private static final Class<?> FLOAT_ARRAY = MemorySegment.ofArray(NO_FLOATS).getClass();
    private static final int LANES = FLOATS.length();
    private static final long BYTES = FLOATS.vectorByteSize();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    /** Moves the bit of each lane to the sign. */
    private static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    private VectorScaleSelect() {}

    /**
     * All elements of a chunk whose bit 0 is in {@code bits[bitsAt]}.
     *
     * @param spare receives what lies in other memory than native or {@code float[]}, and tails
     */
    static void apply(
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int elements,
            float scale,
            byte[] bits,
            int bitsAt,
            float[] spare) {
        if (dst.getClass() == NATIVE) {
            MemorySegment from = src;
            if (src.getClass() != NATIVE) {
                MemorySegment.copy(src, firstByte, dst, firstByte, (long) Float.BYTES * elements);
                from = dst;
            }
            nativeMemory(from, dst, firstByte, elements, scale, bits, bitsAt, spare);
            return;
        }
        float[] to = floats(dst, firstByte);
        if (to.length > 0) {
            int at = (int) ((dst.address() + firstByte) / Float.BYTES);
            float[] from = floats(src, firstByte);
            if (from.length > 0) {
                array(from, (int) ((src.address() + firstByte) / Float.BYTES), to, at, elements, scale, bits, bitsAt);
            } else {
                MemorySegment.copy(src, FLOAT, firstByte, to, at, elements);
                array(to, at, to, at, elements, scale, bits, bitsAt);
            }
        } else {
            MemorySegment.copy(src, FLOAT, firstByte, spare, 0, elements);
            array(spare, 0, spare, 0, elements, scale, bits, bitsAt);
            MemorySegment.copy(spare, 0, dst, FLOAT, firstByte, elements);
        }
    }

    /** The array of a writable segment of whole floats, or else an empty one. */
    private static float[] floats(MemorySegment segment, long firstByte) {
        if (segment.getClass() != FLOAT_ARRAY
                || segment.isReadOnly()
                || (segment.address() + firstByte) % Float.BYTES != 0) {
            return NO_FLOATS;
        }
        return (float[]) segment.heapBase().orElse(NO_FLOATS);
    }

    // Four vectors an iteration: 186 ns for 4,096 elements in L1; one: 211; a loop of four inside: 250; copying: 164.
    // All on slices, which would still be a tenth faster than offsets from the first byte; but C2 allocates them at
    // times.
    private static void nativeMemory(
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int elements,
            float scale,
            byte[] bits,
            int bitsAt,
            float[] spare) {
        if (src.getClass() != NATIVE || dst.getClass() != NATIVE) {
            throw new IllegalArgumentException("src and dst must be native"); // never; after this C2 knows the classes
        }
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        int i = 0;
        for (; i <= elements - 4 * LANES; i += 4 * LANES) {
            long kept = kept(bits, bitsAt, i);
            long at = firstByte + (long) Float.BYTES * i;
            ZERO.blend(FloatVector.fromMemorySegment(FLOATS, src, at, ORDER).mul(scales), mask(kept))
                    .intoMemorySegment(dst, at, ORDER);
            ZERO.blend(
                            FloatVector.fromMemorySegment(FLOATS, src, at + BYTES, ORDER)
                                    .mul(scales),
                            mask(kept >>> LANES))
                    .intoMemorySegment(dst, at + BYTES, ORDER);
            ZERO.blend(
                            FloatVector.fromMemorySegment(FLOATS, src, at + 2 * BYTES, ORDER)
                                    .mul(scales),
                            mask(kept >>> (2 * LANES)))
                    .intoMemorySegment(dst, at + 2 * BYTES, ORDER);
            ZERO.blend(
                            FloatVector.fromMemorySegment(FLOATS, src, at + 3 * BYTES, ORDER)
                                    .mul(scales),
                            mask(kept >>> (3 * LANES)))
                    .intoMemorySegment(dst, at + 3 * BYTES, ORDER);
        }
        for (; i <= elements - LANES; i += LANES) {
            long at = firstByte + (long) Float.BYTES * i;
            ZERO.blend(FloatVector.fromMemorySegment(FLOATS, src, at, ORDER).mul(scales), mask(kept(bits, bitsAt, i)))
                    .intoMemorySegment(dst, at, ORDER);
        }
        if (i < elements) {
            long at = firstByte + (long) Float.BYTES * i;
            MemorySegment.copy(src, FLOAT, at, spare, i, elements - i);
            ScalarScaleSelect.apply(spare, 0, spare, 0, i, elements, scale, bits, bitsAt);
            MemorySegment.copy(spare, i, dst, FLOAT, at, elements - i);
        }
    }

    private static void array(
            float[] src, int srcAt, float[] dst, int dstAt, int elements, float scale, byte[] bits, int bitsAt) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        int i = 0;
        for (; i <= elements - 4 * LANES; i += 4 * LANES) {
            long kept = kept(bits, bitsAt, i);
            ZERO.blend(FloatVector.fromArray(FLOATS, src, srcAt + i).mul(scales), mask(kept))
                    .intoArray(dst, dstAt + i);
            ZERO.blend(FloatVector.fromArray(FLOATS, src, srcAt + i + LANES).mul(scales), mask(kept >>> LANES))
                    .intoArray(dst, dstAt + i + LANES);
            ZERO.blend(
                            FloatVector.fromArray(FLOATS, src, srcAt + i + 2 * LANES)
                                    .mul(scales),
                            mask(kept >>> (2 * LANES)))
                    .intoArray(dst, dstAt + i + 2 * LANES);
            ZERO.blend(
                            FloatVector.fromArray(FLOATS, src, srcAt + i + 3 * LANES)
                                    .mul(scales),
                            mask(kept >>> (3 * LANES)))
                    .intoArray(dst, dstAt + i + 3 * LANES);
        }
        for (; i <= elements - LANES; i += LANES) {
            ZERO.blend(FloatVector.fromArray(FLOATS, src, srcAt + i).mul(scales), mask(kept(bits, bitsAt, i)))
                    .intoArray(dst, dstAt + i);
        }
        ScalarScaleSelect.apply(src, srcAt, dst, dstAt, i, elements, scale, bits, bitsAt);
    }

    /** Keep bits from an element on, at least four vectors of them. */
    private static long kept(byte[] bits, int bitsAt, int element) {
        return (long) LONG.get(bits, bitsAt + (element >>> 3)) >>> (element & 7);
    }

    // A vector may cross this call: it is far too small, and so are its callers, for C2 not to inline it.
    private static VectorMask<Float> mask(long kept) {
        if (Simd.MASK_REGISTERS) {
            return VectorMask.fromLong(FLOATS, kept);
        }
        // without mask registers a long becomes a mask lane by lane; shifting its bits to the sign is one instruction
        return IntVector.broadcast(INTS, (int) kept)
                .lanewise(VectorOperators.LSHL, TO_SIGN)
                .compare(VectorOperators.LT, 0)
                .cast(FLOATS);
    }
}
