package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edge table of the specification, a named test for each row that the large tests would only meet by chance. */
@Tag("paths")
final class DropoutEdgesTest {
    /** Vectors of every width, and a tail. */
    private static final int ELEMENTS = 261;

    private static final int PLUS_ZERO = 0;
    private static final int[] SPECIAL = {
        0x7FC12345, // NaN with a payload
        0xFFEABCDE, // negative NaN with a payload
        0x7F800000, // +Inf
        0xFF800000, // -Inf
        0x80000000, // -0
        0x00000001, // least subnormal
    };

    private static int[] special() {
        return SPECIAL;
    }

    /** What a mask of all ones or all zeros at rate one half makes of one value everywhere. */
    private static int[] apply(int value, int keepBits) {
        byte[] bits = new byte[(ELEMENTS + 7) / 8];
        Arrays.fill(bits, (byte) keepBits);
        int[] data = new int[ELEMENTS];
        Arrays.fill(data, value);
        MemorySegment segment = MemorySegment.ofArray(data);
        DropoutKernel.forward(
                new StoredMask(Rate.drop(.5), MemorySegment.ofArray(bits)), 0, segment, segment, ELEMENTS);
        return data;
    }

    @ParameterizedTest
    @MethodSource("special")
    void aDroppedElementIsPlusZeroWhateverItWas(int value) {
        assertThat(apply(value, 0)).containsOnly(PLUS_ZERO);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7FC12345, 0xFFEABCDE, 0x7F800000, 0xFF800000, 0x80000000})
    void keptNanInfinityAndMinusZeroPass(int value) {
        assertThat(apply(value, -1)).containsOnly(value);
    }

    @Test
    void keptSubnormalsAreScaledNotFlushed() {
        assertThat(apply(0x00000001, -1)).containsOnly(0x00000002);
        assertThat(apply(0x80400000, -1)).containsOnly(0x80800000);
    }

    @ParameterizedTest
    @MethodSource("special")
    void rateZeroCopiesEveryBit(int value) {
        assertThat(drawn(0, value)).containsOnly(value);
        assertThat(drawn(1e-12, value)).containsOnly(value);
        assertThat(drawn(0, 0x7F800001)).as("a signalling NaN").containsOnly(0x7F800001);
    }

    @ParameterizedTest
    @MethodSource("special")
    void rateOneWritesPlusZero(int value) {
        assertThat(drawn(1, value)).containsOnly(PLUS_ZERO);
    }

    private static int[] drawn(double rate, int value) {
        int[] data = new int[ELEMENTS];
        Arrays.fill(data, value);
        int[] result = new int[ELEMENTS];
        Arrays.fill(result, 0x5A5A5A5A);
        DropoutKernel.forward(
                new BernoulliMask(Rate.drop(rate), Key.of(5)),
                3,
                MemorySegment.ofArray(data),
                MemorySegment.ofArray(result),
                ELEMENTS);
        return result;
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, .9})
    void oneElementHasTheBitOfItsIndex(double rate) {
        var mask = new BernoulliMask(Rate.drop(rate), new Key(6, 1));
        var oracle = new MaskOracle(6, 1, rate);
        float[] one = new float[1];
        MemorySegment segment = MemorySegment.ofArray(one);
        for (int index = 0; index < 200; index++) {
            one[0] = 3;
            DropoutKernel.forward(mask, index, segment, segment, 1);
            assertThat(one[0]).as("element %d", index).isEqualTo(oracle.kept(index) ? 3 * oracle.scale() : 0f);
        }
    }

    /** No index overflows, and no pattern, block or refinement of the last elements that there are. */
    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, .9})
    void theLastElementsBeforeTwoToThe63(double rate) {
        long offset = Long.MAX_VALUE - ELEMENTS;
        var mask = new BernoulliMask(Rate.drop(rate), new Key(7, Long.MAX_VALUE));
        byte[] bits = new byte[(ELEMENTS + 7) / 8];
        float[] ones = new float[ELEMENTS];
        Arrays.fill(ones, 1);
        MemorySegment segment = MemorySegment.ofArray(ones);
        DropoutKernel.forward(mask, offset, segment, segment, ELEMENTS, MemorySegment.ofArray(bits), Workers.NONE);
        var oracle = new MaskOracle(7, Long.MAX_VALUE, rate);
        assertThat(bits).isEqualTo(oracle.keepBits(offset, ELEMENTS));
        for (int k = 0; k < ELEMENTS; k++) {
            assertThat(ones[k]).as("element %d", k).isEqualTo(oracle.kept(offset + k) ? oracle.scale() : 0f);
        }
    }
}
