package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.dropout;
import static io.github.lanedrop.layers.Samples.filled;
import static io.github.lanedrop.layers.Samples.forward;
import static io.github.lanedrop.layers.Samples.kept;
import static io.github.lanedrop.layers.Samples.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DropoutTest {
    private static final Key KEY = Key.of(2026).step(3);

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.9})
    void keepsScaledOrDropsToZeroAndGoesBackByTheSameMask(double rate) {
        Dropout dropout = dropout(rate, 4);
        Tensor x = tensor(1, 17, 33);
        Tensor dy = tensor(2, 17, 33);
        Result result = dropout.forward(x, Pass.train(KEY));
        Tensor dx = result.backward().backward(dy, new Gradients());
        BitSet kept = kept(dropout, KEY, 0, 17 * 33);
        float scale = (float) Rate.drop(rate).scale();
        for (int i = 0; i < x.elements(); i++) {
            assertThat(Float.floatToRawIntBits(result.output().get(i)))
                    .isEqualTo(Float.floatToRawIntBits(kept.get(i) ? x.get(i) * scale : 0f));
            assertThat(Float.floatToRawIntBits(dx.get(i)))
                    .isEqualTo(Float.floatToRawIntBits(kept.get(i) ? dy.get(i) * scale : 0f));
        }
    }

    @Test
    void everyRowHasAMaskOfItsOwn() {
        Tensor y = forward(dropout(0.5, 0), filled(1, 4, 64), Pass.train(KEY));
        Set<String> rows = new HashSet<>();
        for (int row = 0; row < 4; row++) {
            rows.add(Arrays.toString(y.rows(row, row + 1).toArray()));
        }
        assertThat(rows).hasSize(4);
    }

    @Test
    void stepsPassesAndSitesDrawAnewAndTheSameKeyRepeats() {
        Tensor x = filled(1, 8, 64);
        Dropout dropout = dropout(0.5, 0);
        int[] first = bits(forward(dropout, x, Pass.train(KEY)));
        assertThat(bits(forward(dropout, x, Pass.train(KEY)))).isEqualTo(first);
        assertThat(bits(forward(dropout, x, Pass.mc(KEY)))).isEqualTo(first);
        assertThat(bits(forward(dropout, x, Pass.train(KEY.step(4))))).isNotEqualTo(first);
        assertThat(bits(forward(dropout, x, Pass.mc(KEY.pass(1))))).isNotEqualTo(first);
        assertThat(bits(forward(dropout(0.5, 1), x, Pass.train(KEY)))).isNotEqualTo(first);
    }

    @Test
    void partsInAnyOrderHaveTheBitsOfTheWhole() {
        Dropout dropout = dropout(0.3, 2);
        Tensor x = tensor(3, 13, 7);
        Tensor whole = forward(dropout, x, Pass.train(KEY));
        for (int[] part : new int[][] {{9, 13}, {0, 5}, {5, 9}}) {
            Tensor y =
                    forward(dropout, x.rows(part[0], part[1]), Pass.train(KEY).withRowOffset(part[0]));
            assertThat(bits(y)).isEqualTo(bits(whole.rows(part[0], part[1])));
        }
    }

    @Test
    void inferenceReturnsTheInputItselfAndCannotDraw() {
        Dropout dropout = dropout(0.5, 0);
        Tensor x = tensor(4, 3, 5);
        Tensor dy = tensor(5, 3, 5);
        Result result = dropout.forward(x, Pass.eval());
        assertThat(result.output()).isSameAs(x);
        assertThat(result.backward().backward(dy, new Gradients())).isSameAs(dy);
        assertThatIllegalStateException()
                .isThrownBy(() -> Pass.eval().key())
                .withMessage("an EVAL pass has no key: nothing may be drawn in it");
    }

    @Test
    void theWayBackReadsNoValues() {
        Dropout dropout = dropout(0.5, 0);
        Tensor dx = dropout.forward(filled(0, 4, 32), Pass.train(KEY))
                .backward()
                .backward(filled(1, 4, 32), new Gradients());
        BitSet kept = kept(dropout, KEY, 0, 128);
        assertThat(kept.cardinality()).isBetween(1, 127);
        for (int i = 0; i < 128; i++) {
            assertThat(dx.get(i)).isEqualTo(kept.get(i) ? 2f : 0f);
        }
    }

    @Test
    void anotherRateMeanwhileDoesNotChangeTheWayBack() {
        Dropout dropout = dropout(0.5, 7);
        Tensor x = tensor(6, 4, 32);
        Result result = dropout.forward(x, Pass.train(KEY));
        Dropout later = dropout.withRate(Rate.drop(0.1));
        forward(later, x, Pass.train(KEY));
        assertThat(later.site()).isEqualTo(7);
        assertThat(dropout.rate()).isEqualTo(Rate.drop(0.5));
        assertThat(bits(result.backward().backward(x, new Gradients()))).isEqualTo(bits(result.output()));
    }

    @Test
    void aScheduleThroughRateZeroLeavesOtherSitesAlone() {
        Tensor x = filled(1, 4, 32);
        BitSet other = kept(dropout(0.5, 1), KEY, 0, 128);
        for (double rate : new double[] {0.1, 0, 0.1, 1}) {
            Tensor y = forward(Sequential.of(dropout(rate, 0), dropout(0.5, 1)), x, Pass.train(KEY));
            BitSet first = kept(dropout(rate, 0), KEY, 0, 128);
            for (int i = 0; i < 128; i++) {
                assertThat(y.get(i) != 0).as("rate %s, element %d", rate, i).isEqualTo(first.get(i) && other.get(i));
            }
        }
    }

    @Test
    void ratesZeroAndOneAreExact() {
        Tensor x = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, -0f, 1}, 1, 4);
        assertThat(forward(dropout(0, 0), x, Pass.train(KEY))).isSameAs(x);
        Result all = dropout(1, 0).forward(x, Pass.train(KEY));
        assertThat(bits(all.output())).containsOnly(0);
        assertThat(bits(all.backward().backward(x, new Gradients()))).containsOnly(0);
        assertThat(dropout(0, 0).isStochastic()).isFalse();
        assertThat(dropout(1, 0).isStochastic()).isFalse();
        assertThat(dropout(0.5, 0).isStochastic()).isTrue();
    }

    @Test
    void emptyInputs() {
        assertThat(forward(dropout(0.5, 0), Tensor.zeros(0, 4), Pass.train(KEY)).shape())
                .containsExactly(0, 4);
        Pass far = Pass.train(KEY).withRowOffset(Long.MAX_VALUE);
        assertThat(forward(dropout(0.5, 0), Tensor.zeros(4, 0), far).shape()).containsExactly(4, 0);
    }

    @Test
    void rowsAreNumberedUpToTheEndOfTheMasksIndex() {
        Dropout dropout = dropout(0.5, 0);
        Tensor x = filled(1, 2, 8);
        long last = (Long.MAX_VALUE - 16) / 8;
        Tensor y = forward(dropout, x, Pass.train(KEY).withRowOffset(last));
        BitSet kept = kept(dropout, KEY, 8 * last, 16);
        for (int i = 0; i < 16; i++) {
            assertThat(y.get(i)).isEqualTo(kept.get(i) ? 2f : 0f);
        }
        for (long row : new long[] {last + 1, Long.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> forward(dropout, x, Pass.train(KEY).withRowOffset(row)))
                    .withMessage(
                            "rowOffset must be at most " + last + " for the input's 16 elements, 8 a row, got " + row);
        }
    }

    @Test
    void errors() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dropout(0.5, 65536))
                .withMessage("site must be in [0, 65536), got 65536");
        assertThatIllegalArgumentException().isThrownBy(() -> Pass.eval().withRowOffset(-1));
        Backward backward =
                dropout(0.5, 0).forward(Tensor.zeros(2, 3), Pass.train(KEY)).backward();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backward.backward(Tensor.zeros(3, 2), new Gradients()))
                .withMessage("outputGradient must have the shape [2, 3], got [3, 2]");
    }
}
