package io.github.lanedrop.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lanedrop.bench.doctor.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The measurements of a run, read from JMH's JSON.
 *
 * @param all in the file's order; of measurements of the same thing the last
 * @param json the same as JSON, as short as it gets, without names of folders
 */
public record Results(List<Result> all, String json) {
    /** The file's name in a folder of results. */
    public static final String FILE = "jmh.json";

    private static final String PEER = "peer";
    private static final String MEMORY = "memory";
    private static final String GARBAGE = "gc.alloc.rate.norm";

    /** Keeps what it is given. */
    public Results {
        all = List.copyOf(all);
    }

    /**
     * Reads a file.
     *
     * @param path JMH's JSON, or a folder with {@value #FILE}
     * @return the measurements
     * @throws IOException if there is no such file or it is not JMH's JSON; the message says which and why
     */
    public static Results read(Path path) throws IOException {
        Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
        JsonNode root = Json.read(file);
        if (!root.isArray()) {
            throw new IOException(file + ": not JMH's JSON: expected an array of results");
        }
        SequencedMap<String, Result> results = new LinkedHashMap<>();
        for (int i = 0; i < root.size(); i++) {
            try {
                Result result = result(root.get(i));
                results.putLast(result.identity(), result);
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": not JMH's JSON: result " + (i + 1) + ": " + e.getMessage(), e);
            }
            withoutFolders(root.get(i));
        }
        return new Results(List.copyOf(results.values()), Json.write(root));
    }

    private static Result result(JsonNode json) {
        JsonNode metric = object(json, "primaryMetric");
        JsonNode interval = metric.path("scoreConfidence");
        return new Result(
                text(json, "benchmark"),
                text(json, "mode"),
                json.path("threads").asInt(1),
                json.path("forks").asInt(0),
                strings(json.path("jvmArgs")),
                params(json.path("params")),
                number(metric.path("score"), "score"),
                number(metric.path("scoreError"), "scoreError"),
                number(interval.path(0), "scoreConfidence"),
                number(interval.path(1), "scoreConfidence"),
                text(metric, "scoreUnit"),
                raw(metric.path("rawData")),
                percentiles(metric.path("scorePercentiles")),
                number(json.path("secondaryMetrics").path(GARBAGE).path("score"), GARBAGE));
    }

    private static JsonNode object(JsonNode parent, String name) {
        JsonNode child = parent.path(name);
        if (!child.isObject()) {
            throw new IllegalArgumentException("expected an object \"" + name + "\"");
        }
        return child;
    }

    private static String text(JsonNode parent, String name) {
        JsonNode child = parent.path(name);
        if (!child.isTextual()) {
            throw new IllegalArgumentException("expected a text \"" + name + "\"");
        }
        return child.textValue();
    }

    /** JMH writes what is not finite as a text; what is not there is NaN. */
    private static double number(JsonNode json, String name) {
        if (json.isMissingNode() || json.isNull()) {
            return Double.NaN;
        }
        if (json.isNumber()) {
            return json.doubleValue();
        }
        return switch (json.asText()) {
            case "NaN" -> Double.NaN;
            case "Infinity", "+Infinity", "+INF", "INF" -> Double.POSITIVE_INFINITY;
            case "-Infinity", "-INF" -> Double.NEGATIVE_INFINITY;
            default -> throw new IllegalArgumentException("expected a number \"" + name + "\"");
        };
    }

    private static List<String> strings(JsonNode json) {
        List<String> strings = new ArrayList<>();
        json.forEach(item -> strings.add(item.asText()));
        return List.copyOf(strings);
    }

    private static SequencedMap<String, String> params(JsonNode json) {
        SequencedMap<String, String> params = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            params.put(field.getKey(), field.getValue().asText());
        }
        return Collections.unmodifiableSequencedMap(params);
    }

    private static List<List<Double>> raw(JsonNode json) {
        List<List<Double>> forks = new ArrayList<>();
        for (JsonNode fork : json) {
            List<Double> iterations = new ArrayList<>();
            fork.forEach(iteration -> iterations.add(number(iteration, "rawData")));
            forks.add(List.copyOf(iterations));
        }
        return List.copyOf(forks);
    }

    private static SequencedMap<Double, Double> percentiles(JsonNode json) {
        SequencedMap<Double, Double> percentiles = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            percentiles.put(Double.valueOf(field.getKey()), number(field.getValue(), "scorePercentiles"));
        }
        return Collections.unmodifiableSequencedMap(percentiles);
    }

    /** JMH says where its JVM was; the reader of a page need not know. */
    private static void withoutFolders(JsonNode result) {
        if (result instanceof ObjectNode fields) {
            fields.remove("jvm");
            if (fields.get("jvmArgs") instanceof ArrayNode options) {
                for (int i = options.size() - 1; i >= 0; i--) {
                    String option = options.get(i).asText();
                    if (Folders.isPrivate(option)) {
                        options.remove(i);
                    } else {
                        options.set(i, Folders.hide(option));
                    }
                }
            }
        }
    }

    /**
     * Whether each call gets fresh memory for what it returns. A peer that is measured with one kind of memory alone writes
     * where it is told, so that it makes no difference to it.
     */
    public boolean isFresh(Result result) {
        return result.param(MEMORY).equals("fresh")
                && where(other -> other.param(PEER).equals(result.param(PEER)))
                        .anyMatch(other -> other.param(MEMORY).equals("reused"));
    }

    /** Those of a kind. */
    public Stream<Result> where(Predicate<Result> condition) {
        return all.stream().filter(condition);
    }
}
