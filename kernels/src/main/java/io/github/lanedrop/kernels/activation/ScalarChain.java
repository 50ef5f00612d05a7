package io.github.lanedrop.kernels.activation;

/** A chain on arrays, element by element: the definition. */
public final class ScalarChain {
    private ScalarChain() {}

    /**
     * {@code dst = kept ? f(src + bias) * scale : +0}.
     *
     * @param links what there is
     * @param src the elements of a chunk
     * @param bias the bias
     * @param biasAt the index of the bias of the chunk's first element
     * @param dst receives the results; may be {@code src}
     * @param start the first element
     * @param end the element after the last
     * @param scale what kept elements are multiplied by
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     */
    public static void forward(
            Links links,
            float[] src,
            RepeatedBias bias,
            int biasAt,
            float[] dst,
            int start,
            int end,
            float scale,
            byte[] bits,
            int bitsAt) {
        for (int i = start; i < end; i++) {
            float y = links.activation().forward(links.bias() ? src[i] + bias.of(biasAt, i) : src[i]);
            dst[i] = links.dropout() ? select(y * scale, bits, bitsAt, i) : y;
        }
    }

    /**
     * {@code srcGradient = dy * f'(src + bias)} with {@code dy = kept ? dstGradient * scale : +0}.
     *
     * @param links what there is
     * @param src the elements of a chunk
     * @param bias the bias
     * @param biasAt the index of the bias of the chunk's first element
     * @param dstGradient the gradient with respect to the result
     * @param srcGradient receives the gradient; may be one of the others
     * @param start the first element
     * @param end the element after the last
     * @param scale what kept elements were multiplied by
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     */
    public static void backward(
            Links links,
            float[] src,
            RepeatedBias bias,
            int biasAt,
            float[] dstGradient,
            float[] srcGradient,
            int start,
            int end,
            float scale,
            byte[] bits,
            int bitsAt) {
        for (int i = start; i < end; i++) {
            float z = links.bias() ? src[i] + bias.of(biasAt, i) : src[i];
            float dy = links.dropout() ? select(dstGradient[i] * scale, bits, bitsAt, i) : dstGradient[i];
            srcGradient[i] = links.activation().backward(z, dy);
        }
    }

    /** {@code kept ? scaled : +0}, by bits: a branch on random ones would be guessed wrong at the rate. */
    private static float select(float scaled, byte[] bits, int bitsAt, int element) {
        int kept = (bits[bitsAt + (element >>> 3)] >>> (element & 7)) & 1;
        return Float.intBitsToFloat(Float.floatToRawIntBits(scaled) & -kept);
    }
}
