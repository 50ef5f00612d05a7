package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * E8: dropout before a batch normalisation. Of activations of mean {@code c} and variance {@code v}, those that it sees in
 * training have the variance {@code (c^2 + v) / q - c^2}, at test time {@code v}: it then divides by too much, the ratio is
 * {@code v / ((c^2 + v) / q - c^2)}.
 *
 * <p>Source: X. Li et al., "Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift", CVPR
 * 2019.
 */
final class VarianceShiftIdentitiesTest {
    /** Over all masks and both values of activations that are {@code c + sqrt(v)} or {@code c - sqrt(v)}. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0.5, 0.5",
        "0, 1, 0.9, 0.9",
        "0, 4, 0.7, 0.7",
        "1, 1, 0.5, 0.3333333333333333",
        "1, 1, 0.9, 0.8181818181818182",
        "2, 1, 0.5, 0.16666666666666666",
    })
    void e8RatioOfVariances(double c, double v, double keep, double ratio) {
        Rate drop = Rate.keep(keep);
        double q = 1 - drop.effective();
        double[] values = {c + Math.sqrt(v), c - Math.sqrt(v)};
        double mean = 0;
        double meanOfSquares = 0;
        for (double value : values) {
            mean += AllMasks.mean(1, drop, mask -> mask.inverted(value)[0]) / 2;
            meanOfSquares += AllMasks.mean(1, drop, mask -> Math.pow(mask.inverted(value)[0], 2)) / 2;
        }
        double trained = meanOfSquares - mean * mean;
        assertThat(trained).isCloseTo((c * c + v) / q - c * c, within(1e-12));
        assertThat(v / trained).isCloseTo(ratio, within(1e-9)); // the rate's threshold has 32 bits
    }

    /**
     * E8 with a linear unit in between, weights {@code w} on {@code d} activations with correlations {@code rho}, and
     * {@code cos = sum w / (sqrt(d) |w|)}: {@code (v + r) / ((c^2 + v) / q - c^2 + r)} with
     * {@code r = rho v (d cos^2 - 1)}. Over all masks and signs of {@code x_i = c + sqrt(v) (sqrt(rho) s_0 +
     * sqrt(1 - rho) s_i)}.
     */
    @ParameterizedTest
    @CsvSource({"0, 1, 0.5, 0.25", "1, 1, 0.5, 0.25", "1, 2, 0.9, 0.5", "0.5, 1, 0.7, 0"})
    void e8RatioAfterALinearUnit(double c, double v, double keep, double rho) {
        Rate drop = Rate.keep(keep);
        double q = 1 - drop.effective();
        double[] w = {1, .5, -2, 3};
        int d = w.length;
        double sum = 0;
        double norm = 0;
        for (double weight : w) {
            sum += weight;
            norm += weight * weight;
        }
        double cos = sum / Math.sqrt(d * norm);
        double r = rho * v * (d * cos * cos - 1);

        int signs = 1 << (d + 1);
        double[] test = {0, 0};
        double[] train = {0, 0};
        for (int s = 0; s < signs; s++) {
            double[] x = new double[d];
            for (int i = 0; i < d; i++) {
                x[i] = c + Math.sqrt(v) * (Math.sqrt(rho) * sign(s, d) + Math.sqrt(1 - rho) * sign(s, i));
            }
            add(test, 1d / signs, w, x, d, Integer.MAX_VALUE, 1);
            AllMasks.forEach(d, drop, mask -> add(train, mask.probability() / signs, w, x, d, mask.bits(), 1 / q));
        }
        double testVariance = test[1] - test[0] * test[0];
        double trainVariance = train[1] - train[0] * train[0];
        assertThat(testVariance).isCloseTo(norm * (v + r), within(1e-11));
        assertThat(trainVariance).isCloseTo(norm * ((c * c + v) / q - c * c + r), within(1e-11));
        assertThat(testVariance / trainVariance)
                .isCloseTo((v + r) / ((c * c + v) / q - c * c + r), within(1e-12))
                .isLessThan(1);
    }

    private static int sign(int bits, int i) {
        return ((bits >>> i) & 1) == 0 ? -1 : 1;
    }

    /** Adds the value of the unit, and its square, to their means. */
    private static void add(double[] moments, double weight, double[] w, double[] x, int d, int kept, double scale) {
        double z = 0;
        for (int i = 0; i < d; i++) {
            z += ((kept >>> i) & 1) == 1 ? w[i] * x[i] * scale : 0;
        }
        moments[0] += weight * z;
        moments[1] += weight * z * z;
    }

    /** E8 on a million activations through the kernel, within six standard errors of a variance. */
    @ParameterizedTest
    @CsvSource({"0, 0.5, 0.5", "0, 0.9, 0.9", "1, 0.5, 0.3333", "1, 0.9, 0.8182"})
    void e8RatioOnRealActivations(double c, double keep, double ratio) {
        int elements = 1 << 20;
        Random random = new Random(1);
        float[] x = new float[elements];
        for (int i = 0; i < elements; i++) {
            x[i] = (float) (c + random.nextGaussian());
        }
        float[] y = new float[elements];
        DropoutKernel.forward(
                new BernoulliMask(Rate.keep(keep), Key.of(2)),
                0,
                MemorySegment.ofArray(x),
                MemorySegment.ofArray(y),
                elements);
        double[] test = moments(x);
        double[] train = moments(y);
        double error = Math.sqrt(test[1] / elements) + Math.sqrt(train[1] / elements);
        assertThat(test[0] / train[0]).isCloseTo(ratio, within(6 * ratio * error + 5e-5));
    }

    /** The variance, and the variance of the squared deviation over the variance. */
    private static double[] moments(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value / (double) values.length;
        }
        double second = 0;
        double fourth = 0;
        for (float value : values) {
            double square = (value - mean) * (value - mean);
            second += square / values.length;
            fourth += square * square / values.length;
        }
        return new double[] {second, fourth / (second * second) - 1};
    }
}
