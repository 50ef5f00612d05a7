package io.github.lanedrop.bench.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads MNIST, Fashion-MNIST and whatever else comes as four IDX files: {@code train-images-idx3-ubyte}, {@code
 * train-labels-idx1-ubyte}, {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, plain or with {@code .gz}
 * after the name.
 *
 * <p>An images file is the big-endian 32-bit numbers 0x803, count, height and width, then a byte a pixel; a labels file
 * is 0x801 and the count, then a byte a label, here 0 to 9. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database".
 */
public final class IdxFiles {
    /** Fashion-MNIST's classes; its files do not name them. */
    private static final List<String> FASHION = List.of(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    private static final int CLASSES = FASHION.size();
    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;
    private static final int WHITE = 255;
    private static final int MAX_SIDE = 1024;
    private static final long MAX_PIXELS = 1L << 29;

    private IdxFiles() {}

    /**
     * Reads the four files of a folder. Classes get the names of Fashion-MNIST's where the folder's name contains
     * "fashion", else the digits.
     *
     * @param folder holds the files
     * @return the data
     * @throws IOException if a file is missing, or is not what its name says
     */
    public static Dataset read(Path folder) throws IOException {
        LabelledImages train = read(folder, "train");
        LabelledImages test = read(folder, "t10k");
        if (train.height() != test.height() || train.width() != test.width()) {
            throw new IOException(folder + ": t10k images must be " + train.height() + " x " + train.width()
                    + " like the train images, got " + test.height() + " x " + test.width());
        }
        Path name = folder.toAbsolutePath().normalize().getFileName();
        boolean fashion =
                name != null && name.toString().toLowerCase(Locale.ROOT).contains("fashion");
        return new Dataset(
                fashion ? "Fashion-MNIST" : name == null ? "IDX files" : name.toString(),
                fashion ? "Fashion-MNIST, copyright 2017 Zalando SE, MIT licence" : "IDX files",
                fashion
                        ? FASHION
                        : IntStream.range(0, CLASSES)
                                .mapToObj(Integer::toString)
                                .toList(),
                train,
                test);
    }

    private static LabelledImages read(Path folder, String part) throws IOException {
        Path imagesFile = find(folder, part + "-images-idx3-ubyte");
        Path labelsFile = find(folder, part + "-labels-idx1-ubyte");
        byte[] labels = readLabels(labelsFile);
        try (DataInputStream in = open(imagesFile)) {
            expectMagic(in, imagesFile, IMAGES_MAGIC);
            int count = readSize(in, imagesFile, "images", Integer.MAX_VALUE);
            int height = readSize(in, imagesFile, "rows", MAX_SIDE);
            int width = readSize(in, imagesFile, "columns", MAX_SIDE);
            if (count != labels.length) {
                throw new IOException(imagesFile + ": as many images as " + labelsFile.getFileName()
                        + " has labels must be there, " + labels.length + ", got " + count);
            }
            return new LabelledImages(
                    readBody(in, imagesFile, (long) count * height * width), labels, height, width, WHITE);
        } catch (EOFException | ZipException e) {
            throw damaged(imagesFile, e);
        }
    }

    private static byte[] readLabels(Path file) throws IOException {
        try (DataInputStream in = open(file)) {
            expectMagic(in, file, LABELS_MAGIC);
            byte[] labels = readBody(in, file, readSize(in, file, "labels", Integer.MAX_VALUE));
            for (int i = 0; i < labels.length; i++) {
                if ((labels[i] & 0xFF) >= CLASSES) {
                    throw new IOException(file + ": labels must be in [0, " + (CLASSES - 1) + "], got "
                            + (labels[i] & 0xFF) + " for image " + i);
                }
            }
            return labels;
        } catch (EOFException | ZipException e) {
            throw damaged(file, e);
        }
    }

    private static Path find(Path folder, String name) throws IOException {
        for (String candidate : List.of(name, name + ".gz")) {
            if (Files.isRegularFile(folder.resolve(candidate))) {
                return folder.resolve(candidate);
            }
        }
        throw new FileNotFoundException(folder + " must hold " + name + " or " + name
                + ".gz; Debian's package dataset-fashion-mnist puts them into /usr/share/datasets/fashion-mnist");
    }

    private static DataInputStream open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        if (!file.toString().endsWith(".gz")) {
            return new DataInputStream(in);
        }
        try {
            return new DataInputStream(new BufferedInputStream(new GZIPInputStream(in), 1 << 16));
        } catch (IOException e) {
            in.close();
            throw damaged(file, e);
        }
    }

    private static void expectMagic(DataInputStream in, Path file, int expected) throws IOException {
        int magic = in.readInt();
        if (magic != expected) {
            throw new IOException(String.format(
                    Locale.ROOT, "%s: an IDX file must start with 0x%08x, got 0x%08x", file, expected, magic));
        }
    }

    private static int readSize(DataInputStream in, Path file, String what, int limit) throws IOException {
        int size = in.readInt();
        if (size < 1 || size > limit) {
            throw new IOException(
                    file + ": " + what + " must be in [1, " + limit + "], got " + Integer.toUnsignedString(size));
        }
        return size;
    }

    /** What follows the header, to the last byte and no further; memory grows with what is there, not with the claim. */
    private static byte[] readBody(DataInputStream in, Path file, long bytes) throws IOException {
        if (bytes > MAX_PIXELS) {
            throw new IOException(file + ": the header must claim at most " + MAX_PIXELS + " bytes, got " + bytes);
        }
        byte[] body = in.readNBytes((int) bytes);
        if (body.length < bytes) {
            throw new IOException(
                    file + ": the header claims " + bytes + " bytes after it, the file ends after " + body.length);
        }
        if (in.read() >= 0) {
            throw new IOException(file + ": the file goes on after the " + bytes + " bytes that its header claims");
        }
        return body;
    }

    private static IOException damaged(Path file, IOException cause) {
        String reason = cause instanceof EOFException ? "it ends too early" : cause.getMessage();
        return new IOException(file + ": not a whole IDX file: " + reason, cause);
    }
}
