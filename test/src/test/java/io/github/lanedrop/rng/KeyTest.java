package io.github.lanedrop.rng;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyTest {
    @Test
    void packsSiteStepAndPass() {
        Key key = Key.of(2026).site(3).step(5).pass(7);
        assertThat(key.seed()).isEqualTo(2026);
        assertThat(key.stream()).isEqualTo((3L << 47) + (5L << 16) + 7);
    }

    @Test
    void theLargestNumbersFillTheStream() {
        Key key = Key.of(-1).site(Key.SITES - 1).step(Key.STEPS - 1).pass(Key.PASSES - 1);
        assertThat(key.stream()).isEqualTo(Long.MAX_VALUE);
        assertThat(key.site(0).stream()).isEqualTo((1L << 47) - 1);
        assertThat(key.step(0).stream()).isEqualTo((0xFFFFL << 47) + 0xFFFF);
        assertThat(key.pass(0).stream()).isEqualTo(Long.MAX_VALUE - 0xFFFF);
    }

    @Test
    void aPartReplacesItsOldValueAndTheOrderDoesNotMatter() {
        Key key = Key.of(1).site(9).step(8).pass(7);
        assertThat(key.pass(1).site(2).step(3))
                .isEqualTo(Key.of(1).site(2).step(3).pass(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void refusesSitesAndPassesOutOfRange(int number) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of(0).site(number))
                .withMessage("site must be in [0, 65536), got " + number);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of(0).pass(number))
                .withMessage("pass must be in [0, 65536), got " + number);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1L << 31, Long.MIN_VALUE, Long.MAX_VALUE})
    void refusesStepsOutOfRange(long number) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of(0).step(number))
                .withMessage("step must be in [0, 2147483648), got " + number);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void refusesNegativeStreams(long stream) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Key(0, stream))
                .withMessage("stream must be in [0, 2^63), got " + stream);
    }

    @Test
    void refusesAnEmptyName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of(0).named(""))
                .withMessage("name must not be empty, got \"\"");
    }

    /** As UTF-8, each of these would be the same name with a question mark. */
    @ParameterizedTest
    @ValueSource(ints = {0xD800, 0xDBFF, 0xDC00, 0xDFFF})
    void refusesALoneSurrogateInAName(int surrogate) {
        for (String name : new String[] {"a" + (char) surrogate + "b", "\uD83D\uDE00" + (char) surrogate}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Key.of(0).named(name))
                    .withMessage("name must have its surrogates in pairs, got a lone U+%04X", surrogate);
        }
    }

    @Test
    void surrogatesInPairsAreOneCharacterOfAName() {
        assertThat(Key.of(0).named("a\uD83D\uDE00b")).isNotEqualTo(Key.of(0).named("a?b"));
    }

    @Test
    void itsTwoLongsRestoreIt() {
        Key key = Key.of(0x0123456789ABCDEFL).named("decoder").site(1).step(2).pass(3);
        Key restored = new Key(key.seed(), key.stream());
        assertThat(restored).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(restored.pass(4)).isEqualTo(key.pass(4));
    }

    @Test
    void freshKeysDiffer() {
        assertThat(Key.random()).isNotEqualTo(Key.random());
        assertThat(Key.random().stream()).isZero();
    }

    /** Names are stored in models: what they hash to must never change. Computed by a separate program. */
    @Test
    void namesHashToWhatTheyAlwaysDid() {
        assertThat(Key.of(2026).named("encoder").seed()).isEqualTo(0x5A6A633EBC1DE19BL);
        assertThat(Key.of(2026).named("encoder.layer.0.attention").seed()).isEqualTo(0xD3DF697E7C2D2230L);
        assertThat(Key.of(0).named("\u00e9").seed()).isEqualTo(0x5EE06D16CE9FF9A7L);
    }

    @Test
    void namesKeepTheStreamAndNest() {
        Key key = Key.of(1).site(2).step(3);
        assertThat(key.named("a").stream()).isEqualTo(key.stream());
        assertThat(key.named("a").named("b")).isNotEqualTo(key.named("b").named("a"));
        assertThat(key.named("a").named("b")).isNotEqualTo(key.named("ab"));
    }

    @Test
    void namesThatDifferOnlyInTrailingZerosOrLengthDiffer() {
        Set<Long> seeds = new HashSet<>();
        for (int length = 1; length <= 40; length++) {
            assertThat(seeds.add(Key.of(0).named("\0".repeat(length)).seed()))
                    .as("%d zeros", length)
                    .isTrue();
            assertThat(seeds.add(Key.of(0).named("a" + "\0".repeat(length - 1)).seed()))
                    .as("a and %d zeros", length - 1)
                    .isTrue();
        }
    }

    @Test
    void aMillionSitesStepsAndPassesNeverCollide() {
        int[] sites = spread(Key.SITES);
        int[] passes = spread(Key.PASSES);
        long[] streams = new long[100 * 100 * 100];
        int at = 0;
        for (int site : sites) {
            for (int step = 0; step < 100; step++) {
                long spreadStep = step < 50 ? step : Key.STEPS - 1 - (step - 50) * 42_949_672L;
                for (int pass : passes) {
                    streams[at++] = Key.of(0).site(site).step(spreadStep).pass(pass).stream();
                }
            }
        }
        Arrays.sort(streams);
        assertThat(repeats(streams)).isZero();
    }

    /** The first 50 and 50 more up to the last. */
    private static int[] spread(int limit) {
        int[] numbers = new int[100];
        for (int i = 0; i < 50; i++) {
            numbers[i] = i;
            numbers[50 + i] = limit - 1 - i * (limit / 64);
        }
        return numbers;
    }

    /**
     * Ten million names of one seed: by the birthday bound the odds of a collision are n^2 / 2^65 = 2.7e-6 for a good
     * 64-bit hash, so a single one would be evidence against it. Observed: none.
     */
    @Test
    void tenMillionNamesDoNotCollide() {
        long[] seeds = new long[10_000_000];
        Key model = Key.of(2026);
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = model.named("layer." + i).seed();
        }
        Arrays.parallelSort(seeds);
        assertThat(repeats(seeds)).isZero();
        // and they are spread: the top byte of each hash is one of 256 equally likely; 6 sigma
        long[] counts = new long[256];
        for (long seed : seeds) {
            counts[(int) (seed >>> 56)]++;
        }
        double mean = seeds.length / 256.0;
        for (long count : counts) {
            assertThat((double) count).isCloseTo(mean, offset(6 * Math.sqrt(mean)));
        }
    }

    private static long repeats(long[] sorted) {
        long repeats = 0;
        for (int i = 1; i < sorted.length; i++) {
            repeats += sorted[i] == sorted[i - 1] ? 1 : 0;
        }
        return repeats;
    }
}
