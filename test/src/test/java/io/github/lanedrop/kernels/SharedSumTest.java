package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.lanedrop.rng.Key;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** A last group that is not whole has values that nothing shares in. */
    @ParameterizedTest
    @CsvSource({"1, 4, 6", "2, 4, 10", "3, 4, 1", "1, 5000, 4097"})
    void valuesWithoutElementsAreZero(long shared, long inner, int elements) {
        var sharing = new Sharing(shared, inner);
        float[] dst = new float[(int) sharing.values(elements) + 1];
        Arrays.fill(dst, Float.NaN);
        SharedSum.sum(sharing, Learned.of(Learned.ones(elements)), Learned.of(dst), elements);
        for (int value = 0; value < dst.length - 1; value++) {
            int sharers = 0;
            for (int i = 0; i < elements; i++) {
                sharers += sharing.index(i) == value ? 1 : 0;
            }
            assertThat(dst[value]).as("value %d", value).isEqualTo(sharers);
        }
        assertThat(dst[dst.length - 1]).as("beyond the values").isNaN();
    }

    /** A number past 2^63 - 1 must not come out negative, which every buffer could hold. */
    @Test
    void moreValuesThanALongCounts() {
        long inner = 1L << 62;
        var sharing = new Sharing(1, inner);
        assertThat(sharing.values(inner)).isEqualTo(inner);
        assertThat(sharing.values(inner + 10)).isEqualTo(Long.MAX_VALUE);
        assertThat(new Sharing(2, inner - 1).values(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE - 1);

        Key key = Key.of(1);
        float[] few = new float[10];
        float[] dst = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        assertThatThrownBy(() -> DropoutKernel.forward(
                        new VaryingRateMask(Learned.of(few), sharing, key),
                        inner,
                        Learned.of(few),
                        Learned.of(dst),
                        10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the mask's rates must hold at least");
        assertThatThrownBy(() -> VariationalDropout.forward(
                        key, inner, sharing, Learned.of(few), Learned.of(few), Learned.of(dst), 10, Workers.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("elements must be in [0, 2^61), got " + Long.MAX_VALUE);
        assertThat(dst).containsOnly(1);
    }
}
