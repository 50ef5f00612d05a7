package io.github.lanedrop.kernels.learned;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Keep bits of elements that each have a rate, one by one: the definition. */
public final class ScalarRates {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private ScalarRates() {}

    /**
     * Element {@code i} is kept when word {@code i}, unsigned, is at least {@code floor(rate * 2^32 + 1/2)}.
     *
     * @param words random words, little endian
     * @param wordsAt the first byte of the first word
     * @param rates a probability to drop for each element
     * @param count how many elements
     * @param bits receives a bit an element, 1 for kept, and 0 up to a whole byte
     * @param bitsAt the byte of the first
     */
    public static void keep(byte[] words, int wordsAt, float[] rates, int count, byte[] bits, int bitsAt) {
        for (int i = 0; i < count; i += Byte.SIZE) {
            int eight = 0;
            for (int k = i; k < Math.min(count, i + Byte.SIZE); k++) {
                long word = (int) INT.get(words, wordsAt + Integer.BYTES * k) & 0xFFFFFFFFL;
                double threshold = Math.floor(rates[k] * 0x1p32 + 0.5); // in double; NaN is below no word
                eight |= word >= threshold ? 1 << (k - i) : 0;
            }
            bits[bitsAt + (i >>> 3)] = (byte) eight;
        }
    }
}
