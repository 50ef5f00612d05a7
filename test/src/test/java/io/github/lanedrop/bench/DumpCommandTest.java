package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Raw random bytes from the command line. */
final class DumpCommandTest {
    private static final int CHUNK = 1 << 20;

    private static byte[] dump(String... options) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        assertThat(run(out, err, options)).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        return out.toByteArray();
    }

    private static int run(OutputStream out, OutputStream err, String... options) {
        return Lanedrop.run(
                new PrintStream(out),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Stream.concat(Stream.of("dump"), Arrays.stream(options)).toArray(String[]::new));
    }

    /** Block 0 of seed 2026, stream 0: words 6e5b28e3 85b7be5b b3ceb6b8 4be9bf2c. */
    @ParameterizedTest
    @ValueSource(strings = {"stream", "mask"})
    void theWorkedExampleOfTheSpecification(String what) {
        assertThat(HexFormat.of().formatHex(dump("--what", what, "--seed", "2026", "--bytes", "16")))
                .isEqualTo("e3285b6e5bbeb785b8b6ceb32cbfe94b");
    }

    /** At rate one half a pattern is a byte of the byte stream. */
    @Test
    void streamAndMaskOfRateOneHalfAreTheSameBytes() {
        String bytes = Integer.toString(2 * CHUNK + 5);
        assertThat(dump("--what", "stream", "--seed", "-5", "--stream", "77", "--bytes", bytes))
                .hasSize(2 * CHUNK + 5)
                .isEqualTo(dump("--seed", "-5", "--stream", "77", "--bytes", bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1", "2/3"})
    void masksOfOtherRatesAreMadeUniform(String rate) {
        byte[] bytes = dump("--seed", "2026", "--stream", "3", "--rate", rate, "--bytes", "1400000");
        double p = rate.equals("0.1") ? .1 : 2 / 3d;
        byte[] keepBits = new byte[6 * CHUNK]; // in one piece
        DropoutKernel.keepBits(
                new BernoulliMask(Rate.drop(p), new Key(2026, 3)),
                0,
                MemorySegment.ofArray(keepBits),
                8L * keepBits.length);
        byte[] fair = new FairBits().take(keepBits);
        assertThat(bytes).hasSize(1_400_000).isEqualTo(Arrays.copyOf(fair, bytes.length));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1})
    void aFileHoldsAsManyBytesAsAskedFor(int bytes, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("bytes");
        assertThat(dump("--seed", "1", "--bytes", "" + bytes, "--output", file.toString()))
                .isEmpty();
        assertThat(Files.readAllBytes(file)).hasSize(bytes).isEqualTo(dump("--seed", "1", "--bytes", "" + bytes));
    }

    /** Takes some bytes, then is a broken pipe. */
    private static OutputStream closingAfter(ByteArrayOutputStream taken, int bytes) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                if (taken.size() == bytes) {
                    throw new IOException("closed");
                }
                taken.write(b);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.5", "0.3"})
    void withoutANumberOfBytesItEndsQuietlyWhenNobodyReads(String rate) {
        var taken = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = run(closingAfter(taken, 3 * CHUNK), err, "--seed", "9", "--rate", rate);
        assertThat(code).isZero();
        assertThat(err.size()).isZero();
        assertThat(taken.toByteArray()).isEqualTo(dump("--seed", "9", "--rate", rate, "--bytes", "" + 3 * CHUNK));
    }

    @Test
    void bytesThatWereAskedForAndNotWrittenAreAnError() {
        var err = new ByteArrayOutputStream();
        int code = run(
                closingAfter(new ByteArrayOutputStream(), 1000), err, "--seed", "9", "--bytes", "9000000000000000000");
        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("lanedrop: standard output is closed or full\n");
    }
}
