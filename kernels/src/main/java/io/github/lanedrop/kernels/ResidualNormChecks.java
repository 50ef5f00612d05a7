package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** Refuses the arguments of {@link DropoutResidualLayerNorm}. */
final class ResidualNormChecks {
    private ResidualNormChecks() {}

    /** Those of both forward passes. */
    static void forward(
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
        MaskChecks.readable(mask, offset, elements, workers);
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
        MaskChecks.disjoint(mask, offset + elements, "dst", dst, bytes);
        LayerNormKernel.checkStatistics(norm, "mean", mean, rows, "src", src, "dst", dst);
        LayerNormKernel.checkStatistics(norm, "rstd", rstd, rows, "src", src, "dst", dst);
        Check.disjoint("residual", residual, bytes, "mean", mean, rowBytes);
        Check.disjoint("residual", residual, bytes, "rstd", rstd, rowBytes);
        Check.disjoint("mean", mean, rowBytes, "rstd", rstd, rowBytes);
        MaskChecks.disjoint(mask, offset + elements, "mean", mean, rowBytes);
        MaskChecks.disjoint(mask, offset + elements, "rstd", rstd, rowBytes);
    }

    /** The sum, where it is kept. */
    static void sum(
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
        int columns = norm.columns();
        long bytes = rows * columns * Float.BYTES;
        Shapes.writable("sum", sum, rows, columns, workers);
        Check.identicalOrDisjoint("src", src, bytes, "sum", sum, bytes);
        Check.identicalOrDisjoint("residual", residual, bytes, "sum", sum, bytes);
        Check.disjoint("sum", sum, bytes, "dst", dst, bytes);
        norm.checkApart("sum", sum, bytes);
        Check.disjoint("sum", sum, bytes, "mean", mean, rows * Float.BYTES);
        Check.disjoint("sum", sum, bytes, "rstd", rstd, rows * Float.BYTES);
        MaskChecks.disjoint(mask, offset + rows * columns, "sum", sum, bytes);
    }

    /** Those of both backward passes. */
    static void backward(
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
        MaskChecks.readable(mask, offset, elements, workers);
        Shapes.readable("sum", sum, rows, columns, workers);
        norm.checkReadable(workers);
        Shapes.readable("mean", mean, rows, 1, workers);
        Shapes.readable("rstd", rstd, rows, 1, workers);
        Shapes.readable("dstGradient", dstGradient, rows, columns, workers);
        long bytes = elements * Float.BYTES;
        gradient(mask, offset, norm, "srcGradient", srcGradient, sum, mean, rstd, dstGradient, rows, workers);
        gradient(mask, offset, norm, "residualGradient", residualGradient, sum, mean, rstd, dstGradient, rows, workers);
        Check.disjoint("srcGradient", srcGradient, bytes, "residualGradient", residualGradient, bytes);
        parameterGradient(
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
        parameterGradient(
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

    /** The gradient of the sum on its other way, where there is one. */
    static void sumGradient(
            LayerNorm norm,
            MemorySegment sumGradient,
            MemorySegment srcGradient,
            MemorySegment residualGradient,
            MemorySegment gammaGradient,
            MemorySegment betaGradient,
            long rows,
            Workers workers) {
        int columns = norm.columns();
        long bytes = rows * columns * Float.BYTES;
        long parameterBytes = (long) columns * Float.BYTES;
        Shapes.readable("sumGradient", sumGradient, rows, columns, workers);
        Check.identicalOrDisjoint("sumGradient", sumGradient, bytes, "srcGradient", srcGradient, bytes);
        Check.identicalOrDisjoint("sumGradient", sumGradient, bytes, "residualGradient", residualGradient, bytes);
        Check.disjoint("sumGradient", sumGradient, bytes, "gammaGradient", gammaGradient, parameterBytes);
        Check.disjoint("sumGradient", sumGradient, bytes, "betaGradient", betaGradient, parameterBytes);
    }

    private static void gradient(
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
        MaskChecks.disjoint(mask, offset + rows * columns, name, gradient, bytes);
    }

    private static void parameterGradient(
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
        MaskChecks.disjoint(mask, offset + rows * norm.columns(), name, gradient, gradientBytes);
    }
}
