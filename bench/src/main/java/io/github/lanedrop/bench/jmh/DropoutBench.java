package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.bench.demo.CopyAndScale;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.StoredMask;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Inverted dropout on float32 beside copying, and beside copying and scaling the same buffers, the least that any dropout
 * must do. {@link PeerBench} has what other people drop with.
 */
public class DropoutBench extends Bench {
    /** Elements a call: L1, L2, L3 and DRAM. */
    @Param({"4096", "65536", "1048576", "16777216"})
    public int elements;

    /** Probability to drop. */
    @Param({"0.1", "0.5"})
    public double rate;

    /** How many threads share a call. */
    @Param("1")
    public int threads;

    MemorySegment src;
    MemorySegment dst;
    MemorySegment keepBits;
    BernoulliMask mask;
    Workers workers = Workers.NONE;
    private StoredMask storedMask;
    private float scale;

    /** Fills the buffers. */
    @Setup
    public void setUp() {
        src = activations(elements);
        dst = zeros(elements);
        keepBits = bytes(Math.ceilDiv(elements, Byte.SIZE));
        mask = new BernoulliMask(Rate.drop(rate), new Key(2026, 0));
        scale = (float) mask.rate().scale();
        DropoutKernel.keepBits(mask, 0, keepBits, elements);
        storedMask = new StoredMask(mask.rate(), keepBits);
        workers = workers(threads);
        warmUpForLong(elements);
    }

    /** The roof of memory. */
    @Benchmark
    public void copy() {
        if (threads == 1) {
            MemorySegment.copy(src, 0, dst, 0, src.byteSize());
        } else {
            inParts((start, bytes) -> MemorySegment.copy(src, start, dst, start, bytes));
        }
    }

    /** The roof. */
    @Benchmark
    public void copyAndScale() {
        if (threads == 1) {
            CopyAndScale.run(src, dst, scale, elements);
        } else {
            inParts((start, bytes) ->
                    CopyAndScale.run(src.asSlice(start, bytes), dst.asSlice(start, bytes), scale, bytes / Float.BYTES));
        }
    }

    /** Forward, out of place. */
    @Benchmark
    public void forward() {
        DropoutKernel.forward(mask, 0, src, dst, elements, workers);
    }

    /** Backward, which draws the mask again. */
    @Benchmark
    public void backward() {
        DropoutKernel.backward(mask, 0, src, dst, elements, workers);
    }

    /** Forward, in place. */
    @Benchmark
    public void inPlace() {
        DropoutKernel.forward(mask, 0, dst, dst, elements, workers);
    }

    /** Backward from a stored mask of one bit an element. */
    @Benchmark
    public void backwardStored() {
        DropoutKernel.backward(storedMask, 0, src, dst, elements, workers);
    }

    /** The mask alone. */
    @Benchmark
    public void keepBits() {
        DropoutKernel.keepBits(mask, 0, keepBits, elements, workers);
    }

    private interface Part {
        void run(long start, long bytes);
    }

    /** What the kernels do with their workers, for what has none. */
    private void inParts(Part part) {
        long bytes = Math.ceilDiv(elements, threads) * (long) Float.BYTES;
        var others = new CountDownLatch(threads - 1);
        for (long start = bytes; start < threads * bytes; start += bytes) {
            long from = Math.min(start, src.byteSize());
            workers.executor().execute(() -> {
                part.run(from, Math.min(bytes, src.byteSize() - from));
                others.countDown();
            });
        }
        part.run(0, bytes);
        while (others.getCount() > 0) {
            Thread.onSpinWait();
        }
    }
}
