package io.github.lanedrop.bench.peers;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Kernels;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** This library. */
public final class LanedropPeer implements Peer {
    @Override
    public String id() {
        return "lanedrop";
    }

    @Override
    public String version() {
        Kernels.Path path = Kernels.describe();
        return "Lanedrop, " + (path.vector() ? path.vectorBits() + "-bit vectors" : "scalar") + ", Java "
                + Runtime.version();
    }

    @Override
    public String description() {
        return "DropoutKernel.forward on a BernoulliMask: writes dst, stores no mask, backward draws it again.";
    }

    @Override
    public Set<Operation> operations() {
        return EnumSet.allOf(Operation.class);
    }

    @Override
    public Work prepare(Task task) {
        return new Drop(task);
    }

    /** Each call goes on in the mask where the last one ended. */
    private static final class Drop implements Work {
        private static final long CHUNK = 4096;

        private final Task task;
        private final BernoulliMask mask;
        private final long stride;
        private final ExecutorService executor;
        private final Workers workers;
        private long offset;

        Drop(Task task) {
            this.task = task;
            mask = new BernoulliMask(Rate.drop(task.rate()), new Key(2026, 0));
            stride = Math.ceilDiv(task.elements(), CHUNK) * CHUNK;
            executor = Executors.newFixedThreadPool(Math.max(1, task.threads() - 1)); // starts its threads when needed
            workers = task.threads() == 1 ? Workers.NONE : new Workers(executor, task.threads());
        }

        @Override
        public void forward() {
            offset += stride;
            DropoutKernel.forward(mask, offset, task.src(), task.dst(), task.elements(), workers);
        }

        @Override
        public void backward() {
            DropoutKernel.backward(mask, offset, task.gradient(), task.dst(), task.elements(), workers);
        }

        @Override
        public void inPlace() {
            offset += stride;
            DropoutKernel.forward(mask, offset, task.dst(), task.dst(), task.elements(), workers);
        }

        @Override
        public MemorySegment result() {
            return task.dst();
        }

        @Override
        public void close() {
            executor.shutdown();
        }
    }
}
