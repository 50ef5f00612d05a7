package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums over what shares a value, in the documented order. */
@Tag("paths")
final class SharedSumTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 5000",
        "1, 7, 5000",
        "9223372036854775807, 1, 5000",
        "9223372036854775807, 1, 1",
        "5000, 1, 5000",
        "300, 1, 5000",
        "3, 1, 4999",
        "1025, 1, 5000",
        "5, 7, 5000",
        "5, 7, 70",
        "5, 7, 36",
        "2, 1500, 5000",
        "40, 100, 4000",
        "3, 4000, 5000",
        "7, 130, 5000"
    })
    void sumsAreTheDefinition(long shared, long inner, int elements) {
        var sharing = new Sharing(shared, inner);
        float[] src = Learned.gaussian(new Random(1), elements, 0, 1);
        int values = (int) sharing.values(elements);
        List<List<Float>> sharers = new ArrayList<>();
        for (int value = 0; value < values; value++) {
            sharers.add(new ArrayList<>());
        }
        for (int i = 0; i < elements; i++) {
            sharers.get((int) sharing.index(i)).add(src[i]);
        }
        float[] expected = new float[values];
        for (int value = 0; value < values; value++) {
            List<Float> terms = sharers.get(value);
            expected[value] = (float) (inner == 1 ? Learned.sum(floats(terms)) : inOrder(terms));
        }
        for (int tasks : new int[] {1, 2, 3, 7}) {
            float[] dst = new float[values];
            SharedSum.sum(sharing, Learned.of(src), Learned.of(dst), elements, new Workers(Runnable::run, tasks));
            assertThat(dst).isEqualTo(expected);
        }
    }

    private static float[] floats(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }

    private static double inOrder(List<Float> values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }

    @Test
    void sumsAreInDouble() {
        float[] src = {1e8f, 1, -1e8f, 1e8f, 1, -1e8f};
        float[] dst = new float[1];
        SharedSum.sum(Sharing.ALL, Learned.of(src), Learned.of(dst), 6);
        assertThat(dst).containsExactly(2);
    }

    @Test
    void valuesAndIndices() {
        assertThat(Sharing.NONE.values(10)).isEqualTo(10);
        assertThat(Sharing.NONE.index(9)).isEqualTo(9);
        assertThat(Sharing.ALL.values(10)).isEqualTo(1);
        assertThat(Sharing.ALL.values(0)).isZero();
        assertThat(Sharing.ALL.index(Long.MAX_VALUE - 1)).isZero();
        assertThat(Sharing.row(5).values(20)).isEqualTo(4);
        assertThat(Sharing.row(5).index(14)).isEqualTo(2);
        assertThat(Sharing.column(4, 5).values(20)).isEqualTo(5);
        assertThat(Sharing.column(4, 5).index(14)).isEqualTo(4);
        assertThat(Sharing.column(4, 5).values(21)).isEqualTo(10);
        assertThat(Sharing.column(4, 5).index(26)).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0", "-1, 5", "4611686018427387904, 2"})
    void lengthsOutOfRange(long shared, long inner) {
        assertThatThrownBy(() -> new Sharing(shared, inner))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shared and inner must be 1 or more and their product at most 2^63 - 1, got " + shared
                        + " and " + inner);
    }
}
