package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.kernels.Activation;
import io.github.lanedrop.kernels.ActivationKernel;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.BiasActivationDropout;
import io.github.lanedrop.kernels.BiasKernel;
import io.github.lanedrop.kernels.DType;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.DropoutResidualLayerNorm;
import io.github.lanedrop.kernels.LayerNorm;
import io.github.lanedrop.kernels.LayerNormKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.ResidualDropout;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Fused chains on rows of 768 float32 beside dropout alone, what they are compared with, and beside unfused chains. */
public class FusedBench extends Bench {
    /** The length of a row. */
    static final int COLUMNS = 768;

    private static final Workers ONE = Workers.NONE;

    /** Elements a call, to be rounded up to whole rows: L3 and DRAM. */
    @Param({"1048576", "16777216"})
    public int elements;

    /** The activation, which {@link #layerNorm} and its like ignore. */
    @Param({"RELU", "TANH", "SILU", "GELU"})
    public Activation activation;

    int rows;
    MemorySegment src;
    MemorySegment residual;
    MemorySegment dst;
    MemorySegment sum;
    MemorySegment bias;
    MemorySegment columns;
    MemorySegment otherColumns;
    MemorySegment mean;
    MemorySegment rstd;
    BernoulliMask mask;
    LayerNorm norm;
    private long count;

    /** Fills the buffers. */
    @Setup
    public void setUp() {
        rows = (elements + COLUMNS - 1) / COLUMNS;
        count = (long) rows * COLUMNS;
        src = floats(count, .004f);
        residual = floats(count, -.003f);
        dst = floats(count, 0);
        sum = floats(count, .002f);
        bias = floats(COLUMNS, .001f);
        columns = floats(COLUMNS, .001f);
        otherColumns = floats(COLUMNS, .002f);
        mean = floats(rows, .001f);
        rstd = floats(rows, .001f);
        mask = new BernoulliMask(Rate.drop(.1), new Key(2026, 0));
        norm = new LayerNorm(floats(COLUMNS, .002f), floats(COLUMNS, -.001f), COLUMNS, 1e-5f);
    }

    /** Of both signs, about zero. */
    private static MemorySegment floats(long count, float step) {
        MemorySegment segment = zeros(count);
        for (long i = 0; i < count; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i % 1001 - 500) * step);
        }
        return segment;
    }

    /** What the chains are compared with. */
    @Benchmark
    public void dropout() {
        DropoutKernel.forward(mask, 0, src, dst, count);
    }

    /** Bias, activation and dropout in one pass. */
    @Benchmark
    public void biasActivationDropout() {
        BiasActivationDropout.forward(mask, 0, activation, src, bias, dst, rows, COLUMNS);
    }

    /** The same in three passes. */
    @Benchmark
    public void biasActivationDropoutUnfused() {
        BiasKernel.forward(src, bias, dst, rows, COLUMNS);
        ActivationKernel.forward(activation, dst, dst, count);
        DropoutKernel.forward(mask, 0, dst, dst, count);
    }

    /** The activation alone. */
    @Benchmark
    public void activation() {
        ActivationKernel.forward(activation, src, dst, count);
    }

    /** The backward pass in one pass. */
    @Benchmark
    public void biasActivationDropoutBackward() {
        BiasActivationDropout.backward(mask, 0, activation, src, bias, residual, dst, columns, rows, COLUMNS);
    }

    /** Dropout, residual and normalisation in one pass. */
    @Benchmark
    public void dropoutResidualLayerNorm() {
        DropoutResidualLayerNorm.forward(mask, 0, norm, src, residual, dst, mean, rstd, rows, ONE);
    }

    /** The same, with the sum for the backward pass. */
    @Benchmark
    public void dropoutResidualLayerNormWithSum() {
        DropoutResidualLayerNorm.forward(mask, 0, norm, src, residual, sum, dst, mean, rstd, rows, ONE);
    }

    /** The same in two passes. */
    @Benchmark
    public void dropoutResidualLayerNormUnfused() {
        ResidualDropout.forward(mask, DType.FLOAT32, 0, src, residual, sum, count, ONE);
        LayerNormKernel.forward(norm, sum, dst, mean, rstd, rows);
    }

    /** The normalisation alone. */
    @Benchmark
    public void layerNorm() {
        LayerNormKernel.forward(norm, src, dst, mean, rstd, rows);
    }

    /** The backward pass in one pass, over the gradient. */
    @Benchmark
    public void dropoutResidualLayerNormBackward() {
        DropoutResidualLayerNorm.backward(
                mask, 0, norm, src, mean, rstd, residual, dst, sum, columns, otherColumns, rows, ONE);
    }
}
