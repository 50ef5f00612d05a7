package io.github.lanedrop.bench.peers.openblas;

import io.github.lanedrop.bench.peers.ProductPeer;
import io.github.lanedrop.kernels.Activation;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.BiasActivationDropout;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/** OpenBLAS's {@code sgemm} through JavaCPP. */
abstract class OpenBlas implements ProductPeer {
    private final String id;
    private final Kernels kernels;

    OpenBlas(String id, Kernels kernels) {
        this.id = id;
        this.kernels = kernels;
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final String version() {
        return "OpenBLAS through JavaCPP: " + kernels.load();
    }

    @Override
    public final String description() {
        return "cblas_sgemm. OpenBLAS has no epilogue: bias, ReLU and dropout are a second pass over the result by this "
                + "library's BiasActivationDropout.";
    }

    @Override
    public final EpilogueKind epilogue() {
        return EpilogueKind.PASSES;
    }

    @Override
    public final Work prepare(Task task) {
        kernels.load();
        return new Calls(task);
    }

    private static final class Calls implements Work {
        private final Task task;
        private final FloatPointer left;
        private final FloatPointer right;
        private final FloatPointer result;
        private final BernoulliMask mask;
        private final ExecutorService executor;
        private final Workers workers;
        private long offset;

        Calls(Task task) {
            openblas_nolapack.blas_set_num_threads(task.threads());
            this.task = task;
            left = pointer(task.left());
            right = pointer(task.right());
            result = pointer(task.result());
            mask = new BernoulliMask(Rate.drop(task.rate()), new Key(2026, 0));
            executor = Executors.newFixedThreadPool(Math.max(1, task.threads() - 1)); // starts its threads when needed
            workers = task.threads() == 1 ? Workers.NONE : new Workers(executor, task.threads());
        }

        private static FloatPointer pointer(MemorySegment memory) {
            return new FloatPointer(
                    memory.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer());
        }

        @Override
        public void product() {
            boolean leftAcross = task.leftTransposed();
            boolean rightAcross = task.rightTransposed();
            openblas_nolapack.cblas_sgemm(
                    openblas_nolapack.CblasRowMajor,
                    leftAcross ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans,
                    rightAcross ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans,
                    task.rows(),
                    task.columns(),
                    task.inner(),
                    1,
                    left,
                    leftAcross ? task.rows() : task.inner(),
                    right,
                    rightAcross ? task.inner() : task.columns(),
                    0,
                    result,
                    task.columns());
        }

        @Override
        public void epilogue() {
            product();
            BiasActivationDropout.forward(
                    mask,
                    offset,
                    Activation.RELU,
                    task.result(),
                    task.bias(),
                    task.result(),
                    task.rows(),
                    task.columns(),
                    workers);
            offset += (long) task.rows() * task.columns();
        }

        @Override
        public MemorySegment result() {
            return task.result();
        }

        @Override
        public void close() {
            executor.shutdown();
            left.close();
            right.close();
            result.close();
        }
    }
}
