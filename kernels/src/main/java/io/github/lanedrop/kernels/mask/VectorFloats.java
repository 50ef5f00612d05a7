package io.github.lanedrop.kernels.mask;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.NE;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Masks of a float an element to masks of a bit and back, a long of bits at a time; arrays have room for 64 elements more. */
public final class VectorFloats {
    /** Elements that may be read and written beyond the last one. */
    public static final int SLACK = 64;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LANES = FLOATS.length();
    /** Moves the bit of each lane to the sign. */
    private static final IntVector TO_SIGN =
            IntVector.broadcast(INTS, 31).sub(IntVector.zero(INTS).addIndex(1));

    private VectorFloats() {}

    /**
     * As {@link ScalarFloats#pack}; bits after the last one are unspecified, up to a whole long.
     *
     * @param floats a float an element
     * @param elements how many
     * @param bits receives a bit an element
     * @param bitsAt the byte of the first
     */
    public static void pack(float[] floats, int elements, byte[] bits, int bitsAt) {
        for (int i = 0; i < elements; i += Long.SIZE) {
            long kept = 0;
            for (int k = 0; k < Long.SIZE; k += LANES) {
                kept |= FloatVector.fromArray(FLOATS, floats, i + k)
                                .compare(NE, 0f)
                                .toLong()
                        << k;
            }
            LONG.set(bits, bitsAt + (i >>> 3), kept);
        }
    }

    /**
     * As {@link ScalarFloats#unpack}; floats after the last one are unspecified.
     *
     * @param bits a bit an element
     * @param bitsAt the byte of the first
     * @param elements how many
     * @param kept what stands for a kept element
     * @param floats receives a float an element
     */
    public static void unpack(byte[] bits, int bitsAt, int elements, float kept, float[] floats) {
        int keptBits = Float.floatToRawIntBits(kept);
        for (int i = 0; i < elements; i += Long.SIZE) {
            long word = (long) LONG.get(bits, bitsAt + (i >>> 3));
            for (int k = 0; k < Long.SIZE; k += LANES) {
                IntVector.broadcast(INTS, (int) (word >>> k))
                        .lanewise(LSHL, TO_SIGN)
                        .lanewise(ASHR, 31)
                        .and(keptBits)
                        .viewAsFloatingLanes()
                        .intoArray(floats, i + k);
            }
        }
    }
}
