package io.github.lanedrop.bench.peers;

import io.github.lanedrop.bench.jmh.ProductBench;
import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * The products of {@link ProductBench} and OpenBLAS's {@code sgemm}, on the same matrices.
 *
 * <p>OpenBLAS chooses its kernels by the CPU; {@code OPENBLAS_CORETYPE=SKYLAKEX} asks for those of AVX-512,
 * {@code HASWELL} for those of AVX2, and {@code OPENBLAS_VERBOSE=2} makes it say which it took.
 */
public class OpenBlasBench extends ProductBench {
    private FloatPointer left;
    private FloatPointer right;
    private FloatPointer result;

    /** Fills the matrices. */
    @Setup
    @Override
    public void setUp() {
        super.setUp();
        openblas_nolapack.blas_set_num_threads(1);
        left = pointer(left().segment());
        right = pointer(right().segment());
        result = pointer(result().segment());
    }

    private static FloatPointer pointer(MemorySegment segment) {
        return new FloatPointer() {
            {
                address = segment.address();
            }
        };
    }

    /** OpenBLAS on one thread. */
    @Benchmark
    public void openBlas() {
        boolean leftAcross = left().transposed();
        boolean rightAcross = right().transposed();
        int rows = result().rows();
        int columns = result().columns();
        int inner = left().columns();
        openblas_nolapack.cblas_sgemm(
                openblas_nolapack.CblasRowMajor,
                leftAcross ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans,
                rightAcross ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans,
                rows,
                columns,
                inner,
                1,
                left,
                leftAcross ? rows : inner,
                right,
                rightAcross ? inner : columns,
                0,
                result,
                columns);
    }
}
