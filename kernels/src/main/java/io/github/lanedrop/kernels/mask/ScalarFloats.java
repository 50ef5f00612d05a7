package io.github.lanedrop.kernels.mask;

/** Masks of a float an element to masks of a bit and back, element by element: the definition. */
public final class ScalarFloats {
    private ScalarFloats() {}

    /**
     * Bit {@code i} is 1 where float {@code i} is not 0, as that of NaN is and that of -0 is not; bits after the last one, up
     * to a whole byte, are 0.
     *
     * @param floats a float an element
     * @param elements how many
     * @param bits receives a bit an element
     * @param bitsAt the byte of the first
     */
    public static void pack(float[] floats, int elements, byte[] bits, int bitsAt) {
        for (int at = 0; at < elements; at += Byte.SIZE) {
            int eight = 0;
            for (int i = at; i < Math.min(at + Byte.SIZE, elements); i++) {
                eight |= (floats[i] != 0 ? 1 : 0) << (i - at);
            }
            bits[bitsAt + (at >>> 3)] = (byte) eight;
        }
    }

    /**
     * Float {@code i} is {@code kept} where bit {@code i} is 1, and +0 where it is 0.
     *
     * @param bits a bit an element
     * @param bitsAt the byte of the first
     * @param elements how many
     * @param kept what stands for a kept element
     * @param floats receives a float an element
     */
    public static void unpack(byte[] bits, int bitsAt, int elements, float kept, float[] floats) {
        for (int i = 0; i < elements; i++) {
            floats[i] = Bits.get(bits, 8 * bitsAt + i) == 1 ? kept : 0;
        }
    }
}
