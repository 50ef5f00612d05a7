package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One of each mask source, and its oracle: what every test and statistic that is about any source goes through. */
final class MaskSources {
    private MaskSources() {}

    /**
     * A source and what it must do.
     *
     * @param name what it is
     * @param drop the expected share of dropped elements
     * @param elements that it has
     * @param independent whether each element is a decision of its own
     * @param source makes it for a key
     * @param oracle makes the definition for a key: whether an element is kept
     */
    record Sample(
            String name,
            double drop,
            long elements,
            boolean independent,
            Function<Key, MaskSource> source,
            Function<Key, LongPredicate> oracle) {
        @Override
        public String toString() {
            return name;
        }

        /** Keep bits by definition, unused bits 0. */
        byte[] keepBits(Key key, long offset, int elements) {
            return MaskSources.keepBits(oracle.apply(key), offset, elements);
        }

        /** The elements from an offset on as stored bits, which {@link MaskSourcesTest} tests, under the source's scale. */
        MaskSource stored(Key key, long offset, int elements) {
            MaskSource mask = source.apply(key);
            MemorySegment bits = MemorySegment.ofArray(new byte[(elements + 7) / 8]);
            DropoutKernel.keepBits(mask, offset, bits, elements);
            return new ScaledMask(new StoredMask(mask.rate(), bits), mask.scale());
        }

        /** As many columns as asked for, or as there are elements from {@link #OFFSET} on. */
        int columns(int most) {
            return (int) Math.min(most, elements - OFFSET);
        }

        /** As many rows of these columns as asked for, or as there are. */
        int rows(int most, int columns) {
            return (int) Math.min(most, (elements - OFFSET) / columns);
        }
    }

    /** Where those begin that hold a kernel with any source against one with bits: a multiple of nothing. */
    static final int OFFSET = 3;

    static byte[] keepBits(LongPredicate kept, long offset, int elements) {
        byte[] bits = new byte[(elements + 7) / 8];
        for (int k = 0; k < elements; k++) {
            if (kept.test(offset + k)) {
                bits[k / 8] |= (byte) (1 << (k % 8));
            }
        }
        return bits;
    }

    static Stream<Sample> all() {
        return Stream.of(bernoulli(), memory(), broadcast(), dropBlock(), rowsTokensAndCounts(), varyingRates())
                .flatMap(List::stream);
    }

    private static List<Sample> bernoulli() {
        return Stream.of(.1, .5)
                .map(rate -> new Sample(
                        "Bernoulli " + rate,
                        rate,
                        Long.MAX_VALUE,
                        true,
                        key -> new BernoulliMask(Rate.drop(rate), key),
                        key -> elementwise(rate, key)))
                .toList();
    }

    private static LongPredicate elementwise(double rate, Key key) {
        return new MaskOracle(key.seed(), key.stream(), rate)::kept;
    }

    private static List<Sample> memory() {
        int elements = 20_003;
        double rate = .3;
        Function<Key, LongPredicate> oracle = key -> elementwise(rate, key);
        return List.of(
                new Sample(
                        "stored bits",
                        rate,
                        elements,
                        true,
                        key -> new StoredMask(
                                Rate.drop(rate), MemorySegment.ofArray(keepBits(oracle.apply(key), 0, elements))),
                        oracle),
                new Sample(
                        "stored bytes",
                        rate,
                        elements,
                        true,
                        key -> new ByteMask(
                                Rate.drop(rate), MemorySegment.ofArray(keepBytes(oracle.apply(key), elements))),
                        oracle),
                new Sample(
                        "stored floats",
                        rate,
                        elements,
                        true,
                        key -> new FloatMask(
                                Rate.drop(rate), MemorySegment.ofArray(keepFloats(oracle.apply(key), elements))),
                        oracle));
    }

    private static List<Sample> varyingRates() {
        return List.of(
                varyingRate(20_003, Sharing.NONE),
                varyingRate(7, Sharing.column(3000, 7)),
                varyingRate(9001, Sharing.column(3, 9001)),
                varyingRate(50, Sharing.row(400)));
    }

    /** Rates from 0.1 to 0.5, in turn. */
    private static Sample varyingRate(int rates, Sharing sharing) {
        float[] values = new float[rates];
        double sum = 0;
        for (int i = 0; i < rates; i++) {
            values[i] = .1f + .4f * (i % 7) / 6;
            sum += values[i];
        }
        MemorySegment segment = MemorySegment.ofArray(values);
        return new Sample(
                rates + " rates, " + sharing,
                sum / rates,
                rates / sharing.inner() * sharing.shared() * sharing.inner(),
                true,
                key -> new VaryingRateMask(segment, sharing, key),
                key -> i -> {
                    long group = sharing.shared() * sharing.inner();
                    int rate = (int) (i / group * sharing.inner() + i % sharing.inner());
                    return Learned.word(key, i) >= Math.floor(values[rate] * 0x1p32 + .5);
                });
    }

    /** 0 for dropped, anything else for kept. */
    private static byte[] keepBytes(LongPredicate kept, int elements) {
        byte[] bytes = new byte[elements];
        for (int i = 0; i < elements; i++) {
            bytes[i] = kept.test(i) ? (byte) (1 << (i % 8)) : 0;
        }
        return bytes;
    }

    /** One of both zeros for dropped, anything else for kept, whatever it is to a multiplication. */
    private static float[] keepFloats(LongPredicate kept, int elements) {
        float[] others = {1, 1 / .7f, -1, Float.MIN_VALUE, -Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY};
        float[] floats = new float[elements];
        for (int i = 0; i < elements; i++) {
            floats[i] = kept.test(i) ? others[i % others.length] : i % 2 == 0 ? 0f : -0f;
        }
        return floats;
    }

    private static List<Sample> broadcast() {
        return List.of(
                broadcast(BroadcastShape.rows(60, 768), .2, new long[] {60, 768}, 1),
                broadcast(BroadcastShape.rows(4000, 5), .5, new long[] {4000, 5}, 1),
                broadcast(BroadcastShape.columns(100, 300), .2, new long[] {100, 300}, 0),
                broadcast(BroadcastShape.columns(5000, 7), .1, new long[] {5000, 7}, 0),
                broadcast(BroadcastShape.columns(3, 9001), .1, new long[] {3, 9001}, 0),
                broadcast(BroadcastShape.channelsFirst(4, 30, 17, 19), .3, new long[] {4, 30, 17, 19}, 2, 3),
                broadcast(BroadcastShape.channelsLast(4, 30, 17, 19), .3, new long[] {4, 17, 19, 30}, 1, 2),
                broadcast(BroadcastShape.channelsFirst(2, 5, 3000), .5, new long[] {2, 5, 3000}, 2),
                broadcast(BroadcastShape.channelsLast(3, 64, 4, 5, 6), .1, new long[] {3, 4, 5, 6, 64}, 1, 2, 3),
                broadcast(BroadcastShape.locked(7, 35, 130), .1, new long[] {7, 35, 130}, 1),
                broadcast(BroadcastShape.of(11, 12, 13).share(), .1, new long[] {11, 12, 13}),
                broadcast(BroadcastShape.of(11, 12, 13).share(0, 1, 2), .5, new long[] {11, 12, 13}, 0, 1, 2),
                broadcast(
                        BroadcastShape.of(3, 4, 1, 5, 2, 6, 7, 3).noise(1, 4, 1, 1, 2, 6, 1, 3),
                        .4,
                        new long[] {3, 4, 1, 5, 2, 6, 7, 3},
                        0,
                        3,
                        6));
    }

    private static List<Sample> rowsTokensAndCounts() {
        return List.of(
                rowKeyed(.1, 300, 70),
                rowKeyed(.5, 3, 9000),
                rowKeyed(.3, 4000, 5),
                rowKeyed(.1, 300, 72),
                rowKeyed(.5, 300, 72),
                rowKeyed(.2, 21, 1024),
                tokenTypes(.3, 50, 300, 100),
                tokenTypes(.5, 1000, 7, 3000),
                tokenTypes(.1, 3, 9001, 4),
                exactCount(.1, 20_003),
                exactCount(.5, 1000),
                exactCount(1 / 3d, 5),
                exactCount(.9, 4097));
    }

    private static Sample rowKeyed(double rate, int rows, int width) {
        Function<Key, Key[]> keys = key -> IntStream.range(0, rows)
                .mapToObj(row -> new Key(key.seed() + row % 17, key.stream() + row))
                .toArray(Key[]::new);
        return new Sample(
                rows + " rows of " + width + " with their own keys at " + rate,
                rate,
                (long) rows * width,
                true,
                key -> RowKeyedMask.of(Rate.drop(rate), width, keys.apply(key)),
                key -> {
                    List<LongPredicate> ofRow = Arrays.stream(keys.apply(key))
                            .map(k -> elementwise(rate, k))
                            .toList();
                    return i -> ofRow.get((int) (i / width)).test(i % width);
                });
    }

    private static Sample tokenTypes(double rate, int types, int features, int tokens) {
        int[] ids = new Random(1).ints(tokens, 0, types).toArray();
        var bytes = ByteBuffer.allocate(4 * tokens).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(ids);
        return new Sample(
                tokens + " tokens of " + types + " types, " + features + " features at " + rate,
                rate,
                (long) tokens * features,
                false,
                key -> new TokenTypeMask(
                        new BernoulliMask(Rate.drop(rate), key), MemorySegment.ofBuffer(bytes), features),
                key -> {
                    LongPredicate ofType = elementwise(rate, key);
                    return i -> ofType.test(ids[(int) (i / features)]);
                });
    }

    private static Sample exactCount(double rate, int elements) {
        return new Sample(
                "exact count of " + elements + " at " + rate,
                Math.floor(elements * rate + .5) / elements,
                elements,
                false,
                key -> ExactCountMask.of(Rate.drop(rate), key, elements),
                key -> {
                    // the elements sorted by (word, index)
                    Integer[] order = IntStream.range(0, elements)
                            .boxed()
                            .sorted(Comparator.<Integer>comparingLong(i -> word(key, i))
                                    .thenComparingInt(i -> i))
                            .toArray(Integer[]::new);
                    var dropped = new BitSet();
                    for (int k = 0; k < Math.floor(elements * rate + .5); k++) {
                        dropped.set(order[k]);
                    }
                    return i -> !dropped.get((int) i);
                });
    }

    /** Word {@code i} of the word stream. */
    static long word(Key key, long i) {
        return MaskOracle.philox(key.seed(), key.stream() & 0xFFFFFFFFL, key.stream() >>> 32, i / 4)[(int) (i % 4)];
    }

    private static List<Sample> dropBlock() {
        DropBlock image = DropBlock.exact(Rate.drop(.3), 3, 14, 11);
        DropBlock scaled = DropBlock.paper(Rate.drop(.1), 5, 20, 20);
        return List.of(
                dropBlock(DropBlock.paper(Rate.drop(.1), 7, 56, 56), 1, 56, 56, 1, 7, 7),
                dropBlock(DropBlock.exact(Rate.drop(.1), 4, 9, 7), 1, 9, 7, 1, 4, 4),
                dropBlock(DropBlock.exact(Rate.drop(.3), 100, 3, 5), 1, 3, 5, 1, 100, 100),
                dropBlock(DropBlock.exact(Rate.drop(.2), 1, 6, 5), 1, 6, 5, 1, 1, 1),
                dropBlock(DropBlock.paper(Rate.drop(.2), 6, 1000), 1, 1, 1000, 1, 1, 6),
                dropBlock(DropBlock.paper(Rate.drop(.2), 5, 20_000), 1, 1, 20_000, 1, 1, 5),
                dropBlock(DropBlock.exact(Rate.drop(.1), 3, 5, 6, 7), 5, 6, 7, 3, 3, 3),
                dropBlock( // anchors are far away
                        DropBlock.of(DropBlock.Rule.EXACT, Rate.drop(.5), new int[] {5, 9, 2}, new int[] {12, 40, 50}),
                        12,
                        40,
                        50,
                        5,
                        9,
                        2),
                sharedBlocks("channels", image, 1),
                sharedBlocks("the batch", image, 0),
                sharedBlocks("both", image, 0, 1),
                new Sample(
                        "blocks with a scale",
                        1 - scaled.expectedKeep(),
                        Long.MAX_VALUE,
                        false,
                        key -> new ScaledMask(new DropBlockMask(scaled, key), 1.125),
                        key -> blocks(scaled, key, 1, 20, 20, 1, 5, 5)));
    }

    private static Sample dropBlock(DropBlock blocks, int depth, int height, int width, int... block) {
        return new Sample(
                blocks.toString(),
                1 - blocks.expectedKeep(),
                Long.MAX_VALUE,
                false,
                key -> new DropBlockMask(blocks, key),
                key -> blocks(blocks, key, depth, height, width, block));
    }

    private static Sample sharedBlocks(String over, DropBlock image, int... axes) {
        return new Sample(
                "blocks shared over " + over,
                .3,
                5 * 13 * 14 * 11,
                false,
                key -> new BroadcastMask(
                        new DropBlockMask(image, key),
                        BroadcastShape.of(5, 13, 14, 11).share(axes)),
                key -> broadcast(blocks(image, key, 1, 14, 11, 1, 3, 3), new long[] {5, 13, 14, 11}, axes));
    }

    /** An element is dropped where any of the anchors whose block holds it is dropped by the anchors' own mask. */
    private static LongPredicate blocks(DropBlock blocks, Key key, int depth, int height, int width, int... block) {
        LongPredicate anchors = elementwise(blocks.gamma(), key);
        int d = depth - Math.min(block[0], depth) + 1;
        int h = height - Math.min(block[1], height) + 1;
        int w = width - Math.min(block[2], width) + 1;
        return i -> {
            long x = i % width;
            long y = i / width % height;
            long z = i / width / height % depth;
            long plane = i / width / height / depth;
            for (long az = Math.max(0, z - block[0] + 1); az <= Math.min(z, d - 1); az++) {
                for (long ay = Math.max(0, y - block[1] + 1); ay <= Math.min(y, h - 1); ay++) {
                    for (long ax = Math.max(0, x - block[2] + 1); ax <= Math.min(x, w - 1); ax++) {
                        if (!anchors.test(((plane * d + az) * h + ay) * w + ax)) {
                            return false;
                        }
                    }
                }
            }
            return true;
        };
    }

    private static Sample broadcast(BroadcastShape shape, double rate, long[] lengths, int... shared) {
        return new Sample(
                "broadcast " + shape + " at " + rate,
                rate,
                shape.elements(),
                false,
                key -> new BroadcastMask(new BernoulliMask(Rate.drop(rate), key), shape),
                key -> broadcast(elementwise(rate, key), lengths, shared));
    }

    /** The decision of an element: the index over the axes that are not shared. */
    static LongPredicate broadcast(LongPredicate decisions, long[] lengths, int... shared) {
        return i -> {
            long index = i;
            long decision = 0;
            long stride = 1;
            for (int axis = lengths.length - 1; axis >= 0; axis--) {
                int number = axis;
                if (Arrays.stream(shared).noneMatch(s -> s == number)) {
                    decision += index % lengths[axis] * stride;
                    stride *= lengths[axis];
                }
                index /= lengths[axis];
            }
            return decisions.test(decision);
        };
    }
}
