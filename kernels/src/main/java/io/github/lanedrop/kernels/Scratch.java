package io.github.lanedrop.kernels;

/** What one call needs beside its arguments, small enough to stay in L1: the random bytes and keep bits of a chunk. */
final class Scratch {
    /** Elements handled at a time. */
    static final int CHUNK = 4096;

    static final Pool<Scratch> POOL = new Pool<>(Scratch::new);

    /** Room for the generator to write whole groups, and for a chunk that starts inside a block. */
    private static final int SLACK = 256;

    /** Two random bytes a pattern. */
    final byte[] stream = new byte[CHUNK / 4 + SLACK];
    /** Keep bits, lowest bit first. */
    final byte[] keepBits = new byte[CHUNK / 8 + SLACK];
    /** Elements of a chunk whose memory has no loop of its own. */
    final float[] spare = new float[CHUNK];
    /** A bit a pattern: whether its first 16 random bits left it open. */
    final long[] undecided = new long[CHUNK / 8 / 64 + 1];

    /** Patterns that were left open, one of each group of 64, and the words that decide them; room for whole vectors. */
    final long[] openPatterns = new long[CHUNK / 8 / 64 + 16];

    final long[] words = new long[CHUNK / 8 / 64 + 16];

    /** What sources need that are made of others. */
    final MaskScratch ofMask = new MaskScratch();

    private Scratch() {}

    /** One beside another, for a source within a source. */
    static Scratch inner() {
        return new Scratch();
    }
}
