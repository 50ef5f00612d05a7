package io.github.lanedrop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** The worked examples of the mask specification. */
final class MaskExamplesTest {
    @ParameterizedTest
    @CsvFileSource(resources = "/mask-examples.csv", numLinesToSkip = 1)
    void workedExamplesOfTheSpecification(long seed, long stream, double rate, long offset, String expected) {
        byte[] keepBits = new byte[8];
        DropoutKernel.keepBits(
                new BernoulliMask(Rate.drop(rate), new Key(seed, stream)), offset, MemorySegment.ofArray(keepBits), 64);
        assertThat(HexFormat.of().formatHex(keepBits)).isEqualTo(expected);
    }
}
