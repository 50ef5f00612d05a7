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

/** Bits to bytes, bytes to bits, and the number of ones: every count around a vector, in memory of every kind. */
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
