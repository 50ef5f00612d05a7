package io.github.lanedrop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lanedrop.bench.Lanedrop;
import io.github.lanedrop.bench.questions.BenchPage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JMH's JSON becomes records, and what is not JMH's JSON an error of one line. */
final class ResultsTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    void everyNumberOfARealRunIsRead() throws IOException {
        JsonNode json =
                JmhJson.MAPPER.readTree(Files.readAllBytes(JmhJson.sample().resolve("jmh.json")));
        List<Result> results = Results.read(JmhJson.sample()).all();
        assertThat(results).hasSize(json.size()).hasSizeGreaterThan(20);
        for (int i = 0; i < json.size(); i++) {
            assertEqual(results.get(i), json.get(i));
        }
        assertThat(results.stream().map(Result::mode)).contains("avgt", "sample");
    }

    private static void assertEqual(Result result, JsonNode json) {
        JsonNode metric = json.get("primaryMetric");
        assertThat(result.benchmark()).isEqualTo(json.get("benchmark").textValue());
        assertThat(result.mode()).isEqualTo(json.get("mode").textValue());
        assertThat(result.threads()).isEqualTo(json.get("threads").intValue());
        assertThat(result.forks()).isEqualTo(json.get("forks").intValue());
        assertThat(result.score()).isEqualTo(metric.get("score").doubleValue());
        assertThat(result.error()).isEqualTo(metric.get("scoreError").doubleValue());
        assertThat(result.low()).isEqualTo(metric.get("scoreConfidence").get(0).doubleValue());
        assertThat(result.high()).isEqualTo(metric.get("scoreConfidence").get(1).doubleValue());
        assertThat(result.unit()).isEqualTo(metric.get("scoreUnit").textValue());
        assertThat(result.garbage())
                .isEqualTo(json.at("/secondaryMetrics/gc.alloc.rate.norm/score").doubleValue());
        List<String> params = new ArrayList<>();
        json.get("params")
                .properties()
                .forEach(entry ->
                        params.add(entry.getKey() + "=" + entry.getValue().textValue()));
        assertThat(result.params().entrySet().stream().map(Map.Entry::toString)).isEqualTo(params);
        JsonNode percentiles = metric.get("scorePercentiles");
        assertThat(result.percentiles()).hasSize(percentiles.size());
        result.percentiles()
                .forEach((percent, value) -> assertThat(value)
                        .isEqualTo(percentiles.get(percent.toString()).doubleValue()));
        if (result.mode().equals("sample")) {
            assertThat(result.raw()).isEmpty();
        } else {
            assertThat(result.iterations())
                    .isEqualTo(metric.get("rawData").get(0).size());
            assertThat(result.raw().getFirst().getFirst())
                    .isEqualTo(metric.get("rawData").get(0).get(0).doubleValue());
        }
    }

    @Test
    void whatIsNotFiniteOrNotThereIsNaN() throws IOException {
        JmhJson json = new JmhJson();
        json.add("a.B.c", Map.of(), 1, Double.NaN, Double.NaN);
        Result result = json.read(folder).all().getFirst();
        assertThat(result.score()).isEqualTo(1);
        assertThat(result.error()).isNaN();
        assertThat(result.low()).isNaN();
        assertThat(result.high()).isNaN();
        assertThat(result.garbage()).isNaN();
        assertThat(result.elements()).isNaN();
    }

    @Test
    void ofTheSameMeasurementTheLastCounts() throws IOException {
        JmhJson json = new JmhJson();
        json.add("a.B.c", Map.of("n", "1"), 1, 0, 2);
        json.add("a.B.c", Map.of("n", "2"), 2, 1, 3);
        json.add("a.B.c", Map.of("n", "1"), 3, 2, 4);
        json.add("a.B.c", Map.of("n", "1"), 4, 3, 5).put("mode", "sample");
        json.add("a.B.c", Map.of("n", "1"), 5, 4, 6);
        json.option("-Dlanedrop.path=scalar");
        assertThat(json.read(folder).all().stream().map(Result::score)).containsExactly(2.0, 3.0, 4.0, 5.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ns/op | 1",
                "us/op | 1000",
                "ms/op | 1000000",
                "s/op  | 1000000000",
                "ops/s | NaN",
            })
    void timesBecomeNanoseconds(String unit, Double nanos) throws IOException {
        JmhJson json = new JmhJson();
        ((ObjectNode) json.add("a.B.c", Map.of(), 1, 0, 2).get("primaryMetric")).put("scoreUnit", unit);
        assertThat(json.read(folder).all().getFirst().nanos(1)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-Dlanedrop.path=scalar         | scalar twin",
                "-XX:UseAVX=2                   | AVX2",
                "-Dlanedrop.vectorBits=256      | 256 bits",
                "-Dlanedrop.patterns=table      | patterns=table",
                "-Dlanedrop.home=/home/somebody | ''",
                "-Dpassword=secret              | ''",
                "-Xmx4g                         | ''",
                "--add-modules=jdk.incubator.vector | ''",
            })
    void whatDecidesThePathIsAVariant(String option, String variant) throws IOException {
        JmhJson json = new JmhJson();
        json.add("a.B.c", Map.of(), 1, 0, 2);
        assertThat(json.option(option).read(folder).all().getFirst().variant()).isEqualTo(variant);
    }

    @Test
    void namesAreThoseOfPeople() throws IOException {
        JmhJson json = new JmhJson();
        json.add("io.github.lanedrop.bench.jmh.DropoutBench.forward", Map.of("elements", "4096"), 1, 0, 2);
        json.add("bare", Map.of(), 1, 0, 2);
        List<Result> results = json.read(folder).all();
        assertThat(results.getFirst().name()).isEqualTo("DropoutBench.forward");
        assertThat(results.getFirst().setting()).isEqualTo("elements 4096");
        assertThat(results.getLast().name()).isEqualTo("bare");
    }

    @Test
    void theCopyForReadersHasNoFoldersAndNoSecrets() throws IOException {
        JmhJson json = new JmhJson();
        json.add("a.B.c", Map.of(), 1.25, 0.5, 2).put("jvm", "/home/somebody/jdk/bin/java");
        json.option("-Dlanedrop.home=/home/somebody/lanedrop")
                .option("-Dpassword=secret")
                .option("-XX:AOTCache=/home/somebody/x.aot")
                .option("-Xmx4g");
        JsonNode copy = JmhJson.MAPPER.readTree(json.read(folder).json());
        assertThat(copy.toString()).doesNotContain("home", "somebody", "secret", "\"jvm\"");
        assertThat(copy.at("/0/jvmArgs").toString()).isEqualTo("[\"-XX:AOTCache=…/x.aot\",\"-Xmx4g\"]");
        assertThat(copy.at("/0/primaryMetric/score").doubleValue()).isEqualTo(1.25);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                              | empty",
                "{                                               | not JSON",
                "[{\"benchmark\": \"a.b\"                        | not JSON",
                "[] []                                           | not JSON",
                "[{\"mode\": \"avgt\", \"mode\": \"ss\"}]        | mode",
                "hello                                           | not JSON",
                "{}                                              | expected an array of results",
                "[1]                                             | result 1: expected an object \"primaryMetric\"",
                "[{}]                                            | result 1: expected an object \"primaryMetric\"",
                "[{\"primaryMetric\": {}}]                       | result 1: expected a text \"benchmark\"",
                "[{\"benchmark\": 5, \"primaryMetric\": {}}]     | result 1: expected a text \"benchmark\"",
                "[{\"benchmark\": \"a.b\", \"mode\": \"avgt\", \"primaryMetric\": {\"score\": \"fast\"}}] | a number \"score\"",
                "[{\"benchmark\": \"a.b\", \"mode\": \"avgt\", \"primaryMetric\": {\"score\": 1}}] | a text \"scoreUnit\"",
                "[{\"benchmark\": \"a.b\", \"mode\": \"avgt\", \"primaryMetric\": {\"score\": 1, \"scoreUnit\": \"s/op\", \"scorePercentiles\": {\"half\": 1}}}] | half",
            })
    void whatIsNotJmhsJsonIsOneLine(String content, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("jmh.json"), content);
        assertThatThrownBy(() -> Results.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
        var err = new ByteArrayOutputStream();
        int code = Lanedrop.run(
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                "report",
                folder.toString());
        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        assertThat(folder.resolve("report.html")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"machine.json, a machine's passport", "start.json, cold starts"})
    void theOtherFilesAreHeldToTheirFormToo(String name, String what) throws IOException {
        new JmhJson().write(folder);
        for (String content : List.of("[]", "{\"command\": 1}", "{\"variants\": [{}]}", "3")) {
            Path file = Files.writeString(folder.resolve(name), content);
            assertThatThrownBy(() -> BenchPage.of(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": not " + what + ": ")
                    .message()
                    .hasLineCount(1);
        }
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Results.read(folder))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("jmh.json");
        assertThatThrownBy(() -> BenchPage.of(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none");
    }
}
