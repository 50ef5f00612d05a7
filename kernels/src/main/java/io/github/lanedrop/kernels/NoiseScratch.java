package io.github.lanedrop.kernels;

/** What drawing noise needs, small enough to stay in L1 beside a chunk of data. */
final class NoiseScratch {
    static final Pool<NoiseScratch> POOL = new Pool<>(NoiseScratch::new);

    /** Elements whose words are drawn at a time, whole blocks of the generator and whole groups of vectors. */
    static final int DRAW = 1024;

    /** Room to write whole groups, and for a chunk that starts inside a block. */
    private static final int SLACK = 64;

    /** Random words, four bytes each. */
    final byte[] words = new byte[Integer.BYTES * (DRAW + SLACK)];
    /** Values of a chunk. */
    final float[] values = new float[Scratch.CHUNK + SLACK];

    private NoiseScratch() {}
}
