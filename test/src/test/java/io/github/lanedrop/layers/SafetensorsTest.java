package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

import io.github.lanedrop.rng.Key;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SafetensorsTest {
    /** Written by the reference implementation (safetensors for Python, 0.8.0) from NumPy arrays. */
    private static final String REFERENCE =
            "EAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJrIjoidiJ9LCIwLmJpYXMiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29m"
                    + "ZnNldHMiOlswLDhdfSwiMC53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzgsMzJd"
                    + "fSwiZW1wdHkiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzAsM10sImRhdGFfb2Zmc2V0cyI6WzMyLDMyXX0sIsOpXCJcXFxuIjp7"
                    + "ImR0eXBlIjoiRjMyIiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlszMiwzNl19fSAgIAAAAD8AAMB/AACAPwAAIMAAAIB/zczM"
                    + "PQAAAIBHRAMAAADgQA==";

    @TempDir
    private Path folder;

    private Path path() {
        return folder.resolve("model.safetensors");
    }

    private static Sequential model(long seed) {
        Key key = Key.of(seed);
        return Sequential.of(Linear.he(5, 4, key.named("0")), new Relu(), Linear.he(4, 3, key.named("2")));
    }

    private static byte[] file(String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }

    private Map<String, Tensor> load(byte[] bytes) throws IOException {
        Files.write(path(), bytes);
        return Safetensors.load(path());
    }

    private static Tensor get(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    @Test
    void readsWhatTheReferenceImplementationWrites() throws IOException {
        Map<String, Tensor> tensors = load(Base64.getDecoder().decode(REFERENCE));
        assertThat(tensors).containsOnlyKeys("0.bias", "0.weight", "empty", "\u00e9\"\\\n");
        assertThat(get(tensors, "0.weight").shape()).containsExactly(2, 3);
        assertThat(bits(get(tensors, "0.weight")))
                .isEqualTo(bits(Tensor.of(new float[] {1, -2.5f, Float.POSITIVE_INFINITY, 0.1f, -0f, 3e-40f}, 2, 3)));
        assertThat(get(tensors, "0.bias").toArray()).containsExactly(0.5f, Float.NaN);
        assertThat(get(tensors, "empty").shape()).containsExactly(0, 3);
        assertThat(get(tensors, "\u00e9\"\\\n").shape()).isEmpty();
        assertThat(get(tensors, "\u00e9\"\\\n").toArray()).containsExactly(7);
    }

    @Test
    void writesWhatTheReferenceImplementationWritesButForMetadata() throws IOException {
        byte[] reference = Base64.getDecoder().decode(REFERENCE);
        Safetensors.save(path(), load(reference));
        byte[] own = Files.readAllBytes(path());
        String header = new String(
                        reference,
                        8,
                        (int) ByteBuffer.wrap(reference)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong(),
                        StandardCharsets.UTF_8)
                .replace("\"__metadata__\":{\"k\":\"v\"},", "")
                .strip();
        int length = (int) ByteBuffer.wrap(own).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(length % 8).isZero();
        assertThat(new String(own, 8, length, StandardCharsets.UTF_8).strip())
                .isEqualTo(header.replace("\\n", "\\u000a"));
        assertThat(Arrays.copyOfRange(own, 8 + length, own.length))
                .isEqualTo(Arrays.copyOfRange(reference, reference.length - 36, reference.length));
    }

    @Test
    void aModelComesBackBitForBit() throws IOException {
        Sequential model = model(1);
        Sequential other = model(2);
        Safetensors.save(path(), model.parameters());
        Safetensors.loadInto(path(), other.parameters());
        for (int i = 0; i < model.parameters().size(); i++) {
            assertThat(bits(other.parameters().get(i).value()))
                    .isEqualTo(bits(model.parameters().get(i).value()));
        }
        assertThat(Safetensors.load(path()).keySet()).containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
    }

    @Test
    void tensorsLargerThanTheBufferAndOnTheHeap() throws IOException {
        Tensor large = tensor(1, 3, 20_001);
        Tensor heap = Tensor.over(MemorySegment.ofArray(new float[] {1, 2, 3}), 3);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("large", large);
        tensors.put("heap", heap);
        Safetensors.save(path(), tensors);
        assertThat(bits(get(Safetensors.load(path()), "large"))).isEqualTo(bits(large));
        assertThat(get(Safetensors.load(path()), "heap").toArray()).containsExactly(1, 2, 3);
    }

    @Test
    void noTensorsAtAll() throws IOException {
        Safetensors.save(path(), List.of());
        assertThat(Safetensors.load(path())).isEmpty();
    }

    @Test
    void savingReplacesTheFileAndLeavesNothingElse() throws IOException {
        Files.writeString(path(), "old");
        Safetensors.save(path(), model(1).parameters());
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path());
        }
        assertThat(Safetensors.load(path())).hasSize(4);
    }

    @Test
    void aFailedSaveLeavesTheOldFile() throws IOException {
        Path target = Files.createDirectory(folder.resolve("occupied"));
        Files.writeString(target.resolve("child"), "x");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> Safetensors.save(target, model(1).parameters()));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void loadingIntoAModelIsAllOrNothing() throws IOException {
        Sequential target = model(2);
        int[] before = bits(target.parameters().getFirst().value());
        Map<String, Tensor> tensors = byName(model(1));
        tensors.remove("2.bias");
        tensors.put("2.weight", Tensor.zeros(4, 3));
        tensors.put("3.weight", Tensor.zeros(1));
        Safetensors.save(path(), tensors);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Safetensors.loadInto(path(), target.parameters()))
                .withMessage(path() + " does not fit the model: 2.weight must have the shape [3, 4], got [4, 3];"
                        + " 2.bias is missing; 3.weight is not a parameter");
        assertThat(bits(target.parameters().getFirst().value())).isEqualTo(before);
    }

    /** The second parameter cannot be written to, so the first must not have been. */
    @Test
    void loadingIntoMemoryThatCannotBeWrittenIsAllOrNothing() throws Exception {
        MemorySegment readOnly = MemorySegment.ofArray(new float[1]).asReadOnly();
        assertNothingLoaded(
                Tensor.over(readOnly, 1),
                IllegalArgumentException.class,
                path() + " does not fit the model: b must be writable, got a read-only segment");
        Arena closed = Arena.ofConfined();
        Tensor late = Tensor.over(closed.allocate(Float.BYTES), 1);
        Tensor lateAndEmpty = Tensor.over(closed.allocate(Float.BYTES), 0);
        closed.close();
        String message = "b must be in an open arena, got a closed one";
        assertNothingLoaded(late, IllegalStateException.class, message);
        assertNothingLoaded(lateAndEmpty, IllegalStateException.class, message);
        try (var thread = Executors.newSingleThreadExecutor()) {
            Arena others = thread.submit(Arena::ofConfined).get();
            Tensor foreign = thread.submit(() -> Tensor.over(others.allocate(Float.BYTES), 1))
                    .get();
            assertNothingLoaded(foreign, WrongThreadException.class, "b belongs to another thread");
            thread.submit(others::close).get();
        }
    }

    private void assertNothingLoaded(Tensor second, Class<? extends Exception> type, String message)
            throws IOException {
        Parameter first = new Parameter("a", Tensor.zeros(3));
        Safetensors.save(
                path(), List.of(new Parameter("a", tensor(1, 3)), new Parameter("b", Tensor.zeros(second.shape()))));
        assertThatExceptionOfType(type)
                .isThrownBy(() -> Safetensors.loadInto(path(), List.of(first, new Parameter("b", second))))
                .withMessage(message);
        assertThat(bits(first.value())).containsOnly(0);
    }

    private static Map<String, Tensor> byName(Sequential model) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        model.parameters().forEach(parameter -> tensors.put(parameter.name(), parameter.value()));
        return tensors;
    }

    @Test
    void namesThatCannotBeWritten() {
        Tensor value = Tensor.zeros(1);
        Parameter one = new Parameter("a", value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Safetensors.save(path(), List.of(one, one)))
                .withMessage("names must be unique, got a twice");
        for (String name : List.of("__metadata__", "\ud800")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Safetensors.save(path(), Map.of(name, value)))
                    .withMessageStartingWith("names must be Unicode text other than __metadata__, got ");
        }
        assertThat(path()).doesNotExist();
    }

    @Test
    void aMissingFileIsTheUsualException() {
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> Safetensors.load(path()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{ \"a\" : { \"data_offsets\" : [ 0 , 8 ] , \"shape\" : [ 2 ] , \"dtype\" : \"F32\" } }\n\t ",
                "{\"a\":{\"dtype\":\"\\u004632\",\"shape\":[1,2,1],\"data_offsets\":[0,8]},\"__metadata__\":{}}",
                "{\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"\\ud83d\\ude00\\/\":{\"dtype\":\"F32\",\"shape\":[0,2147483647],\"data_offsets\":[8,8]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            })
    void validHeaders(String header) throws IOException {
        assertThat(load(file(header, 8))).containsKey("a");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}   | a must have 12 bytes for the shape [3], got 8
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   | the tensors must fill the data, which has 8 bytes, got 4 bytes of tensors
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}  | the tensors must fill the data, which has 8 bytes, got 12
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}   | a must begin at byte 0
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}   | a must not end before it begins, got data_offsets 8, 0
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | b must begin at byte 8
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | b must begin at byte 8
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}} | expected each name once, got a twice
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}} | expected each name once, got a twice
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}} | b must begin at byte 4
            {"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | b must begin at byte 0
            {"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}} | expected each name once, got dtype twice
            {"__metadata__":{"k":"1","k":"2"}}                       | expected each name once, got k twice
            {"__metadata__":{"k":1}}                                 | expected '"'
            {"__metadata__":{"k":{"k":"v"}}}                         | expected '"'
            {"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}   | a must have the dtype F32, the only one supported, got F16
            {"a":{"dtype":"","shape":[2],"data_offsets":[0,8]}}      | a must have the dtype F32
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}} | expected dtype, shape or data_offsets, got x
            {"a":{"shape":[2],"data_offsets":[0,8]}}                 | a must have dtype, shape and data_offsets
            {"a":{"dtype":"F32","shape":[2]}}                        | a must have dtype, shape and data_offsets
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}     | a must have two data_offsets, got [0]
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}} | expected at most 2 numbers
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[]}}      | a must have two data_offsets, got []
            {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}  | expected a whole number
            {"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,8]}}  | expected a whole number
            {"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}} | expected a whole number
            {"a":{"dtype":"F32","shape":[null],"data_offsets":[0,8]}} | expected a whole number
            {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}} | expected ']'
            {"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}} | expected ']'
            {"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}  | without leading zeros
            {"a":{"dtype":"F32","shape":[2,],"data_offsets":[0,8]}}  | expected a whole number
            {"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}} | expected a whole number
            {"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}} | expected a whole number
            {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}     | expected '['
            {"a":{"dtype":"F32","shape":[4294967298],"data_offsets":[0,8]}} | a must have sizes below 2^31
            {"a":{"dtype":"F32","shape":[1073741824,1073741824,4],"data_offsets":[0,0]}} | a is too large
            {"a":{"dtype":"F32","shape":[1073741824,1073741824,16],"data_offsets":[0,0]}} | a is too large
            {"a":{"dtype":"F32","shape":[2147483647,2147483647,0],"data_offsets":[0,0]}} | a is too large
            {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}} | at most 18 digits
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}x  | expected nothing but padding after the header's end
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}{} | expected nothing but padding after the header's end
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}  | expected '"'
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}    | expected '}'
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8      | expected ']'
            {"a":{"dtype":"F32                                       | expected more, got the end of the header
            {"a":{}}                                                 | expected '"'
            {"a"}                                                    | expected ':'
            {"a":null}                                               | expected '{'
            {'a':1}                                                  | expected '"'
            {{{{{{{{{{{{{{{{{{{{                                     | expected '"'
            [[[[[[[[[[[[[[[[[[[[                                     | the header must begin with '{'
            [0]                                                      | the header must begin with '{'
            {"\\x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | expected a JSON escape
            {"\\u00g0":{"dtype":"F32"}}                              | expected four hexadecimal digits
            {"\\u00\u0661\u0661":{"dtype":"F32"}}                    | expected four hexadecimal digits
            {"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | expected surrogates in pairs
            {"\\udc00\\ud800":{"dtype":"F32"}}                       | expected surrogates in pairs
            """)
    void hostileHeaders(String header, String message) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> load(file(header, 8)))
                .withMessageStartingWith(path() + " is not a valid safetensors file: ")
                .withMessageContaining(message);
    }

    @Test
    void controlCharactersSpaceInFrontAndBadUtf8() {
        assertRefused(file("{\"a\nb\":{}}", 0), "expected control characters to be escaped");
        assertRefused(file(" {}", 0), "the header must begin with '{'");
        assertRefused(file("\ufeff{}", 0), "the header must begin with '{'");
        for (byte bad : new byte[] {(byte) 0xFF, (byte) 0xC0, (byte) 0xED}) {
            byte[] bytes = file("{\"a?\":{}}", 0);
            bytes[8 + 3] = bad;
            assertRefused(bytes, "the header must be valid UTF-8");
        }
        assertRefused(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + "1,".repeat(64) + "1]", 4), "at most 64 numbers");
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 'in [2, 100000000], got 18446744073709551615'",
        "0, 'in [2, 100000000], got 0'",
        "1, 'in [2, 100000000], got 1'",
        "100000001, 'in [2, 100000000], got 100000001'",
        "9223372036854775807, 'in [2, 100000000]'",
        "99999999, 'at most the 10 bytes that follow, got 99999999'",
        "11, 'at most the 10 bytes that follow, got 11'",
    })
    void hostileHeaderLengths(long length, String message) {
        byte[] bytes = file("{}        ", 0);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        assertRefused(bytes, message);
    }

    @Test
    void filesThatEndEarly() {
        byte[] whole = Base64.getDecoder().decode(REFERENCE);
        for (int length = 0; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length), length < 8 ? "8 bytes or more, got " + length : "");
        }
        assertRefused(Arrays.copyOf(whole, whole.length + 1), "which has 37 bytes, got 36");
    }

    @Test
    void aHugeClaimTakesNoMemory() throws IOException {
        byte[] bytes =
                file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,1000],\"data_offsets\":[0,8589934588000]}}", 8);
        assertRefused(bytes, "which has 8 bytes, got 8589934588000");
        Files.write(path(), new byte[8]);
        try (var file = new RandomAccessFile(path().toFile(), "rw")) {
            file.setLength(1L << 40); // sparse: the length alone must not be believed
            file.write(new byte[] {0, 0, 0, 0, 1});
        }
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Safetensors.load(path()))
                .withMessageContaining("the header's length must be in [2, 100000000], got 4294967296");
    }

    private void assertRefused(byte[] bytes, String message) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> load(bytes))
                .withMessageStartingWith(path() + " is not a valid safetensors file: ")
                .withMessageContaining(message);
    }

    /** Whatever is done to a file, it loads or is refused by an IOException. */
    @Test
    void mutations() {
        long seed = 20_260_101;
        UniformRandomProvider random = Samples.random(seed);
        byte[] whole = Base64.getDecoder().decode(REFERENCE);
        byte[] vocabulary = "{}[]:,\"\\u0123456789 F\0\u00ff".getBytes(StandardCharsets.ISO_8859_1);
        int refused = 0;
        int rounds = 2000;
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = mutate(whole, vocabulary, random);
            try {
                load(bytes);
            } catch (IOException expected) {
                assertThat(expected).hasMessageStartingWith(path() + " is not a valid safetensors file: ");
                refused++;
            } catch (RuntimeException | Error unexpected) {
                fail(
                        "seed " + seed + ", round " + round + ": "
                                + Base64.getEncoder().encodeToString(bytes),
                        unexpected);
            }
        }
        assertThat(refused).as("of %d files", rounds).isBetween(rounds / 2, rounds - 1);
    }

    private static byte[] mutate(byte[] whole, byte[] vocabulary, UniformRandomProvider random) {
        byte[] bytes = whole.clone();
        for (int change = random.nextInt(4); change >= 0; change--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = vocabulary[random.nextInt(vocabulary.length)];
                case 2 -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(random.nextInt(20), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes.clone(), from, bytes, at, length);
                }
                default -> bytes = random.nextInt(10) > 0 ? bytes : Arrays.copyOf(bytes, 1 + at);
            }
        }
        return bytes;
    }
}
