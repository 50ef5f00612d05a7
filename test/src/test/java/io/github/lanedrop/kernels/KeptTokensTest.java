package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokens that go on: how many, which, and their rows there and back. */
@Tag("paths")
final class KeptTokensTest {
    private static final Key KEY = new Key(2026, 4);

    private static int[] indices(KeptTokens tokens, int sample) {
        return IntStream.range(0, tokens.kept())
                .map(j -> tokens.index(sample, j))
                .toArray();
    }

    /** {@code max(1, floor(L (1 - rate)))} and the prefix. */
    @ParameterizedTest
    @CsvSource({
        "197, 1, .5, 99",
        "197, 1, .25, 148",
        "10, 0, .1, 9",
        "10, 0, .9, 1",
        "10, 0, .99, 1",
        "10, 0, .8, 2",
        "100, 0, .9, 10",
        "1000, 0, .9, 100",
        "1000000, 0, .999999, 1",
        "10, 0, 1, 1",
        "10, 0, 0, 10",
        "11, 4, .5, 7",
        "4, 4, .5, 4",
        "0, 0, .5, 0"
    })
    void howMany(int tokens, int prefix, double rate, int kept) {
        KeptTokens choice = KeptTokens.draw(Rate.drop(rate), KEY, 3, tokens, prefix);
        assertThat(choice.kept()).isEqualTo(kept);
        for (int sample = 0; sample < 3; sample++) {
            assertThat(Arrays.copyOf(indices(choice, sample), prefix))
                    .isEqualTo(IntStream.range(0, prefix).toArray());
        }
    }

    /** A rate that was given by what it keeps is as decimal as one by what it drops. */
    @ParameterizedTest
    @CsvSource({"10, .7, 7", "10, .1, 1", "10, .9, 9", "1000, .003, 3"})
    void howManyByTheShareToKeep(int tokens, double keep, int kept) {
        assertThat(KeptTokens.draw(Rate.keep(keep), KEY, 1, tokens, 0).kept()).isEqualTo(kept);
    }

    @Test
    void noSamplesNeedNoMemory() {
        KeptTokens none = KeptTokens.draw(Rate.drop(.5), KEY, 0, Integer.MAX_VALUE, 1);
        assertThat(none.kept()).isEqualTo(1 + (1 << 30) - 1);
    }

    /** Word by word: those with the greatest words, in order; samples of more words than are drawn at once too. */
    @ParameterizedTest
    @CsvSource({"50, 30", "3, 2501"})
    void whichByDefinition(int samples, int choice) {
        KeptTokens tokens = KeptTokens.draw(Rate.drop(.3), KEY, samples, choice + 2, 2);
        for (int sample = 0; sample < samples; sample++) {
            long first = (long) sample * choice;
            int[] expected = IntStream.range(0, choice)
                    .boxed()
                    .sorted(Comparator.comparingLong((Integer token) -> MaskSources.word(KEY, first + token))
                            .reversed())
                    .limit(choice * 7 / 10)
                    .mapToInt(token -> token + 2)
                    .sorted()
                    .toArray();
            assertThat(Arrays.copyOfRange(indices(tokens, sample), 2, tokens.kept()))
                    .isEqualTo(expected);
        }
    }

    /** Every choice of 2 of 5 comes equally often: chi-square over 10 sets, p above 1e-6. */
    @Test
    void everyChoiceIsEquallyLikely() {
        int samples = 40_000;
        KeptTokens tokens = KeptTokens.draw(Rate.drop(.6), KEY, samples, 6, 1);
        Map<String, Long> counts = new HashMap<>();
        for (int sample = 0; sample < samples; sample++) {
            counts.merge(Arrays.toString(indices(tokens, sample)), 1L, Long::sum);
        }
        assertThat(counts).hasSize(10);
        double[] expected = new double[10];
        Arrays.fill(expected, samples / 10d);
        assertThat(ChiSquareTest.withDefaults()
                        .test(
                                expected,
                                counts.values().stream()
                                        .mapToLong(Long::longValue)
                                        .toArray())
                        .getPValue())
                .isBetween(1e-6, 1 - 1e-6);
    }

    @ParameterizedTest
    @EnumSource
    void rowsThereAndBack(Kind kind) {
        var random = new Random(8);
        int samples = 7;
        int all = 13;
        KeptTokens tokens = KeptTokens.draw(Rate.drop(.4), KEY, samples, all, 1);
        int kept = tokens.kept();
        try (Arena arena = Arena.ofShared()) {
            Memory allMemory = new Memory(kind, arena, 100_000);
            Memory fewMemory = new Memory(kind, arena, 100_000);
            for (int width : new int[] {0, 1, 6, 64, 1000}) {
                for (int tasks : new int[] {1, 3}) {
                    var workers = new Workers(Runnable::run, tasks);
                    MemorySegment src = allMemory.take(width % 5, (long) samples * all * width);
                    byte[] values = new byte[samples * all * width];
                    random.nextBytes(values);
                    src.copyFrom(MemorySegment.ofArray(values));
                    MemorySegment dst = fewMemory.take(3, (long) samples * kept * width);
                    tokens.gather(src.asReadOnly(), dst, width, workers);
                    for (int sample = 0; sample < samples; sample++) {
                        for (int j = 0; j < kept; j++) {
                            int from = (sample * all + tokens.index(sample, j)) * width;
                            long at = (long) (sample * kept + j) * width;
                            assertThat(Memory.bytes(dst.asSlice(at, width)))
                                    .isEqualTo(Arrays.copyOfRange(values, from, from + width));
                        }
                    }
                    tokens.scatter(dst.asReadOnly(), src, width, workers);
                    for (int sample = 0; sample < samples; sample++) {
                        var places = new TreeSet<Integer>();
                        IntStream.of(indices(tokens, sample)).forEach(places::add);
                        for (int token = 0; token < all; token++) {
                            int at = (sample * all + token) * width;
                            assertThat(Memory.bytes(src.asSlice(at, width)))
                                    .isEqualTo(
                                            places.contains(token)
                                                    ? Arrays.copyOfRange(values, at, at + width)
                                                    : new byte[width]);
                        }
                    }
                    allMemory.assertUntouchedAround("all rows");
                    fewMemory.assertUntouchedAround("kept rows");
                }
            }
        }
    }

    @Test
    void refusals() {
        KeptTokens tokens = KeptTokens.draw(Rate.drop(.5), KEY, 2, 5, 1); // 3 of 5
        MemorySegment all = MemorySegment.ofArray(new byte[80]);
        MemorySegment few = MemorySegment.ofArray(new byte[48]).fill((byte) 0x5A);
        refused(
                "src must hold at least 80 bytes (10 rows), got 79",
                () -> tokens.gather(all.asSlice(0, 79), few, 8, Workers.NONE));
        refused(
                "dst must hold at least 48 bytes (6 rows), got 47",
                () -> tokens.gather(all, few.asSlice(0, 47), 8, Workers.NONE));
        refused(
                "srcGradient must hold at least 80 bytes (10 rows), got 48",
                () -> tokens.scatter(few, few, 8, Workers.NONE));
        refused(
                "dst must be writable, got a read-only segment",
                () -> tokens.gather(all, few.asReadOnly(), 8, Workers.NONE));
        refused(
                "src and dst overlap by 48 bytes; they must be disjoint",
                () -> tokens.gather(all, all, 8, Workers.NONE));
        refused("rowBytes must be in [0, 2^63 / rows), got -1", () -> tokens.gather(all, few, -1, Workers.NONE));
        refused(
                "rowBytes must be in [0, 2^63 / rows), got 9223372036854775807",
                () -> tokens.gather(all, few, Long.MAX_VALUE, Workers.NONE));
        refused(
                "samples must be 0 or more, and prefix in [0, tokens], got 1 samples, 3 tokens, prefix 4",
                () -> KeptTokens.draw(Rate.drop(.5), KEY, 1, 3, 4));
        refused(
                "samples times tokens must be at most 2^31 - 1, got 65536 times 65536",
                () -> KeptTokens.draw(Rate.drop(.5), KEY, 65536, 65536, 0));
        assertThatThrownBy(() -> tokens.index(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> tokens.index(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment confined = arena.allocate(48);
            assertThatThrownBy(() -> tokens.gather(all, confined, 8, new Workers(Runnable::run, 2)))
                    .isInstanceOf(WrongThreadException.class);
        }
        assertThat(Memory.bytes(few)).containsOnly(0x5A);
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
