package io.github.lanedrop.bench.peers.onednn;

import io.github.lanedrop.bench.peers.ProductPeer;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** oneDNN's matrix product with bias and ReLU, which are fast, and this library's dropout, since its own is not. */
public final class OneDnnProductPeer implements ProductPeer {
    @Override
    public String id() {
        return "onednn";
    }

    @Override
    public String version() {
        return OneDnn.version();
    }

    @Override
    public String description() {
        return "The matmul primitive with bias and ReLU in it, then dropout in place as a second pass by this library: "
                + "oneDNN's own is peer onednn-dropout.";
    }

    @Override
    public EpilogueKind epilogue() {
        return EpilogueKind.PASSES;
    }

    @Override
    public Work prepare(Task task) {
        return new Calls(task);
    }

    private static final class Calls implements Work {
        private final Task task;
        private final OneDnn library;
        private final OneDnnProduct product;
        private final BernoulliMask mask;
        private final ExecutorService executor;
        private final Workers workers;
        private long offset;

        Calls(Task task) {
            this.task = task;
            library = new OneDnn(task.threads());
            product = new OneDnnProduct(library, task, library.attributes(), Map.of());
            mask = new BernoulliMask(Rate.drop(task.rate()), new Key(2026, 0));
            executor = Executors.newFixedThreadPool(Math.max(1, task.threads() - 1)); // starts its threads when needed
            workers = task.threads() == 1 ? Workers.NONE : new Workers(executor, task.threads());
        }

        @Override
        public void product() {
            product.alone();
        }

        @Override
        public void epilogue() {
            product.withBiasAndRelu();
            long elements = (long) task.rows() * task.columns();
            DropoutKernel.forward(mask, offset, task.result(), task.result(), elements, workers);
            offset += elements;
        }

        @Override
        public MemorySegment result() {
            return task.result();
        }

        @Override
        public void close() {
            executor.shutdown();
            library.close();
        }
    }
}
