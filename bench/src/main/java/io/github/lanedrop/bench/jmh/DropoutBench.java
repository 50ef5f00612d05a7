package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.bench.demo.CopyAndScale;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.StoredMask;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Inverted dropout on float32 beside copying and scaling the same buffers, the least that any dropout must do, and beside
 * the loop that people write on Commons RNG.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 7, time = 1, timeUnit = TimeUnit.SECONDS) // on one core C2 may take as long
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class DropoutBench {
    private static final long ALIGNMENT = 64; // a cache line, so that no size is luckier than another

    /** Elements a call: L1, L2, L3 and DRAM. */
    @Param({"4096", "65536", "1048576", "16777216"})
    public int elements;

    /** Probability to drop. */
    @Param({"0.1", "0.5"})
    public double rate;

    MemorySegment src;
    MemorySegment dst;
    MemorySegment keepBits;
    BernoulliMask mask;
    StoredMask storedMask;
    private float scale;
    private UniformRandomProvider random;

    /** Fills the buffers. */
    @Setup
    public void setUp() {
        Arena arena = Arena.ofAuto();
        src = arena.allocate((long) Float.BYTES * elements, ALIGNMENT);
        dst = arena.allocate((long) Float.BYTES * elements, ALIGNMENT);
        keepBits = arena.allocate((elements + 7) / 8, ALIGNMENT);
        for (int i = 0; i < elements; i++) {
            src.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + i % 1000 * 1e-3f);
        }
        mask = new BernoulliMask(Rate.drop(rate), new Key(2026, 0));
        scale = (float) mask.rate().scale();
        DropoutKernel.keepBits(mask, 0, keepBits, elements);
        storedMask = new StoredMask(mask.rate(), keepBits);
        random = RandomSource.PHILOX_4X32.create(2026L);
    }

    /** The roof. */
    @Benchmark
    public void copyAndScale() {
        CopyAndScale.run(src, dst, scale, elements);
    }

    /** Forward, out of place. */
    @Benchmark
    public void forward() {
        DropoutKernel.forward(mask, 0, src, dst, elements);
    }

    /** Forward, in place. */
    @Benchmark
    public void inPlace() {
        DropoutKernel.forward(mask, 0, dst, dst, elements);
    }

    /** Backward from a stored mask of one bit an element. */
    @Benchmark
    public void backwardStored() {
        DropoutKernel.backward(storedMask, 0, src, dst, elements);
    }

    /** The mask alone. */
    @Benchmark
    public void keepBits() {
        DropoutKernel.keepBits(mask, 0, keepBits, elements);
    }

    /** The loop that people write: one float a decision from Commons RNG's generator of the same family. */
    @Benchmark
    public void commonsRngLoop() {
        float drop = (float) rate;
        for (int i = 0; i < elements; i++) {
            float x = src.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            dst.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() < drop ? 0f : x * scale);
        }
    }
}
