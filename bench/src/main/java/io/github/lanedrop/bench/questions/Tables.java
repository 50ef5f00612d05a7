package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Table;
import java.util.List;

/** Measurements as they are. */
final class Tables {
    private Tables() {}

    /** Results as JMH has them. */
    static Table measurements(String caption, List<Result> results) {
        return new Table(
                caption,
                List.of(
                        "benchmark",
                        "setting",
                        "mode",
                        "threads",
                        "forks x iterations",
                        "score",
                        "± 99.9 %",
                        "unit",
                        "bytes a call"),
                results.stream()
                        .map(result -> List.of(
                                result.name(),
                                result.setting(),
                                result.mode(),
                                Integer.toString(result.threads()),
                                Ratios.n(result),
                                Figure.number(result.score()),
                                Figure.number(result.error()),
                                result.unit(),
                                Figure.number(result.garbage())))
                        .toList());
    }
}
