package io.github.lanedrop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.github.lanedrop.ChildJvm;
import io.github.lanedrop.bench.report.JmhJson;
import io.github.lanedrop.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor, in this process and in one without the vector module; too short a look for its numbers to mean much. */
final class DoctorCommandTest {
    private static final String[] COMMAND = {"doctor", "--json", "--millis", "1"};
    private static final ObjectReader JSON =
            JmhJson.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Test
    void jsonHoldsWhatWasFound() throws IOException {
        Cli cli = Cli.run(COMMAND);
        assertThat(cli.code()).isZero();
        assertThat(cli.err()).isEmpty();
        JsonNode found = JSON.readTree(cli.out());
        assertThat(found.fieldNames())
                .toIterable()
                .containsExactly(
                        "jdk",
                        "cpu",
                        "path",
                        "selfTest",
                        "unit",
                        "copyAndScaleLoop",
                        "measurements",
                        "note",
                        "benchmark",
                        "advice");
        assertThat(found.get("selfTest").booleanValue()).isTrue();
        assertThat(found.get("unit").textValue()).isEqualTo("nanoseconds an element");
        Kernels.Path path = Kernels.describe();
        assertThat(found.get("path"))
                .isEqualTo(JmhJson.MAPPER
                        .createObjectNode()
                        .put("vector", path.vector())
                        .put("vectorBits", path.vectorBits())
                        .put("reason", path.reason())
                        .put("permutes", path.permutes())
                        .put("permutesReason", path.permutesReason()));
        JsonNode jdk = found.get("jdk");
        assertThat(jdk.fieldNames()).toIterable().containsExactly("version", "vendor", "vm", "options", "flags");
        assertThat(jdk.get("version").textValue()).isEqualTo(Runtime.version().toString());
        assertThat(jdk.get("flags").isObject()).isTrue();
        JsonNode cpu = found.get("cpu");
        assertThat(cpu.fieldNames())
                .toIterable()
                .containsExactly("model", "architecture", "processors", "features", "unread");
        assertThat(cpu.get("architecture").textValue()).isEqualTo(System.getProperty("os.arch"));
        assertMeasured(found);
    }

    private static void assertMeasured(JsonNode found) {
        JsonNode measurements = found.get("measurements");
        assertThat(measurements).hasSizeBetween(2, 8); // a slow machine leaves out the larger sizes
        assertThat(measurements.findValues("rate"))
                .extracting(JsonNode::doubleValue)
                .contains(.1, .5);
        for (JsonNode measurement : measurements) {
            assertThat(measurement.get("elements").intValue()).isIn(4096, 65_536, 1_048_576, 16_777_216);
            double scale = measurement.get("copyAndScale").doubleValue();
            double dropout = measurement.get("dropout").doubleValue();
            assertThat(measurement.get("copy").doubleValue()).isPositive();
            assertThat(scale).isPositive();
            assertThat(dropout).isPositive();
            assertThat(measurement.get("ratio").doubleValue()).isEqualTo(dropout / scale);
        }
    }

    /** To find this out is what the doctor is for. */
    @Test
    void withoutTheVectorModuleItSaysWhichFlagIsMissing(@TempDir Path folder) throws IOException {
        ChildJvm child = doctor(folder);
        assertThat(child.exit()).as(child.err()).isZero();
        JsonNode found = JSON.readTree(child.out());
        assertThat(found.get("copyAndScaleLoop").textValue()).isEqualTo("plain");
        assertThat(found.get("selfTest").booleanValue()).isTrue();
        assertThat(found.at("/path/vector").booleanValue()).isFalse();
        assertThat(found.get("advice"))
                .extracting(JsonNode::textValue)
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
        JsonNode found = JSON.readTree(child.out());
        assertThat(found.at("/path/vector").booleanValue()).isFalse();
        String reason = found.at("/path/reason").textValue();
        assertThat(reason).contains("without C2");
        assertThat(found.get("advice")).extracting(JsonNode::textValue).anyMatch(advice -> advice.contains(reason));
    }

    private static ChildJvm doctor(Path folder, String... flags) {
        return ChildJvm.run(folder, List.of(flags), System.getProperty("java.class.path"), Lanedrop.class, COMMAND);
    }
}
