package io.github.lanedrop.bench.report;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A question and its answer.
 *
 * @param title the question
 * @param text what there is to say before the pictures
 * @param figures the pictures, without empty ones
 * @param tables numbers beside them
 * @param texts tables of sentences
 * @param missing what to say where there is nothing else
 */
public record Section(
        String title, String text, List<Figure> figures, List<Table> tables, List<Table> texts, String missing) {
    /** Keeps what it is given. */
    public Section {
        figures = figures.stream().filter(figure -> !figure.plot().isEmpty()).toList();
        tables = List.copyOf(tables);
        texts = List.copyOf(texts);
    }

    /** One with pictures alone. */
    public static Section of(String title, String text, List<Figure> figures, String missing) {
        return new Section(title, text, figures, List.of(), List.of(), missing);
    }

    /** The same with ids for its pictures: {@code figure} and a number. */
    public Section numbered(int first) {
        return new Section(
                title,
                text,
                IntStream.range(0, figures.size())
                        .mapToObj(i -> figures.get(i).named("figure" + (first + i)))
                        .toList(),
                tables,
                texts,
                missing);
    }

    public boolean isEmpty() {
        return figures.isEmpty() && tables.isEmpty() && texts.isEmpty();
    }
}
