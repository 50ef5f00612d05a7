package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** DropConnect by its definition: weights that are dropped before they are multiplied, example by example. */
final class DropConnectOracle {
    static final Key KEY = Key.of(41).site(2);

    private DropConnectOracle() {}

    /** Weights of {@code [out, in]} in memory under the mask of one example. */
    static float[] masked(DropConnect weights, int example, float[] w) {
        float[] dropped = new float[w.length];
        long first = weights.offset() + (long) (example / weights.examplesPerMask()) * w.length;
        DropoutKernel.forward(
                weights.mask(), first, MemorySegment.ofArray(w), MemorySegment.ofArray(dropped), w.length);
        return dropped;
    }

    /** {@code y[m] = w'(m) x[m]}, example by example. */
    static float[] forward(DropConnect weights, float[] x, float[] w, int examples, int in, int out) {
        float[] y = new float[examples * out];
        for (int m = 0; m < examples; m++) {
            float[] row = Arrays.copyOfRange(x, m * in, (m + 1) * in);
            float[] transposed = ProductForms.transpose(masked(weights, m, w), out, in);
            System.arraycopy(ProductForms.multiply(row, transposed, new float[out], 1, in, out), 0, y, m * out, out);
        }
        return y;
    }

    static float[] backward(DropConnect weights, float[] dy, float[] w, int examples, int in, int out) {
        float[] dx = new float[examples * in];
        for (int m = 0; m < examples; m++) {
            float[] row = Arrays.copyOfRange(dy, m * out, (m + 1) * out);
            System.arraycopy(
                    ProductForms.multiply(row, masked(weights, m, w), new float[in], 1, out, in), 0, dx, m * in, in);
        }
        return dx;
    }

    /** An example adds to the gradient of the weights that it kept. */
    static float[] gradient(DropConnect weights, float[] dy, float[] x, float[] start, int examples, int in, int out) {
        float[] ones = new float[out * in];
        Arrays.fill(ones, 1);
        float scale =
                KeepBits.keepsAll(weights.mask()) ? 1 : (float) weights.mask().scale();
        float[] dw = start.clone();
        for (int m = 0; m < examples; m++) {
            float[] kept = masked(weights, m, ones);
            for (int i = 0; i < dw.length; i++) {
                if (kept[i] != 0) {
                    dw[i] = Math.fma(dy[m * out + i / in] * scale, x[m * in + i % in], dw[i]);
                }
            }
        }
        return dw;
    }

    static DropConnect masks(int variant, double rate, int examplesPerMask) {
        MaskSource mask = new BernoulliMask(Rate.drop(rate), KEY.step(variant));
        return new DropConnect(mask, variant % 3 * 1001L, examplesPerMask);
    }
}
