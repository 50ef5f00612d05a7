package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ceiling keeps the same elements as the library and makes the same bits of them. */
class CDropoutTest {
    private static final int CHUNK = 4096;
    private static final int MOST = 9 * CHUNK + 777;
    private static final Key KEY = new Key(0x0123456789ABCDEFL, 0x7EDCBA9876543210L);
    private static final Arena ARENA = Arena.ofAuto();
    private static final MemorySegment SRC = anyBits();
    private static final MemorySegment EXPECTED = buffer(MOST);
    private static final MemorySegment ACTUAL = buffer(MOST);

    private static CDropout library;

    @BeforeAll
    static void compile() {
        try {
            library = CDropout.load();
        } catch (UnsupportedOperationException e) {
            abort("no ceiling to test: " + e.getMessage());
        }
    }

    private static MemorySegment buffer(int elements) {
        return ARENA.allocate((long) Float.BYTES * elements, 64);
    }

    /** Every kind of float: NaN, infinite, subnormal, zeros of both signs. */
    private static MemorySegment anyBits() {
        MemorySegment bits = buffer(MOST);
        SplittableRandom random = new SplittableRandom(2026);
        for (int i = 0; i < MOST; i++) {
            bits.setAtIndex(JAVA_INT, i, random.nextInt());
        }
        float[] special = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE};
        MemorySegment.copy(special, 0, bits, JAVA_FLOAT, 0, special.length);
        return bits;
    }

    private static void assertSame(double rate, long offset, int misaligned, int elements) {
        long at = (long) Float.BYTES * misaligned;
        MemorySegment src = SRC.asSlice(at);
        EXPECTED.fill((byte) 1);
        ACTUAL.fill((byte) 1);
        Rate drop = Rate.drop(rate);
        DropoutKernel.forward(new BernoulliMask(drop, KEY), offset, src, EXPECTED.asSlice(at), elements);
        library.forward(library.rate(drop, ARENA), KEY, offset, src, ACTUAL.asSlice(at), elements);
        assertThat(ACTUAL.mismatch(EXPECTED))
                .as("first byte that differs at rate %s, offset %d, %d elements", rate, offset, elements)
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-9, 1e-4, .1, .25, 1 / 3., .5, .7, .9, .9999, 1})
    void bitsAreTheLibrarysAtEveryOffsetAndCount(double rate) {
        long[] offsets = {
            0,
            1,
            8,
            63,
            64,
            511,
            1023,
            1024,
            2047,
            4095,
            4096,
            4097,
            (1L << 35) - 5000,
            (1L << 36) - 2 * CHUNK,
            (1L << 40) + 3
        };
        int[] counts = {0, 1, 15, 16, 17, 128, 511, 512, 1025, 2048, 4095, 4096, 4097, 3 * CHUNK, MOST - 3};
        for (long offset : offsets) {
            for (int elements : counts) {
                assertSame(rate, offset, (int) (offset % 3), elements);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5})
    void inPlaceIsTheSame(double rate) {
        Rate drop = Rate.drop(rate);
        DropoutKernel.forward(new BernoulliMask(drop, KEY), 5, SRC, EXPECTED, MOST);
        ACTUAL.copyFrom(SRC);
        library.forward(library.rate(drop, ARENA), KEY, 5, ACTUAL, ACTUAL, MOST);
        assertThat(ACTUAL.mismatch(EXPECTED)).isEqualTo(-1);
    }

    /** From 24 MiB on, results are written past the cache where the memory is aligned. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .5})
    void largeBuffersAreTheSame(double rate) {
        int elements = (6 << 20) + 2 * CHUNK + 5;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment src = arena.allocate((long) Float.BYTES * elements, 64);
            for (int i = 0; i < elements; i++) {
                src.setAtIndex(JAVA_FLOAT, i, i - 1000);
            }
            MemorySegment expected = arena.allocate(src.byteSize(), 64);
            MemorySegment actual = arena.allocate(src.byteSize(), 64);
            Rate drop = Rate.drop(rate);
            DropoutKernel.forward(new BernoulliMask(drop, KEY), 3 * CHUNK, src, expected, elements);
            library.forward(library.rate(drop, arena), KEY, 3 * CHUNK, src, actual, elements);
            assertThat(actual.mismatch(expected)).isEqualTo(-1);
        }
    }

    /** The counter of the main stream carries into its second word. */
    @Test
    void carriesAreTheSame() {
        assertSame(.1, (1L << 38) - CHUNK, 0, 2 * CHUNK);
        assertSame(.5, (1L << 39) - CHUNK, 0, 2 * CHUNK);
        assertSame(.1, (1L << 38) - 100, 1, 200);
        assertSame(.5, (1L << 39) - 100, 1, 200);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void thePeerDropsOut(int threads) {
        assertThat(PeerCheck.refusal(new CPeer(), threads)).isEmpty();
    }
}
