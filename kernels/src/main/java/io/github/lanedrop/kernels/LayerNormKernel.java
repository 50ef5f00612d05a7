package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Layer normalisation of rows of 32-bit floats.
 *
 * <pre>
 * forward:   mean[r]   = sum(src[r]) / columns
 *            rstd[r]   = 1 / sqrt(sum((src[r] - mean[r])^2) / columns + epsilon)
 *            dst[r][c] = ((src[r][c] - mean[r]) * rstd[r]) * gamma[c] + beta[c]
 * backward:  x = (src[r][c] - mean[r]) * rstd[r]          g = dstGradient[r][c] * gamma[c]
 *            srcGradient[r][c] = ((g - sum(g) / columns) - x * (sum(g * x) / columns)) * rstd[r]
 *            gammaGradient[c]  = sum over r of dstGradient[r][c] * x
 *            betaGradient[c]   = sum over r of dstGradient[r][c]
 * </pre>
 *
 * <p>All in float32 in the order shown, but for the root, which is taken in double and rounded once. Sums over a row are 64
 * partial sums, of which column {@code c} joins number {@code c mod 64} in the order of the columns, added in a tree, the
 * upper half to the lower until one is left. Sums over rows have the order of {@link BiasKernel}.
 *
 * <p>Buffers hold rows without gaps, in native memory, heap arrays or mapped files, little endian, of any alignment;
 * {@code mean} and {@code rstd} hold a float for each row, which the backward pass reads. No rows do nothing, but gradients
 * of no rows are +0. A row of equal elements is normalised to {@code beta}; one that holds NaN or an infinity, to NaN.
 *
 * <p><b>Aliasing.</b> What is written must be disjoint from all else, except that {@code dst} may be {@code src}, and
 * {@code srcGradient} may be {@code src} or {@code dstGradient}.
 *
 * <p><b>Threads and determinism.</b> All methods are static, keep no state and allocate nothing once warm where there is
 * one task. The bits depend on the arguments alone, never on the CPU, vector width, thread count or split; only a NaN's
 * payload may.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} if a size is out of range, a buffer too small, one to be written
 * read-only, or buffers overlap; {@link IllegalStateException} if an arena is closed; {@link WrongThreadException} if it
 * belongs to another thread, or to this one alone while there are several tasks; {@link NullPointerException} for null.
 * Everything is checked before the first write.
 *
 * <p>Source: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer Normalization", 2016.
 */
public final class LayerNormKernel {
    private LayerNormKernel() {}

    /**
     * Normalises every row.
     *
     * @param norm the parameters
     * @param src the rows
     * @param dst receives the normalised rows; may be {@code src}, if the backward pass does not need it
     * @param mean receives the mean of each row
     * @param rstd receives the inverse of each row's standard deviation
     * @param rows how many rows, 0 or more
     */
    public static void forward(
            LayerNorm norm, MemorySegment src, MemorySegment dst, MemorySegment mean, MemorySegment rstd, long rows) {
        forward(norm, src, dst, mean, rstd, rows, Workers.NONE);
    }

    /**
     * Normalises every row, on the caller's executor.
     *
     * @param norm the parameters
     * @param src the rows
     * @param dst receives the normalised rows; may be {@code src}, if the backward pass does not need it
     * @param mean receives the mean of each row
     * @param rstd receives the inverse of each row's standard deviation
     * @param rows how many rows, 0 or more
     * @param workers who does it
     */
    public static void forward(
            LayerNorm norm,
            MemorySegment src,
            MemorySegment dst,
            MemorySegment mean,
            MemorySegment rstd,
            long rows,
            Workers workers) {
        int columns = norm.columns();
        Shapes.elements(rows, columns, 1);
        Shapes.readable("src", src, rows, columns, workers);
        norm.checkReadable(workers);
        Shapes.writable("dst", dst, rows, columns, workers);
        Shapes.writable("mean", mean, rows, 1, workers);
        Shapes.writable("rstd", rstd, rows, 1, workers);
        long bytes = rows * columns * Float.BYTES;
        Check.identicalOrDisjoint("src", src, bytes, "dst", dst, bytes);
        norm.checkApart("dst", dst, bytes);
        checkStatistics(norm, DType.FLOAT32, "mean", mean, rows, "src", src, "dst", dst);
        checkStatistics(norm, DType.FLOAT32, "rstd", rstd, rows, "src", src, "dst", dst);
        Check.disjoint("mean", mean, rows * Float.BYTES, "rstd", rstd, rows * Float.BYTES);
        if (workers.tasks() == 1) { // a lambda may be allocated
            NormRows.forward(norm, src, dst, mean, rstd, 0, rows);
        } else {
            workers.split(
                    rows,
                    NormRows.groupRows(columns),
                    (start, end) -> NormRows.forward(norm, src, dst, mean, rstd, start, end));
        }
    }

    /** Refuses statistics that lie over parameters or rows. */
    static void checkStatistics(
            LayerNorm norm,
            DType type,
            String name,
            MemorySegment statistics,
            long rows,
            String aName,
            MemorySegment a,
            String bName,
            MemorySegment b) {
        long bytes = rows * norm.columns() * type.bytes();
        norm.checkApart(name, statistics, rows * Float.BYTES);
        Check.disjoint(aName, a, bytes, name, statistics, rows * Float.BYTES);
        Check.disjoint(bName, b, bytes, name, statistics, rows * Float.BYTES);
    }

    /**
     * The gradients with respect to the rows and the parameters.
     *
     * @param norm the parameters
     * @param src the rows of the forward pass
     * @param mean the mean of each row
     * @param rstd the inverse of each row's standard deviation
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code src} or {@code dstGradient}
     * @param gammaGradient receives the gradient with respect to gamma
     * @param betaGradient receives the gradient with respect to beta
     * @param rows how many rows, 0 or more
     */
    public static void backward(
            LayerNorm norm,
            MemorySegment src,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment gammaGradient,
            MemorySegment betaGradient,
            long rows) {
        backward(norm, src, mean, rstd, dstGradient, srcGradient, gammaGradient, betaGradient, rows, Workers.NONE);
    }

    /**
     * The gradients with respect to the rows and the parameters, on the caller's executor.
     *
     * @param norm the parameters
     * @param src the rows of the forward pass
     * @param mean the mean of each row
     * @param rstd the inverse of each row's standard deviation
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code src} or {@code dstGradient}
     * @param gammaGradient receives the gradient with respect to gamma
     * @param betaGradient receives the gradient with respect to beta
     * @param rows how many rows, 0 or more
     * @param workers who does it; a task for each 16,384 elements is of use, up to 16
     */
    public static void backward(
            LayerNorm norm,
            MemorySegment src,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment gammaGradient,
            MemorySegment betaGradient,
            long rows,
            Workers workers) {
        int columns = norm.columns();
        Shapes.elements(rows, columns, 1);
        ColumnSums.check(rows, columns);
        Shapes.readable("src", src, rows, columns, workers);
        norm.checkReadable(workers);
        Shapes.readable("mean", mean, rows, 1, workers);
        Shapes.readable("rstd", rstd, rows, 1, workers);
        Shapes.readable("dstGradient", dstGradient, rows, columns, workers);
        Shapes.writable("srcGradient", srcGradient, rows, columns, workers);
        long bytes = rows * columns * Float.BYTES;
        Check.identicalOrDisjoint("src", src, bytes, "srcGradient", srcGradient, bytes);
        Check.identicalOrDisjoint("dstGradient", dstGradient, bytes, "srcGradient", srcGradient, bytes);
        norm.checkApart("srcGradient", srcGradient, bytes);
        Check.disjoint("mean", mean, rows * Float.BYTES, "srcGradient", srcGradient, bytes);
        Check.disjoint("rstd", rstd, rows * Float.BYTES, "srcGradient", srcGradient, bytes);
        checkParameterGradient(
                norm,
                DType.FLOAT32,
                "gammaGradient",
                gammaGradient,
                rows,
                src,
                mean,
                rstd,
                dstGradient,
                srcGradient,
                workers);
        checkParameterGradient(
                norm,
                DType.FLOAT32,
                "betaGradient",
                betaGradient,
                rows,
                src,
                mean,
                rstd,
                dstGradient,
                srcGradient,
                workers);
        long parameterBytes = (long) columns * Float.BYTES;
        Check.disjoint("gammaGradient", gammaGradient, parameterBytes, "betaGradient", betaGradient, parameterBytes);
        int parts = ColumnSums.parts(rows, columns);
        ColumnSums sums = ColumnSums.POOL.borrow();
        sums.begin(parts, columns, true);
        if (workers.tasks() == 1) {
            run(norm, src, mean, rstd, dstGradient, srcGradient, rows, sums, 0, parts);
        } else {
            workers.split(
                    parts,
                    1,
                    (start, end) -> run(norm, src, mean, rstd, dstGradient, srcGradient, rows, sums, start, end));
        }
        sums.store(parts, columns, gammaGradient);
        sums.storeSecond(parts, columns, betaGradient);
        ColumnSums.POOL.giveBack(sums);
    }

    /** Refuses a gradient of parameters that cannot be written or lies over anything else. */
    static void checkParameterGradient(
            LayerNorm norm,
            DType type,
            String name,
            MemorySegment gradient,
            long rows,
            MemorySegment src,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            Workers workers) {
        int columns = norm.columns();
        Shapes.writable(name, gradient, 1, columns, workers);
        long gradientBytes = (long) columns * Float.BYTES;
        long bytes = rows * columns * type.bytes();
        norm.checkApart(name, gradient, gradientBytes);
        Check.disjoint("mean", mean, rows * Float.BYTES, name, gradient, gradientBytes);
        Check.disjoint("rstd", rstd, rows * Float.BYTES, name, gradient, gradientBytes);
        Check.disjoint("src", src, bytes, name, gradient, gradientBytes);
        Check.disjoint("dstGradient", dstGradient, bytes, name, gradient, gradientBytes);
        Check.disjoint("srcGradient", srcGradient, bytes, name, gradient, gradientBytes);
    }

    private static void run(
            LayerNorm norm,
            MemorySegment src,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long rows,
            ColumnSums sums,
            long startPart,
            long endPart) {
        int parts = ColumnSums.parts(rows, norm.columns());
        for (long part = startPart; part < endPart; part++) {
            NormRows.backward(
                    norm,
                    src,
                    mean,
                    rstd,
                    dstGradient,
                    srcGradient,
                    sums,
                    ColumnSums.at(part, norm.columns()),
                    ColumnSums.row(part, parts, rows),
                    ColumnSums.row(part + 1, parts, rows));
        }
    }
}
