package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uniform bits from masks of any rate. */
final class FairBitsTest {
    /** What a pattern gives, as digits, the first bit first: found by repeating it until whole bytes come. */
    private static String bitsOf(int pattern) {
        byte[] eight = new byte[8];
        Arrays.fill(eight, (byte) pattern);
        byte[] bytes = new FairBits().take(eight); // eight times as many bits are as many bytes
        String all = BitSet.valueOf(bytes).stream()
                .collect(
                        () -> new StringBuilder("0".repeat(8 * bytes.length)),
                        (digits, bit) -> digits.setCharAt(bit, '1'),
                        StringBuilder::append)
                .toString();
        String one = all.substring(0, bytes.length);
        assertThat(all).isEqualTo(one.repeat(8));
        return one;
    }

    /**
     * Among the patterns that keep as many, all strings of a length come equally often: then bits are uniform whatever
     * the rate. All patterns of one part are used, and parts are the powers of two that make up their number.
     */
    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "1, 8",
        "2, 16 8 4",
        "3, 32 16 8",
        "4, 64 4 2",
        "5, 32 16 8",
        "6, 16 8 4",
        "7, 8",
        "8, 1",
    })
    void stringsOfOneLengthAreEquallyLikely(int kept, String parts) {
        Map<Integer, List<String>> byLength = new HashMap<>();
        IntStream.range(0, 256)
                .filter(pattern -> Integer.bitCount(pattern) == kept)
                .mapToObj(FairBitsTest::bitsOf)
                .forEach(bits -> byLength.computeIfAbsent(bits.length(), _ -> new ArrayList<>())
                        .add(bits));
        assertThat(byLength.values().stream().map(List::size))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(parts.split(" ")).map(Integer::valueOf).toList());
        byLength.forEach(
                (length, strings) -> assertThat(strings).doesNotHaveDuplicates().hasSize(1 << length));
    }

    @Test
    void piecesJoin() {
        byte[] keepBits = new byte[10_000];
        RandomSource.XO_RO_SHI_RO_128_PP.create(2).nextBytes(keepBits);
        FairBits pieces = new FairBits();
        var joined = new ByteArrayOutputStream();
        for (int at = 0; at < keepBits.length; at += 7) {
            joined.writeBytes(pieces.take(Arrays.copyOfRange(keepBits, at, Math.min(at + 7, keepBits.length))));
        }
        assertThat(joined.toByteArray()).isEqualTo(new FairBits().take(keepBits));
    }

    /** The p-value of the frequencies of bytes. */
    private static double pValue(byte[] keepBits) {
        long[] counts = new long[256];
        for (byte b : new FairBits().take(keepBits)) {
            counts[b & 0xFF]++;
        }
        double p = ChiSquareTest.withDefaults().test(counts).getPValue();
        return 2 * Math.min(p, 1 - p);
    }

    @ParameterizedTest
    @ValueSource(doubles = {.01, .1, 1 / 3d, .5, .75, .9, .99})
    void bytesOfMasksAreUniform(double rate) {
        byte[] keepBits = new byte[1 << 21];
        DropoutKernel.keepBits(
                new BernoulliMask(Rate.drop(rate), Key.of(2026)),
                0,
                MemorySegment.ofArray(keepBits),
                8L * keepBits.length);
        assertThat(pValue(keepBits)).isGreaterThan(1e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void elementsThatRepeatEarlierOnesShow(int lag) {
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(1);
        BitSet kept = new BitSet();
        int elements = 1 << 24;
        for (int i = 0; i < elements; i++) {
            kept.set(i, (i >= lag && random.nextInt(25) == 0) ? kept.get(i - lag) : (random.nextInt(10) > 0));
        }
        assertThat(pValue(Arrays.copyOf(kept.toByteArray(), elements / 8))).isLessThan(1e-6);
    }
}
