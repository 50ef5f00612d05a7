package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.bench.demo.CopyAndScale;
import io.github.lanedrop.kernels.GaussianNoise;
import io.github.lanedrop.kernels.NoiseKernel;
import io.github.lanedrop.kernels.NoiseSource;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.UniformNoise;
import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Gaussian dropout and Uout on float32 beside drawing the random words that they need, one an element, a thousand at a time
 * into L1, and beside the loop that people write on the JDK's generator.
 */
public class NoiseBench extends Bench {
    private static final int WORDS = 1024;
    private static final int WORDS_OF_BLOCK = 4;
    private static final Key KEY = new Key(2026, 0);

    /** Elements a call: L1, L2, L3 and DRAM. */
    @Param({"4096", "65536", "1048576", "16777216"})
    public int elements;

    MemorySegment src;
    MemorySegment dst;
    final byte[] words = new byte[Integer.BYTES * WORDS];
    final NoiseSource gaussian = GaussianNoise.dropout(Rate.drop(.1), KEY);
    final NoiseSource uniform = UniformNoise.uout(.1, KEY);
    private final SplittableRandom random = new SplittableRandom(2026);

    /** Fills the buffers. */
    @Setup
    public void setUp() {
        src = activations(elements);
        dst = zeros(elements);
    }

    /** The roof: copying and scaling the same buffers. */
    @Benchmark
    public void copyAndScale() {
        CopyAndScale.run(src, dst, 1.1f, elements);
    }

    /** The random words alone. */
    @Benchmark
    public void words() {
        for (int at = 0; at < elements; at += WORDS) {
            int blocks = Math.min(WORDS, elements - at) / WORDS_OF_BLOCK;
            ByteStream.fill(KEY.seed(), KEY.stream(), at / WORDS_OF_BLOCK, words, 0, blocks);
        }
    }

    /** Gaussian dropout. */
    @Benchmark
    public void gaussianDropout() {
        NoiseKernel.multiply(gaussian, 0, src, dst, elements);
    }

    /** Uout. */
    @Benchmark
    public void uout() {
        NoiseKernel.multiply(uniform, 0, src, dst, elements);
    }

    /** The loop that people write: the JDK's fast generator and its own ziggurat. */
    @Benchmark
    public void jdkLoop() {
        float deviation = 1 / 3f;
        for (int i = 0; i < elements; i++) {
            float x = src.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            dst.setAtIndex(ValueLayout.JAVA_FLOAT, i, x * (1 + deviation * (float) random.nextGaussian()));
        }
    }
}
