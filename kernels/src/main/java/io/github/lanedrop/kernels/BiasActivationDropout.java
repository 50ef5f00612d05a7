package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Bias, activation and inverted dropout in one pass over memory, as they follow a linear layer.
 *
 * <pre>
 * forward:   z              = src[r][c] + bias[c]
 *            dst[r][c]      = kept(offset + r * columns + c) ? f(z) * scale : +0
 * backward:  dy             = kept(offset + r * columns + c) ? dstGradient[r][c] * scale : +0
 *            srcGradient    = dy * f'(z)
 *            biasGradient[c] = sum over r of srcGradient[r][c], in the order of {@link BiasKernel}
 * </pre>
 *
 * <p>The bits are those of {@link BiasKernel}, {@link ActivationKernel} and {@link DropoutKernel} one after the other. The
 * backward pass needs {@code src} and draws the mask again; neither {@code z} nor the activation nor the mask is stored.
 *
 * <p><b>Data types.</b> {@code src}, {@code dst} and their gradients are float32, bfloat16 or float16; the bias and its
 * gradient are float32 always, as is all arithmetic. Elements of 16 bits are widened, and each result is rounded once, at
 * the end: its bits are those of the chain on float32, rounded to the nearest, ties to even. So they are not quite those of
 * 16-bit kernels one after the other, which would round {@code z} and the activation too and end up to a few units in the
 * last place away. The bias gradient sums what is not yet rounded. Float64 is refused: the elementary functions of this
 * library are float32.
 *
 * <p><b>Parameters.</b> Buffers hold rows without gaps, in native memory, heap arrays or mapped files, little endian, of
 * any alignment. {@code offset} is the mask's index of the first element.
 *
 * <p><b>Edges.</b> Rates 0 and 1 draw nothing; at 1 the result is +0 everywhere, and the gradient is {@code 0 * f'(z)}, a
 * zero of either sign, or NaN where {@code z} is. No rows or no columns do nothing, but a bias gradient of no rows is +0.
 *
 * <p><b>Aliasing.</b> {@code dst} must be identical to {@code src} or disjoint, {@code srcGradient} identical to
 * {@code src} or {@code dstGradient} or disjoint; the bias and its gradient must be disjoint from all else that is written.
 *
 * <p><b>Threads and determinism.</b> All methods are static, keep no state and allocate nothing once warm where there is
 * one task. The bits depend on the arguments alone, never on the CPU, vector width, thread count or split; only a NaN's
 * payload may.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} if {@code offset} or a size is out of range, a buffer too small, one
 * to be written read-only, or buffers overlap; {@link IllegalStateException} if an arena is closed;
 * {@link WrongThreadException} if it belongs to another thread, or to this one alone while there are several tasks;
 * {@link NullPointerException} for null. Everything is checked before the first write.
 */
public final class BiasActivationDropout {
    private BiasActivationDropout() {}

    /**
     * Bias, activation and dropout.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param activation the function
     * @param src the rows
     * @param bias holds a float for each column
     * @param dst receives the result; may be {@code src}, if the backward pass does not need it
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     */
    public static void forward(
            MaskSource mask,
            long offset,
            Activation activation,
            MemorySegment src,
            MemorySegment bias,
            MemorySegment dst,
            long rows,
            int columns) {
        forward(mask, offset, activation, src, bias, dst, rows, columns, Workers.NONE);
    }

    /**
     * Bias, activation and dropout, on the caller's executor.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param activation the function
     * @param src the rows
     * @param bias holds a float for each column
     * @param dst receives the result; may be {@code src}, if the backward pass does not need it
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            long offset,
            Activation activation,
            MemorySegment src,
            MemorySegment bias,
            MemorySegment dst,
            long rows,
            int columns,
            Workers workers) {
        forward(mask, DType.FLOAT32, offset, activation, src, bias, dst, rows, columns, workers);
    }

    /**
     * Bias, activation and dropout on elements of any type that computes in float32, on the caller's executor.
     *
     * @param mask which elements are kept
     * @param type how an element of {@code src} and {@code dst} is stored; not float64
     * @param offset the mask's index of the first element
     * @param activation the function
     * @param src the rows
     * @param bias holds a float for each column
     * @param dst receives the result; may be {@code src}, if the backward pass does not need it
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            DType type,
            long offset,
            Activation activation,
            MemorySegment src,
            MemorySegment bias,
            MemorySegment dst,
            long rows,
            int columns,
            Workers workers) {
        Chain chain = Chain.of(activation);
        Shapes.computesInFloat32(type);
        long elements = Shapes.elements(rows, columns, 0);
        long bytes = elements * type.bytes();
        long biasBytes = (long) columns * Float.BYTES;
        MaskChecks.readable(mask, offset, elements, workers);
        Shapes.readable("src", src, type, rows, columns, workers);
        Shapes.readable("bias", bias, 1, columns, workers);
        Shapes.writable("dst", dst, type, rows, columns, workers);
        Check.identicalOrDisjoint("src", src, bytes, "dst", dst, bytes);
        Check.disjoint("bias", bias, biasBytes, "dst", dst, bytes);
        MaskChecks.disjoint(mask, offset + elements, "dst", dst, bytes);
        if (elements == 0) {
            return;
        }
        if (workers.tasks() == 1) { // a lambda may be allocated
            chain.forward(mask, type, offset, src, bias, columns, dst, 0, elements);
        } else {
            workers.split(
                    elements,
                    Scratch.CHUNK,
                    (start, end) -> chain.forward(mask, type, offset, src, bias, columns, dst, start, end));
        }
    }

    /**
     * The gradients with respect to the rows and the bias.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param activation the function
     * @param src the rows of the forward pass
     * @param bias the bias of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient} or {@code src}
     * @param biasGradient receives the gradient with respect to {@code bias}
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     */
    public static void backward(
            MaskSource mask,
            long offset,
            Activation activation,
            MemorySegment src,
            MemorySegment bias,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment biasGradient,
            long rows,
            int columns) {
        backward(
                mask,
                offset,
                activation,
                src,
                bias,
                dstGradient,
                srcGradient,
                biasGradient,
                rows,
                columns,
                Workers.NONE);
    }

    /**
     * The gradients with respect to the rows and the bias, on the caller's executor.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param activation the function
     * @param src the rows of the forward pass
     * @param bias the bias of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient} or {@code src}
     * @param biasGradient receives the gradient with respect to {@code bias}
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     * @param workers who does it; a task for each 16,384 elements is of use, up to 16
     */
    public static void backward(
            MaskSource mask,
            long offset,
            Activation activation,
            MemorySegment src,
            MemorySegment bias,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment biasGradient,
            long rows,
            int columns,
            Workers workers) {
        backward(
                mask,
                DType.FLOAT32,
                offset,
                activation,
                src,
                bias,
                dstGradient,
                srcGradient,
                biasGradient,
                rows,
                columns,
                workers);
    }

    /**
     * The gradients with respect to the rows, of any type that computes in float32, and the bias, on the caller's executor.
     *
     * @param mask the source of the forward pass
     * @param type how an element of {@code src} and of both its gradients is stored; not float64
     * @param offset the offset of the forward pass
     * @param activation the function
     * @param src the rows of the forward pass
     * @param bias the bias of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient} or {@code src}
     * @param biasGradient receives the gradient with respect to {@code bias}, in float32
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     * @param workers who does it; a task for each 16,384 elements is of use, up to 16
     */
    public static void backward(
            MaskSource mask,
            DType type,
            long offset,
            Activation activation,
            MemorySegment src,
            MemorySegment bias,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment biasGradient,
            long rows,
            int columns,
            Workers workers) {
        Chain chain = Chain.of(activation);
        Shapes.computesInFloat32(type);
        long elements = Shapes.elements(rows, columns, 0);
        ColumnSums.check(rows, columns);
        long bytes = elements * type.bytes();
        long biasBytes = (long) columns * Float.BYTES;
        MaskChecks.readable(mask, offset, elements, workers);
        Shapes.readable("src", src, type, rows, columns, workers);
        Shapes.readable("bias", bias, 1, columns, workers);
        Shapes.readable("dstGradient", dstGradient, type, rows, columns, workers);
        Shapes.writable("srcGradient", srcGradient, type, rows, columns, workers);
        Shapes.writable("biasGradient", biasGradient, 1, columns, workers);
        Check.identicalOrDisjoint("src", src, bytes, "srcGradient", srcGradient, bytes);
        Check.identicalOrDisjoint("dstGradient", dstGradient, bytes, "srcGradient", srcGradient, bytes);
        Check.disjoint("bias", bias, biasBytes, "srcGradient", srcGradient, bytes);
        Check.disjoint("bias", bias, biasBytes, "biasGradient", biasGradient, biasBytes);
        Check.disjoint("src", src, bytes, "biasGradient", biasGradient, biasBytes);
        Check.disjoint("dstGradient", dstGradient, bytes, "biasGradient", biasGradient, biasBytes);
        Check.disjoint("srcGradient", srcGradient, bytes, "biasGradient", biasGradient, biasBytes);
        MaskChecks.disjoint(mask, offset + elements, "srcGradient", srcGradient, bytes);
        MaskChecks.disjoint(mask, offset + elements, "biasGradient", biasGradient, biasBytes);
        if (columns == 0) {
            return;
        }
        int parts = ColumnSums.parts(rows, columns);
        ColumnSums sums = ColumnSums.POOL.borrow();
        sums.begin(parts, columns, false);
        if (workers.tasks() == 1) {
            run(chain, mask, type, offset, src, bias, dstGradient, srcGradient, rows, columns, sums, 0, parts);
        } else {
            workers.split(
                    parts,
                    1,
                    (start, end) -> run(
                            chain,
                            mask,
                            type,
                            offset,
                            src,
                            bias,
                            dstGradient,
                            srcGradient,
                            rows,
                            columns,
                            sums,
                            start,
                            end));
        }
        sums.store(parts, columns, biasGradient);
        ColumnSums.POOL.giveBack(sums);
    }

    private static void run(
            Chain chain,
            MaskSource mask,
            DType type,
            long offset,
            MemorySegment src,
            MemorySegment bias,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long rows,
            int columns,
            ColumnSums sums,
            long startPart,
            long endPart) {
        int parts = ColumnSums.parts(rows, columns);
        for (long part = startPart; part < endPart; part++) {
            chain.backward(
                    mask,
                    type,
                    offset,
                    src,
                    bias,
                    columns,
                    dstGradient,
                    srcGradient,
                    ColumnSums.row(part, parts, rows) * columns,
                    ColumnSums.row(part + 1, parts, rows) * columns,
                    true,
                    sums.sums,
                    ColumnSums.at(part, columns));
        }
    }
}
