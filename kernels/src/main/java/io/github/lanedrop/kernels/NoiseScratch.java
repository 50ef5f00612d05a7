package io.github.lanedrop.kernels;

/** What drawing noise needs, small enough to stay in L1 beside a chunk of data. */
final class NoiseScratch {
    static final Pool<NoiseScratch> POOL = new Pool<>(NoiseScratch::new);

    /** Elements handled at a time: with their words, sources and results they leave half of L1 to others. */
    static final int CHUNK = 1024;

    /** Room to write whole groups, and for a chunk that starts inside a block. */
    private static final int SLACK = 64;

    /** Random words, four bytes each. */
    final byte[] words = new byte[Integer.BYTES * (CHUNK + SLACK)];
    /** Values of a chunk. */
    final float[] values = new float[CHUNK + SLACK];

    /** Values of a chunk whose elements share them. */
    final float[] shared = new float[CHUNK];

    private NoiseScratch() {}
}
