package io.github.lanedrop.bench.questions;

import java.util.List;

/** Options of a JVM that change how the kernels run. */
public final class Variation {
    /** Options of HotSpot on x86 alone. */
    public static final List<String> AVX2 = List.of("-XX:UseAVX=2");

    static final List<String> SCALAR = List.of("-Dlanedrop.path=scalar");
    static final List<String> BITS_256 = List.of("-Dlanedrop.vectorBits=256");
    static final List<String> BITS_128 = List.of("-Dlanedrop.vectorBits=128");
    static final List<List<String>> ALL = List.of(SCALAR, AVX2, BITS_256, BITS_128);

    private Variation() {}

    /**
     * How wide vectors must be for it to change anything.
     *
     * @param options of the JVM
     * @return the width that they ask for, 0 where they ask for none
     */
    public static int bits(List<String> options) {
        return options.equals(BITS_256) ? 256 : options.equals(BITS_128) ? 128 : 0;
    }
}
