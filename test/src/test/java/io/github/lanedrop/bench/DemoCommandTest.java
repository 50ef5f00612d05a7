package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.ChildJvm;
import io.github.lanedrop.bench.data.Digits;
import io.github.lanedrop.bench.demo.Demo;
import io.github.lanedrop.bench.demo.Settings;
import io.github.lanedrop.bench.report.DemoText;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.layers.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo from the command line, on the digits that are built in. */
final class DemoCommandTest {
    @Test
    void sameBytesWhateverTheThreads(@TempDir Path folder) throws IOException {
        Path page = folder.resolve("page.html");
        Path one = folder.resolve("one.safetensors");
        Path three = folder.resolve("three.safetensors");
        Cli first = demo(page, "--threads", "1", "--save", one.toString());
        Cli second = demo(page, "--threads", "2");
        Cli third = demo(page, "--threads", "3", "--save", three.toString());
        assertThat(second.out()).isEqualTo(first.out());
        assertThat(third.out()).isEqualTo(first.out());
        assertThat(Files.readAllBytes(three)).isEqualTo(Files.readAllBytes(one));
        assertThat(Safetensors.load(one)).containsKeys("0.weight", "0.bias", "3.weight", "6.weight");
        assertThat(first.out())
                .startsWith("# Digits: 400 images to learn from, 497 to judge by\n")
                .contains("| without dropout ", "| with dropout ", "3 Monte-Carlo passes", "Mean predictive entropy")
                .matches("(?s)\\p{ASCII}+");
        assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>");
    }

    /** Standard output of a short demo, without its page, which has times in it. */
    public static final class Text {
        private Text() {}

        public static void main(String[] arguments) throws IOException {
            System.out.print(text());
        }

        static String text() throws IOException {
            Settings settings = new Settings(2026, Rate.drop(.5), List.of(64, 32), 1, 32, .001, 2);
            return DemoText.of(Demo.run(Digits.load().withTrain(200), settings, Workers.NONE, Demo.Progress.SILENT));
        }
    }

    /** The scalar path without the vector module, and the narrowest vectors. */
    @ParameterizedTest
    @ValueSource(strings = {"-Dlanedrop.path=scalar", "--add-modules=jdk.incubator.vector -Dlanedrop.vectorBits=128"})
    void sameBytesOnOtherPaths(String flags, @TempDir Path folder) throws IOException {
        ChildJvm child =
                ChildJvm.run(folder, List.of(flags.split(" ")), System.getProperty("java.class.path"), Text.class);
        assertThat(child.exit()).as(child.err()).isZero();
        assertThat(child.out()).startsWith("# Digits: 200 images to learn from").isEqualTo(Text.text());
    }

    @Test
    void saveAndOutputMustBeTwoFiles(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("demo");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        Files.createFile(file);
        for (Path save : List.of(file, folder.resolve("../" + folder.getFileName() + "/demo"), link)) {
            Cli cli = Cli.run("demo", "--output", file.toString(), "--save", save.toString());
            assertThat(cli.code()).isEqualTo(2);
            assertThat(cli.err()).startsWith("lanedrop: --output and --save must be two files, got " + save);
            assertThat(file).isEmptyFile();
        }
    }

    @Test
    void anotherSeedIsAnotherRun(@TempDir Path folder) {
        Path page = folder.resolve("page.html");
        assertThat(demo(page, "--seed", "1").out())
                .isNotEqualTo(demo(page, "--seed", "2").out());
    }

    @Test
    void repeatsAddMeans(@TempDir Path folder) {
        Cli cli = demo(folder.resolve("page.html"), "--repeats", "2");
        assertThat(cli.out())
                .contains("Mean and standard deviation over 2 seeds")
                .contains(" +- ");
    }

    private static Cli demo(Path page, String... more) {
        String[] arguments = {
            "demo", "--quick", "--train", "400", "--epochs", "2", "--passes", "3", "--output", page.toString()
        };
        Cli cli = Cli.run(
                Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray(String[]::new));
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.err()).contains("the page is " + page);
        return cli;
    }
}
