package io.github.lanedrop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lanedrop.bench.Lanedrop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as a difference of two runs, at its edges. */
final class ComparisonTest {
    @TempDir
    Path folder = Path.of("");

    private Results one(String name, double low, double score, double high, String mode, String unit)
            throws IOException {
        JmhJson json = new JmhJson();
        ObjectNode result =
                json.add("a.B.c", Map.of("elements", "8"), score, low, high).put("mode", mode);
        ((ObjectNode) result.get("primaryMetric")).put("scoreUnit", unit);
        return json.read(folder.resolve(name));
    }

    private static Comparison compare(Results a, Results b) {
        return Comparison.of(a, b, Optional.empty(), Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // low A, A, high A | low B, B, high B
                " 90 | 100 | 110 | 110.1 | 120 | 130 | avgt   | REGRESSION",
                " 90 | 100 | 110 |    70 |  80 | 89.9 | avgt  | IMPROVEMENT",
                " 90 | 100 | 110 |   110 | 120 | 130 | avgt   | NO_DIFFERENCE", // the intervals touch
                " 90 | 100 | 110 |    70 |  80 |  90 | avgt   | NO_DIFFERENCE",
                " 90 | 100 | 110 |   100 | 120 | 140 | avgt   | NO_DIFFERENCE", // they overlap
                " 80 | 100 | 120 |    90 | 100 | 110 | avgt   | NO_DIFFERENCE", // one holds the other
                " 99 | 100 | 101 |   104 | 105 | 106 | avgt   | NO_DIFFERENCE", // exactly 5 %
                " 99 | 100 | 101 |    94 |  95 |  96 | avgt   | NO_DIFFERENCE",
                "  1 |   1 |   1 |  1.05 | 1.05 | 1.05 | avgt | NO_DIFFERENCE", // 5 % in decimals, more in binary
                " 99 | 100 | 101 |   104 | 105.001 | 106 | avgt | REGRESSION", // just above
                " 99 | 100 | 101 |    94 | 94.999 | 96 | avgt | IMPROVEMENT",
                " 90 | 100 | 110 | 110.1 | 120 | 130 | sample | REGRESSION",
                " 90 | 100 | 110 | 110.1 | 120 | 130 | ss     | REGRESSION",
                " 90 | 100 | 110 | 110.1 | 120 | 130 | thrpt  | IMPROVEMENT", // more is better
                " 90 | 100 | 110 |    70 |  80 |  89 | thrpt  | REGRESSION",
                "NaN | 100 | NaN |   700 | 800 | 890 | avgt   | NO_INTERVAL",
                " 90 | 100 | 110 |   NaN | 800 | NaN | avgt   | NO_INTERVAL",
                "NaN | 100 | NaN |   NaN | 100 | NaN | avgt   | NO_INTERVAL",
                "-50 | 100 | 250 |   300 | 400 | 500 | avgt   | REGRESSION",
            })
    void aDifferenceIsWhereIntervalsPartAndTheGapIsLarge(
            double lowA,
            double a,
            double highA,
            double lowB,
            double b,
            double highB,
            String mode,
            Comparison.Verdict verdict)
            throws IOException {
        Comparison comparison =
                compare(one("a", lowA, a, highA, mode, "ns/op"), one("b", lowB, b, highB, mode, "ns/op"));
        assertThat(comparison.rows()).hasSize(1);
        assertThat(comparison.rows().getFirst().verdict()).isEqualTo(verdict);
        assertThat(comparison.hasRegression()).isEqualTo(verdict == Comparison.Verdict.REGRESSION);
    }

    @Test
    void unitsAreNotCompared() throws IOException {
        Comparison comparison =
                compare(one("a", 1, 2, 3, "avgt", "ns/op"), one("b", 1000, 2000, 3000, "avgt", "us/op"));
        assertThat(comparison.rows().getFirst().verdict()).isEqualTo(Comparison.Verdict.OTHER_UNIT);
        assertThat(comparison.table().rows().getFirst()).contains("ns/op, us/op", "-", "units differ");
        assertThat(comparison.hasRegression()).isFalse();
    }

    @Test
    void onlyTheSameThingIsCompared() throws IOException {
        JmhJson a = new JmhJson();
        a.add("a.B.c", Map.of("n", "1"), 1, 1, 1);
        a.add("a.B.c", Map.of("n", "2"), 1, 1, 1);
        a.add("a.B.d", Map.of("n", "1"), 1, 1, 1).put("threads", 2);
        a.add("a.B.e", Map.of("n", "1"), 1, 1, 1);
        JmhJson b = new JmhJson();
        b.add("a.B.c", Map.of("n", "1"), 2, 2, 2).put("forks", 9);
        b.add("a.B.d", Map.of("n", "1"), 2, 2, 2);
        b.add("a.B.e", Map.of("n", "1"), 2, 2, 2);
        b.option("-Dlanedrop.path=scalar");
        Comparison comparison = compare(a.read(folder.resolve("a")), b.read(folder.resolve("b")));
        assertThat(comparison.rows()).hasSize(1);
        assertThat(comparison.text())
                .contains("1 regression, 0 improvements, 0 without a difference shown.")
                .contains("Only in A: B.c (n 2); B.d (n 1), 2 threads; B.e (n 1).")
                .contains("Only in B: B.d (n 1); B.e (n 1, scalar twin).");
    }

    @Test
    void theTableHasTheNumbers() throws IOException {
        Comparison comparison =
                compare(one("a", 99, 100, 101, "avgt", "ns/op"), one("b", 240, 250.25, 260.5, "avgt", "ns/op"));
        assertThat(comparison.table().rows())
                .containsExactly(List.of(
                        "B.c (elements 8)", "100.0", "1.000", "250.3", "10.25", "ns/op", "2.503", "regression"));
    }

    @Test
    void nothingInCommonIsSaid() throws IOException {
        JmhJson other = new JmhJson();
        other.add("x.Y.z", Map.of(), 1, 1, 1);
        assertThat(compare(one("a", 1, 2, 3, "avgt", "ns/op"), other.read(folder.resolve("b")))
                        .text())
                .contains("No benchmark is in both.");
    }

    @Test
    void otherMachinesAreSaid() throws IOException {
        Path a = copy("a");
        Path b = copy("b");
        assertThat(Comparison.of(a, b).text()).doesNotContain("Different", "unknown");
        Path machine = b.resolve("machine.json");
        ObjectNode json = (ObjectNode) JmhJson.MAPPER.readTree(Files.readAllBytes(machine));
        ((ObjectNode) json.get("passport"))
                .put("cpu", "another CPU")
                .put("jdk", "26+1, somebody")
                .put("date", "later");
        Files.writeString(machine, json.toString());
        assertThat(Comparison.of(a, b).text())
                .contains("Different machines: A has ", "B has another CPU with ", "Different JDKs: A has 25")
                .doesNotContain("later");
        Files.delete(machine);
        assertThat(Comparison.of(a, b).text()).contains("unknown whether both ran on the same machine: B has no");
    }

    private Path copy(String name) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        for (String file : List.of("jmh.json", "machine.json")) {
            Files.copy(JmhJson.sample().resolve(file), copy.resolve(file));
        }
        return copy;
    }

    @Test
    void theCommandTakesFilesAndFoldersAndFailsWhereAsked() throws IOException {
        one("a", 99, 100, 101, "avgt", "ns/op");
        one("b", 199, 200, 201, "avgt", "ns/op");
        Path a = folder.resolve("a");
        Path b = folder.resolve("b/jmh.json");
        assertThat(run("compare", a.toString(), b.toString())).isZero();
        assertThat(run("compare", "--fail-on-regression", a.toString(), b.toString()))
                .isEqualTo(1);
        assertThat(run("compare", "--fail-on-regression", b.toString(), a.toString()))
                .isZero();
        assertThat(run("compare", "--fail-on-regression", a.toString(), a.toString()))
                .isZero();
        assertThat(run("compare", a.toString(), folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(run("compare", a.toString())).isEqualTo(2);
    }

    private static int run(String... arguments) {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        return Lanedrop.run(nowhere, nowhere, arguments);
    }
}
