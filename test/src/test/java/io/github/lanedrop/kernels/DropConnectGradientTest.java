package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.DropConnectOracle.gradient;
import static io.github.lanedrop.kernels.DropConnectOracle.masked;
import static io.github.lanedrop.kernels.DropConnectOracle.masks;
import static io.github.lanedrop.kernels.ProductForms.assertSame;
import static io.github.lanedrop.kernels.ProductForms.floats;
import static io.github.lanedrop.kernels.ProductForms.gaussian;
import static io.github.lanedrop.kernels.ProductForms.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Gradients of weights under DropConnect. */
@Tag("paths")
final class DropConnectGradientTest {
    /** More examples than a block of the inner index holds. */
    @Test
    void gradientOverManyExamples() {
        var random = new Random(43);
        int examples = 2500;
        float[] dy = gaussian(random, examples * 3);
        float[] x = gaussian(random, examples * 40);
        float[] start = gaussian(random, 3 * 40);
        for (int examplesPerMask : new int[] {1100, 2500}) {
            DropConnect weights = masks(0, .5, examplesPerMask);
            Matrix dw = matrix(start, 3, 40, false);
            DropConnectProduct.addWeightGradient(
                    weights,
                    matrix(dy, examples, 3, false).transpose(),
                    matrix(x, examples, 40, false),
                    dw,
                    Workers.NONE);
            assertSame(floats(dw), gradient(weights, dy, x, start, examples, 40, 3), weights);
        }
    }

    /** Gradients of {@code sum(g * y)}, in double, while the masks stay: differences of a bilinear function are exact. */
    @Test
    void gradientsAreFiniteDifferencesUnderFrozenMasks() {
        var random = new Random(49);
        int examples = 6;
        int in = 7;
        int out = 5;
        float[] x = gaussian(random, examples * in);
        float[] w = gaussian(random, out * in);
        float[] g = gaussian(random, examples * out);
        DropConnect weights = masks(2, .3, 2);
        float[] ones = new float[w.length];
        Arrays.fill(ones, 1);
        Matrix dx = matrix(new float[x.length], examples, in, false);
        DropConnectProduct.multiply(
                weights, matrix(g, examples, out, false), matrix(w, out, in, false), dx, Epilogue.NONE, Workers.NONE);
        Matrix dw = matrix(new float[w.length], out, in, false);
        DropConnectProduct.addWeightGradient(
                weights, matrix(g, examples, out, false).transpose(), matrix(x, examples, in, false), dw, Workers.NONE);
        double h = 1e-3;
        for (int i = 0; i < x.length; i++) {
            double difference = loss(weights, x, w, g, ones, i, h, -1, 0) - loss(weights, x, w, g, ones, i, -h, -1, 0);
            assertThat((double) floats(dx)[i]).as("dx %d", i).isCloseTo(difference / (2 * h), within(1e-5));
        }
        for (int i = 0; i < w.length; i++) {
            double difference = loss(weights, x, w, g, ones, -1, 0, i, h) - loss(weights, x, w, g, ones, -1, 0, i, -h);
            assertThat((double) floats(dw)[i]).as("dw %d", i).isCloseTo(difference / (2 * h), within(1e-5));
        }
    }

    private static double loss(
            DropConnect weights, float[] x, float[] w, float[] g, float[] ones, int xi, double xh, int wi, double wh) {
        int in = 7;
        int out = 5;
        double loss = 0;
        for (int m = 0; m < x.length / in; m++) {
            float[] kept = masked(weights, m, ones);
            for (int n = 0; n < out; n++) {
                for (int k = 0; k < in; k++) {
                    double input = x[m * in + k] + (m * in + k == xi ? xh : 0);
                    double weight = w[n * in + k] + (n * in + k == wi ? wh : 0);
                    loss += kept[n * in + k] == 0
                            ? 0
                            : g[m * out + n] * weight * weights.mask().scale() * input;
                }
            }
        }
        return loss;
    }

    /** An example that dropped a weight adds nothing to its gradient, not even NaN. */
    @Test
    void gradientSkipsDroppedExamples() {
        float[] dy = {Float.NaN, 1};
        float[] x = {1, 1, 1, Float.POSITIVE_INFINITY, 2, 3};
        byte[] bits = {0b010_100}; // the first example keeps weight 2, the second weight 1
        var mask = new StoredMask(Rate.drop(0), MemorySegment.ofArray(bits));
        float[] dw = {7, 8, 9};
        DropConnectProduct.addWeightGradient(
                DropConnect.perExample(mask),
                matrix(dy, 1, 2, false),
                matrix(x, 2, 3, false),
                Matrix.of(MemorySegment.ofArray(dw), 1, 3),
                Workers.NONE);
        assertThat(dw[0]).isEqualTo(7);
        assertThat(dw[1]).isEqualTo(10);
        assertThat(dw[2]).isNaN();
    }
}
