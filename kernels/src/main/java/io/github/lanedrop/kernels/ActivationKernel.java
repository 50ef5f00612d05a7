package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * An activation on 32-bit floats.
 *
 * <pre>
 * forward:   dst[i]         = f(src[i])
 * backward:  srcGradient[i] = dstGradient[i] * f'(src[i])
 * </pre>
 *
 * <p>{@code elements} counts 32-bit floats in native memory, heap arrays or mapped files, little endian, of any alignment.
 * 0 elements do nothing; what becomes of NaN, infinities and zeros is said at {@link Activation}.
 *
 * <p><b>Aliasing.</b> What is written must be identical to or disjoint from each buffer that is read.
 *
 * <p><b>Threads and determinism.</b> All methods are static, keep no state and allocate nothing once warm where there is
 * one task. The bits depend on the arguments alone, never on the CPU, vector width, thread count or split; only a NaN's
 * payload may.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} if {@code elements} is out of range, a buffer too small, one to be
 * written read-only, or buffers overlap; {@link IllegalStateException} if an arena is closed; {@link WrongThreadException}
 * if it belongs to another thread, or to this one alone while there are several tasks; {@link NullPointerException} for
 * null. Everything is checked before the first write.
 */
public final class ActivationKernel {
    private static final MemorySegment NO_SUMS = MemorySegment.NULL;

    private ActivationKernel() {}

    /**
     * Applies an activation.
     *
     * @param activation the function
     * @param src its arguments
     * @param dst receives its values; may be {@code src}, if the backward pass does not need it
     * @param elements how many
     */
    public static void forward(Activation activation, MemorySegment src, MemorySegment dst, long elements) {
        forward(activation, src, dst, elements, Workers.NONE);
    }

    /**
     * Applies an activation, on the caller's executor.
     *
     * @param activation the function
     * @param src its arguments
     * @param dst receives its values; may be {@code src}, if the backward pass does not need it
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            Activation activation, MemorySegment src, MemorySegment dst, long elements, Workers workers) {
        Chain chain = Chain.ofActivation(activation);
        checkRead("src", src, "dst", dst, elements, workers);
        if (workers.tasks() == 1) { // a lambda may be allocated
            chain.forward(KeepBits.ALL_KEPT, DType.FLOAT32, 0, src, Chain.NO_BIAS, 1, dst, 0, elements);
        } else {
            workers.split(
                    elements,
                    Scratch.CHUNK,
                    (start, end) ->
                            chain.forward(KeepBits.ALL_KEPT, DType.FLOAT32, 0, src, Chain.NO_BIAS, 1, dst, start, end));
        }
    }

    /**
     * The gradient with respect to the arguments.
     *
     * @param activation the function
     * @param src its arguments
     * @param dstGradient the gradient with respect to its values
     * @param srcGradient receives the gradient with respect to its arguments; may be {@code src} or {@code dstGradient}
     * @param elements how many
     */
    public static void backward(
            Activation activation,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long elements) {
        backward(activation, src, dstGradient, srcGradient, elements, Workers.NONE);
    }

    /**
     * The gradient with respect to the arguments, on the caller's executor.
     *
     * @param activation the function
     * @param src its arguments
     * @param dstGradient the gradient with respect to its values
     * @param srcGradient receives the gradient with respect to its arguments; may be {@code src} or {@code dstGradient}
     * @param elements how many
     * @param workers who does it
     */
    public static void backward(
            Activation activation,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long elements,
            Workers workers) {
        Chain chain = Chain.ofActivation(activation);
        checkRead("src", src, "srcGradient", srcGradient, elements, workers);
        checkRead("dstGradient", dstGradient, "srcGradient", srcGradient, elements, workers);
        if (workers.tasks() == 1) {
            backward(chain, src, dstGradient, srcGradient, 0, elements);
        } else {
            workers.split(
                    elements,
                    Scratch.CHUNK,
                    (start, end) -> backward(chain, src, dstGradient, srcGradient, start, end));
        }
    }

    private static void backward(
            Chain chain,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long start,
            long end) {
        chain.backward(
                KeepBits.ALL_KEPT,
                DType.FLOAT32,
                0,
                src,
                Chain.NO_BIAS,
                1,
                dstGradient,
                srcGradient,
                start,
                end,
                false,
                NO_SUMS,
                0);
    }

    private static void checkRead(
            String readName,
            MemorySegment read,
            String writtenName,
            MemorySegment written,
            long elements,
            Workers workers) {
        Check.range(0, elements);
        Buffers.readable(readName, read, elements, workers);
        Buffers.writable(writtenName, written, elements, workers);
        Buffers.identicalOrDisjoint(readName, read, writtenName, written, elements);
    }
}
