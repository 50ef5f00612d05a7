package io.github.lanedrop.kernels.mask;

import static io.github.lanedrop.rng.simd.Lanes.LONGS;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/** Spreads the ones of a string of bits, a vector at a time. */
public final class VectorDilation {
    /** Words that are written beyond the last one. */
    public static final int SLACK = 8;

    private static final int LANES = LONGS.length();

    private VectorDilation() {}

    /**
     * As {@link ScalarDilation#shiftOr}, but writes whole vectors.
     *
     * @param words the string from index {@code at}; before it {@code shift / 64 + 1} zeros or more
     * @param at of the first word
     * @param count words of the string
     * @param shift by how many bits, 0 or more
     */
    public static void shiftOr(long[] words, int at, int count, int shift) {
        int whole = shift >>> 6;
        int part = shift & 63;
        for (int i = at + (count - 1) / LANES * LANES; i >= at; i -= LANES) {
            LongVector carried = LongVector.fromArray(LONGS, words, i - whole - 1)
                    .lanewise(VectorOperators.LSHR, 1)
                    .lanewise(VectorOperators.LSHR, 63 - part);
            LongVector.fromArray(LONGS, words, i - whole)
                    .lanewise(VectorOperators.LSHL, part)
                    .lanewise(VectorOperators.OR, carried)
                    .lanewise(VectorOperators.OR, LongVector.fromArray(LONGS, words, i))
                    .intoArray(words, i);
        }
    }
}
