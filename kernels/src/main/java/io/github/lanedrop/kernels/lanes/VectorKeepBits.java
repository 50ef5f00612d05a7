package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.INTS;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;

/** What makes keep bits masks of lanes. */
public final class VectorKeepBits {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /**
     * Moves the bit of each lane to the sign: without mask registers a long becomes a mask lane by lane, and this is one
     * instruction. The lines that do it are repeated, since a method that returns a mask boxes it wherever C2 reaches its
     * limit of nodes just before.
     */
    public static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    /**
     * The bit of each lane. A lane is kept where {@code bits and BIT = BIT}, which takes 900 of C2's nodes less than a shift by
     * {@link #TO_SIGN} and is as fast.
     */
    public static final IntVector BIT = bitOfLane(1, 0);

    private VectorKeepBits() {}

    /** The bits of lanes that are {@code step} bits apart, from one on. */
    static IntVector bitOfLane(int step, int first) {
        int[] bits = new int[INTS.length()];
        for (int lane = 0; lane < bits.length; lane++) {
            bits[lane] = 1 << (step * lane + first);
        }
        return IntVector.fromArray(INTS, bits, 0);
    }

    /**
     * Keep bits from a bit on, at least 57 of them.
     *
     * @param bits keep bits, and 8 bytes after them
     * @param bit the first one's index
     * @return the bits, the first one lowest
     */
    public static long kept(byte[] bits, int bit) {
        return (long) LONG.get(bits, bit >>> 3) >>> (bit & 7);
    }

    /**
     * Keep bits of a few whole bytes.
     *
     * @param bits keep bits
     * @param at the index of the first byte
     * @param bytes how many: 1, 2 or 4, a constant where this is called
     * @return the bits, the first one lowest; above them are copies of the last
     */
    static int ofBytes(byte[] bits, int at, int bytes) {
        return switch (bytes) {
            case 4 -> (int) INT.get(bits, at);
            case 2 -> (short) SHORT.get(bits, at);
            default -> bits[at];
        };
    }
}
