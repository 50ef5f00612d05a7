package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Philox4x32;

/**
 * What a call of a learned-rate kernel needs beside its arguments. All lengths are whole vectors of any width, so that
 * vector code needs no tails: it computes a few lanes too many, which nobody reads.
 */
final class LearnedScratch {
    /** Elements handled at a time: several arrays of them stay in L1. Sums are over chunks of this size. */
    static final int CHUNK = 1024;

    /** Most values that the elements of a chunk share: those of a part of a group, of whole ones, and of a part. */
    private static final int VALUES = 3 * CHUNK;

    static final Pool<LearnedScratch> POOL = new Pool<>(LearnedScratch::new);

    /** Random words of values, from a block that may start before them, in groups of blocks of any width. */
    final byte[] words = new byte[VALUES * Integer.BYTES + 16 * Philox4x32.BLOCK_BYTES];
    /** Values before they are spread over the elements that share them. */
    final float[] values = new float[VALUES];
    /** A value for each element: a factor, a noise, a rate. */
    final float[] spread = new float[CHUNK];

    /** A standard normal for each element. */
    final float[] normals = new float[CHUNK];

    final float[] a = new float[CHUNK];
    final float[] b = new float[CHUNK];
    final float[] c = new float[CHUNK];
    final float[] d = new float[CHUNK];
    final float[] terms = new float[CHUNK];
    final double[] sums = new double[CHUNK];

    private LearnedScratch() {}
}
