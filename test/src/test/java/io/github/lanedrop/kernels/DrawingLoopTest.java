package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Long calls on native float32, where the random blocks of the next chunk are made while this one is applied, give the
 * oracle's bits too: from every kind of offset, across the counter's carry past 32 bits, with and without a tail.
 */
@Tag("paths")
final class DrawingLoopTest {
    private static final int CHUNK = Scratch.CHUNK;
    private static final int[] COUNTS = {2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK - 1, 4 * CHUNK + 77};
    private static final long[] OFFSETS = {
        0,
        8,
        64,
        128,
        640,
        CHUNK,
        (1L << 38) - CHUNK, // the 2^32nd block, of 64 elements at two bits each, comes with the second chunk
        (1L << 38) - 128,
        (1L << 39) - CHUNK, // the same at one bit an element
        (1L << 39) - 3 * CHUNK / 2,
        (1L << 62) + 256,
    };

    @ParameterizedTest
    @ValueSource(doubles = {.1, .25, .5, .9})
    void everyOffsetAndCount(double rate) {
        Key key = new Key(2026, 9);
        var mask = new BernoulliMask(Rate.drop(rate), key);
        float scale = (float) mask.scale();
        try (Arena arena = Arena.ofConfined()) {
            for (long offset : OFFSETS) {
                var oracle = new MaskOracle(key.seed(), key.stream(), rate);
                byte[] kept = oracle.keepBits(offset, COUNTS[COUNTS.length - 1]);
                for (int count : COUNTS) {
                    String what = count + " elements from " + offset + " at rate " + rate;
                    int[] x = Memory.floatBits(new Random(count), count);
                    int[] expected = new int[count];
                    for (int i = 0; i < count; i++) {
                        boolean keep = ((kept[i / 8] >> (i % 8)) & 1) == 1;
                        expected[i] = keep ? Float.floatToRawIntBits(Float.intBitsToFloat(x[i]) * scale) : 0;
                    }
                    MemorySegment src = arena.allocate(4L * count);
                    MemorySegment dst = arena.allocate(4L * count);
                    MemorySegment bits = arena.allocate((count + 7) / 8);
                    Memory.fill(src, x);
                    DropoutKernel.forward(mask, offset, src, dst, count);
                    assertThat(Memory.read(dst, count)).as(what).isEqualTo(expected);
                    DropoutKernel.forward(mask, offset, src, src, count, bits, Workers.NONE);
                    assertThat(Memory.read(src, count)).as(what + ", in place").isEqualTo(expected);
                    for (int i = 0; i < count / 8; i++) {
                        assertThat(bits.get(ValueLayout.JAVA_BYTE, i)).as(what).isEqualTo(kept[i]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"RELU, .1", "RELU, .5", "IDENTITY, .1", "IDENTITY, .5"})
    void biasAndActivationComeFirst(Activation activation, double rate) {
        var key = new Key(2026, 10);
        var mask = new BernoulliMask(Rate.drop(rate), key);
        var oracle = new MaskOracle(key.seed(), key.stream(), rate);
        float scale = (float) mask.scale();
        try (Arena arena = Arena.ofConfined()) {
            for (int columns : new int[] {7, 64, 768, 1501}) {
                int rows = (3 * CHUNK + columns) / columns;
                int count = rows * columns;
                MemorySegment src = arena.allocate(4L * count);
                MemorySegment bias = arena.allocate(4L * columns);
                MemorySegment dst = arena.allocate(4L * count);
                for (int c = 0; c < columns; c++) {
                    bias.setAtIndex(Scratch.FLOAT, c, (c % 11 - 5) * .25f);
                }
                for (int i = 0; i < count; i++) {
                    float x = i % 97 == 0 ? Float.NaN : i % 89 == 0 ? Float.NEGATIVE_INFINITY : (i % 23 - 11) * .25f;
                    src.setAtIndex(Scratch.FLOAT, i, x);
                }
                for (long offset : new long[] {0, 64, 128, 3 * CHUNK}) {
                    byte[] kept = oracle.keepBits(offset, count);
                    int[] expected = new int[count];
                    for (int i = 0; i < count; i++) {
                        float z = src.getAtIndex(Scratch.FLOAT, i) + bias.getAtIndex(Scratch.FLOAT, i % columns);
                        float y = activation == Activation.RELU && z <= 0 ? 0 : z;
                        boolean keep = ((kept[i / 8] >> (i % 8)) & 1) == 1;
                        expected[i] = keep ? Float.floatToRawIntBits(y * scale) : 0;
                    }
                    BiasActivationDropout.forward(mask, offset, activation, src, bias, dst, rows, columns);
                    assertThat(Memory.read(dst, count))
                            .as(rows + " rows of " + columns + " from " + offset)
                            .isEqualTo(expected);
                }
            }
        }
    }
}
