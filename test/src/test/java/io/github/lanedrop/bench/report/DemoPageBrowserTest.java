package io.github.lanedrop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo's page in Chromium, with hostile names wherever it shows one. Skipped where there is no Chromium. */
final class DemoPageBrowserTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1200, 375})
    void allChartsAreDrawn(int width) throws Exception {
        JsonNode seen = Browser.in(folder).assertDrawn(DemoPageTest.PAGE, width);
        assertThat(seen.get("colours")).hasSize(5);
    }
}
