package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.activation.RepeatedBias;
import io.github.lanedrop.kernels.lanes.Aligned;
import io.github.lanedrop.kernels.lanes.LaneScratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What one call needs beside its arguments, small enough to stay in L1: the random bytes and keep bits of a chunk. */
final class Scratch {
    /** How floats lie in memory. */
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Elements handled at a time. */
    static final int CHUNK = 4096;

    /** Room for vectors that reach over the end of a chunk: four of the most lanes of floats. */
    static final int SPARE_ELEMENTS = 64;

    /** Elements that go through arrays at a time: source, arrays and destination are in L1 together. */
    static final int PIECE = 1024;

    static final Pool<Scratch> POOL = new Pool<>(Scratch::new);

    /** Room for the generator to write whole groups, and for a chunk that starts inside a block. */
    private static final int SLACK = 256;

    static final int KEEP_BITS_BYTES = CHUNK / 8 + SLACK;

    /** Two random bytes a pattern. */
    final byte[] stream = new byte[CHUNK / 4 + SLACK];
    /** Keep bits, lowest bit first. */
    final byte[] keepBits = new byte[KEEP_BITS_BYTES];
    /** Where the keep bits of the elements at hand are, there or elsewhere. */
    final Span span = new Span();
    /** Elements of a chunk that goes through arrays. */
    final float[] floats = new float[CHUNK + SPARE_ELEMENTS];
    /** The operand beside them. */
    final float[] otherFloats = new float[CHUNK + SPARE_ELEMENTS];

    final double[] doubles = new double[CHUNK + SPARE_ELEMENTS];
    final double[] otherDoubles = new double[CHUNK + SPARE_ELEMENTS];
    /** What {@link io.github.lanedrop.kernels.activation.ChainLoop#slopes} leaves for the rest of a backward pass. */
    final MemorySegment slopes = Aligned.floats(CHUNK);

    final short[] shorts = new short[CHUNK];
    /** Floats on their way from shorts and to them. */
    final int[] ints = new int[CHUNK];

    final MemorySegment intSegment = MemorySegment.ofArray(ints);
    final MemorySegment floatSegment = MemorySegment.ofArray(floats);
    final MemorySegment otherFloatSegment = MemorySegment.ofArray(otherFloats);
    final MemorySegment doubleSegment = MemorySegment.ofArray(doubles);
    final MemorySegment otherDoubleSegment = MemorySegment.ofArray(otherDoubles);

    /** Of the loops that run where there are no vectors; empty where there are. */
    final LaneScratch lanes = new LaneScratch(Live.VECTOR ? 0 : PIECE);

    /** A bit a pattern: whether its first 16 random bits left it open. */
    final long[] undecided = new long[CHUNK / 8 / 64 + 1];

    /** Patterns that were left open, with room for those of a chunk that starts inside a byte. */
    final int[] open = new int[CHUNK / 8 + 1];

    /** Patterns that were left open, one of each group of 64, and the words that decide them; room for whole vectors. */
    final long[] openPatterns = new long[CHUNK / 8 / 64 + 16];

    final long[] words = new long[CHUNK / 8 / 64 + 16];

    /** The bias of a chain. */
    final RepeatedBias bias = new RepeatedBias();

    /** What sources need that are made of others. */
    final MaskScratch ofMask = new MaskScratch();

    private Scratch() {}

    /** One beside another, for a source within a source. */
    static Scratch inner() {
        return new Scratch();
    }
}
