package io.github.lanedrop.kernels.mask;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Random words to keep bits by a cut, word by word: the definition. */
public final class ScalarWords {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private ScalarWords() {}

    /**
     * Bit {@code k} is 1 where word {@code k}, little endian and unsigned, is above the limit.
     *
     * @param words the words
     * @param count how many
     * @param limit unsigned
     * @param bits receives a bit a word
     */
    public static void above(byte[] words, int count, int limit, byte[] bits) {
        for (int first = 0; first < count; first += Byte.SIZE) {
            int eight = 0;
            for (int k = first; k < Math.min(first + Byte.SIZE, count); k++) {
                int word = (int) INT.get(words, k * Integer.BYTES);
                eight |= (Integer.compareUnsigned(word, limit) > 0 ? 1 : 0) << (k - first);
            }
            bits[first >>> 3] = (byte) eight;
        }
    }
}
