package io.github.lanedrop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked examples of the mask specification. */
final class MaskExamplesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0.1, 0, fffefeafffffefff",
        "0, 0.5, 0, e3285b6e5bbeb785",
        "7, 0.25, 5, 8fc7f9bfd8faff0b",
        "1, 0.3333333333333333, 0, 7bf759440da35fd6",
    })
    void workedExamplesOfTheSpecification(long stream, double rate, long offset, String expected) {
        byte[] keepBits = new byte[8];
        DropoutKernel.keepBits(
                new BernoulliMask(Rate.drop(rate), new Key(2026, stream)), offset, MemorySegment.ofArray(keepBits), 64);
        assertThat(HexFormat.of().formatHex(keepBits)).isEqualTo(expected);
    }
}
