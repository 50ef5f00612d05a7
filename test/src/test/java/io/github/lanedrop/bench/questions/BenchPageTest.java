package io.github.lanedrop.bench.questions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lanedrop.bench.report.Html;
import io.github.lanedrop.bench.report.JmhJson;
import io.github.lanedrop.bench.report.Json;
import io.github.lanedrop.bench.report.Machine;
import io.github.lanedrop.bench.report.Plot;
import io.github.lanedrop.bench.report.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page says what the data say, all of it, and nothing that it shows can become a part of it. */
final class BenchPageTest {
    static final String HOSTILE = "</script><img src=x onerror=alert(1)><!--\"'&{{json}}";
    private static final String JMH = "io.github.lanedrop.bench.jmh.";

    @TempDir
    Path folder = Path.of("");

    /** A table shows four digits, or all before the point. */
    static void assertShows(String cell, double expected) {
        if (Double.isNaN(expected)) {
            assertThat(cell).isEqualTo("-");
        } else {
            double shown = Double.parseDouble(cell.replace(",", ""));
            assertThat(shown).isBetween(expected - tolerance(expected), expected + tolerance(expected));
        }
    }

    private static double tolerance(double value) {
        return Math.max(Math.abs(value) >= 1000 ? 0.5 : 5.01e-4 * Math.abs(value), 5.01e-9);
    }

    private static double number(JsonNode json) {
        return json.isNumber() ? json.doubleValue() : Double.NaN;
    }

    /** What the page's table of all measurements must show of a file of JMH. */
    static void assertRowsEqual(List<List<String>> rows, JsonNode json) {
        assertThat(rows).hasSize(json.size());
        for (int i = 0; i < json.size(); i++) {
            List<String> row = rows.get(i);
            JsonNode result = json.get(i);
            JsonNode metric = result.get("primaryMetric");
            String benchmark = result.get("benchmark").textValue();
            assertThat(benchmark).endsWith("." + row.getFirst());
            result.get("params")
                    .properties()
                    .forEach(entry -> assertThat(row.get(1))
                            .contains(entry.getKey() + " " + entry.getValue().textValue()));
            assertThat(row.get(2)).isEqualTo(result.get("mode").textValue());
            assertThat(row.get(3)).isEqualTo(result.get("threads").asText());
            assertThat(row.get(4)).startsWith(result.get("forks").asText());
            assertShows(row.get(5), number(metric.get("score")));
            assertShows(row.get(6), number(metric.get("scoreError")));
            assertThat(row.get(7)).isEqualTo(metric.get("scoreUnit").textValue());
            assertShows(row.get(8), number(result.at("/secondaryMetrics/gc.alloc.rate.norm/score")));
        }
    }

    static JsonNode json(Path folder) throws IOException {
        return JmhJson.MAPPER.readTree(Files.readAllBytes(folder.resolve("jmh.json")));
    }

    static List<List<String>> measurements(String page) {
        List<List<String>> rows = Html.rows(Html.between(page, "<details id=\"all\"", "</details>"));
        return rows.subList(1, rows.size());
    }

    @Test
    void everyRowEqualsTheJson() throws IOException {
        assertRowsEqual(measurements(BenchPage.of(JmhJson.sample())), json(JmhJson.sample()));
    }

    @Test
    void everyPointOfAPictureIsInItsTable() throws IOException {
        String page = BenchPage.of(JmhJson.sample());
        JsonNode plots = JmhJson.MAPPER.readTree(Html.between(page, "id=\"data\">", "</script>"));
        assertThat(plots).hasSize(15);
        for (JsonNode plot : plots) {
            List<List<String>> rows =
                    Html.rows(Html.between(page, "id=\"" + plot.get("id").textValue() + "\"", "</details>"));
            int row = 1;
            for (JsonNode series : plot.get("series")) {
                for (JsonNode point : series.get("points")) {
                    List<String> cells = rows.get(row++);
                    assertThat(cells.getFirst()).isEqualTo(series.get("name").textValue());
                    assertThat(cells.get(1)).isEqualTo(point.get("label").textValue());
                    assertShows(cells.get(2), number(point.get("value")));
                    assertShows(cells.get(3), number(point.get("low")));
                    if (number(point.get("high")) < 1e300) {
                        assertShows(cells.get(4), number(point.get("high")));
                    }
                    assertThat(cells.get(5)).isEqualTo(point.get("n").textValue());
                }
            }
            assertThat(rows).hasSize(row);
        }
    }

    /** The first picture from the definition: nanoseconds of a call / its elements. */
    @Test
    void aPictureShowsNanosecondsAnElement() throws IOException {
        String page = BenchPage.of(JmhJson.sample());
        List<List<String>> rows = Html.rows(Html.between(page, "id=\"figure0\"", "</details>"));
        Map<String, String> names = Map.of("copy", "copy", "copyAndScale", "copy and scale", "forward", "Lanedrop");
        int found = 0;
        for (JsonNode result : json(JmhJson.sample())) {
            String[] benchmark = result.get("benchmark").textValue().split("\\.", -1);
            JsonNode params = result.get("params");
            if (benchmark[benchmark.length - 2].equals("DropoutBench")
                    && params.get("rate").textValue().equals("0.1")
                    && params.get("threads").textValue().equals("1")) {
                boolean scalar = result.get("jvmArgs").toString().contains("path=scalar");
                String name = scalar ? "scalar twin" : names.get(benchmark[benchmark.length - 1]);
                long elements = params.get("elements").asLong();
                List<String> row = rows.stream()
                        .filter(cells -> cells.getFirst().equals(name)
                                && cells.get(1).equals(String.format(Locale.ROOT, "%,d", elements)))
                        .findFirst()
                        .orElseThrow();
                JsonNode metric = result.get("primaryMetric");
                assertShows(row.get(2), metric.get("score").doubleValue() / elements);
                assertShows(row.get(3), metric.get("scoreConfidence").get(0).doubleValue() / elements);
                assertShows(row.get(4), metric.get("scoreConfidence").get(1).doubleValue() / elements);
                assertThat(row.get(5))
                        .isEqualTo(result.get("forks").asText() + " x "
                                + metric.get("rawData").get(0).size());
                found++;
            }
        }
        assertThat(found).isEqualTo(rows.size() - 1).isGreaterThan(8);
    }

    @Test
    void theSameDataGiveTheSamePage() throws IOException {
        assertThat(BenchPage.of(JmhJson.sample())).isEqualTo(BenchPage.of(JmhJson.sample()));
    }

    @Test
    void nothingIsLoadedFromElsewhere() throws IOException {
        Html.assertLoadsNothing(BenchPage.of(JmhJson.sample()));
    }

    @Test
    void theDataAreInside() throws IOException {
        String page = BenchPage.of(JmhJson.sample());
        JsonNode inside = JmhJson.MAPPER.readTree(Html.between(page, "id=\"jmh.json\">", "</script>"));
        JsonNode outside = json(JmhJson.sample());
        outside.forEach(result -> ((ObjectNode) result).remove("jvm"));
        assertThat(inside).isEqualTo(outside);
        for (String name : List.of("machine.json", "start.json")) {
            assertThat(JmhJson.MAPPER
                            .readTree(Html.between(page, "id=\"" + name + "\">", "</script>"))
                            .size())
                    .as(name)
                    .isPositive();
            assertThat(page).contains("data-file=\"" + name + "\"");
        }
    }

    @Test
    void hostileTextStaysText() throws IOException {
        String page = BenchPage.of(hostile(folder));
        assertThat(page).doesNotContain(HOSTILE, "<img src=x", "<!--").contains("&lt;img src&#x3D;x");
        // three files, the data, the library, the page's own
        assertThat(Pattern.compile("<script[ >]").matcher(page).results()).hasSize(6);
        assertThat(Pattern.compile("(?i)</script").matcher(page).results()).hasSize(6);
        JsonNode plots = JmhJson.MAPPER.readTree(Html.between(page, "id=\"data\">", "</script>"));
        assertThat(plots.toString()).contains(JmhJson.MAPPER.writeValueAsString(HOSTILE + ", fresh memory"));
        assertRowsEqual(measurements(page), json(folder));
    }

    /** A run whose names are markup wherever a name may stand. */
    static Path hostile(Path folder) throws IOException {
        JmhJson json = new JmhJson();
        json.add("a." + HOSTILE + "." + HOSTILE, Map.of(HOSTILE, HOSTILE), 1, .5, 2);
        ((ObjectNode) json.add("a.Bench." + HOSTILE, Map.of("elements", HOSTILE), 1, .5, 2)
                        .get("primaryMetric"))
                .put("scoreUnit", HOSTILE);
        json.add("a.MaskBench.copyAndScale", Map.of("elements", "8", "source", HOSTILE), 1, .5, 2);
        json.add("a.MaskBench.forward", Map.of("elements", "8", "source", HOSTILE), 2, 1.5, 3);
        json.add("a.CallBench.forward", Map.of("elements", "8", "peer", HOSTILE), 2, 1.5, 3);
        for (String memory : List.of("fresh", "reused")) {
            for (String peer : List.of(HOSTILE, "lanedrop")) {
                json.add(
                        "a.PeerBench.forward",
                        Map.of("elements", "8", "rate", "0.5", "peer", peer, "memory", memory),
                        2,
                        1.5,
                        3);
            }
        }
        json.write(folder);
        ObjectNode machine = (ObjectNode)
                JmhJson.MAPPER.readTree(Files.readAllBytes(JmhJson.sample().resolve("machine.json")));
        machine.put("command", HOSTILE);
        ((ObjectNode) machine.get("passport")).put("cpu", HOSTILE).put("kernel", HOSTILE);
        ((ObjectNode) machine.get("peers").get(0))
                .put("id", HOSTILE)
                .put("version", HOSTILE)
                .put("note", HOSTILE)
                .put("status", "REFUSED")
                .put("reason", HOSTILE);
        machine.putArray("failures").addObject().put("what", HOSTILE).put("reason", HOSTILE);
        Files.writeString(folder.resolve("machine.json"), machine.toString());
        ObjectNode starts = (ObjectNode)
                JmhJson.MAPPER.readTree(Files.readAllBytes(JmhJson.sample().resolve("start.json")));
        ((ObjectNode) starts.get("variants").get(0)).put("name", HOSTILE);
        Files.writeString(folder.resolve("start.json"), starts.toString());
        return folder;
    }

    @Test
    void sectionsWithoutDataSaySo() throws IOException {
        String page = BenchPage.of(new JmhJson().write(folder));
        assertThat(page)
                .contains(
                        "no measurements of DropoutBench.forward",
                        "no measurements of peers",
                        "did not measure garbage",
                        "one thread only",
                        "no measurements of small calls",
                        "did not measure cold starts",
                        "no measurements of MaskBench",
                        "no measurements of NoiseBench",
                        "no measurements of FusedBench",
                        "no measurements of AttentionBench",
                        "no measurements of ProductBench",
                        "no passport");
        assertThat(Pattern.compile("not measured in this run").matcher(page).results())
                .hasSize(3);
        assertThat(page).doesNotContain("<canvas", "Other measurements");
        Html.assertLoadsNothing(page);
    }

    @Test
    void whatFailedIsNamed() throws IOException {
        Machine machine = Machine.read(JmhJson.sample()); // a file from before failures were kept
        assertThat(machine.failures()).isEmpty();
        new JmhJson().write(folder);
        Files.writeString(
                folder.resolve(Machine.FILE),
                Json.writeLines(machine.failed("PeerBench.forward peer=torch", "no libgomp in /usr/lib/somewhere/x.so")
                        .failed("cold start", "no cache")));
        String page = BenchPage.of(folder);
        assertThat(Html.rows(Html.between(page, "<h2>What failed?</h2>", "</section>")))
                .containsExactly(
                        List.of("run", "reason"),
                        List.of("PeerBench.forward peer=torch", "no libgomp in …/x.so"),
                        List.of("cold start", "no cache"));
        assertThat(page).contains("0 measurements by JMH in 0 JVMs; 2 runs failed, see below.");
        assertThat(BenchPage.of(JmhJson.sample())).doesNotContain("What failed?", "failed, see below");
    }

    @Test
    void whatIsUnknownIsInATableOfItsOwn() throws IOException {
        JmhJson json = new JmhJson();
        json.add("org.example.FutureBench.monteCarlo", Map.of("passes", "50"), 12.5, 12, 13);
        List<List<String>> rows =
                Html.rows(Html.between(BenchPage.of(json.write(folder)), "<h2>Other measurements</h2>", "</section>"));
        assertThat(rows.get(1)).startsWith("FutureBench.monteCarlo", "passes 50", "avgt", "1", "1 x 2", "12.50");
    }

    @Test
    void oddNumbersAreNoReasonToFail() throws IOException {
        JmhJson json = new JmhJson();
        int n = 0;
        for (double score : new double[] {0, -1, 1e-12, 1e300, Double.NaN, Double.POSITIVE_INFINITY}) {
            for (String method : List.of("copy", "copyAndScale", "forward")) {
                json.add(
                        JMH + "DropoutBench." + method,
                        Map.of("elements", "" + ++n, "rate", "0.5"),
                        score,
                        -score,
                        score);
            }
            json.add(JMH + "DropoutBench.forward", Map.of("elements", "many", "rate", "none"), score, score, score);
            json.add(JMH + "PeerBench.forward", Map.of("elements", "" + n, "rate", "0.5", "peer", "x"), score, 0, 0);
        }
        String page = BenchPage.of(json.write(folder));
        JsonNode plots = JmhJson.MAPPER.readTree(Html.between(page, "id=\"data\">", "</script>"));
        assertThat(plots).isNotEmpty();
    }

    @Test
    void ratiosHoldTheWorstOfBothIntervals() throws IOException {
        JmhJson json = new JmhJson();
        json.add("a.b", Map.of(), 30, 20, 40);
        json.add("a.c", Map.of(), 10, 5, 16);
        json.add("a.d", Map.of(), 10, -5, 25);
        List<Result> results = json.read(folder).all();
        Plot.Point ratio = Ratios.of("", 0, results.get(0), results.get(1));
        assertThat(ratio.value()).isEqualTo(3);
        assertThat(ratio.low()).isEqualTo(20 / 16.0);
        assertThat(ratio.high()).isEqualTo(40 / 5.0);
        assertThat(Ratios.of("", 0, results.get(0), results.get(2)).isUnbounded())
                .isTrue();
        assertThat(Ratios.of("", 0, results.get(2), results.get(0)).low()).isZero();
    }

    @Test
    void headlinesAreThree() throws IOException {
        JmhJson json = new JmhJson();
        Map<String, String> usual = Map.of("elements", "1048576", "rate", "0.1", "threads", "1");
        json.add(JMH + "DropoutBench.copyAndScale", usual, 100_000, 99_000, 101_000);
        ObjectNode forward = json.add(JMH + "DropoutBench.forward", usual, 150_000, 148_000, 152_000);
        ((ObjectNode) forward.get("secondaryMetrics"))
                .putObject("gc.alloc.rate.norm")
                .put("score", 2.94);
        for (Map.Entry<String, Double> peer : Map.of(
                        "torch", 1_650_000.0, "onednn", 300_000.0, "weak-hash", 200_000.0, "c", 140_000.0)
                .entrySet()) {
            json.add(
                    JMH + "PeerBench.forward",
                    Map.of(
                            "elements",
                            "1048576",
                            "rate",
                            "0.1",
                            "threads",
                            "1",
                            "peer",
                            peer.getKey(),
                            "memory",
                            "fresh"),
                    peer.getValue(),
                    peer.getValue(),
                    peer.getValue());
        }
        List<Headline> headlines = Headline.of(json.read(folder));
        assertThat(headlines.stream().map(Headline::big)).containsExactly("1.50×", "2.00×", "2.9");
        assertThat(headlines.get(1).name()).isEqualTo("Next to the fastest library: onednn");
        assertThat(headlines.get(1).detail()).contains("torch takes 11.0× as long as Lanedrop");
    }

    @Test
    void everyChartHasADescriptionACommandAndATable() throws IOException {
        String page = BenchPage.of(JmhJson.sample());
        List<String> figures = figures(page);
        assertThat(figures)
                .hasSize(15)
                .allSatisfy(figure -> assertThat(figure)
                        .containsPattern("<canvas id=\"figure\\d+\" role=\"img\" aria-label=\"[^\"]+\"")
                        .contains("<details>", "<table>"))
                .allSatisfy(
                        figure -> assertThat(command(figure)).matches("\\./build run bench --quick --family [a-z,]+"));
        List<String> ids = new ArrayList<>();
        Pattern.compile(" id=\"([^\"]+)\"")
                .matcher(page.substring(0, page.indexOf("id=\"data\"")))
                .results()
                .forEach(id -> ids.add(id.group(1)));
        assertThat(ids).doesNotHaveDuplicates();
    }

    /** What the command under a picture runs is enough to draw all of it. */
    @Test
    void theCommandUnderAPictureMeasuresWhatItShows() throws IOException {
        for (String name : List.of("machine.json", "start.json")) {
            Files.copy(JmhJson.sample().resolve(name), folder.resolve(name));
        }
        List<String> figures = figures(BenchPage.of(JmhJson.sample()));
        assertThat(figures).hasSize(15);
        for (String figure : figures) {
            List<String> benches = Arrays.stream(
                            command(figure).replaceFirst(".* --family ", "").split("[ ,]", -1))
                    .map(name -> Family.valueOf(name.toUpperCase(Locale.ROOT)))
                    .flatMap(family ->
                            Stream.of(family.ofSelf(), family.ofPeer("a peer", true), family.ofProductPeer("a peer")))
                    .flatMap(List::stream)
                    .map(question -> "." + question.bench().getSimpleName() + ".")
                    .toList();
            ArrayNode measured = JmhJson.MAPPER.createArrayNode();
            for (JsonNode result : json(JmhJson.sample())) {
                if (benches.stream().anyMatch(result.get("benchmark").textValue()::contains)) {
                    measured.add(result);
                }
            }
            Files.writeString(folder.resolve("jmh.json"), measured.toString());
            String title = Html.between(figure, "<h3>", "</h3>");
            assertThat(figures(BenchPage.of(folder)))
                    .filteredOn(alone -> alone.contains("<h3>" + title + "</h3>"))
                    .as(title)
                    .singleElement()
                    .satisfies(alone -> assertThat(Html.rows(alone)).isEqualTo(Html.rows(figure)));
        }
    }

    private static String command(String figure) {
        return Html.between(figure, "<code>", "</code>")
                .replaceAll("</?span>", "")
                .strip();
    }

    private static List<String> figures(String page) {
        return Pattern.compile("<figure>.*?</figure>", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(MatchResult::group)
                .toList();
    }
}
