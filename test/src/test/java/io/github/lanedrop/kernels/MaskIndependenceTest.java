package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.TestSeed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The decisions of every mask source are independent and have the source's probability: a million of each and more,
 * within a mask and between the masks of neighbouring seeds, streams, sites, steps, passes, rows and far offsets.
 *
 * <p><b>The bound.</b> At most {@value #SOURCES} sources have at most {@value #P_VALUES} p-values in each of {@value #TESTS}
 * tests, and each must be at least {@value #FLOOR}, that is {@value #ALPHA} divided by the number of all (Bonferroni). So a perfect generator
 * fails anything here at fewer than one seed in a thousand; and the seed is fixed, so the outcome is too.
 * {@code -Dtests.seed} tries another.
 *
 * <p>Elements of an exact count, and tokens, depend on each other, by {@code -1 / (n - 1)}: a thousandth of what these tests can see,
 * but for the count itself. So they take all tests but that of the count, with its degree of freedom less, see
 * {@link BitTests}.
 */
final class MaskIndependenceTest {
    private static final double ALPHA = 1e-3;
    private static final int SOURCES = 50;
    private static final int TESTS = 3;
    private static final int P_VALUES = 1_500;
    static final double FLOOR = ALPHA / (SOURCES * TESTS * P_VALUES);

    private static final int LAGS = 1024;
    private static final int ROWS = 8;
    private static final int SHIFTS = 64;
    private static final Key BASE = Key.of(TestSeed.VALUE).site(3).step(17).pass(1);
    /** How many tuples of the rarest kind are enough for the null distributions to hold as far out as the floor. */
    private static final double ENOUGH = 1_000;

    static List<MaskDecisions> sources() {
        return MaskDecisions.all();
    }

    /** A million decisions, or as many as give enough pairs of the rarer kind. */
    private static int words(MaskDecisions source) {
        double rarer = Math.min(source.keep(), 1 - source.keep());
        long bits = 1 << 20;
        while (bits * rarer * rarer < ENOUGH) {
            bits *= 2;
        }
        return Math.toIntExact(bits / Long.SIZE);
    }

    /** The p-values of one source in one test. */
    private static final class PValues {
        private final Map<String, Double> all = new LinkedHashMap<>();

        void add(String name, double p) {
            assertThat(all.put(name, p)).as("two p-values called %s", name).isNull();
        }

        void check() {
            assertThat(all).hasSizeBetween(1, P_VALUES);
            List<String> low = new ArrayList<>();
            all.forEach((name, p) -> {
                if (!(p >= FLOOR)) {
                    low.add(name + ": " + p);
                }
            });
            assertThat(low).as("p-values below %s of %d", FLOOR, all.size()).isEmpty();
        }
    }

    @Test
    void theBoundCoversAllSources() {
        assertThat(sources()).hasSizeBetween(1, SOURCES);
        assertThat(sources().stream().map(MaskDecisions::name)).doesNotHaveDuplicates();
    }

    @Test
    void everySourceIsTested() {
        Set<Class<?>> tested = sources().stream().map(MaskDecisions::type).collect(Collectors.toSet());
        assertThat(tested)
                .contains(MaskSource.class.getPermittedSubclasses())
                .contains(KeptTokens.class, StochasticDepth.class);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void withinAMask(MaskDecisions source) {
        double q = source.keep();
        int given = source.given() ? 1 : 0;
        long[] words = source.draw(BASE, 0, words(source));
        var p = new PValues();
        if (!source.given()) {
            p.add("monobit", BitTests.monobit(words, q));
        }
        for (int blockWords : new int[] {16, 64, 256}) {
            p.add("blocks of " + 64 * blockWords, BitTests.blockFrequency(words, q, blockWords, given));
        }
        p.add("counts in 64", BitTests.countsOfWords(words, q, given));
        p.add("positions", BitTests.positions(words, q, given));
        p.add("runs", BitTests.runs(words));
        double rarer = Math.min(q, 1 - q);
        for (int m = 2; m <= 4; m++) {
            // longer tuples need more bits, 2^24 at rate 0.1
            int times = (int) Math.ceil(ENOUGH / (BitTests.bits(words) * Math.pow(rarer, m)));
            if (times <= 16) {
                long[] enough = times <= 1 ? words : source.draw(BASE, 0, times * words.length);
                p.add("serial " + m, BitTests.serial(enough, q, m, given));
            }
        }
        double sum = 0;
        for (int lag = 1; lag <= LAGS; lag++) {
            double z = BitTests.autocorrelation(words, q, lag);
            p.add("lag " + lag, BitTests.ofNormal(z));
            sum += z * z;
        }
        p.add("all lags", BitTests.ofChiSquare(sum, LAGS));
        for (int lag : new int[] {2048, 4096, 8192, 16384, 65536}) { // the grain of chunks and tasks
            p.add("lag " + lag, BitTests.ofNormal(BitTests.autocorrelation(words, q, lag)));
        }
        p.check();
    }

    /** Masks that the base knows nothing of. */
    private static Map<String, long[]> neighbours(MaskDecisions source, int words) {
        Map<String, Key> keys = new LinkedHashMap<>();
        keys.put("seed + 1", new Key(BASE.seed() + 1, BASE.stream()));
        keys.put("seed + 2^32", new Key(BASE.seed() + (1L << 32), BASE.stream()));
        keys.put("seed with its highest bit flipped", new Key(BASE.seed() ^ Long.MIN_VALUE, BASE.stream()));
        keys.put("named", BASE.named("a layer"));
        keys.put("stream + 2^32", new Key(BASE.seed(), BASE.stream() + (1L << 32)));
        keys.put("stream + 2^62", new Key(BASE.seed(), BASE.stream() + (1L << 62)));
        keys.put("next site", BASE.site(4));
        keys.put("next step", BASE.step(18));
        keys.put("next pass", BASE.pass(2)); // the next stream, too
        Map<String, long[]> masks = new LinkedHashMap<>();
        keys.forEach((name, key) -> masks.put(name, source.draw(key, 0, words)));
        masks.put("offset 2^40", source.draw(BASE, 1L << 40, words));
        return masks;
    }

    /** Also where one is the other shifted, as poor generators have it for neighbouring seeds. */
    @ParameterizedTest
    @MethodSource("sources")
    void betweenMasks(MaskDecisions source) {
        double q = source.keep();
        int words = words(source);
        long[] base = source.draw(BASE, 0, words);
        var p = new PValues();
        Map<String, long[]> masks = neighbours(source, words);
        masks.forEach((name, mask) -> {
            if (!source.given()) {
                p.add(name + ", monobit", BitTests.monobit(mask, q));
            }
            for (int shift = 0; shift < SHIFTS; shift++) {
                p.add(name + ", later by " + shift, BitTests.ofNormal(BitTests.correlation(base, mask, q, shift)));
                p.add(
                        name + ", earlier by " + shift,
                        BitTests.ofNormal(BitTests.correlation(mask, base, q, shift + 1)));
            }
        });
        masks.forEach((name, mask) -> masks.forEach((other, otherMask) -> {
            if (name.compareTo(other) < 0) {
                p.add(name + " and " + other, BitTests.ofNormal(BitTests.correlation(mask, otherMask, q)));
            }
        }));
        p.check();
    }

    /** Rows of a batch: as long as the mask above, one after the other. */
    @ParameterizedTest
    @MethodSource("sources")
    void betweenRows(MaskDecisions source) {
        double q = source.keep();
        int words = words(source);
        List<long[]> rows = Stream.iterate(0L, first -> first + (long) Long.SIZE * words)
                .limit(ROWS)
                .map(first -> source.draw(BASE, first, words))
                .toList();
        var p = new PValues();
        for (int row = 0; row < ROWS; row++) {
            if (!source.given()) {
                p.add("row " + row + ", monobit", BitTests.monobit(rows.get(row), q));
            }
            for (int other = 0; other < row; other++) {
                p.add(
                        "rows " + other + " and " + row,
                        BitTests.ofNormal(BitTests.correlation(rows.get(other), rows.get(row), q)));
            }
        }
        p.check();
    }
}
