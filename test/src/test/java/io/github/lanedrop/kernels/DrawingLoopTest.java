package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
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

    /** Whatever C2 inlines here: a loop that allocates gives the same bits. */
    @BeforeAll
    static void drawAhead() {
        Overlap.slicesAreInlined = true;
    }

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

    /** Those without an operand, which take the overlapped loop; the others' calls are the same. */
    private static final List<ElementwiseKernel> KERNELS = List.of(
            ElementwiseKernel.INVERTED,
            ElementwiseKernel.STANDARD,
            ElementwiseKernel.ALPHA,
            ElementwiseKernel.ALPHA_BACKWARD,
            ElementwiseKernel.ZONEOUT_BACKWARD,
            ElementwiseKernel.ZONEOUT_BACKWARD_PREVIOUS);

    /** One element less than the loop begins with, and more; into other memory, and in place. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, .9})
    void everyOperation(double rate) {
        Key key = new Key(2026, 11);
        var mask = new BernoulliMask(Rate.drop(rate), key);
        double p = mask.rate().effective();
        int[] counts = {2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK - 1, 4 * CHUNK + 77};
        int most = counts[counts.length - 1];
        long[] x = TypedBits.values(DType.FLOAT32, new Random(12), most);
        try (Arena arena = Arena.ofConfined()) {
            Memory srcMemory = new Memory(Memory.Kind.NATIVE, arena, 4L * most);
            Memory dstMemory = new Memory(Memory.Kind.NATIVE, arena, 4L * most);
            for (long offset : new long[] {0, 128, CHUNK, (1L << 38) - CHUNK, (1L << 39) - CHUNK, (1L << 62) + 256}) {
                byte[] kept = new MaskOracle(key.seed(), key.stream(), rate).keepBits(offset, most);
                for (ElementwiseKernel kernel : KERNELS) {
                    int[] expected = new int[most];
                    for (int i = 0; i < most; i++) {
                        boolean keep = ((kept[i / 8] >> (i % 8)) & 1) == 1;
                        expected[i] = (int) kernel.of(DType.FLOAT32, x[i], 0, keep, p);
                    }
                    for (int count : counts) {
                        String what = kernel + " of " + count + " from " + offset + " at rate " + rate;
                        MemorySegment src = srcMemory.take(0, 4L * count);
                        MemorySegment dst = dstMemory.take(0, 4L * count);
                        TypedBits.write(DType.FLOAT32, src, Arrays.copyOf(x, count));
                        var work = new ElementwiseKernel.Work(count, Workers.NONE);
                        kernel.run(mask, DType.FLOAT32, offset, src, src, dst, work);
                        assertFirst(expected, dst, count, what);
                        kernel.run(mask, DType.FLOAT32, offset, src, src, src, work);
                        assertFirst(expected, src, count, what + ", in place");
                        srcMemory.assertUntouchedAround(what);
                        dstMemory.assertUntouchedAround(what);
                    }
                }
            }
        }
    }

    private static void assertFirst(int[] expected, MemorySegment actual, int count, String what) {
        int[] bits = Memory.read(actual, count);
        int k = Arrays.mismatch(bits, 0, count, expected, 0, count);
        if (k >= 0) {
            assertThat(Integer.toHexString(bits[k]))
                    .as("element %d of %s", k, what)
                    .isEqualTo(Integer.toHexString(expected[k]));
        }
    }

    /** Interpreted, compiled by C1 and by C2, and while one takes the place of the other. */
    @ParameterizedTest
    @FieldSource("KERNELS")
    void compilationChangesNothing(ElementwiseKernel kernel) {
        int count = 2 * CHUNK + 5;
        var work = new ElementwiseKernel.Work(count, Workers.NONE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment src = arena.allocate(4L * count, 64);
            MemorySegment dst = arena.allocate(4L * count, 64);
            MemorySegment expected = arena.allocate(4L * count, 64);
            TypedBits.write(DType.FLOAT32, src, TypedBits.values(DType.FLOAT32, new Random(13), count));
            for (double rate : new double[] {.1, .5}) {
                var mask = new BernoulliMask(Rate.drop(rate), new Key(2026, 12));
                byte[] kept = new MaskOracle(2026, 12, rate).keepBits(128, count);
                for (int i = 0; i < count; i++) {
                    boolean keep = ((kept[i / 8] >> (i % 8)) & 1) == 1;
                    long x = TypedBits.read(DType.FLOAT32, src, i);
                    long y = kernel.of(DType.FLOAT32, x, 0, keep, mask.rate().effective());
                    expected.set(Memory.INT, 4L * i, (int) y);
                }
                for (int call = 0; call < 1500; call++) { // of 8 or 4 groups: C2 is due after some 200
                    kernel.run(mask, DType.FLOAT32, 128, src, src, dst, work);
                    if (dst.mismatch(expected) >= 0) {
                        assertFirst(Memory.read(expected, count), dst, count, kernel + ", call " + call);
                    }
                    dst.fill((byte) 0x5A);
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
