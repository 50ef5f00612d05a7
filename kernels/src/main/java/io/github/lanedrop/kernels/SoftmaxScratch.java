package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.attention.ScalarSoftmax;

/** What a softmax with dropout needs beside its arguments: a chunk of each operand, and a row's exponentials. */
final class SoftmaxScratch {
    static final Pool<SoftmaxScratch> POOL = new Pool<>(SoftmaxScratch::new);

    /** A chunk of scores; the forward pass writes the probabilities over them. */
    final float[] scores = new float[Scratch.CHUNK];
    /** A chunk of gradients, with respect to the probabilities and then to the scores. */
    final float[] gradient = new float[Scratch.CHUNK];
    /** The exponentials of a row, or of a chunk of it, up to whole groups of partial sums. */
    final float[] row = new float[Scratch.CHUNK + ScalarSoftmax.PARTIAL_SUMS];
    /** The partial sums of a row. */
    final float[] sums = new float[ScalarSoftmax.PARTIAL_SUMS];
    /** The partial sums of a row's product with its gradient. */
    final float[] dots = new float[ScalarSoftmax.PARTIAL_SUMS];

    private SoftmaxScratch() {}
}
