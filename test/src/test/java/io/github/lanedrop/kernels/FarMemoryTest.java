package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Memory of more elements, and of more bytes, than an int counts: the few around the border have the bits that they have
 * by themselves. The memory is that of files without content, of which only some pages are touched.
 */
@Tag("paths")
final class FarMemoryTest {
    private static final long BYTES = 9L << 30;
    private static final int BEFORE = 3 * Scratch.CHUNK;
    private static final int ELEMENTS = BEFORE + 5003;
    private static final int OFFSET = 128;
    /** That nobody writes to, on either side. */
    private static final int GUARD = 4096;

    private static final Arena ARENA = Arena.ofShared();
    private static final List<MemorySegment> FILES = new ArrayList<>();

    @BeforeAll
    static void map() {
        for (int i = 0; i < 3; i++) {
            FILES.add(Memory.map(ARENA, BYTES));
        }
    }

    @AfterAll
    static void unmap() {
        ARENA.close();
    }

    /** The kernels have loops for native memory, and none for mapped files. */
    enum Kind {
        MAPPED,
        NATIVE;

        @SuppressWarnings("restricted") // the same memory by another name
        MemorySegment of(int file) {
            MemorySegment mapped = FILES.get(file);
            return this == MAPPED
                    ? mapped
                    : MemorySegment.ofAddress(mapped.address()).reinterpret(BYTES, ARENA, null);
        }
    }

    private static MemorySegment part(MemorySegment memory, DType type, long start) {
        return memory.asSlice(type.bytes() * start, (long) type.bytes() * ELEMENTS);
    }

    /** Fills some elements and what is around them. */
    private static void prepare(MemorySegment dst, DType type, long start) {
        long from = type.bytes() * start - GUARD;
        dst.asSlice(from, (long) type.bytes() * ELEMENTS + 2 * GUARD).fill((byte) 0x5A);
    }

    private static void check(MemorySegment dst, DType type, long start, MemorySegment expected, String what) {
        assertThat(part(dst, type, start).mismatch(expected)).as(what).isEqualTo(-1);
        byte[] before = Memory.bytes(dst.asSlice(type.bytes() * start - GUARD, GUARD));
        byte[] after = Memory.bytes(dst.asSlice(type.bytes() * (start + ELEMENTS), GUARD));
        assertThat(before).as("before " + what).containsOnly(0x5A);
        assertThat(after).as("after " + what).containsOnly(0x5A);
    }

    private static List<MaskSource> masks() {
        List<MaskSource> masks = new ArrayList<>();
        for (double rate : new double[] {0, .1, .5, 1}) {
            masks.add(new BernoulliMask(Rate.drop(rate), new Key(2026, 21)));
        }
        masks.add(new BroadcastMask(
                new BernoulliMask(Rate.drop(.5), new Key(2026, 22)), BroadcastShape.rows(1 << 20, 7000)));
        return masks;
    }

    /** Inverted dropout of these elements of long buffers, and of no others. */
    private static void range(
            MaskSource mask,
            long offset,
            DType type,
            MemorySegment src,
            MemorySegment dst,
            MemorySegment keepBits,
            long start) {
        DropoutKernel.SCALE_SELECT.range(
                mask, offset, type, src, src, dst, keepBits, start, start + ELEMENTS, mask.scale(), 0, 0);
    }

    /** Elements of every type beyond the 2^31st byte, and of those that fit beyond the 2^31st element. */
    @ParameterizedTest
    @CsvSource({
        "FLOAT32, MAPPED, 31", "FLOAT32, NATIVE, 31", "FLOAT32, MAPPED, 29", "FLOAT32, NATIVE, 29",
        "BFLOAT16, MAPPED, 31", "BFLOAT16, NATIVE, 31", "FLOAT16, NATIVE, 31", "FLOAT64, MAPPED, 30",
        "FLOAT64, NATIVE, 30", "FLOAT64, NATIVE, 28"
    })
    void forward(DType type, Kind kind, int power) {
        long start = (1L << power) - BEFORE;
        MemorySegment src = kind.of(0);
        MemorySegment dst = kind.of(1);
        MemorySegment keepBits = kind.of(2);
        TypedBits.write(type, part(src, type, start), TypedBits.values(type, new Random(power), ELEMENTS));
        MemorySegment expected = ARENA.allocate((long) type.bytes() * ELEMENTS);
        for (MaskSource mask : masks()) {
            String what = mask + ", " + type + ", " + kind + ", 2^" + power;
            DropoutKernel.forward(mask, type, OFFSET + start, part(src, type, start), expected, ELEMENTS, Workers.NONE);
            prepare(dst, type, start);
            range(mask, OFFSET, type, src, dst, Elementwise.NO_KEEP_BITS, start);
            check(dst, type, start, expected, what);

            byte[] bits = new byte[(ELEMENTS + 7) / 8];
            DropoutKernel.keepBits(mask, OFFSET + start, MemorySegment.ofArray(bits), ELEMENTS);
            prepare(dst, type, start);
            range(mask, OFFSET, type, src, dst, keepBits, start);
            check(dst, type, start, expected, what + ", with keepBits");
            assertThat(Memory.bytes(keepBits.asSlice(start / 8, bits.length)))
                    .as(what + ": keepBits")
                    .isEqualTo(bits);
            var stored = new ScaledMask(new StoredMask(mask.rate(), keepBits), mask.scale());
            if (!KeepBits.constant(mask)) {
                prepare(dst, type, start);
                range(stored, 0, type, src, dst, Elementwise.NO_KEEP_BITS, start);
                check(dst, type, start, expected, what + ", stored");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void biasActivationAndDropout(Kind kind) {
        int columns = 768;
        DType type = DType.FLOAT32;
        long start = (1L << 31) - BEFORE;
        MemorySegment src = kind.of(0);
        MemorySegment dst = kind.of(1);
        MemorySegment bias = kind.of(2).asSlice(0, 4L * columns);
        Random random = new Random(9);
        TypedBits.write(type, part(src, type, start), TypedBits.values(type, random, ELEMENTS));
        for (int column = 0; column < columns; column++) { // no NaN, since of two NaNs a sum may take either
            bias.set(Memory.FLOAT, 4L * column, (float) random.nextGaussian());
        }
        long firstColumn = start % columns;
        MemorySegment row = ARENA.allocate(4L * (columns + ELEMENTS));
        MemorySegment expected = row.asSlice(4 * firstColumn, 4L * ELEMENTS);
        for (double rate : new double[] {.1, .5}) {
            var mask = new BernoulliMask(Rate.drop(rate), new Key(2026, 23));
            for (Activation activation : List.of(Activation.RELU, Activation.SILU)) {
                expected.copyFrom(part(src, type, start));
                Chain.of(activation)
                        .forward(
                                mask,
                                type,
                                OFFSET + start - firstColumn,
                                row,
                                bias,
                                columns,
                                row,
                                firstColumn,
                                firstColumn + ELEMENTS);
                prepare(dst, type, start);
                Chain.of(activation).forward(mask, type, OFFSET, src, bias, columns, dst, start, start + ELEMENTS);
                check(dst, type, start, expected, activation + ", " + mask + ", " + kind);
            }
        }
    }
}
