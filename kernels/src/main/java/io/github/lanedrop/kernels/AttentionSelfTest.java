package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.attention.ScalarSoftmax;
import io.github.lanedrop.kernels.attention.ScalarTile;
import io.github.lanedrop.kernels.attention.VectorSoftmax;
import io.github.lanedrop.kernels.attention.VectorTile;
import io.github.lanedrop.rng.Philox4x32;
import java.util.Arrays;

/** Holds the vector code of attention against its scalar twin, on a row and a few tiles. */
final class AttentionSelfTest {
    /** Whether the vector code runs: the SIMD path is live, and it agrees with its twin. Decided when first needed. */
    static final boolean VECTOR = Live.trusted("attention", AttentionSelfTest::agrees);

    private AttentionSelfTest() {}

    static boolean agrees() {
        return softmaxAgrees() && tiledSoftmaxAgrees() && tilesAgree();
    }

    private static boolean softmaxAgrees() {
        int elements = 43; // every loop, a tail, and several groups of partial sums
        float[][] scores = new float[2][elements];
        float[][] gradients = new float[2][elements];
        float[][] rows = new float[2][elements + ScalarSoftmax.PARTIAL_SUMS];
        float[][] sums = new float[2][ScalarSoftmax.PARTIAL_SUMS];
        byte[] bits = new byte[2 * Philox4x32.BLOCK_BYTES];
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, bits, 0, bits.length / Philox4x32.BLOCK_BYTES);
        for (int i = 0; i < elements; i++) {
            scores[0][i] = i % 9 == 0 ? Float.NEGATIVE_INFINITY : i * 0.37f - 8;
            gradients[0][i] = 1 / (i - 9.5f);
        }
        scores[1] = scores[0].clone();
        gradients[1] = gradients[0].clone();
        float none = Float.NEGATIVE_INFINITY;
        boolean agree = true;
        for (boolean hides : new boolean[] {false, true}) {
            float max =
                    ScalarSoftmax.exponentials(scores[0], 0, elements, 0.7f, hides, bits, 3, none, rows[0], sums[0]);
            agree &= max
                    == VectorSoftmax.exponentials(scores[1], 0, elements, 0.7f, hides, bits, 3, none, rows[1], sums[1]);
            ScalarSoftmax.dot(rows[0], elements, gradients[0], 0, bits, 3, sums[0]);
            VectorSoftmax.dot(rows[1], elements, gradients[1], 0, bits, 3, sums[1]);
            ScalarSoftmax.gradient(rows[0], elements, 0.3f, 1.25f, 0.1f, hides, bits, 3, gradients[0], 0);
            VectorSoftmax.gradient(rows[1], elements, 0.3f, 1.25f, 0.1f, hides, bits, 3, gradients[1], 0);
            ScalarSoftmax.select(rows[0], elements, 1.25f, bits, 3, scores[0], 0);
            VectorSoftmax.select(rows[1], elements, 1.25f, bits, 3, scores[1], 0);
        }
        return agree
                && Arrays.equals(scores[0], scores[1])
                && Arrays.equals(gradients[0], gradients[1])
                && Arrays.equals(sums[0], sums[1]);
    }

    private static boolean tiledSoftmaxAgrees() {
        int rows = 2;
        int[] seen = {ScalarTile.STRIDE, 43};
        float[][] tiles = new float[2][rows * ScalarTile.STRIDE];
        float[][] gradients = new float[2][rows * ScalarTile.STRIDE];
        float[][] sums = new float[2][ScalarSoftmax.PARTIAL_SUMS];
        float[] logSums = {5, 7};
        float[] dots = {0.3f, -0.4f};
        byte[] bits = new byte[2 * Philox4x32.BLOCK_BYTES];
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, bits, 0, bits.length / Philox4x32.BLOCK_BYTES);
        for (int i = 0; i < tiles[0].length; i++) {
            tiles[0][i] = i % 9 * 0.37f - 8;
            gradients[0][i] = 1 / (i - 9.5f);
        }
        tiles[1] = tiles[0].clone();
        gradients[1] = gradients[0].clone();
        boolean agree = true;
        for (boolean hides : new boolean[] {false, true}) {
            ScalarSoftmax.backward(
                    tiles[0], gradients[0], rows, seen, 0.7f, logSums, dots, 0, 1.25f, hides, bits, 3, 70);
            VectorSoftmax.backward(
                    tiles[1], gradients[1], rows, seen, 0.7f, logSums, dots, 0, 1.25f, hides, bits, 3, 70);
            float max = ScalarSoftmax.keptExponentials(tiles[0], 3, 43, 0.7f, hides, bits, 5, 0.1f, sums[0]);
            agree &= max == VectorSoftmax.keptExponentials(tiles[1], 3, 43, 0.7f, hides, bits, 5, 0.1f, sums[1]);
            Arrays.fill(tiles[0], 3 + 43, ScalarTile.STRIDE, 1f); // where either may write anything
            Arrays.fill(tiles[1], 3 + 43, ScalarTile.STRIDE, 1f);
        }
        return agree
                && Arrays.equals(tiles[0], tiles[1])
                && Arrays.equals(gradients[0], gradients[1])
                && Arrays.equals(sums[0], sums[1]);
    }

    private static boolean tilesAgree() {
        int size = ScalarTile.STRIDE * ScalarTile.STRIDE;
        float[] a = new float[size];
        for (int i = 0; i < size; i++) {
            a[i] = 1f / (i + 3);
        }
        for (int columns : new int[] {16, ScalarTile.STRIDE}) { // tiles of both widths
            float[] expected = new float[size];
            float[] actual = new float[size];
            ScalarTile.multiplyAdd(a, 0, ScalarTile.STRIDE, a, 0, expected, 0, ScalarTile.STRIDE, 4, 5, columns);
            VectorTile.multiplyAdd(a, 0, ScalarTile.STRIDE, a, 0, actual, 0, ScalarTile.STRIDE, 4, 5, columns);
            ScalarTile.multiplyTransposedAdd(a, 0, a, 0, expected, 0, 4, 5, columns);
            VectorTile.multiplyTransposedAdd(a, 0, a, 0, actual, 0, 4, 5, columns);
            for (int row = 0; row < 4; row++) {
                int at = row * ScalarTile.STRIDE;
                if (!Arrays.equals(expected, at, at + columns, actual, at, at + columns)) {
                    return false;
                }
            }
        }
        return true;
    }
}
