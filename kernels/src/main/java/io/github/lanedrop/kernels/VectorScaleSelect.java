package io.github.lanedrop.kernels;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorMask.fromLong;

import io.github.lanedrop.rng.simd.Simd;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@code dst = kept ? src * scale : +0}, a vector at a time. */
final class VectorScaleSelect {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LANES = FLOATS.length();
    private static final long BYTES = FLOATS.vectorByteSize();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);
    /** Moves the bit of each lane to the sign. */
    private static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    private VectorScaleSelect() {}

    /** All elements of a chunk whose bit 0 is in {@code bits[bitsAt]}. */
    static void apply(
            MemorySegment src, MemorySegment dst, long firstByte, int elements, float scale, byte[] bits, int bitsAt) {
        int done = Simd.MASK_REGISTERS ? fourVectors(src, dst, firstByte, elements, scale, bits, bitsAt) : 0;
        done = oneVector(src, dst, firstByte, done, elements, scale, bits, bitsAt);
        ScalarScaleSelect.apply(src, dst, firstByte, done, elements, scale, bits, bitsAt);
    }

    // Four vectors an iteration, 4,096 elements in L1: 186 ns; one: 211; a loop of four inside: 250; copying: 164.
    private static int fourVectors(
            MemorySegment src, MemorySegment dst, long firstByte, int elements, float scale, byte[] bits, int bitsAt) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        int i = 0;
        for (; i <= elements - 4 * LANES; i += 4 * LANES) {
            long kept = (long) LONG.get(bits, bitsAt + (i >>> 3));
            long at = firstByte + (long) Float.BYTES * i;
            ZERO.blend(FloatVector.fromMemorySegment(FLOATS, src, at, ORDER).mul(scales), fromLong(FLOATS, kept))
                    .intoMemorySegment(dst, at, ORDER);
            ZERO.blend(
                            FloatVector.fromMemorySegment(FLOATS, src, at + BYTES, ORDER)
                                    .mul(scales),
                            fromLong(FLOATS, kept >>> LANES))
                    .intoMemorySegment(dst, at + BYTES, ORDER);
            ZERO.blend(
                            FloatVector.fromMemorySegment(FLOATS, src, at + 2 * BYTES, ORDER)
                                    .mul(scales),
                            fromLong(FLOATS, kept >>> (2 * LANES)))
                    .intoMemorySegment(dst, at + 2 * BYTES, ORDER);
            ZERO.blend(
                            FloatVector.fromMemorySegment(FLOATS, src, at + 3 * BYTES, ORDER)
                                    .mul(scales),
                            fromLong(FLOATS, kept >>> (3 * LANES)))
                    .intoMemorySegment(dst, at + 3 * BYTES, ORDER);
        }
        return i;
    }

    // Without mask registers a long of bits becomes a mask lane by lane; shifting them to the sign is one instruction.
    private static int oneVector(
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int start,
            int elements,
            float scale,
            byte[] bits,
            int bitsAt) {
        FloatVector scales = FloatVector.broadcast(FLOATS, scale);
        int i = start;
        for (; i <= elements - LANES; i += LANES) {
            int kept = (int) ((long) LONG.get(bits, bitsAt + (i >>> 3)) >>> (i & 7));
            long at = firstByte + (long) Float.BYTES * i;
            ZERO.blend(
                            FloatVector.fromMemorySegment(FLOATS, src, at, ORDER)
                                    .mul(scales),
                            IntVector.broadcast(INTS, kept)
                                    .lanewise(VectorOperators.LSHL, TO_SIGN)
                                    .compare(VectorOperators.LT, 0)
                                    .cast(FLOATS))
                    .intoMemorySegment(dst, at, ORDER);
        }
        return i;
    }
}
