package io.github.lanedrop.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IDX files, honest and hostile. */
final class IdxFilesTest {
    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;

    @TempDir
    private Path folder = Path.of("");

    /** Three images to learn from and two to judge by, of 2 x 3 pixels. */
    @BeforeEach
    void writeGoodFiles() throws IOException {
        write("train-images-idx3-ubyte", bytes(18, 10), IMAGES, 3, 2, 3);
        write("train-labels-idx1-ubyte", new byte[] {0, 9, 5}, LABELS, 3);
        write("t10k-images-idx3-ubyte", bytes(12, 100), IMAGES, 2, 2, 3);
        write("t10k-labels-idx1-ubyte", new byte[] {1, 2}, LABELS, 2);
    }

    @Test
    void plainFiles() throws IOException {
        Dataset data = IdxFiles.read(folder);
        assertThat(data.inputs()).isEqualTo(6);
        assertThat(data.train().size()).isEqualTo(3);
        assertThat(data.train().height()).isEqualTo(2);
        assertThat(data.train().width()).isEqualTo(3);
        assertThat(data.test().label(1)).isEqualTo(2);
        assertThat(data.train().brightness(2, 5)).isEqualTo(27 / 255f);
        assertThat(data.test().brightness(0, 0)).isEqualTo(100 / 255f);
        assertThat(data.classes()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void gzippedFilesAreTheSame() throws IOException {
        Dataset plain = IdxFiles.read(folder);
        for (String name : names()) {
            byte[] content = Files.readAllBytes(folder.resolve(name));
            try (var gzip = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name + ".gz")))) {
                gzip.write(content);
            }
            Files.delete(folder.resolve(name));
        }
        Dataset zipped = IdxFiles.read(folder);
        for (int pixel = 0; pixel < 6; pixel++) {
            assertThat(zipped.train().brightness(1, pixel))
                    .isEqualTo(plain.train().brightness(1, pixel));
        }
        assertThat(zipped.train().label(1)).isEqualTo(9);
    }

    @Test
    void fashionHasNames() throws IOException {
        Path fashion = Files.createDirectory(folder.resolve("Fashion-MNIST"));
        for (String name : names()) {
            Files.copy(folder.resolve(name), fashion.resolve(name));
        }
        assertThat(IdxFiles.read(fashion).classes())
                .hasSize(10)
                .startsWith("T-shirt/top")
                .endsWith("Ankle boot");
    }

    @Test
    void missingFileNamesThePackage() throws IOException {
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
        refused("t10k-labels-idx1-ubyte", "dataset-fashion-mnist");
    }

    @Test
    void missingFolderNamesThePackage() {
        assertThatThrownBy(() -> IdxFiles.read(folder.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("dataset-fashion-mnist");
    }

    @Test
    void wrongMagic() throws IOException {
        write("train-images-idx3-ubyte", bytes(18, 10), LABELS, 3, 2, 3);
        refused("must start with 0x00000803, got 0x00000801");
    }

    @Test
    void emptyFile() throws IOException {
        Files.write(folder.resolve("train-labels-idx1-ubyte"), new byte[0]);
        refused("train-labels-idx1-ubyte", "it ends too early");
    }

    @Test
    void headerCutOff() throws IOException {
        write("train-images-idx3-ubyte", new byte[] {0, 0}, IMAGES, 3, 2);
        refused("train-images-idx3-ubyte", "it ends too early");
    }

    @Test
    void pixelsCutOff() throws IOException {
        write("train-images-idx3-ubyte", bytes(17, 0), IMAGES, 3, 2, 3);
        refused("claims 18 bytes", "ends after 17");
    }

    @Test
    void pixelsTooMany() throws IOException {
        write("t10k-images-idx3-ubyte", bytes(13, 0), IMAGES, 2, 2, 3);
        refused("goes on after the 12 bytes");
    }

    @Test
    void labelOutOfRange() throws IOException {
        write("t10k-labels-idx1-ubyte", new byte[] {1, 10}, LABELS, 2);
        refused("labels must be in [0, 9], got 10 for image 1");
        write("t10k-labels-idx1-ubyte", new byte[] {(byte) 255, 1}, LABELS, 2);
        refused("labels must be in [0, 9], got 255 for image 0");
    }

    @Test
    void countsDiffer() throws IOException {
        write("train-labels-idx1-ubyte", new byte[] {0, 9}, LABELS, 2);
        refused("as many images as", "2, got 3");
    }

    @Test
    void sizesDiffer() throws IOException {
        write("t10k-images-idx3-ubyte", bytes(12, 0), IMAGES, 2, 3, 2);
        refused("t10k images must be 2 x 3", "got 3 x 2");
    }

    /** Claims of up to 2^31 labels and 2^51 pixels must be refused without taking the memory. */
    @Test
    void absurdSizes() throws IOException {
        write("train-labels-idx1-ubyte", new byte[3], LABELS, Integer.MAX_VALUE);
        refused("must claim at most 536870912 bytes, got 2147483647");
        write("train-labels-idx1-ubyte", new byte[3], LABELS, 1 << 29);
        refused("claims 536870912 bytes", "ends after 3");
        write("train-labels-idx1-ubyte", new byte[3], LABELS, -1);
        refused("labels must be in", "got 4294967295");
        write("train-labels-idx1-ubyte", new byte[0], LABELS, 0);
        refused("labels must be in", "got 0");
        writeGoodFiles();
        write("train-images-idx3-ubyte", bytes(18, 0), IMAGES, 3, Integer.MAX_VALUE, Integer.MAX_VALUE);
        refused("rows must be in [1, 1024], got 2147483647");
        write("train-images-idx3-ubyte", bytes(18, 0), IMAGES, 3, 2, 0);
        refused("columns must be in [1, 1024], got 0");
    }

    @Test
    void notGzip() throws IOException {
        Files.move(folder.resolve("train-labels-idx1-ubyte"), folder.resolve("train-labels-idx1-ubyte.gz"));
        refused("train-labels-idx1-ubyte.gz", "GZIP");
    }

    @Test
    void gzipCutOff() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write(Files.readAllBytes(folder.resolve("train-images-idx3-ubyte")));
        }
        Files.delete(folder.resolve("train-images-idx3-ubyte"));
        for (int length = 0; length < zipped.size(); length++) {
            Files.write(folder.resolve("train-images-idx3-ubyte.gz"), Arrays.copyOf(zipped.toByteArray(), length));
            refused("train-images-idx3-ubyte.gz");
        }
    }

    @Test
    void rowsOfABatch() throws IOException {
        LabelledImages train = IdxFiles.read(folder).train();
        float[] rows = new float[12];
        train.copyRows(new int[] {1, 2, 0}, 1, 3, MemorySegment.ofArray(rows));
        assertThat(rows[0]).isEqualTo(22 / 255f);
        assertThat(rows[6]).isEqualTo(10 / 255f);
        assertThat(train.labels(new int[] {1, 2, 0}, 1, 3)).containsExactly(5, 0);
        assertThat(IdxFiles.read(folder).withTrain(2).train().size()).isEqualTo(2);
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> IdxFiles.read(folder))
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private static String[] names() {
        return new String[] {
            "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
        };
    }

    private static byte[] bytes(int count, int first) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }

    private void write(String name, byte[] body, int... header) throws IOException {
        try (var out = new DataOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            for (int number : header) {
                out.writeInt(number);
            }
            out.write(body);
        }
    }
}
