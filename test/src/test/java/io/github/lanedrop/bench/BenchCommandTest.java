package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lanedrop.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that plans and runs benchmarks; what it runs is looked at by {@code SessionTest}. */
final class BenchCommandTest {
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void planSaysTheArithmeticAndRunsNothing() throws IOException {
        Cli cli = Cli.run("bench", "--plan", "--family", "noise,start", "--output", folder.toString());
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out())
                .contains("| noise | 1 | 1 | 0.1 |", "| start | 25 | 25 | 1.1 |", "A run takes 1 x")
                .doesNotContain("dropout");
        assertThat(folder.resolve("jmh.json")).doesNotExist();
    }

    /** As by Ctrl-C: the JVMs that measure end, and what there is is whole. */
    @Test
    void whoEndsItKeepsWhatWasMeasured() throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Djmh.ignoreLock=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Lanedrop.class.getName(),
                        "bench",
                        "--family",
                        "masks,fused",
                        "--output",
                        folder.resolve("results").toString()))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        Path results = folder.resolve("results").resolve("jmh.json");
        for (long i = 0; i < 10 * PATIENCE_SECONDS && process.isAlive() && isEmpty(results); i++) {
            Thread.sleep(100);
        }
        assertThat(isEmpty(results)).as(Files.readString(out)).isFalse();
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(out).lines().filter(line -> line.startsWith("lanedrop:")))
                .containsExactly("lanedrop: interrupted; what was measured before is in " + folder.resolve("results"));
        for (ProcessHandle child : children) {
            assertThat(child.onExit()
                            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .join()
                            .isAlive())
                    .isFalse();
        }
        JsonNode json = new ObjectMapper().readTree(results.toFile());
        assertThat(json.size()).isBetween(1, 4);
        assertThat(folder.resolve("results").resolve("report.html")).isNotEmptyFile();
        assertThat(folder.resolve("results").resolve("machine.json")).isNotEmptyFile();
    }

    /** Whether there is no run in it yet. */
    private static boolean isEmpty(Path results) throws IOException {
        return Files.notExists(results) || Files.size(results) < 100;
    }

    @Test
    void peersNeedTheProject() {
        ChildJvm child = ChildJvm.run(
                folder,
                List.of(),
                System.getProperty("java.class.path"),
                Lanedrop.class,
                "bench",
                "--peers",
                "torch",
                "--plan");
        assertThat(child.exit()).isEqualTo(2);
        assertThat(child.err()).contains("no peer \"torch\": only \"./build run bench\" has any");
    }
}
