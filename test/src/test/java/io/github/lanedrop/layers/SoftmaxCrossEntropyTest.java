package io.github.lanedrop.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class SoftmaxCrossEntropyTest {
    private static SoftmaxCrossEntropy of(int label, float... logits) {
        return SoftmaxCrossEntropy.of(Tensor.of(logits, 1, logits.length), new int[] {label});
    }

    @Test
    void byHand() {
        // exp(ln 1), exp(ln 2), exp(ln 5): probabilities 1/8, 2/8, 5/8
        SoftmaxCrossEntropy head = SoftmaxCrossEntropy.of(
                Tensor.of(new float[] {0, (float) Math.log(2), (float) Math.log(5), 3, 3, 3}, 2, 3), new int[] {1, 0});
        assertThat(head.loss()).isCloseTo((Math.log(4) + Math.log(3)) / 2, within(1e-7));
        assertThat(head.probabilities().toArray())
                .containsExactly(new float[] {.125f, .25f, .625f, 1 / 3f, 1 / 3f, 1 / 3f}, within(1e-7f));
        assertThat(head.logitsGradient().toArray())
                .containsExactly(new float[] {.0625f, -.375f, .3125f, -1 / 3f, 1 / 6f, 1 / 6f}, within(1e-7f));
    }

    @Test
    void isStableForLargeLogitsAndSmallProbabilities() {
        assertThat(of(0, 1e30f, -1e30f).loss()).isZero();
        assertThat(of(1, 1000, 0).loss()).isEqualTo(1000);
        assertThat(of(0, 1000, 999).loss()).isCloseTo(Math.log1p(Math.exp(-1)), within(1e-12));
    }

    @Test
    void nanAndInfinitiesAreNeitherHiddenNorThrown() {
        assertThat(of(0, Float.NaN, 1).loss()).isNaN();
        assertThat(of(0, Float.NaN, 1).logitsGradient().toArray()).containsOnly(Float.NaN);
        assertThat(of(0, Float.POSITIVE_INFINITY, 1).loss()).isNaN();
        assertThat(of(0, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY).loss())
                .isNaN();
        assertThat(of(1, Float.NEGATIVE_INFINITY, 1).loss()).isZero();
        assertThat(of(0, Float.NEGATIVE_INFINITY, 1).loss()).isInfinite();
        assertThat(of(0, Float.NEGATIVE_INFINITY, 1).logitsGradient().toArray()).containsExactly(-1, 1);
        assertThat(SoftmaxCrossEntropy.of(Tensor.zeros(0, 3), new int[0]).loss())
                .isNaN();
    }

    @Test
    void errors() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(2, 0, 0))
                .withMessage("labels must be in [0, 2), got 2 for row 0");
        assertThatIllegalArgumentException().isThrownBy(() -> of(-1, 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SoftmaxCrossEntropy.of(Tensor.zeros(2, 2), new int[1]))
                .withMessage("labels must be 2, one for each row, got 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SoftmaxCrossEntropy.of(Tensor.zeros(2), new int[2]))
                .withMessage("logits must have the shape [N, C], got [2]");
    }
}
