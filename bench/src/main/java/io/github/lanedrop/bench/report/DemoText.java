package io.github.lanedrop.bench.report;

import io.github.lanedrop.bench.demo.Findings;
import java.util.List;

/** The findings as Markdown, without anything that changes from run to run. */
public final class DemoText {
    private static final int EPOCH_ROWS = 10;

    private DemoText() {}

    /**
     * Says what was found out.
     *
     * @param findings what was found out
     * @return lines of ASCII text
     */
    public static String of(Findings findings) {
        return "# " + Figures.title(findings) + "\n\n" + Figures.configuration(findings) + "\n\n"
                + section(Figures.epochs(findings, EPOCH_ROWS)) + "\n" + section(Figures.results(findings)) + "\n"
                + Figures.verdict(findings) + "\n" + Figures.entropies(findings) + "\n\n"
                + section(Figures.doubts(findings));
    }

    /**
     * Says what several runs have in common.
     *
     * @param repeats runs that differ in the seed alone, at least one
     * @return lines of ASCII text
     */
    public static String ofRepeats(List<Findings> repeats) {
        return section(Figures.repeats(repeats));
    }

    private static String section(Table table) {
        return table.caption() + "\n\n" + table.markdown();
    }
}
