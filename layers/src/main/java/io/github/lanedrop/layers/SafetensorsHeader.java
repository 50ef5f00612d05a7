package io.github.lanedrop.layers;

import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The header of a safetensors file: a reader of exactly its JSON and of nothing else, and the writer.
 *
 * <pre>
 * header   = { name : tensor, ..., "__metadata__" : { string : string, ... } }
 * tensor   = { "dtype" : string, "shape" : [number, ...], "data_offsets" : [number, number] }     in any order
 * </pre>
 */
final class SafetensorsHeader {
    private static final int MAX_BYTES = 100_000_000; // the reference reader's own limit
    private static final int MAX_AXES = 64;
    private static final int ALIGNMENT_BYTES = 8;
    private static final String METADATA = "__metadata__";

    private final String text;
    private int at;

    private SafetensorsHeader(String text) {
        this.text = text;
    }

    /** What is wrong with a file. */
    static final class InvalidException extends IOException {
        @Serial
        private static final long serialVersionUID = 1L;

        InvalidException(String message) {
            super(message);
        }
    }

    /** One tensor: its bytes are {@code begin} to {@code end}, exclusive, of the data. */
    record Entry(String name, List<Integer> axes, long begin, long end) {
        int[] shape() {
            return axes.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    static void require(boolean condition, String message) throws InvalidException {
        if (!condition) {
            throw new InvalidException(message);
        }
    }

    /** Holds the header's length against the rest of the file. */
    static int checkedLength(long length, long available) throws InvalidException {
        require(
                length >= 2 && length <= MAX_BYTES,
                "the header's length must be in [2, " + MAX_BYTES + "], got " + Long.toUnsignedString(length));
        require(
                length <= available,
                "the header's length must be at most the " + available + " bytes that follow, got " + length);
        return (int) length;
    }

    /** Reads and checks a header: the entries, in its order. */
    static List<Entry> read(ByteBuffer header, long dataBytes) throws InvalidException {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(header).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidException("the header must be valid UTF-8: " + e.getMessage());
        }
        List<Entry> entries = new SafetensorsHeader(text).header();
        checkLayout(entries, dataBytes);
        return entries;
    }

    private static void checkLayout(List<Entry> entries, long dataBytes) throws InvalidException {
        long end = 0;
        for (Entry entry : entries.stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList()) {
            require(
                    entry.begin == end,
                    entry.name + " must begin at byte " + end + " of the data, where the one before it ends, got "
                            + entry.begin);
            end = entry.end;
        }
        require(
                end == dataBytes,
                "the tensors must fill the data, which has " + dataBytes + " bytes, got " + end + " bytes of tensors");
    }

    private List<Entry> header() throws InvalidException {
        require(text.startsWith("{"), "the header must begin with '{'");
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        expect('{');
        if (!accept('}')) {
            do {
                String name = newName(names);
                if (name.equals(METADATA)) {
                    metadata();
                } else {
                    entries.add(tensor(name));
                }
            } while (accept(','));
            expect('}');
        }
        skipWhitespace();
        require(at == text.length(), where() + "expected nothing but padding after the header's end");
        return entries;
    }

    private void metadata() throws InvalidException {
        Set<String> names = new HashSet<>();
        expect('{');
        if (accept('}')) {
            return;
        }
        do {
            newName(names);
            string();
        } while (accept(','));
        expect('}');
    }

    private Entry tensor(String name) throws InvalidException {
        String dtype = "";
        List<Long> shape = List.of();
        List<Long> offsets = List.of();
        Set<String> fields = new HashSet<>();
        expect('{');
        do {
            String field = newName(fields);
            switch (field) {
                case "dtype" -> dtype = string();
                case "shape" -> shape = numbers(MAX_AXES);
                case "data_offsets" -> offsets = numbers(2);
                default -> throw new InvalidException(where() + "expected dtype, shape or data_offsets, got " + field);
            }
        } while (accept(','));
        expect('}');
        require(fields.size() == 3, name + " must have dtype, shape and data_offsets, got " + fields);
        require(dtype.equals("F32"), name + " must have the dtype F32, the only one supported, got " + dtype);
        require(offsets.size() == 2, name + " must have two data_offsets, got " + offsets);
        return checked(name, shape, offsets.getFirst(), offsets.getLast());
    }

    private static Entry checked(String name, List<Long> shape, long begin, long end) throws InvalidException {
        require(begin <= end, name + " must not end before it begins, got data_offsets " + begin + ", " + end);
        List<Integer> axes = new ArrayList<>();
        long bytes = Float.BYTES;
        for (long size : shape) {
            require(size <= Integer.MAX_VALUE, name + " must have sizes below 2^31, got the shape " + shape);
            require(Math.multiplyHigh(bytes, size) == 0 && bytes * size >= 0, name + " is too large: " + shape);
            bytes *= size;
            axes.add((int) size);
        }
        require(
                end - begin == bytes,
                name + " must have " + bytes + " bytes for the shape " + shape + ", got " + (end - begin));
        return new Entry(name, List.copyOf(axes), begin, end);
    }

    /** A key that was not there before, and the colon after it. */
    private String newName(Set<String> names) throws InvalidException {
        String name = string();
        require(names.add(name), where() + "expected each name once, got " + name + " twice");
        expect(':');
        return name;
    }

    private List<Long> numbers(int limit) throws InvalidException {
        List<Long> numbers = new ArrayList<>();
        expect('[');
        if (accept(']')) {
            return numbers;
        }
        do {
            require(numbers.size() < limit, where() + "expected at most " + limit + " numbers");
            numbers.add(number());
        } while (accept(','));
        expect(']');
        return numbers;
    }

    private long number() throws InvalidException {
        skipWhitespace();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        String digits = text.substring(start, at);
        require(
                digits.matches("0|[1-9][0-9]{0,17}"),
                where() + "expected a whole number of at most 18 digits without leading zeros");
        return Long.parseLong(digits);
    }

    private String string() throws InvalidException {
        expect('"');
        var value = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                break;
            }
            if (c < ' ') { // no require: it would put a message together for each character
                throw new InvalidException(where() + "expected control characters to be escaped");
            }
            value.append(c == '\\' ? escaped() : c);
        }
        require(isWellFormed(value), where() + "expected surrogates in pairs");
        return value.toString();
    }

    private char escaped() throws InvalidException {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int unit = 0;
                for (int i = 0; i < 4; i++) {
                    char digit = next();
                    int value = digit < 128 ? Character.digit(digit, 16) : -1;
                    require(value >= 0, where() + "expected four hexadecimal digits");
                    unit = (unit << 4) | value;
                }
                yield (char) unit;
            }
            default -> throw new InvalidException(where() + "expected a JSON escape");
        };
    }

    private char next() throws InvalidException {
        if (at == text.length()) {
            throw new InvalidException(where() + "expected more, got the end of the header");
        }
        return text.charAt(at++);
    }

    private boolean accept(char expected) {
        skipWhitespace();
        if (at < text.length() && text.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char expected) throws InvalidException {
        require(accept(expected), where() + "expected '" + expected + "'");
    }

    private void skipWhitespace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private String where() {
        return "header, character " + at + ": ";
    }

    /** Writes the header of tensors that follow each other in the map's order. */
    static byte[] write(Map<String, Tensor> tensors) {
        var json = new StringBuilder("{");
        long begin = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            String name = entry.getKey();
            if (name.equals(METADATA) || !isWellFormed(name)) {
                throw new IllegalArgumentException(
                        "names must be Unicode text other than " + METADATA + ", got " + name);
            }
            long end = begin + entry.getValue().segment().byteSize();
            json.append(json.length() == 1 ? "" : ",");
            quote(name, json);
            json.append(":{\"dtype\":\"F32\",\"shape\":")
                    .append(Arrays.toString(entry.getValue().shape()).replace(" ", ""))
                    .append(",\"data_offsets\":[")
                    .append(begin)
                    .append(',')
                    .append(end)
                    .append("]}");
            begin = end;
        }
        byte[] bytes = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        int padded = Math.ceilDiv(bytes.length, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
        if (padded > MAX_BYTES) {
            throw new IllegalArgumentException("the header must have at most " + MAX_BYTES + " bytes, got " + padded);
        }
        byte[] header = Arrays.copyOf(bytes, padded);
        Arrays.fill(header, bytes.length, padded, (byte) ' ');
        return header;
    }

    private static void quote(String name, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                default -> {
                    if (c < ' ') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    private static boolean isWellFormed(CharSequence text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(CharBuffer.wrap(text));
    }
}
