package io.github.lanedrop.kernels.mask;

import static io.github.lanedrop.rng.simd.Lanes.BYTES;
import static io.github.lanedrop.rng.simd.Lanes.INTS;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Random words to keep bits by a cut, a vector at a time. */
public final class VectorWords {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int WORDS = BYTES.length() / Integer.BYTES;

    private VectorWords() {}

    /**
     * As {@link ScalarWords#above}, but reads 64 words at a time; bits after the last one are unspecified.
     *
     * @param words the words
     * @param count how many
     * @param limit unsigned
     * @param bits receives a bit a word
     */
    public static void above(byte[] words, int count, int limit, byte[] bits) {
        for (int first = 0; first < count; first += Long.SIZE) {
            long kept = 0;
            for (int k = 0; k < Long.SIZE; k += WORDS) {
                kept |= ((IntVector) ByteVector.fromArray(BYTES, words, (first + k) * Integer.BYTES)
                                        .reinterpretShape(INTS, 0))
                                .compare(VectorOperators.UGT, limit)
                                .toLong()
                        << k;
            }
            LONG.set(bits, first >>> 3, kept);
        }
    }
}
