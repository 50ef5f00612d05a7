package io.github.lanedrop;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.GaussianNoise;
import io.github.lanedrop.kernels.NoiseKernel;
import io.github.lanedrop.kernels.NoiseSource;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.UniformNoise;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.ByteStream;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What MASKSTREAM.md says is what the library does; the columns of its table are in {@code PatternTableTest}. */
@Tag("paths")
final class MaskExamplesTest {
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.MaskExamples#blocks")
    void blocks(String w0, String w1, String w2, String w3, String bytes) {
        byte[] block = new byte[16];
        ByteStream.fill(2026, 0, 0, block, 0, 1);
        assertThat(HexFormat.of().formatHex(block)).isEqualTo(bytes);
        ByteBuffer words = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        for (String word : new String[] {w0, w1, w2, w3}) {
            assertThat(words.getInt()).isEqualTo(Integer.parseUnsignedInt(word, 16));
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.MaskExamples#keepBits")
    void keepBits(long seed, long stream, double rate, long first, String expected) {
        byte[] keepBits = new byte[8];
        DropoutKernel.keepBits(
                new BernoulliMask(Rate.drop(rate), new Key(seed, stream)), first, MemorySegment.ofArray(keepBits), 64);
        assertThat(HexFormat.of().formatHex(keepBits)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.MaskExamples#streams")
    void streams(int site, long step, int pass, long stream) {
        assertThat(Key.of(2026).site(site).step(step).pass(pass)).isEqualTo(new Key(2026, stream));
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.MaskExamples#names")
    void names(long seed, String name, String expected) {
        assertThat(new Key(seed, 7).named(name)).isEqualTo(new Key(Long.parseUnsignedLong(expected, 16), 7));
    }

    @ParameterizedTest
    @MethodSource("io.github.lanedrop.MaskExamples#noise")
    void noise(long i, float uniform, float normal) {
        Key key = Key.of(2026);
        assertThat(value(new UniformNoise(0, 1, key), i)).isEqualTo(uniform);
        assertThat(value(GaussianNoise.centred(1, key), i)).isEqualTo(normal, within(2e-6f));
    }

    private static float value(NoiseSource noise, long i) {
        MemorySegment value = MemorySegment.ofArray(new float[1]);
        NoiseKernel.fill(noise, i, value, 1, Workers.NONE);
        return value.get(JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    }
}
