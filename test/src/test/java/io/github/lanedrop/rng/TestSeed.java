package io.github.lanedrop.rng;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** Where tests that explore take their arguments from; {@code -Dtests.seed} explores elsewhere. */
public final class TestSeed {
    public static final long VALUE = seed();

    private TestSeed() {}

    private static long seed() {
        String given = System.getProperty("tests.seed", "");
        return given.isEmpty() ? 2026 : Long.decode(given);
    }

    static UniformRandomProvider generator() {
        return RandomSource.XO_RO_SHI_RO_128_PP.create(VALUE);
    }

    static String describe() {
        return "-Dtests.seed=" + VALUE;
    }
}
