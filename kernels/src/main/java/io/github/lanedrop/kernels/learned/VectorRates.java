package io.github.lanedrop.kernels.learned;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.INTS;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/** {@link ScalarRates}, a vector at a time. Arrays hold 64 elements more: those past {@code count} are garbage. */
public final class VectorRates {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LANES = FLOATS.length();
    private static final int SIGN = 0x80000000;

    private VectorRates() {}

    /**
     * As {@link ScalarRates#keep}; bits after the last one are unspecified, up to a whole long.
     *
     * @param words random words, little endian
     * @param wordsAt the first byte of the first word
     * @param rates a probability to drop for each element
     * @param count how many elements
     * @param bits receives a bit an element, 1 for kept
     * @param bitsAt the byte of the first
     */
    public static void keep(byte[] words, int wordsAt, float[] rates, int count, byte[] bits, int bitsAt) {
        for (int i = 0; i < count; i += Long.SIZE) {
            long kept = 0;
            for (int k = 0; k < Long.SIZE; k += LANES) {
                // a product with a power of two is exact; what is 2^31 or more is an integer, and fits less 2^32
                FloatVector x =
                        FloatVector.fromArray(FLOATS, rates, i + k).max(0).mul(0x1p32f);
                x = x.sub(0x1p32f, x.compare(GE, 0x1p31f));
                IntVector whole = (IntVector) x.convertShape(F2I, INTS, 0);
                VectorMask<Integer> half = x.sub((FloatVector) whole.convertShape(I2F, FLOATS, 0))
                        .compare(GE, 0.5f)
                        .cast(INTS);
                IntVector threshold = whole.add(1, half).lanewise(XOR, SIGN);
                // x is now below 0 for rates from 1/2 on, and 0 or more for those from 1 on; NaN stays
                VectorMask<Float> below =
                        FloatVector.fromArray(FLOATS, rates, i + k).compare(LT, 1);
                VectorMask<Integer> above = ((IntVector)
                                ByteVector.fromArray(BYTES, words, wordsAt + Integer.BYTES * (i + k))
                                        .reinterpretShape(INTS, 0))
                        .lanewise(XOR, SIGN)
                        .compare(GE, threshold);
                kept |= above.and(below.cast(INTS)).toLong() << k;
            }
            LONG.set(bits, bitsAt + (i >>> 3), kept);
        }
    }
}
