package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;

/**
 * The independent decisions of a mask source: a bit for each, 1 for kept. Those of an elementwise mask are its elements;
 * those of a structured one are its groups, since elements of a group agree.
 *
 * <p>A new source joins {@link #all()}, and {@link MaskIndependenceTest} tests it.
 *
 * @param name of the source
 * @param keep the probability to keep
 * @param bits makes the decisions
 */
record MaskDecisions(String name, double keep, Bits bits) {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Decisions {@code first} to {@code first + 64 * words}, exclusive, of the mask of a key, as longs. */
    interface Bits {
        long[] draw(Key key, long first, int words);
    }

    long[] draw(Key key, long first, int words) {
        return bits.draw(key, first, words);
    }

    static List<MaskDecisions> all() {
        return Stream.of(
                        Stream.of(.01, .05, .1, .25, 1 / 3d, .5, .75, .9, .99).map(MaskDecisions::elements),
                        Stream.of(new MaskDecisions("the byte stream", .5, MaskDecisions::byteStream)))
                .flatMap(sources -> sources)
                .toList();
    }

    private static MaskDecisions elements(double rate) {
        Rate drop = Rate.drop(rate);
        return new MaskDecisions(
                "BernoulliMask, rate " + rate,
                1 - drop.effective(),
                (key, first, words) -> keepBits(new BernoulliMask(drop, key), first, words));
    }

    static long[] keepBits(MaskSource mask, long first, int words) {
        byte[] bits = new byte[Long.BYTES * words];
        DropoutKernel.keepBits(mask, first, MemorySegment.ofArray(bits), (long) Long.SIZE * words);
        return longs(bits);
    }

    private static long[] byteStream(Key key, long first, int words) {
        byte[] bytes = new byte[Long.BYTES * words];
        ByteStream.fill(
                key.seed(),
                key.stream(),
                first / Byte.SIZE / Philox4x32.BLOCK_BYTES,
                bytes,
                0,
                bytes.length / Philox4x32.BLOCK_BYTES);
        return longs(bytes);
    }

    private static long[] longs(byte[] bytes) {
        long[] words = new long[bytes.length / Long.BYTES];
        MemorySegment.copy(MemorySegment.ofArray(bytes), LONG, 0, words, 0, words.length);
        return words;
    }

    @Override
    public String toString() {
        return name;
    }
}
