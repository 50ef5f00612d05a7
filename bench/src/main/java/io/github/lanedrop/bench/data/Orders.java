package io.github.lanedrop.bench.data;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Orders to go through images in. */
public final class Orders {
    private Orders() {}

    /**
     * The order of the file.
     *
     * @param size how many images
     * @return {@code 0, 1, ... size - 1}
     */
    public static int[] sequential(int size) {
        return IntStream.range(0, size).toArray();
    }

    /**
     * A permutation that depends on the seed alone. Its generator is {@link Random} because the JDK specifies that one's
     * numbers to the bit, for every release.
     *
     * @param size how many images
     * @param seed any 64 bits, of which {@code Random} takes the lower 48
     * @return each of {@code 0 ... size - 1} once
     */
    public static int[] shuffled(int size, long seed) {
        List<Integer> order = Arrays.asList(IntStream.range(0, size).boxed().toArray(Integer[]::new));
        Collections.shuffle(order, new Random(seed));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }
}
