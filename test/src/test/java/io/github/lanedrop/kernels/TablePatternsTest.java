package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns looked up in a table against their definition. */
final class TablePatternsTest {
    @ParameterizedTest
    @ValueSource(doubles = {1e-9, .01, .1, .3, .75, .99})
    void equalTheDefinition(double rate) {
        PatternTable table = Rate.drop(rate).table();
        Key key = new Key(5, 6);
        Random random = new Random(7);
        Scratch scratch = Scratch.inner();
        byte[] expected = new byte[Scratch.CHUNK / 8 + 1];
        byte[] stream = new byte[2 * expected.length + 14];
        for (int count : new int[] {0, 1, 2, 63, 64, 511, 512, 513}) {
            for (int streamAt = 0; streamAt < 14; streamAt += 2) {
                random.nextBytes(stream);
                leaveOpen(table, stream, streamAt, random.nextInt(1, 8));
                long first = random.nextLong(1L << 60);
                ScalarPatterns.draw(table, key, first, stream, streamAt, expected, count);
                TablePatterns.draw(table, key, first, stream, streamAt, scratch, count);
                assertThat(Arrays.copyOf(scratch.keepBits, count))
                        .as("%d patterns from byte %d", count, streamAt)
                        .isEqualTo(Arrays.copyOf(expected, count));
            }
        }
    }

    /** Every so often a pattern that its first 16 bits do not decide; every pattern where {@code step} is 1. */
    private static void leaveOpen(PatternTable table, byte[] stream, int streamAt, int step) {
        for (int at = streamAt; at + 1 < stream.length; at += 2 * step) {
            stream[at + 1] = table.cutHigh[stream[at] & 0xFF];
        }
    }
}
