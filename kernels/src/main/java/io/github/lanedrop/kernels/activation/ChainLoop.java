package io.github.lanedrop.kernels.activation;

import java.lang.foreign.MemorySegment;

/**
 * A chunk of elements through bias, activation and dropout, of which the bias and the dropout may be missing.
 *
 * <pre>
 * z         = src + bias
 * forward:  dst         = kept ? f(z) * scale : +0
 * backward: srcGradient = dy * f'(z)          dy = kept ? dstGradient * scale : +0
 * </pre>
 */
public interface ChainLoop {
    /**
     * As many whole vectors of a chunk as there are.
     *
     * @param src the elements
     * @param bias the bias
     * @param biasAt the index of the first element's bias
     * @param dst receives the results; may be {@code src}
     * @param firstByte where the chunk begins in the segments
     * @param elements how many
     * @param scale what kept elements are multiplied by
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     * @return how many elements are done; the rest is less than a vector
     */
    int forward(
            MemorySegment src,
            RepeatedBias bias,
            int biasAt,
            MemorySegment dst,
            long firstByte,
            int elements,
            float scale,
            byte[] bits,
            int bitsAt);

    /**
     * The first part of the backward pass of {@link ScalarActivation#GELU}, {@code e^(-z^2 / 2)}, and of
     * {@link ScalarActivation#GELU_TANH}, the sigmoid of its inner function without a sign, for as many whole vectors as there
     * are; others do nothing. With the rest in one method they would be too many operations for C2.
     *
     * @param src the elements of the forward pass
     * @param bias the bias
     * @param biasAt the index of the first element's bias
     * @param densities receives the first part, from its beginning on; native memory
     * @param firstByte where the chunk begins in {@code src}
     * @param elements how many
     */
    void densities(
            MemorySegment src, RepeatedBias bias, int biasAt, MemorySegment densities, long firstByte, int elements);

    /**
     * What the gradient will be multiplied by, for as many whole vectors as there are. ReLU clears the keep bits of the elements
     * that it does not select, or sets those of the others where nothing is dropped; the identity does nothing.
     *
     * @param src the elements of the forward pass
     * @param bias the bias
     * @param biasAt the index of the first element's bias
     * @param slopes holds what {@link #densities} has written, and receives {@code f'(z)}, but of ReLU and the identity
     * @param firstByte where the chunk begins in {@code src}
     * @param elements how many
     * @param bits keep bits, lowest bit first; element 0 is bit 0 of {@code bits[bitsAt]}
     * @param bitsAt the index of the first byte of keep bits
     */
    void slopes(
            MemorySegment src,
            RepeatedBias bias,
            int biasAt,
            MemorySegment slopes,
            long firstByte,
            int elements,
            byte[] bits,
            int bitsAt);

    /**
     * The last part of the backward pass, for about as many whole vectors as there are.
     *
     * @param slopes as {@link #slopes} has left them
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code src} or {@code dstGradient}
     * @param firstByte where the chunk begins in the gradients
     * @param elements how many
     * @param scale what kept elements were multiplied by
     * @param bits keep bits, as {@link #slopes} has left them
     * @param bitsAt the index of the first byte of keep bits
     * @return how many elements are done; the rest is less than two vectors
     */
    int backward(
            MemorySegment slopes,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long firstByte,
            int elements,
            float scale,
            byte[] bits,
            int bitsAt);
}
