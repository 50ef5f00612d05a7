package io.github.lanedrop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Headless Chromium, which looks at pages as their readers will. */
public record Browser(Path chromium, Path folder) {
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

    /**
     * The one on the path; skips the test where there is none.
     *
     * @param folder for its files
     */
    public static Browser in(Path folder) {
        Optional<Path> chromium = Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Arrays.stream(
                                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                        .map(entry -> Path.of(entry, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(chromium.isPresent(), "skipped: there is no Chromium on the path to look at the page with");
        return new Browser(chromium.orElseThrow(), folder);
    }

    /**
     * The page loads without an error, needs no scrolling to the side, and something is drawn on each of its canvases.
     *
     * @param page an HTML document
     * @param width of the window in pixels
     * @return what the page says of itself: {@code colours} of each canvas, and {@code rows} of the table {@code #all}
     */
    public JsonNode assertDrawn(String page, int width) throws IOException, InterruptedException {
        JsonNode seen = look(page, width);
        assertThat(seen.get("errors")).isEmpty();
        assertThat(seen.get("width").intValue()).isEqualTo(width);
        assertThat(seen.get("needs").intValue()).as("no scrolling to the side").isLessThanOrEqualTo(width);
        // a blank canvas has one, a flat shape on it two
        assertThat(seen.get("colours"))
                .allSatisfy(colours -> assertThat(colours.intValue()).isGreaterThan(20));
        return seen;
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
                        chromium.toString(),
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
