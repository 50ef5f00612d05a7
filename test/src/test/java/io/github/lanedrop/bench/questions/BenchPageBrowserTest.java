package io.github.lanedrop.bench.questions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lanedrop.bench.report.Html;
import io.github.lanedrop.bench.report.JmhJson;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page in headless Chromium: it loads without an error, every chart is drawn, and its table is the data's. Skipped where
 * there is no Chromium.
 */
final class BenchPageBrowserTest {
    private static final int MINUTES = 2;

    /**
     * Errors are counted from the start, and what was drawn at the end. The page is looked at in a frame, since a window of
     * Chromium is never as narrow as a phone.
     */
    private static final String FIRST = """
            <script>
            const errors = [];
            addEventListener('error', (event) => errors.push(event.message));
            addEventListener('securitypolicyviolation', (event) => errors.push('policy: ' + event.blockedURI));
            </script>
            """;

    private static final String LAST = """
            <script>
            requestAnimationFrame(() => parent.postMessage(JSON.stringify({
              errors,
              width: innerWidth,
              needs: document.documentElement.scrollWidth,
              colours: [...document.querySelectorAll('canvas')].map((canvas) => {
                const pixels = new Uint32Array(
                    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
                return new Set(pixels).size;
              }),
              rows: [...document.querySelectorAll('#all tr')].slice(1).map(
                  (row) => [...row.cells].map((cell) => cell.textContent)),
            }), '*'));
            </script>
            """;

    private static final String WINDOW = """
            <!DOCTYPE html><body><pre id="seen"></pre>
            <script>addEventListener('message', (event) => { document.getElementById('seen').textContent = event.data; });</script>
            <iframe src="page.html" style="width:WIDTHpx;height:900px;border:0"></iframe></body>
            """;

    @TempDir
    Path folder = Path.of("");

    private Optional<Path> chromium = Optional.empty();

    @BeforeEach
    void findChromium() {
        chromium = Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Arrays.stream(
                                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                        .map(entry -> Path.of(entry, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(chromium.isPresent(), "skipped: there is no Chromium on the path to look at the page with");
    }

    @ParameterizedTest
    @ValueSource(ints = {1200, 375})
    void aReportIsDrawn(int width) throws Exception {
        assertDrawn(JmhJson.sample(), width, 15);
    }

    @ParameterizedTest
    @ValueSource(ints = {1200, 375})
    void hostileNamesChangeNothing(int width) throws Exception {
        assertDrawn(BenchPageTest.hostile(folder.resolve("hostile")), width, 3);
    }

    private void assertDrawn(Path results, int width, int charts) throws Exception {
        JsonNode seen = look(BenchPage.of(results), width);
        assertThat(seen.get("errors")).isEmpty();
        assertThat(seen.get("width").intValue()).isEqualTo(width);
        assertThat(seen.get("needs").intValue()).as("no scrolling to the side").isLessThanOrEqualTo(width);
        assertThat(seen.get("colours")).hasSizeGreaterThanOrEqualTo(charts);
        // a blank canvas has one, a flat shape on it two
        assertThat(seen.get("colours"))
                .allSatisfy(colours -> assertThat(colours.intValue()).isGreaterThan(20));
        List<List<String>> rows =
                JmhJson.MAPPER.readerForListOf(List.class).<List<List<String>>>readValue(seen.get("rows"));
        BenchPageTest.assertRowsEqual(rows, BenchPageTest.json(results));
    }

    private JsonNode look(String page, int width) throws IOException, InterruptedException {
        Files.writeString(
                folder.resolve("page.html"),
                page.replaceFirst("(?=<title>)", FIRST.replace("\\", "\\\\").replace("$", "\\$"))
                        .replace("</body>", LAST + "</body>"));
        Path window =
                Files.writeString(folder.resolve("window.html"), WINDOW.replace("WIDTH", Integer.toString(width)));
        Path dom = folder.resolve("dom.html");
        Path log = folder.resolve("log");
        Process browser = new ProcessBuilder(
                        chromium.orElseThrow().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--window-size=1400,1000",
                        "--virtual-time-budget=5000",
                        "--enable-logging=stderr",
                        "--dump-dom",
                        window.toUri().toString())
                .redirectOutput(dom.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            assertThat(browser.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("Chromium ends")
                    .isTrue();
        } finally {
            browser.destroyForcibly().waitFor();
        }
        assertThat(Files.readString(log, StandardCharsets.ISO_8859_1)).doesNotContain(":CONSOLE");
        String seen = Html.between(Files.readString(dom), "<pre id=\"seen\">", "</pre>");
        assertThat(seen).as("what the page says of itself").isNotEmpty();
        return JmhJson.MAPPER.readTree(Html.text(seen));
    }
}
