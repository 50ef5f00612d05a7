package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.kernels.MaskSources.Sample;
import io.github.lanedrop.kernels.Memory.Kind;
import io.github.lanedrop.rng.Key;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every mask source does what its definition says: at every offset and count, in every split, in any memory. */
@Tag("paths")
final class MaskSourcesTest {
    private static final Kind[] KINDS = Kind.values();
    private static final Key KEY = new Key(2026, 7);
    private static final Workers THREE = new Workers(Runnable::run, 3);

    static Stream<Sample> samples() {
        return MaskSources.all();
    }

    private static byte[] drawn(MaskSource mask, long offset, int elements, Workers workers) {
        byte[] bits = new byte[(elements + 7) / 8];
        Arrays.fill(bits, (byte) 0x5A);
        DropoutKernel.keepBits(mask, offset, MemorySegment.ofArray(bits), elements, workers);
        return bits;
    }

    @Test
    void everySourceIsSampled() {
        assertThat(MaskSources.all()
                        .map(sample -> sample.source().apply(KEY).getClass())
                        .collect(Collectors.toSet()))
                .isEqualTo(
                        Arrays.stream(MaskSource.class.getPermittedSubclasses()).collect(Collectors.toSet()));
    }

    /** All of it, or the first 17,000 elements, in one call and in tasks. */
    @ParameterizedTest
    @MethodSource("samples")
    void bitsAreTheOracles(Sample sample) {
        int elements = (int) Math.min(17_000, sample.elements());
        byte[] expected = sample.keepBits(KEY, 0, elements);
        MaskSource mask = sample.source().apply(KEY);
        assertThat(drawn(mask, 0, elements, Workers.NONE)).isEqualTo(expected);
        assertThat(drawn(mask, 0, elements, THREE)).as("three tasks").isEqualTo(expected);
    }

    /** Digests of the first 100,000 keep bits of every sample. They are frozen: a change here is a new source, under a new name. */
    @Test
    void goldenSources() throws IOException {
        List<String> digests = MaskSources.all()
                .map(sample -> "\"%s\",%s".formatted(sample, sha256(sample)))
                .toList();
        try (InputStream golden = MaskSourcesTest.class.getResourceAsStream("/golden-sources.csv")) {
            assertThat(digests)
                    .containsExactlyInAnyOrderElementsOf(new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .skip(1)
                            .toList());
        }
    }

    private static String sha256(Sample sample) {
        byte[] bits = drawn(sample.source().apply(KEY), 0, (int) Math.min(100_000, sample.elements()), THREE);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bits));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java has it
        }
    }

    /** Parts in random order, with two keys in turn, so that nothing remembered from the last one is mistaken. */
    @ParameterizedTest
    @MethodSource("samples")
    void anyPartIsTheOracles(Sample sample) {
        var random = new Random(5);
        int elements = (int) Math.min(17_000, sample.elements());
        Key[] keys = {KEY, new Key(2027, 7)};
        MaskSource[] masks = {sample.source().apply(keys[0]), sample.source().apply(keys[1])};
        byte[][] expected = {sample.keepBits(keys[0], 0, elements), sample.keepBits(keys[1], 0, elements)};
        for (int repeat = 0; repeat < 400; repeat++) {
            int offset = random.nextInt(elements);
            int part = random.nextInt(Math.min(elements - offset, random.nextInt(3) == 0 ? 9000 : 100) + 1);
            int which = random.nextInt(2);
            byte[] bits = drawn(masks[which], offset, part, Workers.NONE);
            for (int k = 0; k < 8 * bits.length; k++) {
                int bit = k < part ? bit(expected[which], offset + k) : 0;
                if (bit(bits, k) != bit) {
                    throw new AssertionError("bit %d of %d from %d must be %d".formatted(k, part, offset, bit));
                }
            }
        }
    }

    private static int bit(byte[] bits, int index) {
        return (bits[index / 8] >>> (index % 8)) & 1;
    }

    /** The last elements are there, and none after them. */
    @ParameterizedTest
    @MethodSource("samples")
    void endsWithItsLastElement(Sample sample) {
        MaskSource mask = sample.source().apply(KEY);
        int part = (int) Math.min(1000, sample.elements());
        long offset = sample.elements() - part;
        assertThat(drawn(mask, offset, part, Workers.NONE)).isEqualTo(sample.keepBits(KEY, offset, part));
        byte[] bits = {0x5A, 0x5A};
        if (mask.elements() < Long.MAX_VALUE) {
            assertThatThrownBy(() -> DropoutKernel.keepBits(mask, mask.elements() - 8, MemorySegment.ofArray(bits), 9))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must");
            assertThat(bits).containsOnly(0x5A);
        }
    }

    /** Forward, in place, backward and from the exported bits: selected and scaled alike, in native memory and another kind. */
    @ParameterizedTest
    @MethodSource("samples")
    void appliedAsSaid(Sample sample) {
        var random = new Random(sample.name().hashCode());
        MaskSource mask = sample.source().apply(KEY);
        float scale = (float) mask.scale();
        try (Arena arena = Arena.ofShared()) {
            Kind other = KINDS[random.nextInt(KINDS.length)];
            for (Kind kind : new Kind[] {Kind.NATIVE, other}) {
                int offset = random.nextInt((int) Math.min(70, sample.elements()));
                int elements = (int) Math.min(20_000 + random.nextInt(100), sample.elements() - offset);
                byte[] kept = sample.keepBits(KEY, offset, elements);
                int[] input = Memory.floatBits(random, elements);
                int[] expected = new int[elements];
                for (int k = 0; k < elements; k++) {
                    expected[k] =
                            bit(kept, k) == 1 ? Float.floatToRawIntBits(Float.intBitsToFloat(input[k]) * scale) : 0;
                }
                Memory memory = new Memory(kind, arena, 4L * elements);
                Memory bitsMemory = new Memory(kind, arena, kept.length);
                MemorySegment dst = memory.take(4L * random.nextInt(5), 4L * elements);
                MemorySegment bits = bitsMemory.take(1, kept.length);
                Memory.fill(dst, input);
                DropoutKernel.forward(mask, offset, dst, dst, elements, bits, THREE);
                assertThat(Memory.read(dst, elements)).as("in place, %s", kind).isEqualTo(expected);
                assertThat(Memory.bytes(bits)).isEqualTo(kept);
                Memory.fill(dst, input);
                DropoutKernel.backward(mask, offset, dst, dst, elements);
                assertThat(Memory.read(dst, elements)).as("backward, %s", kind).isEqualTo(expected);
                Memory.fill(dst, input);
                DropoutKernel.backward(new StoredMask(mask.rate(), bits), 0, dst, dst, elements);
                if (mask.scale() == mask.rate().scale()) {
                    assertThat(Memory.read(dst, elements))
                            .as("stored, %s", kind)
                            .isEqualTo(expected);
                }
                memory.assertUntouchedAround(sample.name());
                bitsMemory.assertUntouchedAround(sample.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void noElementsAreNothingToDo(Sample sample) {
        MaskSource mask = sample.source().apply(KEY);
        byte[] bits = {0x5A};
        DropoutKernel.keepBits(mask, 0, MemorySegment.ofArray(bits), 0);
        DropoutKernel.forward(mask, 0, MemorySegment.NULL, MemorySegment.NULL, 0);
        assertThat(bits).containsExactly(0x5A);
    }
}
