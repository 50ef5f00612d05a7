package io.github.lanedrop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.lanedrop.bench.data.Dataset;
import io.github.lanedrop.bench.data.Digits;
import io.github.lanedrop.bench.demo.Demo;
import io.github.lanedrop.bench.demo.Findings;
import io.github.lanedrop.bench.demo.Settings;
import io.github.lanedrop.bench.demo.Throughput;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** The page holds all it needs, and nothing that it shows can become a part of it. */
final class DemoPageTest {
    private static final String HOSTILE = "</script><img src=x onerror=alert(1)><!--\"'&";

    private static final Findings FINDINGS = findings();
    static final String PAGE =
            DemoPage.of(FINDINGS, List.of(new Throughput(4096, .1, .2, .3)), "lanedrop demo " + HOSTILE, 1.5);

    private static Findings findings() {
        Dataset digits = Digits.load().withTrain(100);
        Dataset hostile =
                new Dataset(HOSTILE, HOSTILE, Collections.nCopies(10, HOSTILE), digits.train(), digits.test());
        Settings settings = new Settings(1, Rate.drop(.5), List.of(8), 2, 32, .01, 3);
        return Demo.run(hostile, settings, Workers.NONE, (_, _) -> new Demo.Progress.Task() {
            @Override
            public void step() {}

            @Override
            public void close() {}
        });
    }

    @Test
    void hostileTextStaysText() {
        assertThat(PAGE).doesNotContain(HOSTILE).doesNotContain("<img src=x").contains("&lt;img src&#x3D;x");
        assertThat(Pattern.compile("<script[ >]").matcher(PAGE).results()).hasSize(3);
        assertThat(Pattern.compile("(?i)</script").matcher(PAGE).results()).hasSize(3);
        assertThat(PAGE).doesNotContain("<!--");
    }

    @Test
    void nothingIsLoadedFromElsewhere() {
        Html.assertLoadsNothing(PAGE);
    }

    @Test
    void dataIsJsonWithoutMarkup() throws IOException {
        String json = ChartData.json(FINDINGS, List.of(new Throughput(4096, Double.NaN, .2, .3)));
        assertThat(json).doesNotContain("<").contains("\"copy\":[null]");
        try (var parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                assertThat(parser.currentToken()).isNotNull();
            }
        }
    }

    @Test
    void scriptsCannotEndTheirElement() {
        assertThat(Page.inScript("a = '</script>' + '</SCRIPT' + '<!--';"))
                .isEqualTo("a = '<\\/script>' + '<\\/SCRIPT' + '<\\!--';");
    }

    @Test
    void imagesAreTheTestImages() throws IOException {
        List<String> images = Pattern.compile("data:image/png;base64,([A-Za-z0-9+/=]+)\"")
                .matcher(PAGE)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(images).hasSize(FINDINGS.doubts().size());
        var image = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(images.getFirst())));
        int number = FINDINGS.doubts().getFirst().image();
        for (int pixel = 0; pixel < 64; pixel++) {
            int expected = Math.round(255 * FINDINGS.data().test().brightness(number, pixel));
            assertThat(image.getRaster().getSample(pixel % 8, pixel / 8, 0)).isEqualTo(expected);
        }
    }

    @Test
    void everyChartHasADescriptionAndATable() {
        assertThat(Pattern.compile("<canvas[^>]*role=\"img\"[^>]*aria-label=\"[^\"]+\"")
                        .matcher(PAGE)
                        .results())
                .hasSize(5);
        assertThat(Pattern.compile("<table>").matcher(PAGE).results()).hasSize(5);
        assertThat(PAGE).contains("lang=\"en\"", "name=\"viewport\"", "prefers-color-scheme: dark", "@media print");
    }

    @Test
    void markdownIsAligned() {
        Table table = new Table("", List.of("a", "number"), List.of(List.of("longer", "1"), List.of("b", "22")));
        assertThat(table.markdown()).isEqualTo("""
                        | a      | number |
                        | ------ | -----: |
                        | longer |      1 |
                        | b      |     22 |
                        """);
    }
}
