package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.lanedrop.ChildJvm;
import io.github.lanedrop.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor, in this process and in one without the vector module. */
final class DoctorCommandTest {
    @Test
    void jsonHoldsWhatWasFound() throws IOException {
        Cli cli = Cli.run("doctor", "--json");
        assertThat(cli.code()).isZero();
        assertThat(cli.err()).isEmpty();
        Map<String, Object> found = parse(cli.out());
        assertThat(found)
                .containsOnlyKeys(
                        "jdk",
                        "cpu",
                        "path",
                        "selfTest",
                        "unit",
                        "copyAndScaleLoop",
                        "measurements",
                        "note",
                        "benchmark",
                        "advice")
                .containsEntry("selfTest", true)
                .containsEntry("unit", "nanoseconds an element");
        Kernels.Path path = Kernels.describe();
        assertThat(found.get("path"))
                .isEqualTo(Map.of(
                        "vector", path.vector(),
                        "vectorBits", (double) path.vectorBits(),
                        "reason", path.reason(),
                        "permutes", path.permutes(),
                        "permutesReason", path.permutesReason()));
        assertThat(object(found, "jdk"))
                .containsOnlyKeys("version", "vendor", "vm", "options", "flags")
                .containsEntry("version", Runtime.version().toString());
        assertThat(object(found, "cpu"))
                .containsOnlyKeys("model", "architecture", "processors", "features", "unread")
                .containsEntry("architecture", System.getProperty("os.arch"));
        assertMeasured(found);
    }

    private static void assertMeasured(Map<String, Object> found) {
        List<Object> measurements = list(found, "measurements");
        assertThat(measurements).hasSizeBetween(2, 8); // a slow machine leaves out the larger sizes
        assertThat(measurements.stream().mapToDouble(one -> number((Map<?, ?>) one, "rate")))
                .contains(.1, .5);
        for (Object one : measurements) {
            Map<Object, Object> measurement = new LinkedHashMap<>((Map<?, ?>) one);
            assertThat(measurement.get("elements")).isIn(4096.0, 65536.0, 1048576.0, 16777216.0);
            double scale = number(measurement, "copyAndScale");
            double dropout = number(measurement, "dropout");
            assertThat(number(measurement, "copy")).isPositive();
            assertThat(scale).isPositive();
            assertThat(dropout).isPositive();
            assertThat(number(measurement, "ratio")).isEqualTo(dropout / scale);
        }
    }

    /** To find this out is what the doctor is for. */
    @Test
    void withoutTheVectorModuleItSaysWhichFlagIsMissing(@TempDir Path folder) throws IOException {
        ChildJvm child = doctor(folder);
        assertThat(child.exit()).as(child.err()).isZero();
        Map<String, Object> found = parse(child.out());
        assertThat(found).containsEntry("copyAndScaleLoop", "plain").containsEntry("selfTest", true);
        assertThat(object(found, "path")).containsEntry("vector", false);
        assertThat(list(found, "advice").stream().map(Object::toString))
                .anyMatch(advice -> advice.contains("--add-modules jdk.incubator.vector"));
        assertMeasured(found);
    }

    /** Without a compiler there is nothing to wait for, and the larger sizes are left out. */
    @Test
    void scalarForAReasonIsHealthy(@TempDir Path folder) throws IOException {
        String option = "-Xint";
        ChildJvm child = doctor(folder, "--add-modules", "jdk.incubator.vector", option, "-Dpassword=secret");
        assertThat(child.exit()).as(child.err()).isZero();
        assertThat(child.out()).contains(option).doesNotContain("secret");
        Map<String, Object> found = parse(child.out());
        Map<Object, Object> path = object(found, "path");
        assertThat(path.get("vector")).isEqualTo(false);
        assertThat(list(found, "advice").stream().map(Object::toString))
                .anyMatch(advice -> advice.contains(Objects.toString(path.get("reason"))));
    }

    private static ChildJvm doctor(Path folder, String... flags) {
        return ChildJvm.run(
                folder, List.of(flags), System.getProperty("java.class.path"), Lanedrop.class, "doctor", "--json");
    }

    private static Map<Object, Object> object(Map<?, ?> parent, String name) {
        return new LinkedHashMap<>((Map<?, ?>) Objects.requireNonNull(parent.get(name), name));
    }

    private static List<Object> list(Map<?, ?> parent, String name) {
        return new ArrayList<>((List<?>) Objects.requireNonNull(parent.get(name), name));
    }

    private static double number(Map<?, ?> parent, String name) {
        return (Double) Objects.requireNonNull(parent.get(name), name);
    }
    /** Objects as maps, arrays as lists, numbers as doubles. */
    private static Map<String, Object> parse(String text) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(text)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            Map<String, Object> parsed = fields(json);
            assertThat(json.nextToken()).as("after the object").isNull();
            return parsed;
        }
    }

    private static Map<String, Object> fields(JsonParser json) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            fields.put(name, value(json));
        }
        return fields;
    }

    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> fields(json);
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(json));
                }
                yield items;
            }
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_NULL -> "null";
            default -> json.getText();
        };
    }
}
