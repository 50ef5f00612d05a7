package io.github.lanedrop.bench.peers.onednn;

import io.github.lanedrop.bench.peers.ProductPeer;

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

    private static final class Calls extends OneDnnProduct {
        private final DropoutArguments dropout;

        Calls(Task task) {
            this(task, new OneDnn(task.threads()));
        }

        private Calls(Task task, OneDnn library) {
            this(task, library, new DropoutArguments(library, task.rows(), task.columns(), task.rate()));
        }

        private Calls(Task task, OneDnn library, DropoutArguments dropout) {
            super(task, library, dropout.attribute(), dropout.arguments());
            this.dropout = dropout;
        }

        @Override
        public void epilogue() {
            dropout.nextSeed();
            withBiasAndRelu();
        }

        @Override
        public void close() {
            super.close();
            dropout.close();
        }
    }
}
