package io.github.lanedrop.bench.questions;

import io.github.lanedrop.bench.doctor.Passport;
import io.github.lanedrop.bench.report.Figure;
import io.github.lanedrop.bench.report.Figures;
import io.github.lanedrop.bench.report.Json;
import io.github.lanedrop.bench.report.Machine;
import io.github.lanedrop.bench.report.Page;
import io.github.lanedrop.bench.report.Plot;
import io.github.lanedrop.bench.report.Result;
import io.github.lanedrop.bench.report.Results;
import io.github.lanedrop.bench.report.Section;
import io.github.lanedrop.bench.start.Starts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The report of a run of the benchmarks as one HTML page that needs nothing else. It is a function of the data alone: the
 * same folder gives the same bytes again, whenever and wherever.
 */
public final class BenchPage {
    /** The page's name in a folder of results. */
    public static final String FILE = "report.html";

    private BenchPage() {}

    /**
     * Makes the page of a folder of results and puts it there.
     *
     * @param folder with {@code jmh.json} and, if there are any, {@code machine.json} and {@code start.json}
     * @return the page
     * @throws IOException if a file cannot be read or written or holds something else; the message is one line
     */
    public static Path write(Path folder) throws IOException {
        return Files.writeString(folder.resolve(FILE), of(folder));
    }

    /**
     * Makes the page of a folder of results.
     *
     * @param folder with {@code jmh.json} and, if there are any, {@code machine.json} and {@code start.json}
     * @return an HTML document
     * @throws IOException if a file cannot be read or holds something else; the message is one line
     */
    public static String of(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        Results results = Results.read(folder);
        Optional<Machine> machine =
                Files.exists(folder.resolve(Machine.FILE)) ? Optional.of(Machine.read(folder)) : Optional.empty();
        Path startFile = folder.resolve(Starts.FILE);
        Optional<Starts> starts = Files.exists(startFile)
                ? Optional.of(Json.read(startFile, Starts.class, "cold starts"))
                : Optional.empty();
        List<Download> downloads = new ArrayList<>();
        downloads.add(new Download(Results.FILE, Page.jsonInScript(results.json())));
        machine.ifPresent(from -> downloads.add(new Download(Machine.FILE, Page.jsonInScript(Json.write(from)))));
        starts.ifPresent(all -> downloads.add(new Download(Starts.FILE, Page.jsonInScript(Json.write(all)))));

        List<Section> sections = sections(new Measured(results, machine, starts));
        List<Plot> plots = sections.stream()
                .flatMap(section -> section.figures().stream())
                .map(Figure::plot)
                .toList();
        String cpu = machine.map(from -> from.passport().cpu()).orElse("a machine without a passport");
        return Page.of(
                "bench",
                "Lanedrop benchmarks: " + cpu,
                Page.jsonInScript(Json.write(plots)),
                Map.ofEntries(
                        Map.entry("cpu", cpu),
                        Map.entry("lead", lead(results, machine)),
                        Map.entry("origin", machine.map(BenchPage::origin).orElse("")),
                        Map.entry("headlines", Headline.of(results)),
                        Map.entry("sections", sections),
                        Map.entry(
                                "passport",
                                machine.map(from -> entries(from.passport())).orElse(List.of())),
                        Map.entry(
                                "measurements",
                                Tables.measurements(
                                        "Every measurement: the score is the mean, ± half its 99.9 % interval",
                                        results.all())),
                        Map.entry("command", machine.map(Machine::command).orElse("unknown")),
                        Map.entry("downloads", downloads)));
    }

    /** All sections, their pictures numbered through the page. */
    private static List<Section> sections(Measured measured) {
        List<Section> sections = new ArrayList<>();
        int pictures = 0;
        for (Section section : Family.sections(measured)) {
            sections.add(section.numbered(pictures));
            pictures += section.figures().size();
        }
        return sections;
    }

    /** A file that the page holds. */
    private record Download(String name, String json) {}

    /** A line of the passport. */
    private record Entry(String name, String value) {}

    private static String lead(Results results, Optional<Machine> machine) {
        int failures = machine.map(from -> from.failures().size()).orElse(0);
        long forks = results.all().stream().mapToLong(Result::forks).sum();
        return Figures.grouped(results.all().size()) + " measurements by JMH in " + Figures.grouped(forks)
                + " JVMs"
                + (failures == 0 ? "" : "; " + failures + (failures == 1 ? " run" : " runs") + " failed, see below")
                + ". Points are means; their whiskers are 99.9 % intervals, and without a whisker there were too few"
                + " iterations for one.";
    }

    private static String origin(Machine machine) {
        Passport passport = machine.passport();
        return "JDK " + passport.jdk() + "; " + passport.path() + "; commit " + passport.commit() + "; "
                + passport.date() + ".";
    }

    private static List<Entry> entries(Passport passport) {
        return List.of(
                new Entry("CPU", passport.cpu() + ", " + passport.architecture()),
                new Entry(
                        "Processors",
                        passport.processors() + ", sharing cores: " + passport.hyperThreads() + ", virtualised: "
                                + passport.virtualised()),
                new Entry("Features", words(passport.features(), " ")),
                new Entry("Caches", words(passport.caches(), ", ")),
                new Entry("Governor", passport.governor()),
                new Entry("Memory", passport.memory() + ", transparent huge pages: " + passport.hugePages()),
                new Entry("System", passport.kernel()),
                new Entry("JDK", passport.jdk()),
                new Entry("VM", passport.vm()),
                new Entry("JVM options", words(passport.options(), " ")),
                new Entry(
                        "JVM flags",
                        words(
                                passport.flags().entrySet().stream()
                                        .map(Map.Entry::toString)
                                        .toList(),
                                " ")),
                new Entry("Kernels", passport.path()),
                new Entry("Commit", passport.commit()),
                new Entry("Date", passport.date()));
    }

    private static String words(List<String> words, String between) {
        return words.isEmpty() ? "-" : String.join(between, words);
    }
}
