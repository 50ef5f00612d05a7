package io.github.lanedrop.bench.peers;

import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The ceiling: this library's algorithm in C with AVX-512 intrinsics, the same bits. It needs a C compiler and a CPU with
 * AVX-512 VBMI.
 */
public final class CPeer implements Peer {
    @Override
    public String id() {
        return "c";
    }

    @Override
    public String version() {
        return "C with AVX-512 intrinsics, " + CDropout.load().compiler() + " -O3 -march=native";
    }

    @Override
    public String description() {
        return "The same algorithm and bits in C, called through the JDK's foreign functions: writes dst, from 24 MiB on past"
                + " the cache; stores no mask, backward draws it again.";
    }

    @Override
    public Set<Operation> operations() {
        return EnumSet.allOf(Operation.class);
    }

    @Override
    public Work prepare(Task task) {
        return new Drop(CDropout.load(), task);
    }

    /** Each call goes on in the mask where the last one ended. */
    private static final class Drop implements Work {
        private static final long CHUNK = 4096;

        private final CDropout library;
        private final Task task;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment rate;
        private final Key key = new Key(2026, 0);
        private final long chunks;
        private final ExecutorService executor;
        private long offset;

        Drop(CDropout library, Task task) {
            this.library = library;
            this.task = task;
            rate = library.rate(Rate.drop(task.rate()), arena);
            chunks = Math.ceilDiv(task.elements(), CHUNK);
            executor = Executors.newFixedThreadPool(Math.max(1, task.threads() - 1)); // starts its threads when needed
        }

        private void drop(MemorySegment from, MemorySegment to) {
            if (task.threads() == 1 || chunks == 1) {
                library.forward(rate, key, offset, from, to, task.elements());
                return;
            }
            List<CompletableFuture<Void>> others = new ArrayList<>();
            for (int part = 1; part < task.threads(); part++) {
                int number = part;
                others.add(CompletableFuture.runAsync(() -> part(number, from, to), executor));
            }
            part(0, from, to);
            others.forEach(CompletableFuture::join);
        }

        /** The chunks of one thread. */
        private void part(int number, MemorySegment from, MemorySegment to) {
            long start = chunks * number / task.threads() * CHUNK;
            long end = Math.min(chunks * (number + 1) / task.threads() * CHUNK, task.elements());
            long byteStart = start * Float.BYTES;
            library.forward(rate, key, offset + start, from.asSlice(byteStart), to.asSlice(byteStart), end - start);
        }

        @Override
        public void forward() {
            offset += chunks * CHUNK;
            drop(task.src(), task.dst());
        }

        @Override
        public void backward() {
            drop(task.gradient(), task.dst());
        }

        @Override
        public void inPlace() {
            offset += chunks * CHUNK;
            drop(task.dst(), task.dst());
        }

        @Override
        public MemorySegment result() {
            return task.dst();
        }

        @Override
        public void close() {
            executor.shutdown();
            arena.close();
        }
    }
}
