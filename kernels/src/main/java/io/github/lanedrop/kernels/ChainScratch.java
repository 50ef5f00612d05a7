package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.activation.RepeatedBias;
import java.lang.foreign.MemorySegment;

/** What a chain needs beside its keep bits. */
final class ChainScratch {
    static final Pool<ChainScratch> POOL = new Pool<>(ChainScratch::new);

    final RepeatedBias bias = new RepeatedBias();
    /** Elements of a chunk that goes through arrays, and their gradients. */
    final float[] elements = new float[Scratch.CHUNK];

    final float[] gradients = new float[Scratch.CHUNK];
    /** What {@link io.github.lanedrop.kernels.activation.ChainLoop#densities} leaves for the rest of a backward pass. */
    final float[] densities = new float[Scratch.CHUNK];

    final MemorySegment elementSegment = MemorySegment.ofArray(elements);
    final MemorySegment gradientSegment = MemorySegment.ofArray(gradients);

    private ChainScratch() {}
}
