package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Rows of floats for the tests of fused kernels, in memory of every kind, and the masks and threads they are run with. */
final class Rows {
    /** Several threads, so that tasks run beside each other; daemons that end with the JVM. */
    private static final Executor THREADS = Executors.newFixedThreadPool(3, task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });

    /** Those that chains are for. */
    static final DType[] TYPES = {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16};

    static final Workers THREE = new Workers(THREADS, 3);

    private static final int MOST_BYTES = 1 << 20;

    private final Arena arena = Arena.ofAuto();
    private final Random random;

    Rows(long seed) {
        random = new Random(seed);
    }

    /** Rows and columns around lanes, partial sums, chunks and repeated biases. */
    static Stream<Arguments> shapes() {
        return Stream.of(
                        List.of(1, 1),
                        List.of(1, 4),
                        List.of(3, 15),
                        List.of(17, 16),
                        List.of(33, 17),
                        List.of(5, 63),
                        List.of(4, 64),
                        List.of(2, 65),
                        List.of(70, 100),
                        List.of(9, 768),
                        List.of(2, 4096),
                        List.of(3, 4097),
                        List.of(2, 8200),
                        List.of(4100, 1),
                        List.of(700, 10))
                .map(shape -> Arguments.of(shape.get(0), shape.get(1)));
    }

    /** Masks drawn at every rate, and a stored one, for this many elements from the offset on. */
    Stream<MaskSource> masksOfEveryRate(long offset, long elements) {
        MemorySegment bits = arena.allocate((offset + elements + 7) / 8);
        for (long i = 0; i < bits.byteSize(); i++) {
            bits.set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        return Stream.concat(
                Stream.of(0d, .1, .5, 1d).map(rate -> new BernoulliMask(Rate.drop(rate), Key.of(7))),
                Stream.of(new StoredMask(Rate.drop(.3), bits)));
    }

    /** Gaussian floats. */
    float[] floats(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Gaussian floats that a type can hold. */
    float[] floats(DType type, int count) {
        float[] values = floats(count);
        for (int i = 0; i < count; i++) {
            values[i] = TypedBits.widen(type, TypedBits.round(type, values[i]));
        }
        return values;
    }

    /** A copy in memory of a kind, so many bytes past a cache line. */
    MemorySegment in(Kind kind, long misalignment, float[] values) {
        return in(kind, misalignment, DType.FLOAT32, values);
    }

    /** A copy in memory of a kind, so many bytes past a cache line, rounded to a type. */
    MemorySegment in(Kind kind, long misalignment, DType type, float[] values) {
        long bytes = (long) type.bytes() * values.length;
        Memory memory = new Memory(kind, arena, Math.min(MOST_BYTES, bytes));
        MemorySegment segment = memory.take(misalignment, bytes);
        long[] bits = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = TypedBits.round(type, values[i]);
        }
        TypedBits.write(type, segment, bits);
        return segment;
    }

    /** A copy in native memory. */
    MemorySegment of(float[] values) {
        return of(DType.FLOAT32, values);
    }

    /** A copy in native memory, rounded to a type. */
    MemorySegment of(DType type, float[] values) {
        return in(Kind.NATIVE, 0, type, values);
    }

    /** Room for this many floats in native memory, filled with what no kernel writes. */
    MemorySegment room(int count) {
        return room(DType.FLOAT32, count);
    }

    /** Room for this many elements of a type in native memory, filled with what no kernel writes. */
    MemorySegment room(DType type, int count) {
        long bytes = (long) type.bytes() * count;
        return new Memory(Kind.NATIVE, arena, bytes).take(0, bytes);
    }

    static float[] read(MemorySegment segment) {
        float[] values = new float[(int) (segment.byteSize() / 4)];
        MemorySegment.copy(segment, Memory.FLOAT, 0, values, 0, values.length);
        return values;
    }

    /** Elements of a type, widened. */
    static float[] read(DType type, MemorySegment segment) {
        float[] values = new float[(int) (segment.byteSize() / type.bytes())];
        for (int i = 0; i < values.length; i++) {
            values[i] = TypedBits.widen(type, TypedBits.read(type, segment, i));
        }
        return values;
    }

    /** Fails unless elements of a type have the bits of floats that are rounded to it, but for the payload of a NaN. */
    static void assertSame(DType type, MemorySegment actual, MemorySegment expected, String what) {
        float[] rounded = read(expected);
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = TypedBits.widen(type, TypedBits.round(type, rounded[i]));
        }
        assertSame(read(type, actual), rounded, type + ", " + what);
    }

    /** Fails unless all bits agree, but for the payload of a NaN. */
    static void assertSame(MemorySegment actual, MemorySegment expected, String what) {
        assertSame(actual, read(expected), what);
    }

    /** Fails unless all bits agree, but for the payload of a NaN. */
    static void assertSame(MemorySegment actual, float[] expected, String what) {
        assertSame(read(actual), expected, what);
    }

    private static void assertSame(float[] values, float[] expected, String what) {
        int[] bits = new int[values.length];
        int[] expectedBits = new int[expected.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        for (int i = 0; i < expected.length; i++) {
            expectedBits[i] = Float.floatToIntBits(expected[i]);
        }
        assertThat(bits).as(what).isEqualTo(expectedBits);
    }
}
