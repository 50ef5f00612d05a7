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

    private static final class Calls extends OneDnnProduct {
        private final MemorySegment result;
        private final long elements;
        private final BernoulliMask mask;
        private final ExecutorService executor;
        private final Workers workers;
        private long offset;

        Calls(Task task) {
            this(task, new OneDnn(task.threads()));
        }

        private Calls(Task task, OneDnn library) {
            super(task, library, library.attributes(), Map.of());
            result = task.result();
            elements = (long) task.rows() * task.columns();
            mask = new BernoulliMask(Rate.drop(task.rate()), new Key(2026, 0));
            executor = Executors.newFixedThreadPool(Math.max(1, task.threads() - 1)); // starts its threads when needed
            workers = task.threads() == 1 ? Workers.NONE : new Workers(executor, task.threads());
        }

        @Override
        public void epilogue() {
            withBiasAndRelu();
            DropoutKernel.forward(mask, offset, result, result, elements, workers);
            offset += elements;
        }

        @Override
        public void close() {
            executor.shutdown();
            super.close();
        }
    }
}
