package io.github.lanedrop.kernels.mask;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Masks of a byte an element to masks of a bit and back, a vector at a time; arrays have room for 64 elements more. */
public final class VectorBytes {
    /** Elements that may be read and written beyond the last one. */
    public static final int SLACK = 64;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LANES = BYTES.length();
    private static final ByteVector ZERO = ByteVector.zero(BYTES);
    private static final ByteVector ONE = ByteVector.broadcast(BYTES, 1);

    private VectorBytes() {}

    /**
     * As {@link ScalarBytes#pack}; bits after the last one are unspecified.
     *
     * @param bytes a byte an element
     * @param elements how many
     * @param bits receives a bit an element
     */
    public static void pack(byte[] bytes, int elements, byte[] bits) {
        for (int i = 0; i < elements; i += LANES) {
            long kept = ByteVector.fromArray(BYTES, bytes, i)
                    .compare(VectorOperators.NE, (byte) 0)
                    .toLong();
            int at = i >>> 3;
            if (LANES == 64) {
                LONG.set(bits, at, kept);
            } else if (LANES == 32) {
                INT.set(bits, at, (int) kept);
            } else {
                SHORT.set(bits, at, (short) kept);
            }
        }
    }

    /**
     * As {@link ScalarBytes#unpack}; bytes after the last one are unspecified.
     *
     * @param bits a bit an element
     * @param elements how many
     * @param bytes receives 0 or 1 an element
     */
    public static void unpack(byte[] bits, int elements, byte[] bytes) {
        for (int i = 0; i < elements; i += LANES) {
            long kept = (long) LONG.get(bits, i >>> 3);
            ZERO.blend(ONE, VectorMask.fromLong(BYTES, kept)).intoArray(bytes, i);
        }
    }
}
