package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.bench.peers.NativeMemory;
import io.github.lanedrop.bench.peers.Peer;
import io.github.lanedrop.bench.peers.Peers;
import java.util.Locale;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Other people's dropout on float32, on buffers like those of {@link DropoutBench}. */
public class PeerBench extends Bench {
    /** Who drops. */
    @Param({"splittable-random", "thread-local-random", "commons-rng", "weak-hash", "lanedrop"})
    public String peer;

    /** Elements a call: L1, L3 and DRAM. */
    @Param({"4096", "1048576", "16777216"})
    public int elements;

    /** Probability to drop. */
    @Param({"0.1", "0.5"})
    public double rate;

    /** How many threads share a call. */
    @Param("1")
    public int threads;

    /**
     * What a call that allocates its result finds: {@code fresh} or {@code reused} memory. It is the environment that this
     * JVM was started with that decides, see {@link NativeMemory}; this is for the report, and must say the same.
     */
    @Param("fresh")
    public String memory;

    Peer.Task task;
    Peer.Work work;

    /**
     * Makes the peer ready.
     *
     * @throws IllegalArgumentException if the environment says something else of the memory
     */
    @Setup
    public void setUp() {
        if (NativeMemory.valueOf(memory.toUpperCase(Locale.ROOT)) != NativeMemory.current()) {
            throw new IllegalArgumentException("memory is " + memory + ", but the environment says "
                    + NativeMemory.current().name().toLowerCase(Locale.ROOT));
        }
        var src = activations(elements);
        task = new Peer.Task(src, src, zeros(elements), elements, rate, threads);
        work = Peers.find(peer).prepare(task);
        work.forward(); // whose mask a backward takes
    }

    /** Gives back what the peer holds. */
    @TearDown
    public void tearDown() {
        work.close();
    }

    /** Forward, out of place. */
    @Benchmark
    public void forward() {
        work.forward();
    }

    /** Backward, with the mask of the last forward. */
    @Benchmark
    public void backward() {
        work.backward();
    }

    /** Forward, in place. */
    @Benchmark
    public void inPlace() {
        work.inPlace();
    }
}
