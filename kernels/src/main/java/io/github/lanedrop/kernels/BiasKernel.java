package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * A bias that is added to every row, on 32-bit floats.
 *
 * <pre>
 * forward:   dst[r][c]       = src[r][c] + bias[c]
 * backward:  biasGradient[c] = sum over r of dstGradient[r][c]
 * </pre>
 *
 * <p>The gradient with respect to {@code src} is {@code dstGradient} itself. Its sums have an order that the numbers of rows
 * and columns alone decide: the rows are cut into up to 16 parts, the greatest power of two that leaves each a row and
 * 16,384 elements on average; each part is summed from its first row to its last, from +0 on, and the parts are added in a
 * tree, the upper half to the lower until one is left.
 *
 * <p>Buffers hold rows without gaps, in native memory, heap arrays or mapped files, little endian, of any alignment. No
 * rows or no columns do nothing, but a gradient of no rows is +0.
 *
 * <p><b>Aliasing.</b> {@code dst} must be identical to {@code src} or disjoint, and disjoint from {@code bias};
 * {@code biasGradient} disjoint from {@code dstGradient}.
 *
 * <p><b>Threads and determinism.</b> All methods are static, keep no state and allocate nothing once warm where there is
 * one task. The bits depend on the arguments alone, never on the CPU, vector width, thread count or split; only a NaN's
 * payload may.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} if a size is out of range, a buffer too small, one to be written
 * read-only, or buffers overlap; {@link IllegalStateException} if an arena is closed; {@link WrongThreadException} if it
 * belongs to another thread, or to this one alone while there are several tasks; {@link NullPointerException} for null.
 * Everything is checked before the first write.
 */
public final class BiasKernel {
    private BiasKernel() {}

    /**
     * Adds the bias to every row.
     *
     * @param src the rows
     * @param bias holds a float for each column
     * @param dst receives the sums; may be {@code src}
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     */
    public static void forward(MemorySegment src, MemorySegment bias, MemorySegment dst, long rows, int columns) {
        forward(src, bias, dst, rows, columns, Workers.NONE);
    }

    /**
     * Adds the bias to every row, on the caller's executor.
     *
     * @param src the rows
     * @param bias holds a float for each column
     * @param dst receives the sums; may be {@code src}
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     * @param workers who does it
     */
    public static void forward(
            MemorySegment src, MemorySegment bias, MemorySegment dst, long rows, int columns, Workers workers) {
        long elements = Shapes.elements(rows, columns, 0);
        Shapes.readable("src", src, rows, columns, workers);
        Shapes.readable("bias", bias, 1, columns, workers);
        Shapes.writable("dst", dst, rows, columns, workers);
        long bytes = elements * Float.BYTES;
        Check.identicalOrDisjoint("src", src, bytes, "dst", dst, bytes);
        Check.disjoint("bias", bias, (long) columns * Float.BYTES, "dst", dst, bytes);
        Chain chain = Chain.ofBias();
        if (elements == 0) {
            return;
        }
        if (workers.tasks() == 1) { // a lambda may be allocated
            chain.forward(KeepBits.ALL_KEPT, DType.FLOAT32, 0, src, bias, columns, dst, 0, elements);
        } else {
            workers.split(
                    elements,
                    Scratch.CHUNK,
                    (start, end) ->
                            chain.forward(KeepBits.ALL_KEPT, DType.FLOAT32, 0, src, bias, columns, dst, start, end));
        }
    }

    /**
     * The gradient with respect to the bias.
     *
     * @param dstGradient the gradient with respect to {@code dst}
     * @param biasGradient receives the gradient with respect to the bias
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     */
    public static void backward(MemorySegment dstGradient, MemorySegment biasGradient, long rows, int columns) {
        backward(dstGradient, biasGradient, rows, columns, Workers.NONE);
    }

    /**
     * The gradient with respect to the bias, on the caller's executor.
     *
     * @param dstGradient the gradient with respect to {@code dst}
     * @param biasGradient receives the gradient with respect to the bias
     * @param rows how many rows, 0 or more
     * @param columns how many columns, 0 or more
     * @param workers who does it
     */
    public static void backward(
            MemorySegment dstGradient, MemorySegment biasGradient, long rows, int columns, Workers workers) {
        long elements = Shapes.elements(rows, columns, 0);
        ColumnSums.check(rows, columns);
        Shapes.readable("dstGradient", dstGradient, rows, columns, workers);
        Shapes.writable("biasGradient", biasGradient, 1, columns, workers);
        Check.disjoint(
                "dstGradient",
                dstGradient,
                elements * Float.BYTES,
                "biasGradient",
                biasGradient,
                (long) columns * Float.BYTES);
        if (columns == 0) {
            return;
        }
        int parts = ColumnSums.parts(rows, columns);
        ColumnSums sums = ColumnSums.POOL.borrow();
        sums.begin(parts, columns, false);
        if (workers.tasks() == 1) {
            sum(dstGradient, rows, columns, sums, 0, parts);
        } else {
            workers.split(parts, 1, (start, end) -> sum(dstGradient, rows, columns, sums, start, end));
        }
        sums.store(parts, columns, biasGradient);
        ColumnSums.POOL.giveBack(sums);
    }

    private static void sum(
            MemorySegment dstGradient, long rows, int columns, ColumnSums sums, long startPart, long endPart) {
        int parts = ColumnSums.parts(rows, columns);
        Scratch scratch = Scratch.POOL.borrow();
        for (long part = startPart; part < endPart; part++) {
            long end = ColumnSums.row(part + 1, parts, rows) * columns;
            for (long at = ColumnSums.row(part, parts, rows) * columns; at < end; at += Scratch.CHUNK) {
                int elements = (int) Math.min(Scratch.CHUNK, end - at);
                ColumnSums.add(dstGradient, at, elements, columns, sums.sums, ColumnSums.at(part, columns), scratch);
            }
        }
        Scratch.POOL.giveBack(scratch);
    }
}
