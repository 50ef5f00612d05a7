package io.github.lanedrop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the tests of pages look at. */
public final class Html {
    private static final Pattern ROW = Pattern.compile("<tr>(.*?)</tr>", Pattern.DOTALL);
    private static final Pattern CELL = Pattern.compile("<t[hd][^>]*>(.*?)</t[hd]>", Pattern.DOTALL);
    private static final Map<String, String> CHARACTERS = Map.of(
            "&lt;", "<", "&gt;", ">", "&quot;", "\"", "&#39;", "'", "&#x3D;", "=", "&#x60;", "`", "&#x2F;", "/",
            "&nbsp;", " ");

    private Html() {}

    /** The rows of all tables of a part of a page, heads included. */
    public static List<List<String>> rows(String html) {
        return ROW.matcher(html)
                .results()
                .map(row -> CELL.matcher(row.group(1))
                        .results()
                        .map(cell -> text(cell.group(1)))
                        .toList())
                .toList();
    }

    /** What a reader sees of it. */
    public static String text(String html) {
        String text = html;
        for (Map.Entry<String, String> character : CHARACTERS.entrySet()) {
            text = text.replace(character.getKey(), character.getValue());
        }
        return text.replace("&amp;", "&");
    }

    /** The part of a page from one text to the next of another. */
    public static String between(String page, String start, String end) {
        int from = page.indexOf(start);
        assertThat(from).as(start).isNotNegative();
        int to = page.indexOf(end, from + start.length());
        assertThat(to).as(end).isNotNegative();
        return page.substring(from + start.length(), to);
    }

    /** A page needs nothing else. */
    public static void assertLoadsNothing(String page) {
        assertThat(page).contains("default-src 'none'").doesNotContain("sourceMappingURL", "@import", "url(");
        assertThat(Pattern.compile("\\s(?:src|href|action|data|poster)=[\"']?+(?!data:image/png;base64,)")
                        .matcher(page)
                        .results()
                        .map(MatchResult::group))
                .isEmpty();
        // what is left are the two home pages in Chart.js' licence comments
        assertThat(Pattern.compile("https?://[^\\s\"'`<)]*")
                        .matcher(page)
                        .results()
                        .map(MatchResult::group))
                .containsExactly("https://www.chartjs.org", "https://github.com/kurkle/color#readme");
    }
}
