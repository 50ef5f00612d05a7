package io.github.lanedrop.bench.report;

import io.github.lanedrop.bench.demo.Calibration;
import io.github.lanedrop.bench.demo.Doubt;
import io.github.lanedrop.bench.demo.Findings;
import io.github.lanedrop.bench.demo.Throughput;
import io.github.lanedrop.kernels.Kernels;
import java.util.List;
import java.util.Map;

/**
 * The findings as one HTML page that needs nothing else: charts, their scripts and the images are inside, and its content
 * security policy forbids it to load anything.
 */
public final class DemoPage {
    private static final int OPINIONS = 4;

    private DemoPage() {}

    /**
     * Writes the page.
     *
     * @param findings what was found out
     * @param throughput a quick look at the kernel's speed
     * @param command what to type to get the same again
     * @param seconds what the training and the passes took
     * @return an HTML document
     */
    public static String of(Findings findings, List<Throughput> throughput, String command, double seconds) {
        Kernels.Path path = Kernels.describe();
        return Page.of(
                "demo",
                "Lanedrop demo: " + Figures.title(findings),
                ChartData.json(findings, throughput),
                Map.ofEntries(
                        Map.entry("title", Figures.title(findings)),
                        Map.entry("configuration", Figures.configuration(findings)),
                        Map.entry("source", findings.data().source()),
                        Map.entry("verdict", Figures.verdict(findings)),
                        Map.entry("entropies", Figures.entropies(findings)),
                        Map.entry("tiles", tiles(findings)),
                        Map.entry("results", Figures.results(findings)),
                        Map.entry(
                                "learning",
                                List.of(
                                        new Chart(
                                                "loss",
                                                "Loss by epoch",
                                                "Full lines are the test images, dashed ones the training images, both with"
                                                        + " dropout off. The axis ends where the first epochs would flatten the"
                                                        + " rest; the table has every number."),
                                        new Chart(
                                                "accuracy",
                                                "Accuracy by epoch",
                                                "Where the dashed line leaves the full one behind, the network learns its"
                                                        + " images by heart."))),
                        Map.entry("epochs", Figures.epochs(findings, Integer.MAX_VALUE)),
                        Map.entry("reliability", Figures.reliability(findings)),
                        Map.entry("entropy", Figures.entropyTable(findings)),
                        Map.entry(
                                "doubts",
                                findings.doubts().stream()
                                        .map(doubt -> card(findings, doubt))
                                        .toList()),
                        Map.entry("passes", findings.settings().passes()),
                        Map.entry("throughput", Figures.throughput(throughput)),
                        Map.entry("path", path.vector() ? path.vectorBits() + "-bit vectors" : "scalar code"),
                        Map.entry("java", Runtime.version().toString()),
                        Map.entry("command", command),
                        Map.entry("seconds", Figures.fixed(seconds, 1))));
    }

    /** A canvas and what to say of it. */
    private record Chart(String id, String title, String note) {}

    /** A number at the top. */
    private record Tile(String style, String name, String loss, String accuracy, String ece) {}

    /** A doubtful image. */
    private record Card(
            String png,
            int image,
            String label,
            String verdict,
            boolean wrong,
            String entropy,
            String information,
            List<Bar> bars) {}

    /** What the passes say of a class, in percent. */
    private record Bar(String name, String text, String mean, String low, String spread, boolean label) {}

    private static List<Tile> tiles(Findings findings) {
        List<Calibration> calibrations = Figures.calibrations(findings);
        return List.of(
                tile("plain", "Without dropout", calibrations.get(0)),
                tile("dropped", "With dropout", calibrations.get(1)),
                tile("mc", findings.settings().passes() + " Monte-Carlo passes", calibrations.get(2)));
    }

    private static Tile tile(String style, String name, Calibration test) {
        return new Tile(
                style,
                name,
                Figures.fixed(test.nll(), 4),
                Figures.percent(test.accuracy()),
                Figures.fixed(test.ece(), 4));
    }

    private static Card card(Findings findings, Doubt doubt) {
        List<String> classes = findings.data().classes();
        Doubt.Opinion first = doubt.classes().getFirst();
        boolean wrong = first.clazz() != doubt.label();
        return new Card(
                Png.dataUri(findings.data().test(), doubt.image()),
                doubt.image(),
                classes.get(doubt.label()),
                "said " + classes.get(first.clazz()) + (wrong ? ": wrong" : ": right"),
                wrong,
                Figures.fixed(doubt.entropy(), 2),
                Figures.fixed(doubt.information(), 2),
                doubt.classes().stream()
                        .limit(OPINIONS)
                        .map(opinion -> new Bar(
                                classes.get(opinion.clazz()),
                                Figures.percent(opinion.mean()),
                                Figures.fixed(100 * opinion.mean(), 1),
                                Figures.fixed(100 * opinion.low(), 1),
                                Figures.fixed(100 * (opinion.high() - opinion.low()), 1),
                                opinion.clazz() == doubt.label()))
                        .toList());
    }
}
