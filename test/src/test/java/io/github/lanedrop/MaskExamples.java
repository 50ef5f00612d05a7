package io.github.lanedrop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The worked examples of the mask's specification, MASKSTREAM.md: the rows of its tables, as they stand there. */
public final class MaskExamples {
    private static final Path SPECIFICATION = Path.of("..", "MASKSTREAM.md");

    private MaskExamples() {}

    /** The words of a block, then its bytes. */
    public static Stream<Arguments> blocks() {
        return rows("Block 0");
    }

    /** Seed, stream, rate, first element, keep bits of 64 elements. */
    public static Stream<Arguments> keepBits() {
        return rows("Keep bits");
    }

    /** Column, cut, alias. */
    public static Stream<Arguments> table() {
        return rows("The table of rate 0.1");
    }

    /** Site, step, pass, stream. */
    public static Stream<Arguments> streams() {
        return rows("Streams");
    }

    /** Seed, name, the seed of the name. */
    public static Stream<Arguments> names() {
        return rows("Seeds of names");
    }

    /** Element, uniform value, normal value. */
    public static Stream<Arguments> noise() {
        return rows("Noise");
    }

    private static Stream<Arguments> rows(String heading) {
        List<String> lines;
        try {
            lines = Files.readAllLines(SPECIFICATION);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Arguments> rows = lines.stream()
                .dropWhile(line -> !line.equals("### " + heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("#"))
                .filter(line -> line.startsWith("|"))
                .skip(2) // the head and the line under it
                .map(MaskExamples::cells)
                .toList();
        if (rows.isEmpty()) {
            throw new IllegalStateException("MASKSTREAM.md has no table under \"" + heading + "\"");
        }
        return rows.stream();
    }

    private static Arguments cells(String line) {
        String inner = line.substring(1, line.lastIndexOf('|'));
        return Arguments.of(Arrays.stream(inner.split("\\|", -1))
                .map(cell -> cell.strip().replace("`", ""))
                .toArray());
    }
}
