package io.github.lanedrop.bench.report;

import io.github.lanedrop.bench.data.Dataset;
import io.github.lanedrop.bench.demo.Calibration;
import io.github.lanedrop.bench.demo.Doubt;
import io.github.lanedrop.bench.demo.Epoch;
import io.github.lanedrop.bench.demo.Findings;
import io.github.lanedrop.bench.demo.MonteCarloPredictions;
import io.github.lanedrop.bench.demo.Predictions;
import io.github.lanedrop.bench.demo.Scores;
import io.github.lanedrop.bench.demo.Settings;
import io.github.lanedrop.bench.demo.Throughput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;

/** The tables and sentences that the text and the page share. */
public final class Figures {
    static final String PLAIN = "without dropout";
    static final String DROPPED = "with dropout";
    static final int ENTROPY_BINS = 12;

    private static final String NOTHING = "-";

    private Figures() {}

    static String monteCarlo(Settings settings) {
        return DROPPED + ", " + settings.passes() + " Monte-Carlo passes";
    }

    public static String fixed(double value, int digits) {
        return Double.isNaN(value) ? NOTHING : String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    static String percent(double share) {
        return Double.isNaN(share) ? NOTHING : fixed(100 * share, 1) + " %";
    }

    public static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String title(Findings findings) {
        Dataset data = findings.data();
        return data.name() + ": " + grouped(data.train().size()) + " images to learn from, "
                + grouped(data.test().size()) + " to judge by";
    }

    static String configuration(Findings findings) {
        Settings settings = findings.settings();
        Dataset data = findings.data();
        return settings.architecture(data.inputs(), data.classes().size()) + " with ReLU ("
                + grouped(findings.parameters()) + " parameters), dropout "
                + settings.rate().nominal()
                + " after each hidden layer, Adam " + settings.learningRate() + ", batches of " + settings.batch()
                + ", " + settings.epochs() + " epochs, seed " + settings.seed();
    }

    /** One sentence that says what the numbers say, whoever won. */
    static String verdict(Findings findings) {
        Scores plain = findings.plain().last().test();
        Scores dropped = findings.dropped().last().test();
        return "With dropout the test loss is " + fixed(dropped.loss(), 4) + " instead of " + fixed(plain.loss(), 4)
                + " (" + change(plain.loss(), dropped.loss()) + ") and the test accuracy "
                + percent(dropped.accuracy()) + " instead of " + percent(plain.accuracy()) + ".";
    }

    private static String change(double from, double to) {
        return String.format(Locale.ROOT, "%+.0f %%", 100 * (to / from - 1));
    }

    static Table results(Findings findings) {
        Predictions plain = findings.plain().predictions();
        Predictions dropped = findings.dropped().predictions();
        return new Table(
                "After the last epoch. Losses are mean cross-entropies in nats; train and test are measured with"
                        + " dropout off, but for the Monte-Carlo passes.",
                List.of("run", "train loss", "train accuracy", "test loss", "test accuracy", "test Brier", "test ECE"),
                List.of(
                        result(PLAIN, findings.plain().last(), plain),
                        result(DROPPED, findings.dropped().last(), dropped),
                        result(
                                monteCarlo(findings.settings()),
                                new Epoch(new Scores(Double.NaN, Double.NaN), new Scores(Double.NaN, Double.NaN)),
                                findings.monteCarlo().predictions())));
    }

    private static List<String> result(String name, Epoch last, Predictions test) {
        Calibration calibration = Calibration.of(test);
        return List.of(
                name,
                fixed(last.train().loss(), 4),
                percent(last.train().accuracy()),
                fixed(calibration.nll(), 4),
                percent(calibration.accuracy()),
                fixed(calibration.brier(), 4),
                fixed(calibration.ece(), 4));
    }

    /** Both runs side by side, in at most so many rows; the last epoch is always there. */
    static Table epochs(Findings findings, int rows) {
        List<Epoch> plain = findings.plain().epochs();
        List<Epoch> dropped = findings.dropped().epochs();
        int every = Math.max(1, Math.ceilDiv(plain.size(), rows));
        List<List<String>> lines = new ArrayList<>();
        for (int i = 0; i < plain.size(); i++) {
            if ((i + 1) % every == 0 || i == plain.size() - 1) {
                List<String> line = new ArrayList<>(List.of(Integer.toString(i + 1)));
                for (Epoch epoch : List.of(plain.get(i), dropped.get(i))) {
                    line.add(fixed(epoch.train().loss(), 4));
                    line.add(fixed(epoch.test().loss(), 4));
                    line.add(percent(epoch.train().accuracy()));
                    line.add(percent(epoch.test().accuracy()));
                }
                lines.add(line);
            }
        }
        return new Table(
                "Loss and accuracy by epoch: four columns without dropout, four with",
                List.of(
                        "epoch",
                        "without: train loss",
                        "test loss",
                        "train accuracy",
                        "test accuracy",
                        "with: train loss",
                        "test loss",
                        "train accuracy",
                        "test accuracy"),
                lines);
    }

    static Table doubts(Findings findings) {
        List<String> classes = findings.data().classes();
        return new Table(
                "The test images with the largest predictive entropy",
                List.of(
                        "test image",
                        "label",
                        "first",
                        "probability",
                        "second",
                        "probability",
                        "entropy",
                        "information"),
                findings.doubts().stream()
                        .map(doubt -> {
                            Doubt.Opinion first = doubt.classes().get(0);
                            Doubt.Opinion second = doubt.classes().get(1);
                            return List.of(
                                    Integer.toString(doubt.image()),
                                    classes.get(doubt.label()),
                                    classes.get(first.clazz()),
                                    percent(first.mean()),
                                    classes.get(second.clazz()),
                                    percent(second.mean()),
                                    fixed(doubt.entropy(), 3),
                                    fixed(doubt.information(), 3));
                        })
                        .toList());
    }

    /** One sentence on what doubt is worth. */
    static String entropies(Findings findings) {
        MonteCarloPredictions monteCarlo = findings.monteCarlo();
        Predictions predictions = monteCarlo.predictions();
        return "Mean predictive entropy of the Monte-Carlo passes: " + meanEntropy(monteCarlo, predictions::right)
                + " where they are right, "
                + meanEntropy(monteCarlo, image -> !predictions.right(image)) + " where they are wrong.";
    }

    private static String meanEntropy(MonteCarloPredictions monteCarlo, IntPredicate which) {
        double[] entropies = IntStream.range(0, monteCarlo.predictions().size())
                .filter(which)
                .mapToDouble(monteCarlo::entropy)
                .toArray();
        return fixed(Mean.of(entropies).getAsDouble(), 4) + " nats (" + grouped(entropies.length) + " images)";
    }

    static Table reliability(Findings findings) {
        List<List<String>> lines = new ArrayList<>();
        List<Calibration> runs = calibrations(findings);
        for (int bin = 0; bin < Calibration.BINS; bin++) {
            List<String> line = new ArrayList<>();
            line.add(percent((double) bin / Calibration.BINS) + " to " + percent((bin + 1.0) / Calibration.BINS));
            for (Calibration run : runs) {
                line.add(grouped(run.bins().get(bin).count()));
                line.add(percent(run.bins().get(bin).confidence()));
                line.add(percent(run.bins().get(bin).accuracy()));
            }
            lines.add(line);
        }
        return new Table(
                "Images, mean confidence and accuracy by confidence: three columns without dropout, three with, three"
                        + " Monte Carlo",
                List.of(
                        "confidence",
                        "without: images",
                        "confidence",
                        "accuracy",
                        "with: images",
                        "confidence",
                        "accuracy",
                        "Monte Carlo: images",
                        "confidence",
                        "accuracy"),
                lines);
    }

    /** Without dropout, with it, and the Monte-Carlo passes. */
    static List<Calibration> calibrations(Findings findings) {
        return List.of(
                Calibration.of(findings.plain().predictions()),
                Calibration.of(findings.dropped().predictions()),
                Calibration.of(findings.monteCarlo().predictions()));
    }

    /** Images in each of {@link #ENTROPY_BINS} equal parts of 0 to ln classes. */
    static int[] entropyHistogram(MonteCarloPredictions monteCarlo, boolean right) {
        Predictions predictions = monteCarlo.predictions();
        double width = Math.log(predictions.classes()) / ENTROPY_BINS;
        int[] counts = new int[ENTROPY_BINS];
        for (int image = 0; image < predictions.size(); image++) {
            if (predictions.right(image) == right) {
                counts[Math.clamp((long) (monteCarlo.entropy(image) / width), 0, ENTROPY_BINS - 1)]++;
            }
        }
        return counts;
    }

    /** The parts' names: where each begins and ends. */
    static List<String> entropyBins(int classes) {
        double width = Math.log(classes) / ENTROPY_BINS;
        return IntStream.range(0, ENTROPY_BINS)
                .mapToObj(bin -> fixed(bin * width, 2) + " to " + fixed((bin + 1) * width, 2))
                .toList();
    }

    static Table entropyTable(Findings findings) {
        MonteCarloPredictions monteCarlo = findings.monteCarlo();
        List<String> bins = entropyBins(monteCarlo.predictions().classes());
        int[] right = entropyHistogram(monteCarlo, true);
        int[] wrong = entropyHistogram(monteCarlo, false);
        return new Table(
                "Images by predictive entropy",
                List.of("entropy in nats", "right", "wrong"),
                IntStream.range(0, bins.size())
                        .mapToObj(bin -> List.of(bins.get(bin), grouped(right[bin]), grouped(wrong[bin])))
                        .toList());
    }

    static Table throughput(List<Throughput> lines) {
        return new Table(
                "Nanoseconds an element, one thread, 32-bit floats",
                List.of("elements", "copy", "copy and scale", "dropout"),
                lines.stream()
                        .map(line -> List.of(
                                grouped(line.elements()),
                                fixed(line.copy(), 3),
                                fixed(line.scale(), 3),
                                fixed(line.dropout(), 3)))
                        .toList());
    }

    /** Mean and standard deviation over runs that differ in the seed alone. */
    static Table repeats(List<Findings> repeats) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(repeated(PLAIN, repeats.stream().map(Findings::plain).toList()));
        lines.add(repeated(DROPPED, repeats.stream().map(Findings::dropped).toList()));
        List<Calibration> monteCarlo = repeats.stream()
                .map(findings -> Calibration.of(findings.monteCarlo().predictions()))
                .toList();
        lines.add(List.of(
                monteCarlo(repeats.getFirst().settings()),
                NOTHING,
                NOTHING,
                spread(monteCarlo.stream().mapToDouble(Calibration::nll).toArray(), 4, 1),
                spread(monteCarlo.stream().mapToDouble(Calibration::accuracy).toArray(), 2, 100)));
        return new Table(
                "Mean and standard deviation over " + repeats.size() + " seeds",
                List.of("run", "train loss", "train accuracy %", "test loss", "test accuracy %"),
                lines);
    }

    private static List<String> repeated(String name, List<Findings.Run> runs) {
        List<Scores> train = runs.stream().map(run -> run.last().train()).toList();
        List<Scores> test = runs.stream().map(run -> run.last().test()).toList();
        return List.of(
                name,
                spread(train.stream().mapToDouble(Scores::loss).toArray(), 4, 1),
                spread(train.stream().mapToDouble(Scores::accuracy).toArray(), 2, 100),
                spread(test.stream().mapToDouble(Scores::loss).toArray(), 4, 1),
                spread(test.stream().mapToDouble(Scores::accuracy).toArray(), 2, 100));
    }

    private static String spread(double[] values, int digits, double factor) {
        return fixed(factor * Mean.of(values).getAsDouble(), digits) + " +- "
                + fixed(factor * StandardDeviation.of(values).getAsDouble(), digits);
    }
}
