package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Inverted dropout, a residual and layer normalisation on rows of 32-bit floats in one pass over memory, as they follow
 * each part of a transformer.
 *
 * <pre>
 * forward:   sum[r][c] = residual[r][c] + (kept(offset + r * columns + c) ? src[r][c] * scale : +0)
 *            dst       = the layer normalisation of sum, with its mean and rstd
 * backward:  residualGradient  = the gradient of the normalisation [+ sumGradient]
 *            srcGradient[r][c] = kept(offset + r * columns + c) ? residualGradient[r][c] * scale : +0
 *            gammaGradient, betaGradient as in {@link LayerNormKernel}
 * </pre>
 *
 * <p>The bits are those of {@link DropoutKernel}, the addition, and {@link LayerNormKernel} one after the other. The
 * backward pass needs {@code sum}, {@code mean} and {@code rstd} and draws the mask again.
 *
 * <p>Networks that normalise after the residual go on with {@code dst} alone. Those that normalise before the next part,
 * with {@code dst} as its input and with {@code sum} as its residual: what comes back on that way is {@code sumGradient}.
 *
 * <p><b>Parameters.</b> Buffers hold rows without gaps, in native memory, heap arrays or mapped files, little endian, of
 * any alignment; {@code mean} and {@code rstd} hold a float for each row. {@code offset} is the mask's index of the first
 * element.
 *
 * <p><b>Edges.</b> Rates 0 and 1 draw nothing; at 1 the residual alone is normalised. No rows do nothing, but gradients of
 * no rows are +0.
 *
 * <p><b>Aliasing.</b> What is written must be disjoint from all else, except that {@code sum} or {@code dst} may each be
 * {@code src} or {@code residual}, and {@code residualGradient} or {@code srcGradient} may each be {@code sum},
 * {@code dstGradient} or {@code sumGradient}.
 *
 * <p><b>Threads and determinism.</b> All methods are static, keep no state and allocate nothing once warm. The bits
 * depend on the arguments alone, never on the CPU, vector width, thread count or split; only a NaN's payload may.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} if {@code offset} or a size is out of range, a buffer too small, one
 * to be written read-only, or buffers overlap; {@link IllegalStateException} if an arena is closed;
 * {@link WrongThreadException} if it belongs to another thread, or to this one alone while there are several tasks;
 * {@link NullPointerException} for null. Everything is checked before the first write.
 *
 * <p>Source: A. Vaswani et al., "Attention Is All You Need", 2017, section 5.4.
 */
public final class DropoutResidualLayerNorm {
    private DropoutResidualLayerNorm() {}

    /**
     * Dropout, residual and normalisation, without keeping the sum: for a pass that has no backward.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param norm the parameters of the normalisation
     * @param src the rows to drop from
     * @param residual the rows they are added to
     * @param dst receives the normalised rows; may be {@code src} or {@code residual}
     * @param mean receives the mean of each row of the sum
     * @param rstd receives the inverse of the standard deviation of each row of the sum
     * @param rows how many rows, 0 or more
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment src,
            MemorySegment residual,
            MemorySegment dst,
            MemorySegment mean,
            MemorySegment rstd,
            long rows,
            Workers workers) {
        check(mask, offset, norm, src, residual, dst, mean, rstd, rows, workers);
        split(
                mask, offset, norm, src, residual, dst, dst, mean, rstd, rows,
                workers); // the sum is where the result will be
    }

    /**
     * Dropout, residual and normalisation.
     *
     * @param mask which elements are kept
     * @param offset the mask's index of the first element
     * @param norm the parameters of the normalisation
     * @param src the rows to drop from
     * @param residual the rows they are added to
     * @param sum receives the sum; may be {@code src} or {@code residual}
     * @param dst receives the normalised rows; may be {@code src} or {@code residual}
     * @param mean receives the mean of each row of the sum
     * @param rstd receives the inverse of the standard deviation of each row of the sum
     * @param rows how many rows, 0 or more
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment src,
            MemorySegment residual,
            MemorySegment sum,
            MemorySegment dst,
            MemorySegment mean,
            MemorySegment rstd,
            long rows,
            Workers workers) {
        check(mask, offset, norm, src, residual, dst, mean, rstd, rows, workers);
        int columns = norm.columns();
        long bytes = rows * columns * Float.BYTES;
        Shapes.writable("sum", sum, rows, columns, workers);
        Check.identicalOrDisjoint("src", src, bytes, "sum", sum, bytes);
        Check.identicalOrDisjoint("residual", residual, bytes, "sum", sum, bytes);
        Check.disjoint("sum", sum, bytes, "dst", dst, bytes);
        norm.checkApart("sum", sum, bytes);
        Check.disjoint("sum", sum, bytes, "mean", mean, rows * Float.BYTES);
        Check.disjoint("sum", sum, bytes, "rstd", rstd, rows * Float.BYTES);
        Shapes.maskApart(mask, offset, rows * columns, "sum", sum, bytes);
        split(mask, offset, norm, src, residual, sum, dst, mean, rstd, rows, workers);
    }

    private static void check(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment src,
            MemorySegment residual,
            MemorySegment dst,
            MemorySegment mean,
            MemorySegment rstd,
            long rows,
            Workers workers) {
        int columns = norm.columns();
        long elements = Shapes.elements(rows, columns, 1);
        Shapes.mask(mask, offset, elements, workers);
        Shapes.readable("src", src, rows, columns, workers);
        Shapes.readable("residual", residual, rows, columns, workers);
        norm.checkReadable(workers);
        Shapes.writable("dst", dst, rows, columns, workers);
        Shapes.writable("mean", mean, rows, 1, workers);
        Shapes.writable("rstd", rstd, rows, 1, workers);
        long bytes = elements * Float.BYTES;
        long rowBytes = rows * Float.BYTES;
        Check.identicalOrDisjoint("src", src, bytes, "dst", dst, bytes);
        Check.identicalOrDisjoint("residual", residual, bytes, "dst", dst, bytes);
        norm.checkApart("dst", dst, bytes);
        Shapes.maskApart(mask, offset, elements, "dst", dst, bytes);
        LayerNormKernel.checkStatistics(norm, "mean", mean, rows, "src", src, "dst", dst);
        LayerNormKernel.checkStatistics(norm, "rstd", rstd, rows, "src", src, "dst", dst);
        Check.disjoint("residual", residual, bytes, "mean", mean, rowBytes);
        Check.disjoint("residual", residual, bytes, "rstd", rstd, rowBytes);
        Check.disjoint("mean", mean, rowBytes, "rstd", rstd, rowBytes);
        Shapes.maskApart(mask, offset, elements, "mean", mean, rowBytes);
        Shapes.maskApart(mask, offset, elements, "rstd", rstd, rowBytes);
    }

    private static void split(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment src,
            MemorySegment residual,
            MemorySegment sum,
            MemorySegment dst,
            MemorySegment mean,
            MemorySegment rstd,
            long rows,
            Workers workers) {
        if (workers.tasks() == 1) { // a lambda may be allocated
            NormRows.forward(mask, offset, norm, src, residual, sum, dst, mean, rstd, 0, rows);
        } else {
            workers.split(
                    rows,
                    NormRows.groupRows(norm.columns()),
                    (start, end) ->
                            NormRows.forward(mask, offset, norm, src, residual, sum, dst, mean, rstd, start, end));
        }
    }

    /**
     * The gradients where {@code dst} alone was used.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param norm the parameters of the normalisation
     * @param sum the sum of the forward pass
     * @param mean the mean of each of its rows
     * @param rstd the inverse of the standard deviation of each of its rows
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}
     * @param residualGradient receives the gradient with respect to {@code residual}
     * @param gammaGradient receives the gradient with respect to gamma
     * @param betaGradient receives the gradient with respect to beta
     * @param rows how many rows, 0 or more
     * @param workers who does it; up to 16 tasks are of use
     */
    public static void backward(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment sum,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment residualGradient,
            MemorySegment gammaGradient,
            MemorySegment betaGradient,
            long rows,
            Workers workers) {
        checkBackward(
                mask,
                offset,
                norm,
                sum,
                mean,
                rstd,
                dstGradient,
                srcGradient,
                residualGradient,
                gammaGradient,
                betaGradient,
                rows,
                workers);
        splitBackward(
                mask,
                offset,
                norm,
                sum,
                mean,
                rstd,
                dstGradient,
                NormRows.NONE,
                srcGradient,
                residualGradient,
                gammaGradient,
                betaGradient,
                rows,
                workers);
    }

    /**
     * The gradients where both {@code dst} and {@code sum} were used.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param norm the parameters of the normalisation
     * @param sum the sum of the forward pass
     * @param mean the mean of each of its rows
     * @param rstd the inverse of the standard deviation of each of its rows
     * @param dstGradient the gradient with respect to {@code dst}
     * @param sumGradient the gradient with respect to {@code sum} but for the way through {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}
     * @param residualGradient receives the gradient with respect to {@code residual}
     * @param gammaGradient receives the gradient with respect to gamma
     * @param betaGradient receives the gradient with respect to beta
     * @param rows how many rows, 0 or more
     * @param workers who does it; up to 16 tasks are of use
     */
    public static void backward(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment sum,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment sumGradient,
            MemorySegment srcGradient,
            MemorySegment residualGradient,
            MemorySegment gammaGradient,
            MemorySegment betaGradient,
            long rows,
            Workers workers) {
        checkBackward(
                mask,
                offset,
                norm,
                sum,
                mean,
                rstd,
                dstGradient,
                srcGradient,
                residualGradient,
                gammaGradient,
                betaGradient,
                rows,
                workers);
        int columns = norm.columns();
        long bytes = rows * columns * Float.BYTES;
        long parameterBytes = (long) columns * Float.BYTES;
        Shapes.readable("sumGradient", sumGradient, rows, columns, workers);
        Check.identicalOrDisjoint("sumGradient", sumGradient, bytes, "srcGradient", srcGradient, bytes);
        Check.identicalOrDisjoint("sumGradient", sumGradient, bytes, "residualGradient", residualGradient, bytes);
        Check.disjoint("sumGradient", sumGradient, bytes, "gammaGradient", gammaGradient, parameterBytes);
        Check.disjoint("sumGradient", sumGradient, bytes, "betaGradient", betaGradient, parameterBytes);
        splitBackward(
                mask,
                offset,
                norm,
                sum,
                mean,
                rstd,
                dstGradient,
                sumGradient,
                srcGradient,
                residualGradient,
                gammaGradient,
                betaGradient,
                rows,
                workers);
    }

    private static void checkBackward(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment sum,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment residualGradient,
            MemorySegment gammaGradient,
            MemorySegment betaGradient,
            long rows,
            Workers workers) {
        int columns = norm.columns();
        long elements = Shapes.elements(rows, columns, 1);
        ColumnSums.check(rows, columns);
        Shapes.mask(mask, offset, elements, workers);
        Shapes.readable("sum", sum, rows, columns, workers);
        norm.checkReadable(workers);
        Shapes.readable("mean", mean, rows, 1, workers);
        Shapes.readable("rstd", rstd, rows, 1, workers);
        Shapes.readable("dstGradient", dstGradient, rows, columns, workers);
        long bytes = elements * Float.BYTES;
        checkGradient(mask, offset, norm, "srcGradient", srcGradient, sum, mean, rstd, dstGradient, rows, workers);
        checkGradient(
                mask, offset, norm, "residualGradient", residualGradient, sum, mean, rstd, dstGradient, rows, workers);
        Check.disjoint("srcGradient", srcGradient, bytes, "residualGradient", residualGradient, bytes);
        checkParameterGradient(
                mask,
                offset,
                norm,
                "gammaGradient",
                gammaGradient,
                rows,
                sum,
                mean,
                rstd,
                dstGradient,
                srcGradient,
                residualGradient,
                workers);
        checkParameterGradient(
                mask,
                offset,
                norm,
                "betaGradient",
                betaGradient,
                rows,
                sum,
                mean,
                rstd,
                dstGradient,
                srcGradient,
                residualGradient,
                workers);
        long parameterBytes = (long) columns * Float.BYTES;
        Check.disjoint("gammaGradient", gammaGradient, parameterBytes, "betaGradient", betaGradient, parameterBytes);
    }

    private static void checkGradient(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            String name,
            MemorySegment gradient,
            MemorySegment sum,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            long rows,
            Workers workers) {
        int columns = norm.columns();
        long bytes = rows * columns * Float.BYTES;
        Shapes.writable(name, gradient, rows, columns, workers);
        Check.identicalOrDisjoint("sum", sum, bytes, name, gradient, bytes);
        Check.identicalOrDisjoint("dstGradient", dstGradient, bytes, name, gradient, bytes);
        norm.checkApart(name, gradient, bytes);
        Check.disjoint("mean", mean, rows * Float.BYTES, name, gradient, bytes);
        Check.disjoint("rstd", rstd, rows * Float.BYTES, name, gradient, bytes);
        Shapes.maskApart(mask, offset, rows * columns, name, gradient, bytes);
    }

    private static void checkParameterGradient(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            String name,
            MemorySegment gradient,
            long rows,
            MemorySegment sum,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment residualGradient,
            Workers workers) {
        long gradientBytes = (long) norm.columns() * Float.BYTES;
        LayerNormKernel.checkParameterGradient(
                norm, name, gradient, rows, sum, mean, rstd, dstGradient, srcGradient, workers);
        long bytes = rows * norm.columns() * Float.BYTES;
        Check.disjoint("residualGradient", residualGradient, bytes, name, gradient, gradientBytes);
        Shapes.maskApart(mask, offset, rows * norm.columns(), name, gradient, gradientBytes);
    }

    private static void splitBackward(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment sum,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment sumGradient,
            MemorySegment srcGradient,
            MemorySegment residualGradient,
            MemorySegment gammaGradient,
            MemorySegment betaGradient,
            long rows,
            Workers workers) {
        int parts = ColumnSums.parts(rows);
        ColumnSums sums = ColumnSums.POOL.borrow();
        sums.begin(parts, norm.columns(), true);
        if (workers.tasks() == 1) {
            run(
                    mask,
                    offset,
                    norm,
                    sum,
                    mean,
                    rstd,
                    dstGradient,
                    sumGradient,
                    srcGradient,
                    residualGradient,
                    rows,
                    sums,
                    0,
                    parts);
        } else {
            workers.split(
                    parts,
                    1,
                    (start, end) -> run(
                            mask,
                            offset,
                            norm,
                            sum,
                            mean,
                            rstd,
                            dstGradient,
                            sumGradient,
                            srcGradient,
                            residualGradient,
                            rows,
                            sums,
                            start,
                            end));
        }
        sums.store(parts, norm.columns(), gammaGradient);
        sums.storeSecond(parts, norm.columns(), betaGradient);
        ColumnSums.POOL.giveBack(sums);
    }

    private static void run(
            MaskSource mask,
            long offset,
            LayerNorm norm,
            MemorySegment sum,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment sumGradient,
            MemorySegment srcGradient,
            MemorySegment residualGradient,
            long rows,
            ColumnSums sums,
            long startPart,
            long endPart) {
        int parts = ColumnSums.parts(rows);
        for (long part = startPart; part < endPart; part++) {
            NormRows.backward(
                    mask,
                    offset,
                    norm,
                    sum,
                    mean,
                    rstd,
                    dstGradient,
                    sumGradient,
                    srcGradient,
                    residualGradient,
                    sums,
                    ColumnSums.at(part, norm.columns()),
                    ColumnSums.row(part, parts, rows),
                    ColumnSums.row(part + 1, parts, rows));
        }
    }
}
