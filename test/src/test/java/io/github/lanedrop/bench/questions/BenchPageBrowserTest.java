package io.github.lanedrop.bench.questions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lanedrop.bench.report.Browser;
import io.github.lanedrop.bench.report.JmhJson;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page in headless Chromium: it loads without an error, every chart is drawn, and its table is the data's. Skipped where
 * there is no Chromium.
 */
final class BenchPageBrowserTest {
    @TempDir
    Path folder = Path.of("");

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
        JsonNode seen = Browser.in(folder).assertDrawn(BenchPage.of(results), width);
        assertThat(seen.get("colours")).hasSizeGreaterThanOrEqualTo(charts);
        List<List<String>> rows =
                JmhJson.MAPPER.readerForListOf(List.class).<List<List<String>>>readValue(seen.get("rows"));
        BenchPageTest.assertRowsEqual(rows, BenchPageTest.json(results));
    }
}
