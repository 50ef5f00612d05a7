package io.github.lanedrop.bench.peers.onednn;

import io.github.lanedrop.bench.peers.ProductPeer;
import java.lang.foreign.MemorySegment;

/** oneDNN's matrix product with bias, ReLU and its own dropout in one call. */
public final class OneDnnDropoutProductPeer implements ProductPeer {
    @Override
    public String id() {
        return "onednn-dropout";
    }

    @Override
    public String version() {
        return OneDnn.version();
    }

    @Override
    public String description() {
        return "The matmul primitive with bias, ReLU and the dropout attribute, which also stores a mask of one byte an "
                + "element: oneDNN has it in its reference implementation only, so that the product is slow too.";
    }

    @Override
    public EpilogueKind epilogue() {
        return EpilogueKind.FUSED;
    }

    @Override
    public Work prepare(Task task) {
        return new Calls(task);
    }

    private static final class Calls implements Work {
        private final Task task;
        private final OneDnn library;
        private final DropoutArguments dropout;
        private final OneDnnProduct product;

        Calls(Task task) {
            this.task = task;
            library = new OneDnn(task.threads());
            dropout = new DropoutArguments(library, task.rows(), task.columns(), task.rate());
            product = new OneDnnProduct(library, task, dropout.attribute(), dropout.arguments());
        }

        @Override
        public void product() {
            product.alone();
        }

        @Override
        public void epilogue() {
            dropout.nextSeed();
            product.withBiasAndRelu();
        }

        @Override
        public MemorySegment result() {
            return task.result();
        }

        @Override
        public void close() {
            library.close();
            dropout.close();
        }
    }
}
