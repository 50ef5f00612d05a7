package io.github.lanedrop.bench.questions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The published reports are what their data say: {@code ./build run report bench/reports/NAME} makes them again. */
final class ReportsTest {
    private static final Path REPORTS = Path.of("../bench/reports");

    @TestFactory
    Stream<DynamicTest> everyReportIsThatOfItsData() throws IOException {
        return folders().stream()
                .map(folder -> dynamicTest(folder.getFileName().toString(), () -> {
                    assertThat(Files.readString(folder.resolve("report.html"))).isEqualTo(BenchPage.of(folder));
                    for (String file : List.of("jmh.json", "machine.json", "start.json")) {
                        assertThat(folder.resolve(file)).exists();
                    }
                }));
    }

    private static List<Path> folders() throws IOException {
        if (!Files.isDirectory(REPORTS)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(REPORTS)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        }
    }
}
