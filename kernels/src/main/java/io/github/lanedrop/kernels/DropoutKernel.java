package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Operation;
import java.lang.foreign.MemorySegment;

/**
 * Inverted dropout: zeroes elements by a mask and scales the rest, in one pass over memory.
 *
 * <pre>
 * forward:   dst[k] = kept(offset + k) ? src[k] * scale : +0
 * backward:  the same on the gradient
 * </pre>
 *
 * <p><b>Parameters.</b> {@code offset} is the logical row-major index, in the mask, of the first element of the buffers,
 * 0 to 2^63 - 1; so any slice of a tensor can be done alone, in any order, on any thread, and gets the same bits.
 * {@code elements} counts elements of {@code type}, float32 where none is given, in native memory, heap arrays or mapped
 * files, little endian, of any alignment. The scale is computed in double and rounded once to the type it is applied in.
 *
 * <p><b>Edges.</b> Rate 0 copies every bit and draws nothing; rate 1 writes +0 and draws nothing; 0 elements do nothing.
 * A dropped element is +0 whatever it was, NaN and infinities included; a kept one is multiplied as IEEE 754 says:
 * NaN keeps its payload, infinities and -0 pass, finite values may overflow.
 *
 * <p><b>Aliasing.</b> {@code src} and {@code dst} must be identical or disjoint; {@code keepBits} must be disjoint from
 * both.
 *
 * <p><b>Threads and determinism.</b> All methods are static, keep no state and allocate nothing once warm where there is
 * one task. The bits depend on the arguments alone, never on the CPU, vector width, thread count or split.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} if {@code offset} or {@code elements} is out of range, a buffer too
 * small, one to be written read-only, or buffers overlap; {@link IllegalStateException} if an arena is closed;
 * {@link WrongThreadException} if it belongs to another thread, or to this one alone while there are several tasks;
 * {@link NullPointerException} for null. Everything is checked before the first write.
 *
 * <p>Source: N. Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15 (2014).
 */
public final class DropoutKernel {
    /** Shared by all that select and scale. */
    static final Elementwise SCALE_SELECT = new Elementwise(Operation.SCALE_SELECT);

    private DropoutKernel() {}

    /**
     * Drops and scales.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param src the activations
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     */
    public static void forward(MaskSource mask, long offset, MemorySegment src, MemorySegment dst, long elements) {
        forward(mask, offset, src, dst, elements, Workers.NONE);
    }

    /**
     * Drops and scales, on the caller's executor.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param src the activations, of a shared, automatic or heap arena
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask, long offset, MemorySegment src, MemorySegment dst, long elements, Workers workers) {
        forward(mask, DType.FLOAT32, offset, src, dst, elements, workers);
    }

    /**
     * Drops and scales elements of any type, on the caller's executor.
     *
     * @param mask which elements are kept
     * @param type how an element is stored
     * @param offset the mask's index of the first element
     * @param src the activations, of a shared, automatic or heap arena if there are several tasks
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            Workers workers) {
        SCALE_SELECT.run(mask, offset, type, "src", src, "dst", dst, elements, mask.scale(), 0, 0, workers);
    }

    /**
     * Drops and scales, and writes the mask on the way.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param src the activations
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     * @param keepBits receives {@code ceil(elements / 8)} bytes, bit {@code k} for element {@code offset + k}, 1 for
     *     kept; unused bits of the last byte are 0
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            MemorySegment keepBits,
            Workers workers) {
        forward(mask, DType.FLOAT32, offset, src, dst, elements, keepBits, workers);
    }

    /**
     * Drops and scales elements of any type, and writes the mask on the way.
     *
     * @param mask which elements are kept
     * @param type how an element is stored
     * @param offset the mask's index of the first element
     * @param src the activations
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     * @param keepBits receives {@code ceil(elements / 8)} bytes, bit {@code k} for element {@code offset + k}, 1 for
     *     kept; unused bits of the last byte are 0
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            MemorySegment keepBits,
            Workers workers) {
        Elementwise.check(mask, offset, type, "src", src, "dst", dst, elements, workers);
        checkKeepBits(keepBits, elements, workers);
        long bytes = Check.bytes(type, elements);
        long bitsBytes = Check.keepBitsBytes(elements);
        Check.disjoint("keepBits", keepBits, bitsBytes, "src", src, bytes);
        Check.disjoint("keepBits", keepBits, bitsBytes, "dst", dst, bytes);
        MaskChecks.disjoint(mask, offset + elements, "keepBits", keepBits, bitsBytes);
        SCALE_SELECT.split(mask, offset, type, src, src, dst, keepBits, elements, mask.scale(), 0, 0, workers);
    }

    /**
     * The gradient with respect to the input: the same mask and scale on the gradient with respect to the output.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient}
     * @param elements how many
     */
    public static void backward(
            MaskSource mask, long offset, MemorySegment dstGradient, MemorySegment srcGradient, long elements) {
        backward(mask, offset, dstGradient, srcGradient, elements, Workers.NONE);
    }

    /**
     * The gradient with respect to the input, on the caller's executor.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient}
     * @param elements how many
     * @param workers who does it
     */
    public static void backward(
            MaskSource mask,
            long offset,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long elements,
            Workers workers) {
        backward(mask, DType.FLOAT32, offset, dstGradient, srcGradient, elements, workers);
    }

    /**
     * The gradient with respect to the input, of any type, on the caller's executor.
     *
     * @param mask the source of the forward pass
     * @param type how an element is stored
     * @param offset the offset of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient}
     * @param elements how many
     * @param workers who does it
     */
    public static void backward(
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long elements,
            Workers workers) {
        SCALE_SELECT.run(
                mask,
                offset,
                type,
                "dstGradient",
                dstGradient,
                "srcGradient",
                srcGradient,
                elements,
                mask.scale(),
                0,
                0,
                workers);
    }

    /**
     * Writes the mask alone.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param keepBits receives {@code ceil(elements / 8)} bytes, bit {@code k} for element {@code offset + k}, 1 for
     *     kept; unused bits of the last byte are 0
     * @param elements how many
     */
    public static void keepBits(MaskSource mask, long offset, MemorySegment keepBits, long elements) {
        keepBits(mask, offset, keepBits, elements, Workers.NONE);
    }

    /**
     * Writes the mask alone, on the caller's executor.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param keepBits receives {@code ceil(elements / 8)} bytes, bit {@code k} for element {@code offset + k}, 1 for
     *     kept; unused bits of the last byte are 0
     * @param elements how many
     * @param workers who does it
     */
    public static void keepBits(MaskSource mask, long offset, MemorySegment keepBits, long elements, Workers workers) {
        MaskChecks.readable(mask, offset, elements, workers);
        checkKeepBits(keepBits, elements, workers);
        MaskChecks.disjoint(mask, offset + elements, "keepBits", keepBits, Check.keepBitsBytes(elements));
        if (workers.tasks() == 1) { // a lambda may be allocated
            KeepBits.export(mask, offset, keepBits, 0, elements);
        } else {
            workers.share(elements, Scratch.CHUNK, (start, end) -> KeepBits.export(mask, offset, keepBits, start, end));
        }
    }

    private static void checkKeepBits(MemorySegment keepBits, long elements, Workers workers) {
        Check.writable("keepBits", keepBits, Check.keepBitsBytes(elements), elements, "bits");
        Check.sharedWith(workers, "keepBits", keepBits);
    }

    /** Elements {@code start} to {@code end}, exclusive, of arguments that were checked. */
    static void range(
            MaskSource mask, long offset, DType type, MemorySegment src, MemorySegment dst, long start, long end) {
        SCALE_SELECT.range(mask, offset, type, src, src, dst, Elementwise.NO_KEEP_BITS, start, end, mask.scale(), 0, 0);
    }
}
