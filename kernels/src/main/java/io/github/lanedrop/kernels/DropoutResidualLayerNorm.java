package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Inverted dropout, a residual and layer normalisation of rows in one pass over memory, as they follow each part of a
 * transformer.
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
 * <p><b>Data types.</b> Rows and their gradients are float32, bfloat16 or float16; gamma, beta, their gradients, {@code mean}
 * and {@code rstd} are float32 always, as is all arithmetic. Elements of 16 bits are widened, and each result is rounded
 * once, at the end: its bits are those of the chain on float32, rounded to the nearest, ties to even. So {@code dst} and the
 * statistics are of the sum before it is rounded, whether that is kept or not, and {@code srcGradient} is of the
 * {@code residualGradient} before that is rounded. 16-bit kernels one after the other would round what is left of
 * {@code src}, the sum and the gradient of the residual on the way. The backward pass has the rounded {@code sum} and takes
 * it as it is: of each normalised element, an error of half a unit in the last place of {@code sum}, times {@code rstd}.
 * Float64 is refused, as by {@link BiasActivationDropout}.
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
 * <p><b>Threads and determinism.</b> All methods are static, keep no state and allocate nothing once warm where there is
 * one task. The bits depend on the arguments alone, never on the CPU, vector width, thread count or split; only a NaN's
 * payload may.
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
        forward(mask, DType.FLOAT32, offset, norm, src, residual, dst, mean, rstd, rows, workers);
    }

    /**
     * Dropout, residual and normalisation of elements of any type that computes in float32, without keeping the sum: for a
     * pass that has no backward.
     *
     * @param mask which elements are kept
     * @param type how an element of {@code src}, {@code residual} and {@code dst} is stored; not float64
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
            DType type,
            long offset,
            LayerNorm norm,
            MemorySegment src,
            MemorySegment residual,
            MemorySegment dst,
            MemorySegment mean,
            MemorySegment rstd,
            long rows,
            Workers workers) {
        ResidualNormChecks.forward(mask, type, offset, norm, src, residual, dst, mean, rstd, rows, workers);
        split(mask, type, offset, norm, src, residual, NormRows.NONE, dst, mean, rstd, rows, workers);
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
        forward(mask, DType.FLOAT32, offset, norm, src, residual, sum, dst, mean, rstd, rows, workers);
    }

    /**
     * Dropout, residual and normalisation of elements of any type that computes in float32.
     *
     * @param mask which elements are kept
     * @param type how an element of {@code src}, {@code residual}, {@code sum} and {@code dst} is stored; not float64
     * @param offset the mask's index of the first element
     * @param norm the parameters of the normalisation
     * @param src the rows to drop from
     * @param residual the rows they are added to
     * @param sum receives the sum; may be {@code src} or {@code residual}
     * @param dst receives the normalised rows; may be {@code src} or {@code residual}
     * @param mean receives the mean of each row of the sum, before it is rounded
     * @param rstd receives the inverse of the standard deviation of each row of the sum, before it is rounded
     * @param rows how many rows, 0 or more
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            DType type,
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
        ResidualNormChecks.forward(mask, type, offset, norm, src, residual, dst, mean, rstd, rows, workers);
        ResidualNormChecks.sum(mask, type, offset, norm, src, residual, sum, dst, mean, rstd, rows, workers);
        split(mask, type, offset, norm, src, residual, sum, dst, mean, rstd, rows, workers);
    }

    private static void split(
            MaskSource mask,
            DType type,
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
            NormRows.forward(mask, type, offset, norm, src, residual, sum, dst, mean, rstd, 0, rows);
        } else {
            workers.split(
                    rows,
                    NormRows.groupRows(norm.columns()),
                    (start, end) -> NormRows.forward(
                            mask, type, offset, norm, src, residual, sum, dst, mean, rstd, start, end));
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
     * @param workers who does it; a task for each 16,384 elements is of use, up to 16
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
        backward(
                mask,
                DType.FLOAT32,
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
    }

    /**
     * The gradients where {@code dst} alone was used, for elements of any type that computes in float32.
     *
     * @param mask the source of the forward pass
     * @param type how an element of {@code sum} and of the gradients of rows is stored; not float64
     * @param offset the offset of the forward pass
     * @param norm the parameters of the normalisation
     * @param sum the sum of the forward pass
     * @param mean the mean of each of its rows
     * @param rstd the inverse of the standard deviation of each of its rows
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}
     * @param residualGradient receives the gradient with respect to {@code residual}
     * @param gammaGradient receives the gradient with respect to gamma, in float32
     * @param betaGradient receives the gradient with respect to beta, in float32
     * @param rows how many rows, 0 or more
     * @param workers who does it; a task for each 16,384 elements is of use, up to 16
     */
    public static void backward(
            MaskSource mask,
            DType type,
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
        ResidualNormChecks.backward(
                mask,
                type,
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
                type,
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
     * @param workers who does it; a task for each 16,384 elements is of use, up to 16
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
        backward(
                mask,
                DType.FLOAT32,
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

    /**
     * The gradients where both {@code dst} and {@code sum} were used, for elements of any type that computes in float32.
     *
     * @param mask the source of the forward pass
     * @param type how an element of {@code sum} and of the gradients of rows is stored; not float64
     * @param offset the offset of the forward pass
     * @param norm the parameters of the normalisation
     * @param sum the sum of the forward pass
     * @param mean the mean of each of its rows
     * @param rstd the inverse of the standard deviation of each of its rows
     * @param dstGradient the gradient with respect to {@code dst}
     * @param sumGradient the gradient with respect to {@code sum} but for the way through {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}
     * @param residualGradient receives the gradient with respect to {@code residual}
     * @param gammaGradient receives the gradient with respect to gamma, in float32
     * @param betaGradient receives the gradient with respect to beta, in float32
     * @param rows how many rows, 0 or more
     * @param workers who does it; a task for each 16,384 elements is of use, up to 16
     */
    public static void backward(
            MaskSource mask,
            DType type,
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
        ResidualNormChecks.backward(
                mask,
                type,
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
        ResidualNormChecks.sumGradient(
                type, norm, sumGradient, srcGradient, residualGradient, gammaGradient, betaGradient, rows, workers);
        splitBackward(
                mask,
                type,
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

    private static void splitBackward(
            MaskSource mask,
            DType type,
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
        int parts = ColumnSums.parts(rows, norm.columns());
        ColumnSums sums = ColumnSums.POOL.borrow();
        sums.begin(parts, norm.columns(), true);
        if (workers.tasks() == 1) {
            run(
                    mask,
                    type,
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
                            type,
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
            DType type,
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
        int parts = ColumnSums.parts(rows, norm.columns());
        for (long part = startPart; part < endPart; part++) {
            NormRows.backward(
                    mask,
                    type,
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
