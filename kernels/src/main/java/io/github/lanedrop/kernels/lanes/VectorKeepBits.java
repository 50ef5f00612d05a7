package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.INTS;

import io.github.lanedrop.rng.simd.Simd;
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
     * The bit of each lane, in an int that every lane has a copy of. Where memory does not keep the CPU waiting,
     * {@code ints.and(BIT).compare(EQ, BIT)} is faster than a mask of a long: what moves from general registers to masks is
     * one a cycle at most (Zen 5: copying and scaling 60 ns in 4,096 elements, this 64, masks of longs 79 to 92).
     */
    public static final IntVector BIT = bits(0);

    /** The same for the vector after that, where both fit into an int. */
    static final IntVector NEXT_BIT = bits(INTS.length());

    /**
     * Whether a mask is best made of a long. Without mask registers {@link #MASKS} has it: that is as fast as
     * {@link #TO_SIGN} or faster and takes 260 of C2's nodes instead of 1,600, of which it inlines 18,000 at once.
     */
    public static final boolean FROM_LONG = Simd.MASK_REGISTERS || INTS.length() > Byte.SIZE;

    /** Where {@link #FROM_LONG} is not so, all masks, from {@link #maskAt} on. */
    public static final boolean[] MASKS = FROM_LONG ? new boolean[0] : masks(INTS.length());

    private VectorKeepBits() {}

    private static IntVector bits(int first) {
        int[] bits = new int[INTS.length()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = 1 << (first + i);
        }
        return IntVector.fromArray(INTS, bits, 0);
    }

    private static boolean[] masks(int lanes) {
        boolean[] masks = new boolean[lanes * (1 << lanes)];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = ((i / lanes) >>> (i % lanes) & 1) != 0;
        }
        return masks;
    }

    /**
     * Where a mask is in {@link #MASKS}.
     *
     * @param kept keep bits, the first lane's lowest
     * @return the index of its first lane
     */
    public static int maskAt(long kept) {
        return ((int) kept & ((1 << INTS.length()) - 1)) * INTS.length();
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
