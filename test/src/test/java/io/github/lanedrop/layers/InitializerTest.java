package io.github.lanedrop.layers;

import static io.github.lanedrop.layers.Samples.bits;
import static io.github.lanedrop.layers.Samples.dropout;
import static io.github.lanedrop.layers.Samples.filled;
import static io.github.lanedrop.layers.Samples.forward;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.rng.Key;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class InitializerTest {
    private static final Key KEY = Key.of(5);
    private static final int WEIGHTS = 200_000;

    private static double[] draw(Initializer initializer) {
        Tensor weights = Tensor.zeros(WEIGHTS);
        initializer.fill(weights, 50, KEY);
        return Samples.doubles(weights);
    }

    private static double meanOf(double[] values, int power) {
        return Arrays.stream(values).map(v -> Math.pow(v, power)).average().orElseThrow();
    }

    @Test
    void heUniformHasItsMomentsAndBounds() {
        double[] values = draw(Initializer.heUniform());
        double bound = Math.sqrt(6.0 / 50);
        assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow())
                .isLessThanOrEqualTo(bound)
                .isGreaterThan(0.999 * bound);
        double variance = 2.0 / 50;
        assertThat(meanOf(values, 1)).isCloseTo(0, within(6 * Math.sqrt(variance / WEIGHTS)));
        // the fourth moment of a uniform variable is 9/5 of the squared variance
        assertThat(meanOf(values, 2)).isCloseTo(variance, within(6 * variance * Math.sqrt(0.8 / WEIGHTS)));
    }

    @Test
    void heNormalHasItsMoments() {
        double[] values = draw(Initializer.heNormal());
        double variance = 2.0 / 50;
        assertThat(meanOf(values, 1)).isCloseTo(0, within(6 * Math.sqrt(variance / WEIGHTS)));
        assertThat(meanOf(values, 2)).isCloseTo(variance, within(6 * variance * Math.sqrt(2.0 / WEIGHTS)));
        // standard errors of the third and fourth moment: sqrt(15 / n) and sqrt(96 / n) powers of the deviation
        assertThat(meanOf(values, 3)).isCloseTo(0, within(6 * Math.pow(variance, 1.5) * Math.sqrt(15.0 / WEIGHTS)));
        assertThat(meanOf(values, 4) / (variance * variance)).isCloseTo(3, within(6 * Math.sqrt(96.0 / WEIGHTS)));
        double product = 0;
        for (int i = 0; i < WEIGHTS; i += 2) {
            product += values[i] * values[i + 1];
        }
        assertThat(product / variance / (WEIGHTS / 2))
                .as("the two values of one pair of words are independent")
                .isCloseTo(0, within(6 / Math.sqrt(WEIGHTS / 2.0)));
    }

    @Test
    void weightsAreAFunctionOfTheKey() {
        int[] weights = bits(Linear.he(30, 20, KEY.named("0")).weight().value());
        assertThat(bits(Linear.he(30, 20, KEY.named("0")).weight().value())).isEqualTo(weights);
        assertThat(bits(Linear.he(30, 20, KEY.named("3")).weight().value())).isNotEqualTo(weights);
        assertThat(bits(Linear.he(30, 20, KEY.named("0")).bias().value())).containsOnly(0);
    }

    @Test
    void aShorterTensorIsAPrefix() {
        Tensor longer = Tensor.zeros(3000);
        Tensor shorter = Tensor.zeros(1500);
        Initializer.heNormal().fill(longer, 10, KEY);
        Initializer.heNormal().fill(shorter, 10, KEY);
        assertThat(bits(shorter)).isEqualTo(Arrays.copyOf(bits(longer), 1500));
    }

    /**
     * For inputs of 1 and random weights the variance of the pre-activations is 2 without dropout and 2/q with it. The
     * estimate's deviation is below 0.02 relative: 0.01 from 5000 rows of weights, 0.016 from 64 masks of 64 inputs.
     */
    @Test
    void dropoutRaisesTheVarianceByOneOverKeepAndTheCorrectionTakesItBack() {
        Dropout dropout = dropout(0.5, 0);
        Linear plain = new Linear(64, 5000, Initializer.heNormal(), KEY);
        Linear corrected = new Linear(64, 5000, Initializer.heNormal().afterDropout(dropout.rate()), KEY);
        Tensor x = filled(1, 64, 64);
        double without = meanOf(Samples.doubles(forward(plain, x.rows(0, 1), Pass.eval())), 2);
        double with = meanOf(Samples.doubles(forward(Sequential.of(dropout, plain), x, Pass.train(KEY))), 2);
        double taken = meanOf(Samples.doubles(forward(Sequential.of(dropout, corrected), x, Pass.train(KEY))), 2);
        assertThat(without).isCloseTo(2, within(6 * 0.02 * 2));
        assertThat(with / 2).isCloseTo(2, within(6 * 0.02 * 2));
        assertThat(taken / with).isCloseTo(0.5, within(1e-6));
    }

    @Test
    void errors() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Initializer(Initializer.Distribution.NORMAL, 0))
                .withMessage("gain must be finite and above 0, got 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initializer.heNormal().afterDropout(Rate.drop(1)))
                .withMessage("rate must be below 1, got 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initializer.heNormal().fill(Tensor.zeros(1), -1, KEY));
    }
}
