package io.github.lanedrop.bench.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** JSON files in, records out, and the other way round; errors name the file. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // digits stay as they were written
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // records are their components
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .addModule(new SimpleModule()
                    .addSerializer(double.class, new Finite())
                    .addSerializer(Double.class, new Finite())
                    .addSerializer(new Present()))
            .build();

    private Json() {}

    /**
     * Reads a file.
     *
     * @throws IOException if there is none or it is no JSON; the message is one line with the file's name
     */
    public static JsonNode read(Path file) throws IOException {
        try {
            JsonNode root = parse(Files.readAllBytes(file));
            if (root.isMissingNode()) {
                throw new IOException(file + ": not JSON: it is empty");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new IOException(file + ": not JSON: " + reason(e), e);
        }
    }

    /**
     * Reads a file as a record.
     *
     * @throws IOException if there is none or it holds something else; the message is one line with the file's name
     */
    public static <T> T read(Path file, Class<T> type, String name) throws IOException {
        return understand(file, read(file), type, name);
    }

    /** Understands what was read from a file. */
    static <T> T understand(Path file, JsonNode root, Class<T> type, String name) throws IOException {
        try {
            return MAPPER.treeToValue(root, type);
        } catch (JsonProcessingException e) {
            throw new IOException(file + ": not " + name + ": " + reason(e), e);
        }
    }

    /**
     * Understands a text; digits stay as they are.
     *
     * @throws JsonProcessingException if it is no JSON
     */
    public static JsonNode parse(byte[] text) throws IOException {
        return MAPPER.readTree(text);
    }

    private static String reason(JacksonException e) {
        JsonLocation location = e.getLocation();
        String message = e.getOriginalMessage().lines().findFirst().orElse("");
        return location == null || location.getLineNr() < 1
                ? message
                : message + " (line " + location.getLineNr() + ")";
    }

    /**
     * Writes in one line.
     *
     * @param value a record, or JSON
     * @return JSON without a line break
     */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An array with a line for each item, and a line break at its end. */
    public static String writeRows(List<JsonNode> items) {
        return items.stream().map(Json::write).collect(Collectors.joining(",\n", "[", "]\n"));
    }

    /** With line breaks, and one at the end. */
    public static String writeLines(Object value) {
        try {
            return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is absent becomes null. */
    private static final class Present extends StdSerializer<Optional<?>> {
        private static final long serialVersionUID = 1;

        private Present() {
            super(Optional.class, false);
        }

        @Override
        public void serialize(Optional<?> value, JsonGenerator json, SerializerProvider provider) throws IOException {
            provider.defaultSerializeValue(value.orElse(null), json);
        }
    }

    /** JSON knows no NaN: what is not finite becomes null, a gap in a chart. */
    private static final class Finite extends StdSerializer<Double> {
        private static final long serialVersionUID = 1;

        private Finite() {
            super(Double.class);
        }

        @Override
        public void serialize(Double value, JsonGenerator json, SerializerProvider provider) throws IOException {
            if (Double.isFinite(value)) {
                json.writeNumber(value);
            } else {
                json.writeNull();
            }
        }
    }
}
