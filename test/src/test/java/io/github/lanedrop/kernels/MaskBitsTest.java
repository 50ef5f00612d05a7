package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bits to bytes and floats and back, and the number of ones: every count around a vector, in memory of every kind. */
@Tag("paths")
final class MaskBitsTest {
    @ParameterizedTest
    @EnumSource
    void bytesAndBackAtEveryCount(Kind kind) {
        var random = new Random(kind.name().hashCode());
        try (Arena arena = Arena.ofConfined()) {
            Memory bytesMemory = new Memory(kind, arena, 10_000);
            Memory bitsMemory = new Memory(kind, arena, 10_000);
            for (int step = 0; step < 200; step++) {
                int elements = step < 150 ? step : 4000 + random.nextInt(4500);
                byte[] bytes = new byte[elements];
                var expected = new BitSet();
                for (int i = 0; i < elements; i++) {
                    bytes[i] = (byte) (random.nextBoolean() ? 0 : random.nextInt(256));
                    expected.set(i, bytes[i] != 0);
                }
                MemorySegment from = bytesMemory.take(step % 9, elements);
                from.copyFrom(MemorySegment.ofArray(bytes));
                MemorySegment bits = bitsMemory.take(step % 7, (elements + 7) / 8);
                MaskBits.bytesToBits(from.asReadOnly(), bits, elements);
                assertThat(BitSet.valueOf(Memory.bytes(bits)))
                        .as("%d bytes to bits", elements)
                        .isEqualTo(expected);
                assertThat(MaskBits.kept(bits, elements)).isEqualTo(expected.cardinality());

                MemorySegment back = bytesMemory.take(step % 5, elements);
                MaskBits.bitsToBytes(bits.asReadOnly(), back, elements);
                byte[] ones = new byte[elements];
                expected.stream().forEach(i -> ones[i] = 1);
                assertThat(Memory.bytes(back)).as("%d bits to bytes", elements).isEqualTo(ones);
                bytesMemory.assertUntouchedAround("bytes");
                bitsMemory.assertUntouchedAround("bits");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void floatsAndBackAtEveryCount(Kind kind) {
        var random = new Random(kind.name().hashCode());
        int[] zeros = {0, 0x80000000};
        try (Arena arena = Arena.ofConfined()) {
            Memory floatsMemory = new Memory(kind, arena, 40_000);
            Memory bitsMemory = new Memory(kind, arena, 2_000);
            for (int step = 0; step < 200; step++) {
                int elements = step < 150 ? step : 900 + random.nextInt(7_500);
                int[] floats = Memory.floatBits(random, elements);
                var expected = new BitSet();
                for (int i = 0; i < elements; i++) {
                    floats[i] = random.nextBoolean() ? zeros[random.nextInt(2)] : floats[i];
                    expected.set(i, floats[i] << 1 != 0); // all but the sign
                }
                MemorySegment from = floatsMemory.take(step % 9, 4L * elements);
                Memory.fill(from, floats);
                MemorySegment bits = bitsMemory.take(step % 7, (elements + 7) / 8);
                MaskBits.floatsToBits(from.asReadOnly(), bits, elements);
                assertThat(BitSet.valueOf(Memory.bytes(bits)))
                        .as("%d floats to bits", elements)
                        .isEqualTo(expected);

                double scale = Rate.drop(.01 * (step % 100)).scale();
                MemorySegment back = floatsMemory.take(step % 5, 4L * elements);
                MaskBits.bitsToFloats(bits.asReadOnly(), scale, back, elements);
                int[] factors = new int[elements];
                expected.stream().forEach(i -> factors[i] = Float.floatToRawIntBits((float) scale));
                assertThat(Memory.read(back, elements))
                        .as("%d bits to floats", elements)
                        .isEqualTo(factors);
                floatsMemory.assertUntouchedAround("floats");
                bitsMemory.assertUntouchedAround("bits");
            }
        }
    }

    /** What multiplying by the floats gives, where that is finite; where it is not, dropped is +0 all the same. */
    @Test
    void aFloatMaskDropsWhatMultiplyingByItMakesZero() {
        Rate rate = Rate.drop(.5);
        float[] factors = {0, 2, -0f, 2, 0, 2, 0};
        float[] x = {3, 3, -4, -4, Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
        float[] y = new float[7];
        var mask = new FloatMask(rate, MemorySegment.ofArray(factors));
        DropoutKernel.forward(mask, 0, MemorySegment.ofArray(x), MemorySegment.ofArray(y), 7);
        assertThat(y).containsExactly(0, 6, 0, -8, 0, Float.NEGATIVE_INFINITY, 0);
        assertThat(mask.elements()).isEqualTo(7);
    }

    /** A last byte with ones beyond the last element. */
    @Test
    void unusedBitsAreIgnored() {
        MemorySegment bits = MemorySegment.ofArray(new byte[] {-1, -1});
        assertThat(MaskBits.kept(bits, 11)).isEqualTo(11);
        byte[] bytes = new byte[11];
        MaskBits.bitsToBytes(bits, MemorySegment.ofArray(bytes), 11);
        assertThat(bytes).containsOnly(1);
    }

    @Test
    void keptCountsWhatKeepBitsWrites() {
        var mask = new BernoulliMask(Rate.drop(.3), Key.of(3));
        var oracle = new MaskOracle(3, 0, .3);
        int elements = 20_011;
        long expected = BitSet.valueOf(oracle.keepBits(5, elements)).cardinality();
        assertThat(MaskBits.kept(mask, 5, elements)).isEqualTo(expected);
        assertThat(MaskBits.kept(mask, 5, elements, new Workers(Runnable::run, 4)))
                .isEqualTo(expected);
        assertThat(MaskBits.kept(new BernoulliMask(Rate.drop(0), Key.of(1)), 1L << 50, 1L << 60))
                .isEqualTo(1L << 60);
        assertThat(MaskBits.kept(new BernoulliMask(Rate.drop(1), Key.of(1)), 0, 77))
                .isZero();
    }

    /** A stored mask of rate 1 drops everything, whatever the bits or bytes say, exported too. */
    @Test
    void rateOneDropsWhatIsStored() {
        MemorySegment ones = MemorySegment.ofArray(new byte[100]).fill((byte) -1);
        Rate one = Rate.drop(1);
        MaskSource[] masks = {
            new StoredMask(one, ones),
            new ByteMask(one, ones),
            new FloatMask(one, MemorySegment.ofArray(new byte[400]).fill((byte) 1)),
            new BroadcastMask(new StoredMask(one, ones), BroadcastShape.rows(10, 10)),
            new TokenTypeMask(new ByteMask(one, ones), MemorySegment.ofArray(new int[100]), 1)
        };
        for (MaskSource mask : masks) {
            byte[] bits = new byte[13];
            DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(bits), 100);
            assertThat(bits).containsOnly(0);
            assertThat(MaskBits.kept(mask, 0, 100)).isZero();
        }
    }

    @Test
    void refusals() {
        byte[] untouched = {0x5A, 0x5A, 0x5A};
        MemorySegment three = MemorySegment.ofArray(untouched);
        MemorySegment big = MemorySegment.ofArray(new byte[100]);
        refused("bytes must hold at least 9 bytes (9 elements), got 3", () -> MaskBits.bitsToBytes(big, three, 9));
        refused("bits must hold at least 4 bytes (25 bits), got 3", () -> MaskBits.bytesToBits(big, three, 25));
        refused("bits must hold at least 4 bytes (25 bits), got 3", () -> MaskBits.bitsToBytes(three, big, 25));
        refused("bits must hold at least 4 bytes (25 bits), got 3", () -> MaskBits.kept(three, 25));
        refused(
                "floats must hold at least 4 bytes (1 float32 elements), got 3",
                () -> MaskBits.bitsToFloats(big, 1, three, 1));
        refused(
                "floats must hold at least 4 bytes (1 float32 elements), got 3",
                () -> MaskBits.floatsToBits(three, big, 1));
        refused(
                "bits must hold at least 4 bytes (25 bits), got 3",
                () -> MaskBits.floatsToBits(MemorySegment.ofArray(new float[25]), three, 25));
        refused(
                "bits must hold at least 4 bytes (25 bits), got 3",
                () -> MaskBits.bitsToFloats(three, 1, MemorySegment.ofArray(new float[25]), 25));
        refused("must be writable", () -> MaskBits.bitsToFloats(big, 1, big.asReadOnly(), 9));
        refused("must be writable", () -> MaskBits.floatsToBits(big, three.asReadOnly(), 9));
        refused("floats and bits overlap by 1 bytes", () -> MaskBits.floatsToBits(big, big, 3));
        refused("bits and floats overlap by 1 bytes", () -> MaskBits.bitsToFloats(big, 1, big, 3));
        for (double scale : new double[] {0, -1, Double.NaN, 1e-46}) { // the last is 0 in float32
            refused(
                    "scale must be more than 0 in float32, got " + scale,
                    () -> MaskBits.bitsToFloats(three, scale, big, 3));
        }
        refused("elements must be in [0, 2^61)", () -> MaskBits.floatsToBits(big, three, 1L << 61));
        assertThat(big.mismatch(MemorySegment.ofArray(new byte[100]))).isEqualTo(-1);
        refused("elements must be 0 or more, got -1", () -> MaskBits.kept(three, -1));
        refused("must be writable", () -> MaskBits.bytesToBits(big, three.asReadOnly(), 9));
        refused("bytes and bits overlap by 1 bytes", () -> MaskBits.bytesToBits(three, three, 3));
        assertThat(untouched).containsOnly(0x5A);
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
