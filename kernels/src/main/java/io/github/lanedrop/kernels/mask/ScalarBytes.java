package io.github.lanedrop.kernels.mask;

/** Masks of a byte an element to masks of a bit and back, element by element: the definition. */
public final class ScalarBytes {
    private ScalarBytes() {}

    /**
     * Bit {@code i} is 1 where byte {@code i} is not 0; bits after the last one, up to a whole byte, are 0.
     *
     * @param bytes a byte an element
     * @param elements how many
     * @param bits receives a bit an element
     */
    public static void pack(byte[] bytes, int elements, byte[] bits) {
        for (int at = 0; at < elements; at += Byte.SIZE) {
            int eight = 0;
            for (int i = at; i < Math.min(at + Byte.SIZE, elements); i++) {
                eight |= (bytes[i] != 0 ? 1 : 0) << (i - at);
            }
            bits[at >>> 3] = (byte) eight;
        }
    }

    /**
     * Byte {@code i} is bit {@code i}, 0 or 1.
     *
     * @param bits a bit an element
     * @param elements how many
     * @param bytes receives 0 or 1 an element
     */
    public static void unpack(byte[] bits, int elements, byte[] bytes) {
        for (int i = 0; i < elements; i++) {
            bytes[i] = (byte) Bits.get(bits, i);
        }
    }
}
