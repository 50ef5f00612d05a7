package io.github.lanedrop.bench.report;

import java.util.List;

/**
 * A question and its answer.
 *
 * @param title the question
 * @param text what there is to say before the pictures
 * @param figures the pictures
 * @param tables numbers beside them
 * @param texts tables of sentences
 * @param missing what to say where there is nothing else
 */
record Section(String title, String text, List<Figure> figures, List<Table> tables, List<Table> texts, String missing) {
    Section {
        figures = List.copyOf(figures);
        tables = List.copyOf(tables);
        texts = List.copyOf(texts);
    }

    boolean isEmpty() {
        return figures.isEmpty() && tables.isEmpty() && texts.isEmpty();
    }
}
