package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The independent decisions of a mask source: a bit for each, 1 for kept. Those of an elementwise mask are its elements;
 * those of a structured one are its groups, of which one element stands for all.
 *
 * <p>A new source joins {@link #all()}, and {@link MaskIndependenceTest} tests it. So do choices that are made beforehand,
 * of tokens and of layers.
 *
 * @param name of the source
 * @param type of the source
 * @param keep the probability to keep
 * @param given whether the number of kept decisions is no random one
 * @param bits makes the decisions
 */
record MaskDecisions(String name, Class<?> type, double keep, boolean given, Bits bits) {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** So many that there are decisions far behind the first. */
    private static final long MANY = 1L << 42;

    /** Of decisions whose number is random. */
    private MaskDecisions(String name, Class<?> type, double keep, Bits bits) {
        this(name, type, keep, false, bits);
    }

    /** Decisions {@code first} to {@code first + 64 * words}, exclusive, of the mask of a key, as longs. */
    interface Bits {
        long[] draw(Key key, long first, int words);
    }

    long[] draw(Key key, long first, int words) {
        return bits.draw(key, first, words);
    }

    static List<MaskDecisions> all() {
        Rate drop = Rate.drop(.3);
        return Stream.of(
                        Stream.of(.01, .05, .1, .25, 1 / 3d, .5, .75, .9, .99).map(MaskDecisions::bernoulli),
                        Stream.of(
                                byteStream(),
                                stored(drop),
                                bytes(drop),
                                floats(drop),
                                new MaskDecisions(
                                        "ScaledMask",
                                        ScaledMask.class,
                                        1 - drop.effective(),
                                        (key, first, words) -> keepBits(
                                                new ScaledMask(new BernoulliMask(drop, key), 2), first, words)),
                                rowKeyed(drop),
                                tokenTypes(drop),
                                exactCount(drop),
                                rows(drop),
                                columns(drop),
                                pairs("channels last", drop, BroadcastShape.channelsLast(MANY >> 6, 64, 2), 0),
                                pairs("locked units", drop, BroadcastShape.locked(MANY >> 6, 2, 64), 1),
                                varyingRate(drop),
                                dropBlock(),
                                keptTokens(drop),
                                samplesOfALayer(drop),
                                layersOfASample(drop)))
                .flatMap(sources -> sources)
                .toList();
    }

    private static MaskDecisions bernoulli(double rate) {
        Rate drop = Rate.drop(rate);
        return new MaskDecisions(
                "BernoulliMask, rate " + rate,
                BernoulliMask.class,
                1 - drop.effective(),
                (key, first, words) -> keepBits(new BernoulliMask(drop, key), first, words));
    }

    /** Bits of a mask that was exported. */
    private static MaskDecisions stored(Rate drop) {
        return new MaskDecisions("StoredMask", StoredMask.class, 1 - drop.effective(), (key, first, words) -> {
            MemorySegment bits = MemorySegment.ofArray(new byte[Long.BYTES * words]);
            DropoutKernel.keepBits(new BernoulliMask(drop, key), first, bits, (long) Long.SIZE * words);
            return keepBits(new StoredMask(drop, bits), 0, words);
        });
    }

    /** All elements share a rate, so that each is a decision like the others. */
    private static MaskDecisions varyingRate(Rate drop) {
        MemorySegment rate = MemorySegment.ofArray(new float[] {(float) drop.nominal()});
        return new MaskDecisions(
                "VaryingRateMask",
                VaryingRateMask.class,
                1 - Rate.drop((float) drop.nominal()).effective(),
                (key, first, words) -> keepBits(new VaryingRateMask(rate, Sharing.ALL, key), first, words));
    }

    private static MaskDecisions bytes(Rate drop) {
        return new MaskDecisions("ByteMask", ByteMask.class, 1 - drop.effective(), (key, first, words) -> {
            long elements = (long) Long.SIZE * words;
            MemorySegment bits = MemorySegment.ofArray(new byte[Long.BYTES * words]);
            MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(elements)]);
            DropoutKernel.keepBits(new BernoulliMask(drop, key), first, bits, elements);
            MaskBits.bitsToBytes(bits, bytes, elements);
            return keepBits(new ByteMask(drop, bytes), 0, words);
        });
    }

    private static MaskDecisions floats(Rate drop) {
        return new MaskDecisions("FloatMask", FloatMask.class, 1 - drop.effective(), (key, first, words) -> {
            long elements = (long) Long.SIZE * words;
            MemorySegment bits = MemorySegment.ofArray(new byte[Long.BYTES * words]);
            MemorySegment floats = MemorySegment.ofArray(new float[Math.toIntExact(elements)]);
            DropoutKernel.keepBits(new BernoulliMask(drop, key), first, bits, elements);
            MaskBits.bitsToFloats(bits, drop.scale(), floats, elements);
            return keepBits(new FloatMask(drop, floats), 0, words);
        });
    }

    /** Rows of 4,096, each with a key of its own. */
    private static MaskDecisions rowKeyed(Rate drop) {
        int columns = 4096;
        return new MaskDecisions("RowKeyedMask", RowKeyedMask.class, 1 - drop.effective(), (key, first, words) -> {
            Key[] keys = LongStream.range(first / columns, (first + (long) Long.SIZE * words) / columns)
                    .mapToObj(row -> key.named("row " + row))
                    .toArray(Key[]::new);
            return keepBits(RowKeyedMask.of(drop, columns, keys), 0, words);
        });
    }

    /** One mask for all that are asked for, since its elements are no more than are drawn; others elsewhere. */
    private static MaskDecisions exactCount(Rate drop) {
        return new MaskDecisions(
                "ExactCountMask", ExactCountMask.class, 1 - drop.effective(), true, (key, first, words) -> {
                    Key there = first == 0 ? key : key.named("from " + first);
                    return keepBits(ExactCountMask.of(drop, there, (long) Long.SIZE * words), 0, words);
                });
    }

    /** Samples of as many tokens as are asked for, as far as they fit into an array; others elsewhere. */
    private static MaskDecisions keptTokens(Rate drop) {
        return new MaskDecisions("KeptTokens", KeptTokens.class, 1 - drop.effective(), true, (key, first, words) -> {
            int tokens = Long.SIZE * words;
            boolean fits = first + tokens <= Integer.MAX_VALUE;
            int sample = fits ? Math.toIntExact(first / tokens) : 0;
            KeptTokens kept = KeptTokens.draw(drop, fits ? key : key.named("from " + first), sample + 1, tokens, 0);
            return ofBits(words, IntStream.range(0, kept.kept()).map(j -> kept.index(sample, j)));
        });
    }

    /** The samples of a step, and of those after it. */
    private static MaskDecisions samplesOfALayer(Rate drop) {
        return new MaskDecisions(
                "StochasticDepth, samples", StochasticDepth.class, 1 - drop.effective(), (key, first, words) -> {
                    int samples = Long.SIZE * words;
                    DepthPlan plan = StochasticDepth.of(List.of(drop), key).plan(step(key) + first / samples, samples);
                    return ofBits(words, Arrays.stream(plan.keptSamples(0)));
                });
    }

    /** A sample passes 64 layers, or not; the next decisions are the next sample's. */
    private static MaskDecisions layersOfASample(Rate drop) {
        return new MaskDecisions(
                "StochasticDepth, layers", StochasticDepth.class, 1 - drop.effective(), (key, first, words) -> {
                    long step = step(key) + first / Long.SIZE / words;
                    DepthPlan plan = StochasticDepth.of(Collections.nCopies(Long.SIZE, drop), key)
                            .plan(step, words);
                    long[] decisions = new long[words];
                    for (int layer = 0; layer < Long.SIZE; layer++) {
                        for (int sample : plan.keptSamples(layer)) {
                            decisions[sample] |= 1L << layer;
                        }
                    }
                    return decisions;
                });
    }

    /** The step of a key, which a plan's takes the place of. */
    private static long step(Key key) {
        return key.stream() / Key.PASSES % Key.STEPS;
    }

    private static long[] ofBits(int words, IntStream bits) {
        return Arrays.copyOf(bits.collect(BitSet::new, BitSet::set, BitSet::or).toLongArray(), words);
    }

    /** Tokens of three features, each of a type of its own, the last type first. */
    private static MaskDecisions tokenTypes(Rate drop) {
        return new MaskDecisions("TokenTypeMask", TokenTypeMask.class, 1 - drop.effective(), (key, first, words) -> {
            int tokens = Long.SIZE * words;
            MemorySegment bits = MemorySegment.ofArray(new byte[Long.BYTES * words]);
            DropoutKernel.keepBits(new BernoulliMask(drop, key), first, bits, tokens);
            int[] ids = IntStream.range(0, tokens).map(i -> tokens - 1 - i).toArray();
            var mask = new TokenTypeMask(new StoredMask(drop, bits), MemorySegment.ofArray(ids), 3);
            return everyFew(keepBits(mask, 0, 3 * words), 3, 0);
        });
    }

    /** Rows of three, or channels first: the first element of each stands for it. */
    private static MaskDecisions rows(Rate drop) {
        return groups(
                "BroadcastMask, rows",
                BroadcastMask.class,
                1 - drop.effective(),
                key -> new BroadcastMask(new BernoulliMask(drop, key), BroadcastShape.rows(MANY, 3)),
                3,
                0);
    }

    /** Columns of three rows, of which the second stands for all. */
    private static MaskDecisions columns(Rate drop) {
        BroadcastShape shape = BroadcastShape.columns(3, MANY);
        return new MaskDecisions(
                "BroadcastMask, columns",
                BroadcastMask.class,
                1 - drop.effective(),
                (key, first, words) ->
                        keepBits(new BroadcastMask(new BernoulliMask(drop, key), shape), MANY + first, words));
    }

    /** Samples of two pixels, or steps, of 64 units: those of one stand for both. */
    private static MaskDecisions pairs(String name, Rate drop, BroadcastShape shape, int which) {
        return new MaskDecisions(
                "BroadcastMask, " + name, BroadcastMask.class, 1 - drop.effective(), (key, first, words) -> {
                    long[] both =
                            keepBits(new BroadcastMask(new BernoulliMask(drop, key), shape), 2 * first, 2 * words);
                    long[] decisions = new long[words];
                    for (int i = 0; i < words; i++) {
                        decisions[i] = both[2 * i + which];
                    }
                    return decisions;
                });
    }

    /**
     * Blocks of 2 x 2 on planes of 3 x 3, whose middle is dropped by any of four anchors: planes are independent, and so
     * are their middles.
     */
    private static MaskDecisions dropBlock() {
        DropBlock blocks = DropBlock.exact(Rate.drop(.2), 2, 3, 3);
        double keep = Math.pow(1 - Rate.drop(blocks.gamma()).effective(), 4);
        return groups("DropBlockMask", DropBlockMask.class, keep, key -> new DropBlockMask(blocks, key), 9, 4);
    }

    /** One element of each group of neighbours. */
    private static MaskDecisions groups(
            String name, Class<?> type, double keep, Function<Key, MaskSource> mask, int elements, int which) {
        return new MaskDecisions(
                name,
                type,
                keep,
                (key, first, words) ->
                        everyFew(keepBits(mask.apply(key), elements * first, elements * words), elements, which));
    }

    /** Bits {@code from}, {@code from + step} and so on. */
    private static long[] everyFew(long[] bits, int step, int from) {
        long[] few = new long[bits.length / step];
        long at = from;
        for (int i = 0; i < Long.SIZE * few.length; i++, at += step) {
            few[i >>> 6] |= ((bits[(int) (at >>> 6)] >>> at) & 1) << i;
        }
        return few;
    }

    private static MaskDecisions byteStream() {
        return new MaskDecisions("the byte stream", ByteStream.class, .5, (key, first, words) -> {
            byte[] bytes = new byte[Long.BYTES * words];
            ByteStream.fill(
                    key.seed(),
                    key.stream(),
                    first / Byte.SIZE / Philox4x32.BLOCK_BYTES,
                    bytes,
                    0,
                    bytes.length / Philox4x32.BLOCK_BYTES);
            return longs(bytes);
        });
    }

    static long[] keepBits(MaskSource mask, long first, int words) {
        byte[] bits = new byte[Long.BYTES * words];
        DropoutKernel.keepBits(mask, first, MemorySegment.ofArray(bits), (long) Long.SIZE * words);
        return longs(bits);
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
