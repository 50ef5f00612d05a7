package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.rng.simd.Lanes.INTS;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;

/** What makes keep bits masks of lanes. */
final class VectorKeepBits {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /**
     * Moves the bit of each lane to the sign: without mask registers a long becomes a mask lane by lane, and this is one
     * instruction. The lines that do it are repeated, since a method that returns a mask boxes it wherever C2 reaches its
     * limit of nodes just before.
     */
    static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    private VectorKeepBits() {}

    /** Keep bits from a bit on, at least 57 of them. */
    static long kept(byte[] bits, int bit) {
        return (long) LONG.get(bits, bit >>> 3) >>> (bit & 7);
    }
}
