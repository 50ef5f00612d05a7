package io.github.lanedrop.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.lanedrop.bench.demo.Throughput;
import io.github.lanedrop.bench.doctor.Cpu;
import io.github.lanedrop.bench.doctor.Diagnosis;
import io.github.lanedrop.bench.doctor.Jdk;
import io.github.lanedrop.kernels.Kernels;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The doctor's words, on numbers made up. */
final class DoctorReportTest {
    private static Diagnosis diagnosis(boolean selfTest, List<String> advice) {
        var flags = new TreeMap<String, String>();
        flags.put("UseAVX", "3");
        return new Diagnosis(
                new Jdk("25.0.1+8", "a vendor", "a VM, mixed mode", List.of(), flags),
                Cpu.of(List.of("model name : a CPU", "flags : fpu avx2")),
                new Kernels.Path(true, 256, "they are preferred", false, "too narrow"),
                selfTest,
                List.of(new Diagnosis.Measurement(.1, new Throughput(65_536, .1, .2, .3))),
                advice);
    }

    @Test
    void textIsForPeople() {
        assertThat(DoctorReport.text(diagnosis(true, List.of())).lines())
                .contains(
                        "JDK        25.0.1+8, a vendor",
                        "VM         a VM, mixed mode",
                        "options    -",
                        "flags      UseAVX=3",
                        "features   avx2",
                        "path       vector, 256 bits: they are preferred",
                        "patterns   one by one: too narrow",
                        "self-test  passed",
                        "| 65,536   |  0.1 | 0.100 |          0.200 |   0.300 |            1.50 |",
                        "  - Nothing.")
                .anyMatch(line -> line.startsWith("CPU        a CPU, " + System.getProperty("os.arch")))
                .anyMatch(line -> line.contains("quick look") && line.contains("not a benchmark"))
                .anyMatch(line -> line.startsWith("  ./build bench "));
    }

    @Test
    void failureIsLoud() {
        Diagnosis ill = diagnosis(false, List.of("Do \"this\".", "Do that."));
        assertThat(DoctorReport.text(ill).lines()).contains("self-test  FAILED", "  - Do \"this\".", "  - Do that.");
        assertThat(DoctorReport.json(ill))
                .contains("\"selfTest\":false", "\"advice\":[\"Do \\\"this\\\".\",\"Do that.\"]")
                .contains("\"model\":\"a CPU\"", "\"features\":[\"avx2\"],\"unread\":null")
                .endsWith("}\n");
    }
}
