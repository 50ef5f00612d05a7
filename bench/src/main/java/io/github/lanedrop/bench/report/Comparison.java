package io.github.lanedrop.bench.report;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * Two runs side by side.
 *
 * <p>A difference is one where the 99.9 % intervals of the two means part, so that they have no point in common, and the
 * means differ by more than 5 % of the first. All else is {@link Verdict#NO_DIFFERENCE no difference shown}, which does not
 * say that there is none.
 */
public final class Comparison {
    private static final BigDecimal THRESHOLD = new BigDecimal("0.05");
    private static final int NAMED = 5;

    private final List<Row> rows;
    private final List<Result> onlyA;
    private final List<Result> onlyB;
    private final List<String> warnings;

    /** What two measurements of the same thing say. */
    enum Verdict {
        REGRESSION("regression"),
        IMPROVEMENT("improvement"),
        NO_DIFFERENCE("no difference shown"),
        NO_INTERVAL("no interval"),
        OTHER_UNIT("units differ");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }
    }

    /**
     * A benchmark that is in both.
     *
     * @param a the first
     * @param b the second
     */
    record Row(Result a, Result b) {
        Verdict verdict() {
            if (!a.unit().equals(b.unit())) {
                return Verdict.OTHER_UNIT;
            }
            if (!Double.isFinite(a.low())
                    || !Double.isFinite(a.high())
                    || !Double.isFinite(b.low())
                    || !Double.isFinite(b.high())) {
                return Verdict.NO_INTERVAL;
            }
            boolean above = b.low() > a.high();
            boolean below = b.high() < a.low();
            if (!(above || below) || !isLarge(a.score(), b.score())) {
                return Verdict.NO_DIFFERENCE;
            }
            return above == a.lowerIsBetter() ? Verdict.REGRESSION : Verdict.IMPROVEMENT;
        }

        /** Exact in the decimals of the file, so that 1.05 is 5 % above 1 and not more. */
        private static boolean isLarge(double a, double b) {
            if (!Double.isFinite(a) || !Double.isFinite(b)) {
                return false;
            }
            BigDecimal first = BigDecimal.valueOf(a);
            return BigDecimal.valueOf(b)
                            .subtract(first)
                            .abs()
                            .compareTo(first.abs().multiply(THRESHOLD))
                    > 0;
        }
    }

    private Comparison(List<Row> rows, List<Result> onlyA, List<Result> onlyB, List<String> warnings) {
        this.rows = List.copyOf(rows);
        this.onlyA = List.copyOf(onlyA);
        this.onlyB = List.copyOf(onlyB);
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Compares two runs.
     *
     * @param a JMH's JSON, or a folder with {@code jmh.json}
     * @param b the same of another run
     * @return the comparison
     * @throws IOException if a file cannot be read or is not JMH's JSON; the message is one line
     */
    public static Comparison of(Path a, Path b) throws IOException {
        return of(Results.read(a), Results.read(b), machine(a), machine(b));
    }

    /** The passport beside the measurements, if there is one. */
    private static Optional<Machine> machine(Path path) throws IOException {
        Path folder = Files.isDirectory(path) ? path : path.resolveSibling("");
        return Files.exists(folder.resolve(Machine.FILE)) ? Optional.of(Machine.read(folder)) : Optional.empty();
    }

    static Comparison of(Results a, Results b, Optional<Machine> machineA, Optional<Machine> machineB) {
        SequencedMap<String, Result> second = new LinkedHashMap<>();
        b.all().forEach(result -> second.put(result.identity(), result));
        List<Row> rows = new ArrayList<>();
        List<Result> onlyA = new ArrayList<>();
        for (Result result : a.all()) {
            Result other = second.remove(result.identity());
            if (other == null) {
                onlyA.add(result);
            } else {
                rows.add(new Row(result, other));
            }
        }
        return new Comparison(rows, onlyA, List.copyOf(second.values()), warnings(machineA, machineB));
    }

    private static List<String> warnings(Optional<Machine> a, Optional<Machine> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return List.of("It is unknown whether both ran on the same machine: "
                    + (a.isEmpty() && b.isEmpty() ? "neither has" : a.isEmpty() ? "A has no" : "B has no") + " "
                    + Machine.FILE + ".");
        }
        SequencedMap<String, String> first = traits(a.get());
        SequencedMap<String, String> second = traits(b.get());
        List<String> warnings = new ArrayList<>();
        for (Map.Entry<String, String> trait : first.entrySet()) {
            String other = second.getOrDefault(trait.getKey(), "");
            if (!trait.getValue().equals(other)) {
                warnings.add("Different " + trait.getKey() + ": A has " + trait.getValue() + ", B has " + other + ".");
            }
        }
        return warnings;
    }

    /** What changes times besides the code. */
    private static SequencedMap<String, String> traits(Machine machine) {
        var passport = machine.passport();
        SequencedMap<String, String> traits = new LinkedHashMap<>();
        traits.put("machines", passport.cpu() + " with " + passport.processors() + " processors");
        traits.put("caches", String.join(", ", passport.caches()));
        traits.put("memory", passport.memory());
        traits.put("governors", passport.governor());
        traits.put("systems", passport.kernel());
        traits.put("JDKs", passport.jdk());
        traits.put("paths", passport.path());
        return traits;
    }

    List<Row> rows() {
        return rows;
    }

    /**
     * Whether anything got slower.
     *
     * @return true if any verdict is a regression
     */
    public boolean hasRegression() {
        return count(Verdict.REGRESSION) > 0;
    }

    private long count(Verdict verdict) {
        return rows.stream().filter(row -> row.verdict() == verdict).count();
    }

    /** Scores with half their intervals. */
    Table table() {
        return new Table(
                "B / A; ± is half the 99.9 % interval",
                List.of("benchmark", "A", "±", "B", "±", "unit", "B / A", ""),
                rows.stream().map(Comparison::cells).toList());
    }

    private static List<String> cells(Row row) {
        Result a = row.a();
        Result b = row.b();
        boolean comparable = a.unit().equals(b.unit());
        return List.of(
                name(a),
                Figure.number(a.score()),
                Figure.number(a.error()),
                Figure.number(b.score()),
                Figure.number(b.error()),
                comparable ? a.unit() : a.unit() + ", " + b.unit(),
                comparable ? Figures.fixed(b.score() / a.score(), 3) : "-",
                row.verdict().words);
    }

    private static String name(Result result) {
        return result.name()
                + (result.setting().isEmpty() ? "" : " (" + result.setting() + ")")
                + (result.mode().equals(Result.AVERAGE) ? "" : ", " + result.mode())
                + (result.threads() == 1 ? "" : ", " + result.threads() + " threads");
    }

    /**
     * All of it in words.
     *
     * @return lines; the table is Markdown
     */
    public String text() {
        StringBuilder text = new StringBuilder();
        warnings.forEach(warning -> text.append(warning).append('\n'));
        if (!warnings.isEmpty()) {
            text.append('\n');
        }
        if (rows.isEmpty()) {
            text.append("No benchmark is in both.\n");
        } else {
            text.append(table().markdown())
                    .append('\n')
                    .append(table().caption())
                    .append(".\n");
            text.append(count(Verdict.REGRESSION))
                    .append(count(Verdict.REGRESSION) == 1 ? " regression, " : " regressions, ")
                    .append(count(Verdict.IMPROVEMENT))
                    .append(count(Verdict.IMPROVEMENT) == 1 ? " improvement, " : " improvements, ")
                    .append(count(Verdict.NO_DIFFERENCE))
                    .append(" without a difference shown");
            long rest = count(Verdict.NO_INTERVAL) + count(Verdict.OTHER_UNIT);
            text.append(rest == 0 ? "" : ", " + rest + " that cannot be compared")
                    .append(".\n");
        }
        only(text, "A", onlyA);
        only(text, "B", onlyB);
        return text.toString();
    }

    private static void only(StringBuilder text, String which, List<Result> results) {
        if (!results.isEmpty()) {
            text.append("Only in ")
                    .append(which)
                    .append(": ")
                    .append(results.stream().limit(NAMED).map(Comparison::name).collect(Collectors.joining("; ")))
                    .append(results.size() > NAMED ? "; and " + (results.size() - NAMED) + " more" : "")
                    .append(".\n");
        }
    }
}
