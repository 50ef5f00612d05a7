package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;

import io.github.lanedrop.rng.simd.Simd;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Keep bits to masks of lanes. */
final class VectorKeepBits {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** Moves the bit of each lane to the sign. */
    private static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    private VectorKeepBits() {}

    /** Keep bits from a bit on, at least 57 of them. */
    static long kept(byte[] bits, int bit) {
        return (long) LONG.get(bits, bit >>> 3) >>> (bit & 7);
    }

    // A vector may cross this call: it is far too small, and so are its callers, for C2 not to inline it.
    static VectorMask<Float> mask(long kept) {
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
