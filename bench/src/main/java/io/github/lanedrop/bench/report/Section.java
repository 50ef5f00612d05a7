package io.github.lanedrop.bench.report;

import java.util.List;

/**
 * A question and its answer.
 *
 * @param title the question
 * @param text what there is to say before the pictures
 * @param figures the pictures
 * @param tables beside them
 * @param missing what to say where there is nothing else
 */
record Section(String title, String text, List<Figure> figures, List<Table> tables, String missing) {
    Section {
        figures = List.copyOf(figures);
        tables = List.copyOf(tables);
    }

    boolean isEmpty() {
        return figures.isEmpty() && tables.isEmpty();
    }
}
