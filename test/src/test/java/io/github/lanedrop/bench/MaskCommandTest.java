package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Masks from the command line. */
final class MaskCommandTest {
    @ParameterizedTest
    @MethodSource("io.github.lanedrop.MaskExamples#keepBits")
    @CsvSource({
        "2026, 1, 1/3, 0, 7bf759440da35fd6",
        "0x7EA, 0x1, 1/3, 0, 7bf759440da35fd6",
        "2026, 0, 0, 9223372036854775743, ffffffffffffffff",
        "2026, 0, 1, 0, 0000000000000000",
    })
    void workedExamplesOfTheSpecification(String seed, String stream, String rate, String offset, String expected) {
        Cli cli = Cli.run("mask", "--seed", seed, "--stream", stream, "--rate", rate, "--offset", offset);
        assertThat(cli.err()).isEmpty();
        assertThat(cli.out()).isEqualTo(expected + "\n");
        assertThat(cli.code()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 18446744073709551615",
        "-1, 0xFFFFFFFFFFFFFFFF",
        "-9223372036854775808, 0x8000000000000000",
        "010, 10",
        "-0x10, -16",
        "+0x10, 16",
        "+16, 16",
    })
    void seedsAreSixtyFourBitsHoweverWritten(String seed, String same) {
        assertThat(mask(seed, "0.3", "1000", "hex"))
                .isEqualTo(mask(same, "0.3", "1000", "hex"))
                .isNotEqualTo(mask("2026", "0.3", "1000", "hex"));
    }

    @Test
    void noElementsAreAnEmptyLine() {
        assertThat(mask("1", "0.5", "0", "hex")).isEqualTo("\n");
    }

    @Test
    void unusedBitsAreZero() {
        assertThat(mask("2026", "0", "3", "hex")).isEqualTo("07\n");
    }

    /** More than one chunk of the command, and not a whole number of them. */
    @Test
    void digestIsThatOfTheBytes() throws NoSuchAlgorithmException {
        String elements = "2500001";
        byte[] bits =
                HexFormat.of().parseHex(mask("2026", "0.1", elements, "hex").strip());
        assertThat(bits).hasSize(312_501);
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bits));
        assertThat(mask("2026", "0.1", elements, "sha256")).isEqualTo(digest + "\n");
    }

    @Test
    void chunksJoinWithoutASeam() {
        String whole = mask("5", "0.1", "1048640", "hex").strip();
        Cli tail = Cli.run("mask", "--seed", "5", "--rate", "0.1", "--offset", "1048512", "--elements", "128");
        assertThat(whole).endsWith(tail.out().strip());
    }

    @Test
    void numPyFileHoldsOneByteAnElement(@TempDir Path folder) throws IOException {
        int elements = 1_048_576 + 77;
        Path file = folder.resolve("mask.npy");
        Cli cli = Cli.run(
                "mask",
                "--seed",
                "2026",
                "--rate",
                "0.25",
                "--stream",
                "7",
                "--offset",
                "5",
                "--elements",
                "" + elements,
                "--format",
                "npy",
                "--output",
                file.toString());
        assertThat(cli).isEqualTo(new Cli(0, "", ""));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        bytes.get(magic);
        assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        byte[] header = new byte[bytes.getShort()];
        bytes.get(header);
        assertThat(new String(header, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '|u1', 'fortran_order': False, 'shape': (" + elements + ",), }")
                .endsWith("\n");
        assertThat(bytes.position() % 64).isZero();
        assertThat(bytes.remaining()).isEqualTo(elements);
        byte[] first = new byte[16];
        bytes.get(first);
        assertThat(first).containsExactly(1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1); // 8fc7
    }

    @Test
    void closedOutputEndsTheCommand() {
        assertThat(Cli.runWithoutOutput("mask", "--seed", "1", "--rate", "0.5", "--elements", "9000000000000000000"))
                .isEqualTo(new Cli(1, "", "lanedrop: standard output is closed or full\n"));
    }

    private static String mask(String seed, String rate, String elements, String format) {
        Cli cli = Cli.run("mask", "--seed", seed, "--rate", rate, "--elements", elements, "--format", format);
        assertThat(cli.err()).isEmpty();
        return cli.out();
    }
}
