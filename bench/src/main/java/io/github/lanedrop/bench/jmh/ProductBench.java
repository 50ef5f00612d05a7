package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.kernels.Activation;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropConnect;
import io.github.lanedrop.kernels.DropConnectProduct;
import io.github.lanedrop.kernels.Epilogue;
import io.github.lanedrop.kernels.MaskSource;
import io.github.lanedrop.kernels.Matrix;
import io.github.lanedrop.kernels.MatrixProduct;
import io.github.lanedrop.kernels.PackedMatrix;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Matrix products on float32: plain, with weights packed once, with an epilogue, under DropConnect, on two threads. {@link
 * ProductPeerBench} has other people's.
 */
public class ProductBench extends Bench {
    /** Rows, inner size and columns. */
    @Param({"512x512x512", "1024x1024x1024", "128x784x512", "128x512x10"})
    public String shape;

    /** Which operand lies transposed in memory. */
    @Param({"none", "a", "b"})
    public String transposed;

    Matrix a;
    Matrix b;
    Matrix c;
    MemorySegment bias;
    private Epilogue epilogue;
    private PackedMatrix packed;
    private DropConnect weights;
    private Workers two = Workers.NONE;

    /** Fills the matrices. */
    @Setup
    public void setUp() {
        Shape sizes = Shape.of(shape);
        int rows = sizes.rows();
        int inner = sizes.inner();
        int columns = sizes.columns();
        a = matrix(rows, inner, transposed.equals("a"));
        b = matrix(inner, columns, transposed.equals("b"));
        c = matrix(rows, columns, false);
        packed = PackedMatrix.of(b);
        MaskSource mask = new BernoulliMask(Rate.drop(.1), new Key(2026, 0));
        bias = operand(columns);
        epilogue = Epilogue.NONE.bias(bias).activation(Activation.RELU).dropout(mask, 0);
        weights = DropConnect.perBatch(new BernoulliMask(Rate.drop(.5), new Key(2026, 1)));
        two = workers(2);
    }

    private static Matrix matrix(int rows, int columns, boolean transposed) {
        MemorySegment segment = operand((long) rows * columns);
        return transposed ? Matrix.of(segment, columns, rows).transpose() : Matrix.of(segment, rows, columns);
    }

    /** The product; packs what it needs. */
    @Benchmark
    public void product() {
        MatrixProduct.multiply(a, b, c);
    }

    /** The product on the calling thread and one more. */
    @Benchmark
    public void twoThreads() {
        MatrixProduct.multiply(a, b, c, two);
    }

    /** The product with weights that were packed before. */
    @Benchmark
    public void packedOnce() {
        MatrixProduct.multiply(a, packed, c, Workers.NONE);
    }

    /** Bias, ReLU and dropout at 0.1 before the elements are stored. */
    @Benchmark
    public void epilogue() {
        MatrixProduct.multiply(a, b, c, epilogue, Workers.NONE);
    }

    /** Weights that are dropped at 0.5 while they are packed, one mask for the batch. */
    @Benchmark
    public void dropConnect() {
        DropConnectProduct.multiply(weights, a, b, c, Epilogue.NONE, Workers.NONE);
    }
}
