package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes, help and errors. */
final class LanedropTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-h",
                "mask --help",
                "demo --help",
                "doctor --help",
                "dump --help",
                "bench --help",
                "report --help",
                "compare --help"
            })
    void helpGoesToStandardOutput(String line) {
        Cli cli = Cli.run(line.split(" "));
        assertThat(cli.code()).isZero();
        assertThat(cli.err()).isEmpty();
        assertThat(cli.out()).startsWith("Usage: lanedrop").contains("Exit codes:", "--debug");
    }

    @Test
    void versionIsTheBuilds() {
        Cli cli = Cli.run("--version");
        assertThat(cli.code()).isZero();
        assertThat(cli.out()).matches("(?s)lanedrop \\d+\\.\\d+\\.\\d+\\S*\\R.*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                        | expected a command",
                "paint                                     | no command \"paint\": expected one of bench, compare, demo, doctor, dump, mask, report",
                "--paint                                   | unexpected: --paint",
                "bench --quick --full                      | mutually exclusive",
                "bench --family paint                      | DROPOUT, PEERS, CALLS",
                "bench --peers paint                       | no peer \"paint\"",
                "bench --cpu 1024                          | --cpu must be from 0 to",
                "mask --seed 1 --rate 0 --paint            | unexpected: --paint",
                "mask                                      | --seed",
                "mask --seed 1                             | --rate",
                "mask --seed 1 --rate 1.5                  | rate must be in [0, 1], got 1.5",
                "mask --seed 1 --rate NaN                  | rate must be in [0, 1], got NaN",
                "mask --seed 1 --rate -0.1                 | rate must be in [0, 1], got -0.1",
                "mask --seed 1 --rate 1/0                  | rate must be in [0, 1], got Infinity",
                "mask --seed 1 --rate half                 | rate must be a number such as 0.1",
                "mask --seed one --rate 0.5                | 64 bits",
                "mask --seed 0x-5 --rate 0                 | 64 bits",
                "mask --seed 0x+5 --rate 0                 | 64 bits",
                "mask --seed 0x --rate 0                   | 64 bits",
                "mask --seed 0x0x5 --rate 0                | 64 bits",
                "mask --seed 5f --rate 0                   | 64 bits",
                "mask --seed +-5 --rate 0                  | 64 bits",
                "mask --seed \u0665 --rate 0                | 64 bits",
                "mask --seed 18446744073709551616 --rate 0 | 64 bits",
                "mask --seed -9223372036854775809 --rate 0 | 64 bits",
                "mask --seed 1 --rate 0 --stream -1        | stream must be in [0, 2^63)",
                "mask --seed 1 --rate 0 --offset -1        | offset must be",
                "mask --seed 1 --rate 0 --offset 9223372036854775807 --elements 1 | offset must be",
                "mask --seed 1 --rate 0 --elements -1      | elements must be 0 or more, got -1",
                "mask --seed 1 --rate 0 --format xml       | hex, sha256, npy",
                "mask --seed 1 --rate 0 --format npy       | --output",
                "dump                                      | --seed",
                "dump --seed 1 --what bits                 | stream, mask",
                "dump --seed 1 --stream -1                 | stream must be in [0, 2^63)",
                "dump --seed 1 --bytes -1                  | bytes must be 0 or more, got -1",
                "dump --seed 1 --rate 0                    | rate must be above 0 and below 1",
                "dump --seed 1 --rate 1                    | rate must be above 0 and below 1",
                "dump --seed 1 --what stream --rate 0.5    | no rate",
                "dump --seed 1 --output bytes              | needs --bytes",
                "doctor twice                              | unexpected: twice",
                "report                                    | DIR",
                "compare a                                 | B",
                "demo --epochs 0                           | epochs must be 1 or more, got 0",
                "demo --epochs x                           | option '--epochs': 'x' is not an int",
                "demo --epochs                             | --epochs",
                "demo --batch 1.5                          | option '--batch': '1.5' is not an int",
                "demo --seed x                             | 64 bits",
                "demo --rate x                             | rate must be a number such as 0.1",
                "demo --save a --output ./b/../a           | --output and --save must be two files, got a",
                "demo --rate 0                             | rate must be above 0 and below 1",
                "demo --rate 1                             | rate must be above 0 and below 1",
                "demo --passes 0                           | passes must be in",
                "demo --batch 0                            | batch must be 1 or more",
                "demo --threads 0                          | threads must be in [1, 1024], got 0",
                "demo --threads 1025                       | threads must be in [1, 1024], got 1025",
                "demo --passes 65537                       | passes must be in [1, 65536], got 65537",
                "demo --train 0                            | training images must be in [1, 1300], got 0",
                "demo --train 1301                         | training images must be in [1, 1300], got 1301",
                "demo --hidden 8,0                         | hidden layers must have 1 to 65536 units, got 0",
                "demo --hidden 8,x                         | option '--hidden' (N): 'x' is not an int",
                "demo --learning-rate NaN                  | learning rate must be above 0",
                "demo --learning-rate 2                    | learning rate must be above 0, at most 1, got 2.0",
                "demo --learning-rate x                    | option '--learning-rate': 'x' is not a double",
                "demo --repeats 0                          | repeats must be 1 or more",
            })
    void argumentsThatMakeNoSenseEndWithTwoAndOneLine(String line, String message) {
        String[] arguments =
                Arrays.stream(line.split(" ")).filter(word -> !word.isEmpty()).toArray(String[]::new);
        Cli cli = Cli.run(arguments);
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err()).startsWith("lanedrop: ").contains(message).contains("--help)");
        assertThat(cli.err().lines()).hasSize(1);
    }

    @Test
    void whatCannotBeDoneEndsWithOneAndOneLine(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("train-images-idx3-ubyte"));
        for (String[] arguments : new String[][] {
            {"demo", "--data", folder.toString()},
            {"demo", "--data", folder.resolve("none").toString()},
            {"demo", "--data", file.toString()},
            {"demo", "--output", folder.resolve("none/page.html").toString()},
            {"demo", "--output", folder.toString()},
            {"report", folder.resolve("none").toString()},
            {"report", folder.toString()},
            {"compare", folder.toString(), folder.toString()},
            {
                "mask",
                "--seed",
                "1",
                "--rate",
                "0.5",
                "--output",
                folder.resolve("none/mask").toString()
            },
        }) {
            Cli cli = Cli.run(arguments);
            assertThat(cli.code()).as(String.join(" ", arguments)).isEqualTo(1);
            assertThat(cli.out()).isEmpty();
            assertThat(cli.err()).startsWith("lanedrop: ").contains(folder.toString());
            assertThat(cli.err().lines()).hasSize(1);
        }
    }

    /** Whether it is a lot or little, written at once or at the end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--version",
                "doctor --help",
                "bench --help",
                "mask --seed 1 --rate 0.5",
                "mask --seed 1 --rate 0.5 --elements 0",
                "mask --seed 1 --rate 0.5 --format sha256",
                "mask --seed 1 --rate 0.5 --format sha256 --elements 3000000",
                "dump --seed 1 --bytes 100",
            })
    void lostOutputIsNoSuccess(String line) {
        assertThat(Cli.runWithoutOutput(line.split(" ")))
                .isEqualTo(new Cli(1, "", "lanedrop: standard output is closed or full\n"));
    }

    @Test
    void outputThatIsLostIsNotMissedWhereNoneWasWritten(@TempDir Path folder) {
        Path file = folder.resolve("mask");
        assertThat(Cli.runWithoutOutput("mask", "--seed", "1", "--rate", "0.5", "--output", file.toString()))
                .isEqualTo(new Cli(0, "", ""));
        Cli refused = Cli.runWithoutOutput("mask");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err().lines()).singleElement().asString().contains("--seed");
    }

    @Test
    void tooLittleMemoryIsOneLine(@TempDir Path folder) {
        Path page = folder.resolve("page.html");
        Cli cli = Cli.run("demo", "--quick", "--hidden", "65536,65536", "--output", page.toString());
        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err())
                .startsWith("lanedrop: not enough memory: ")
                .endsWith("; LANEDROP_JAVA_OPTS=-Xmx8g gives Java 8 GB\n");
        assertThat(cli.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "-Dlanedrop.path=fast, 'lanedrop.path must be auto, vector or scalar, got fast'",
        "-Dlanedrop.vectorBits=100, 'lanedrop.vectorBits must be 128, 256 or 512, got 100'",
    })
    void aPropertyThatMakesNoSenseIsOneLine(String property, String message, @TempDir Path folder) {
        ChildJvm child = ChildJvm.run(
                folder, List.of(property), System.getProperty("java.class.path"), Lanedrop.class, "doctor");
        assertThat(child).isEqualTo(new ChildJvm(child.command(), 1, "", "lanedrop: " + message + "\n"));
    }

    @Test
    void debugShowsWhereAnErrorCameFrom(@TempDir Path folder) {
        Cli cli = Cli.run("demo", "--debug", "--data", folder.toString());
        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.err()).contains("dataset-fashion-mnist").contains("\tat io.github.lanedrop.bench");
    }
}
