package io.github.lanedrop.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A picture with all that a reader needs to trust it.
 *
 * @param plot what is drawn
 * @param title what it shows
 * @param note how to read it
 * @param command what measures it again
 */
public record Figure(Plot plot, String title, String note, String command) {
    private static final String NOTHING = "-";
    private static final double BAR_REM = 1.15;

    /** The same with another id of its canvas. */
    public Figure named(String id) {
        return new Figure(plot.named(id), title, note, command);
    }

    /** Every point of the picture. */
    public Table table() {
        boolean bars = plot.kind() == Plot.Kind.BARS;
        List<List<String>> rows = new ArrayList<>();
        for (Plot.Series series : plot.series()) {
            for (Plot.Point point : series.points()) {
                rows.add(List.of(
                        series.name(),
                        point.label(),
                        number(point.value()),
                        number(point.low()),
                        point.isUnbounded() ? "unbounded" : number(point.high()),
                        point.n()));
            }
        }
        return new Table(
                title,
                List.of(
                        "",
                        bars ? plot.y().title() : plot.x().title(),
                        bars ? plot.x().title() : plot.y().title(),
                        "from",
                        "to",
                        "forks x iterations"),
                rows);
    }

    /** Those of the command, none of which is torn at its hyphens. */
    public List<String> words() {
        return List.of(command.split(" "));
    }

    /** Of the drawing, in rem: bars need room for their names. */
    public String height() {
        long names = plot.series().stream()
                .flatMap(series -> series.points().stream())
                .map(Plot.Point::label)
                .distinct()
                .count();
        double height = plot.kind() == Plot.Kind.LINES
                ? 19 + .7 * plot.series().size()
                : 5.5 + names * (BAR_REM * Math.max(1.3, plot.series().size()) + .35);
        return String.format(Locale.ROOT, "%.1f", height);
    }

    /** What a screen reader says of it. */
    public String description() {
        return title + ": " + (plot.kind() == Plot.Kind.BARS ? plot.x() : plot.y()).title()
                + "; the table below has the numbers.";
    }

    /** Four digits, or all before the point. */
    public static String number(double value) {
        if (Double.isNaN(value)) {
            return NOTHING;
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "unbounded" : "-unbounded";
        }
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        if (size >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        int before = size < 1e-6 ? -6 : (int) Math.floor(Math.log10(size));
        return Figures.fixed(value, Math.min(8, Math.max(0, 3 - before)));
    }
}
