package io.github.lanedrop.bench.report;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/**
 * What the pages have in common: an HTML document that needs nothing else. Charts, scripts and images are inside, and its
 * content security policy forbids it to load anything.
 */
public final class Page {
    private static final String CHART_JS = "/META-INF/resources/webjars/chart.js/";
    private static final String CHART_JS_BUILD = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

    private Page() {}

    /**
     * Fills a template: {@code NAME.html} with {@code NAME.css} and {@code NAME.js} after the style and the script of all
     * pages.
     *
     * @param name the template's name
     * @param heading what the browser shows as the title
     * @param json the data that the script draws, without a {@code <}
     * @param values what else the template asks for
     * @return an HTML document
     */
    public static String of(String name, String heading, String json, Map<String, ?> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put("heading", heading);
        all.put("json", json);
        all.put("style", text("page.css") + text(name + ".css"));
        all.put("chartJs", inScript(chartJs()));
        all.put("script", inScript(text("page.js") + text(name + ".js")));
        return Mustache.compiler()
                .withLoader(partial -> new StringReader(text(partial + ".html")))
                .compile(text(name + ".html"))
                .execute(all);
    }

    /** The library without the address of its source map, which browsers would look for. */
    private static String chartJs() {
        Properties build = new Properties();
        try (InputStream file = open(CHART_JS_BUILD)) {
            build.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text(CHART_JS + build.getProperty("version") + "/dist/chart.umd.js")
                .replaceAll("(?m)^//# sourceMappingURL=.*$", "");
    }

    /** JavaScript that cannot end its element; inside strings and regular expressions the two spellings are the same. */
    static String inScript(String javaScript) {
        return javaScript.replaceAll("(?i)</(?=script)", "<\\\\/").replace("<!--", "<\\!--");
    }

    /** JSON without a {@code <}, so that it can stand in a script element. */
    public static String jsonInScript(String json) {
        return json.replace("<", "\\u003c");
    }

    private static String text(String name) {
        try (InputStream file = open(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String name) {
        return Objects.requireNonNull(Page.class.getResourceAsStream(name), name);
    }
}
