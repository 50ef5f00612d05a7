package io.github.lanedrop.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** JMH's JSON, made up or from a run of this project. */
public final class JmhJson {
    public static final ObjectMapper MAPPER = new ObjectMapper();

    private final ArrayNode results = MAPPER.createArrayNode();

    /** A folder of results as the benchmarks write it. */
    public static Path sample() {
        try {
            return Path.of(Objects.requireNonNull(JmhJson.class.getResource("/bench-results"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Adds an average time in nanoseconds, measured in one fork of two iterations. */
    public ObjectNode add(String benchmark, Map<String, String> params, double score, double low, double high) {
        ObjectNode result = results.addObject();
        result.put("benchmark", benchmark).put("mode", "avgt").put("threads", 1).put("forks", 1);
        result.putArray("jvmArgs");
        params.forEach(result.putObject("params")::put);
        ObjectNode metric = result.putObject("primaryMetric");
        number(metric, "score", score);
        number(metric, "scoreError", (high - low) / 2);
        metric.putArray("scoreConfidence").add(text(low)).add(text(high));
        metric.putObject("scorePercentiles").put("50.0", score).put("99.0", 2 * score);
        metric.put("scoreUnit", "ns/op");
        metric.putArray("rawData").addArray().add(low).add(high);
        result.putObject("secondaryMetrics");
        return result;
    }

    private static JsonNode text(double number) {
        return Double.isFinite(number)
                ? MAPPER.getNodeFactory().numberNode(number)
                : MAPPER.getNodeFactory().textNode(Double.toString(number));
    }

    private static void number(ObjectNode parent, String name, double value) {
        parent.set(name, text(value));
    }

    /** Gives the last one an option. */
    public JmhJson option(String option) {
        ((ArrayNode) results.get(results.size() - 1).get("jvmArgs")).add(option);
        return this;
    }

    @Override
    public String toString() {
        return results.toPrettyString();
    }

    /** Writes jmh.json into a folder. */
    public Path write(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("jmh.json"), toString());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Results read(Path folder) throws IOException {
        return Results.read(write(folder));
    }
}
