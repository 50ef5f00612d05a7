package io.github.lanedrop.bench.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * The 1,797 hand-written digits that ship with the project: 8 x 8 pixels of 0 to 16, ten classes.
 *
 * <p>Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository
 * (1998), CC BY 4.0.
 */
public final class Digits {
    /** How many images there are. */
    public static final int SIZE = 1797;
    /** How many of them are for learning, after the shuffle. */
    public static final int TRAIN = 1300;

    /** The file keeps the digits of a writer together; the split must not. Fixed, so that results can be compared. */
    private static final long SPLIT_SEED = 1998;

    private static final int SIDE = 8;
    private static final int WHITE = 16;

    private Digits() {}

    /**
     * Reads the digits: shuffled with a fixed seed, the first 1,300 to learn from, the other 497 to judge by.
     *
     * @return the data
     */
    public static Dataset load() {
        LabelledImages all = readAll();
        int[] order = Orders.shuffled(SIZE, SPLIT_SEED);
        return new Dataset(
                "Digits",
                "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI, CC BY 4.0",
                List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
                all.select(order, 0, TRAIN),
                all.select(order, TRAIN, SIZE));
    }

    /** All images in the order of the file. */
    static LabelledImages readAll() {
        try (InputStream file =
                Objects.requireNonNull(Digits.class.getResourceAsStream("digits.csv.gz"), "digits.csv.gz")) {
            return parse(
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LabelledImages parse(BufferedReader lines) throws IOException {
        byte[] pixels = new byte[SIZE * SIDE * SIDE];
        byte[] labels = new byte[SIZE];
        for (int image = 0; image < SIZE; image++) {
            String[] values = Objects.requireNonNull(lines.readLine(), "a row for every image")
                    .split(",", -1);
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                pixels[image * SIDE * SIDE + pixel] = Byte.parseByte(values[pixel]);
            }
            labels[image] = Byte.parseByte(values[SIDE * SIDE]);
        }
        return new LabelledImages(pixels, labels, SIDE, SIDE, WHITE);
    }
}
