package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.layers.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
