package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.bench.peers.Peer;
import io.github.lanedrop.bench.peers.Peers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Calls as small as a service makes them, on average and one by one, at rate 0.1 on one thread.
 *
 * <p>The clock takes some 20 ns and is part of each single call's time: the average is more exact, single calls show the
 * spread.
 */
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
public class CallBench extends Bench {
    private static final double RATE = .1;

    /** Who drops. */
    @Param({"lanedrop", "splittable-random", "thread-local-random", "commons-rng", "weak-hash"})
    public String peer;

    /** Elements a call; the last is a batch of 128 rows of 768. */
    @Param({"128", "768", "4096", "98304"})
    public int elements;

    Peer.Task task;
    Peer.Work work;

    /** Makes the peer ready. */
    @Setup
    public void setUp() {
        var src = activations(elements);
        task = new Peer.Task(src, src, zeros(elements), elements, RATE, 1);
        work = Peers.find(peer).prepare(task);
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
}
