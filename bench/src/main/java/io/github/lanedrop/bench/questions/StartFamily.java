package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Figures;
import io.github.lanedrop.bench.report.Plot.Axis;
import io.github.lanedrop.bench.report.Plot.Scale;
import io.github.lanedrop.bench.report.Plot.Series;
import io.github.lanedrop.bench.report.Section;
import io.github.lanedrop.bench.report.Table;
import io.github.lanedrop.bench.start.Starts;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/** How long until it is fast? Cold JVMs, which are started by no benchmark of JMH. */
final class StartFamily implements Part {
    /** A row, and a batch of 128 of them. */
    @Override
    public List<Integer> coldElements(Profile profile) {
        return profile == Profile.QUICK ? List.of(768) : List.of(768, 98_304);
    }

    @Override
    public List<Section> sections(Measured measured) {
        SequencedMap<Long, List<Starts.Variant>> bySize = new TreeMap<>();
        measured.starts()
                .map(Starts::variants)
                .orElse(List.of())
                .forEach(variant -> bySize.computeIfAbsent(variant.elements(), _ -> new ArrayList<>())
                        .add(variant));
        List<Figure> pictures = new ArrayList<>();
        List<Table> tables = new ArrayList<>();
        bySize.forEach((elements, variants) -> {
            pictures.add(picture(measured, elements, variants));
            tables.add(StartFigures.table(elements, variants));
        });
        return List.of(new Section(
                "How long until it is fast?",
                "A JVM starts slow: it loads classes, interprets, and compiles what runs often. How a service can be fast from"
                        + " its first request.",
                pictures,
                tables,
                List.of(),
                "This run did not measure cold starts (start.json)."));
    }

    private static Figure picture(Measured measured, long elements, List<Starts.Variant> variants) {
        List<Series> series = new ArrayList<>();
        for (Starts.Variant variant : variants) {
            series.add(new Series(
                    variant.name(),
                    series.isEmpty() ? Colours.LANEDROP : Colours.other(series.size() - 1),
                    false,
                    StartFigures.curve(variant)));
        }
        return new Figure(
                Pictures.lines(
                        new Axis("number of the call", Scale.LOG), new Axis("nanoseconds a call", Scale.LOG), series),
                "Calls on " + Figures.grouped(elements) + " elements from the first on",
                "The median of fresh JVMs; whiskers reach from the fastest to the slowest of them.",
                measured.command(Family.START));
    }
}
