package io.github.lanedrop.bench.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The digits that ship are the published ones, whole, and split the same way for ever. */
final class DigitsTest {
    /** Of the file as scikit-learn 1.2.1 distributes it. */
    private static final String SHA_256 = "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a";

    @Test
    void fileIsThePublishedOne() throws IOException, NoSuchAlgorithmException {
        try (var file = Digits.class.getResourceAsStream("digits.csv.gz")) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(file.readAllBytes());
            assertThat(HexFormat.of().formatHex(digest)).isEqualTo(SHA_256);
        }
    }

    @Test
    void everyClassIsThere() {
        assertThat(counts(Digits.readAll())).containsExactly(178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
    }

    @Test
    void firstImageIsAZero() {
        LabelledImages all = Digits.readAll();
        assertThat(all.label(0)).isZero();
        assertThat(all.brightness(0, 2)).isEqualTo(5 / 16f);
        assertThat(all.brightness(0, 3)).isEqualTo(13 / 16f);
    }

    /** On whatever machine: tensors are little endian. */
    @Test
    void rowsAreLittleEndianFloats() {
        LabelledImages all = Digits.readAll();
        byte[] rows = new byte[2 * 64 * Float.BYTES];
        all.copyRows(new int[] {5, 0, 7}, 1, 3, MemorySegment.ofArray(rows));
        ByteBuffer floats = ByteBuffer.wrap(rows).order(ByteOrder.LITTLE_ENDIAN);
        for (int pixel = 0; pixel < 64; pixel++) {
            assertThat(floats.getFloat(Float.BYTES * pixel)).isEqualTo(all.brightness(0, pixel));
            assertThat(floats.getFloat(Float.BYTES * (64 + pixel))).isEqualTo(all.brightness(7, pixel));
        }
    }

    @Test
    void splitLosesNothing() {
        Dataset digits = Digits.load();
        assertThat(digits.inputs()).isEqualTo(64);
        assertThat(digits.train().size()).isEqualTo(1300);
        assertThat(digits.test().size()).isEqualTo(497);
        int[] train = counts(digits.train());
        int[] test = counts(digits.test());
        int[] all = counts(Digits.readAll());
        for (int digit = 0; digit < 10; digit++) {
            assertThat(train[digit] + test[digit]).isEqualTo(all[digit]);
            assertThat(test[digit]).isBetween(35, 65); // 50 of each and three standard deviations, at this one seed
        }
    }

    @Test
    void splitIsAlwaysTheSame() {
        assertThat(Orders.shuffled(8, 1998)).containsExactly(6, 5, 1, 3, 2, 7, 0, 4);
        assertThat(Orders.shuffled(1797, 1)).containsExactlyInAnyOrder(Orders.sequential(1797));
    }

    private static int[] counts(LabelledImages images) {
        int[] counts = new int[10];
        for (int i = 0; i < images.size(); i++) {
            counts[images.label(i)]++;
        }
        return counts;
    }
}
