package io.github.lanedrop.bench.questions;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.bench.report.Plot;
import io.github.lanedrop.bench.start.Start;
import io.github.lanedrop.bench.start.Starts;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is shown of cold starts. */
final class StartFiguresTest {
    private static Start start(double first, List<Long> calls, List<Double> nanos) {
        return new Start(50, 2, first, calls, nanos, 100, 3, nanos.getLast());
    }

    private static final Starts.Variant VARIANT = new Starts.Variant(
            "aot",
            List.of("-XX:AOTCache=/home/somebody/service.aot", "-Dpassword=secret"),
            true,
            768,
            List.of(
                    start(1000, List.of(1L, 4L, 60L), List.of(1000., 300., 10.)),
                    start(3000, List.of(1L, 9L, 21L), List.of(3000., 200., 30.)),
                    start(2000, List.of(1L, 5L, 90L), List.of(2000., 100., 20.))));

    @Test
    void curveIsTheMedianAsFarAsAllWent() {
        List<Plot.Point> curve = StartFigures.curve(VARIANT);
        assertThat(curve.stream().map(Plot.Point::label)).containsExactly("1", "2", "5", "10", "20");
        assertThat(curve.stream().map(Plot.Point::value)).containsExactly(2000., 200., 100., 20., 20.);
        assertThat(curve.stream().map(Plot.Point::low)).containsExactly(1000., 100., 10., 10., 10.);
        assertThat(curve.stream().map(Plot.Point::high)).containsExactly(3000., 300., 200., 30., 30.);
        assertThat(curve.getFirst().n()).isEqualTo("3");
    }

    @Test
    void tableHasMediansAndNoFolders() {
        assertThat(StartFigures.table(768, List.of(VARIANT)).rows())
                .containsExactly(List.of(
                        "aot",
                        "-XX:AOTCache=…/service.aot",
                        "3",
                        "50.00\n[50.00 to 50.00]",
                        "2.000\n[2.000 to 2.000]",
                        "2.000\n[1.000 to 3.000]",
                        "100.0\n[100.0 to 100.0]",
                        "3.000\n[3.000 to 3.000]",
                        "20.00\n[10.00 to 30.00]"));
    }

    @Test
    void nothingIsNoReasonToFail() {
        Starts.Variant none = new Starts.Variant("none", List.of(), false, 8, List.of());
        assertThat(StartFigures.curve(none)).isEmpty();
        assertThat(StartFigures.table(8, List.of(none)).rows().getFirst())
                .containsExactly("none", "-", "0", "-", "-", "-", "-", "-", "-");
    }
}
