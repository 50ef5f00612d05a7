package io.github.lanedrop.bench.report;

import io.github.lanedrop.bench.demo.CopyAndScale;
import io.github.lanedrop.bench.demo.Throughput;
import io.github.lanedrop.bench.doctor.Cpu;
import io.github.lanedrop.bench.doctor.Diagnosis;
import io.github.lanedrop.bench.doctor.Jdk;
import io.github.lanedrop.kernels.Kernels;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A diagnosis as text and as JSON, both with the same content. */
public final class DoctorReport {
    private static final String NOTE = "A quick look inside one process, a fraction of a second a number, whatever else"
            + " the machine is doing; not a benchmark";
    private static final String BENCHMARK = "./build bench 'DropoutBench.(copyAndScale|forward)'";
    private static final String NOTHING = "-";

    private DoctorReport() {}

    /**
     * For people.
     *
     * @param diagnosis what was found
     * @return lines
     */
    public static String text(Diagnosis diagnosis) {
        Jdk jdk = diagnosis.jdk();
        Cpu cpu = diagnosis.cpu();
        Kernels.Path path = diagnosis.path();
        StringBuilder text = new StringBuilder();
        line(text, "JDK", jdk.version() + ", " + jdk.vendor());
        line(text, "VM", jdk.vm());
        line(text, "options", orNothing(jdk.options()));
        line(
                text,
                "flags",
                jdk.flags().entrySet().stream()
                        .map(Map.Entry::toString)
                        .collect(Collectors.collectingAndThen(Collectors.toList(), DoctorReport::orNothing)));
        line(
                text,
                "CPU",
                cpu.model().map(name -> name + ", ").orElse("") + cpu.architecture() + ", " + cpu.processors()
                        + (cpu.processors() == 1 ? " processor" : " processors"));
        line(text, "features", cpu.features().map(DoctorReport::orNothing).orElse("?"));
        cpu.unread().ifPresent(unread -> line(text, "unread", unread));
        line(text, "path", (path.vector() ? "vector, " + path.vectorBits() + " bits: " : "scalar: ") + path.reason());
        line(text, "patterns", (path.permutes() ? "64 at a time: " : "one by one: ") + path.permutesReason());
        line(text, "self-test", diagnosis.selfTest() ? "passed" : "FAILED");
        text.append('\n').append(measurements(diagnosis).caption()).append("\n\n");
        text.append(measurements(diagnosis).markdown());
        text.append('\n')
                .append(NOTE)
                .append(". For a benchmark:\n  ")
                .append(BENCHMARK)
                .append("\n\nWhat to do:\n");
        List<String> advice = diagnosis.advice().isEmpty() ? List.of("Nothing.") : diagnosis.advice();
        advice.forEach(sentence -> text.append("  - ").append(sentence).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-10s %s%n", name, value));
    }

    private static String orNothing(List<String> words) {
        return words.isEmpty() ? NOTHING : String.join(" ", words);
    }

    private static Table measurements(Diagnosis diagnosis) {
        return new Table(
                "Nanoseconds an element, one thread, 32-bit floats",
                List.of("elements", "rate", "copy", scaleLoop(), "dropout", "dropout / scale"),
                diagnosis.measurements().stream()
                        .map(measurement -> {
                            Throughput throughput = measurement.throughput();
                            return List.of(
                                    Figures.grouped(throughput.elements()),
                                    Figures.fixed(measurement.rate(), 1),
                                    Figures.fixed(throughput.copy(), 3),
                                    Figures.fixed(throughput.scale(), 3),
                                    Figures.fixed(throughput.dropout(), 3),
                                    Figures.fixed(throughput.ratio(), 2));
                        })
                        .toList());
    }

    private static String scaleLoop() {
        return CopyAndScale.VECTOR ? "copy and scale" : "copy and scale, plain loop";
    }

    /**
     * For programs.
     *
     * @param diagnosis what was found
     * @return one JSON object and an end of line
     */
    public static String json(Diagnosis diagnosis) {
        return Json.write(new Report(
                        diagnosis.jdk(),
                        diagnosis.cpu(),
                        diagnosis.path(),
                        diagnosis.selfTest(),
                        "nanoseconds an element",
                        CopyAndScale.VECTOR ? "vector" : "plain",
                        diagnosis.measurements().stream().map(Line::of).toList(),
                        NOTE,
                        BENCHMARK,
                        diagnosis.advice()))
                + "\n";
    }

    /** The object, field by field. */
    private record Report(
            Jdk jdk,
            Cpu cpu,
            Kernels.Path path,
            boolean selfTest,
            String unit,
            String copyAndScaleLoop,
            List<Line> measurements,
            String note,
            String benchmark,
            List<String> advice) {}

    /** A measurement, field by field. */
    private record Line(long elements, double rate, double copy, double copyAndScale, double dropout, double ratio) {
        static Line of(Diagnosis.Measurement measurement) {
            Throughput throughput = measurement.throughput();
            return new Line(
                    throughput.elements(),
                    measurement.rate(),
                    throughput.copy(),
                    throughput.scale(),
                    throughput.dropout(),
                    throughput.ratio());
        }
    }
}
