package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.math.ScalarMath;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/**
 * Attention once more, from its documentation: in float, step by step, for its bits, and in double, by the formulas, for
 * its values. Of the product it uses the exponential alone, which has tests of its own.
 */
final class AttentionOracle {
    private static final int KEYS = 256;

    final int planes;
    final int rows;
    final int columns;
    final boolean causal;
    final int[] lengths;
    final boolean renormalized;
    final float scale;
    final boolean[] kept;
    final double maskScale;

    private AttentionOracle(AttentionScores scores, int[] lengths, boolean[] kept, double maskScale) {
        planes = scores.planes();
        rows = scores.rows();
        columns = scores.columns();
        causal = scores.causal();
        renormalized = scores.renormalized();
        scale = scores.scale();
        this.lengths = lengths;
        this.kept = kept;
        this.maskScale = maskScale;
    }

    /** With the mask of a key and rate, drawn by {@link MaskOracle}. */
    static AttentionOracle of(AttentionScores scores, long seed, long stream, double rate, long offset) {
        boolean[] kept = new boolean[Math.toIntExact(scores.elements())];
        var mask = new MaskOracle(seed, stream, rate);
        for (int i = 0; i < kept.length; i++) {
            kept[i] = mask.kept(offset + i);
        }
        int[] lengths = new int[scores.planes()];
        Arrays.fill(lengths, scores.columns());
        if (scores.keyLengths().byteSize() > 0) {
            MemorySegment.copy(scores.keyLengths(), Memory.INT, 0, lengths, 0, lengths.length);
        }
        return new AttentionOracle(scores, lengths, kept, MaskOracle.scale(MaskOracle.threshold(rate)));
    }

    static float[] gaussian(Random random, int elements) {
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private boolean dropsAll() {
        return maskScale == Double.POSITIVE_INFINITY;
    }

    private double scaleOfKept() {
        return renormalized ? 1 : maskScale;
    }

    int limit(int plane, int row) {
        int limit = causal ? Math.min(lengths[plane], row + 1 + columns - rows) : lengths[plane];
        return Math.max(0, limit);
    }

    // in float

    /** {@code max} of those that are no NaN; NaN if there is nothing else above minus infinity; 0 is +0. */
    private static float max(float before, float[] x) {
        float max = before;
        boolean nan = false;
        for (float value : x) {
            nan |= Float.isNaN(value);
            max = value > max ? value : max;
        }
        return max == Float.NEGATIVE_INFINITY && nan ? Float.NaN : max + 0f;
    }

    /** 16 sums of every sixteenth, added pairwise. */
    static float sum(float[] x) {
        float[] sums = new float[16];
        for (int i = 0; i < x.length; i++) {
            sums[i % 16] += x[i];
        }
        return fold(sums);
    }

    private static float dot(float[] x, float[] y) {
        float[] sums = new float[16];
        for (int i = 0; i < x.length; i++) {
            sums[i % 16] = Math.fma(x[i], y[i], sums[i % 16]);
        }
        return fold(sums);
    }

    private static float fold(float[] sums) {
        for (int half = 8; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                sums[i] += sums[i + half];
            }
        }
        return sums[0];
    }

    private float[] scaled(float[] scores, int first, int at, int elements) {
        float[] x = new float[elements];
        for (int i = 0; i < elements; i++) {
            boolean hidden = renormalized && !kept[first + i];
            x[i] = hidden ? Float.NEGATIVE_INFINITY : scores[at + i] * scale;
        }
        return x;
    }

    private static float[] exponentials(float[] x, float max) {
        float[] e = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            e[i] = ScalarMath.decay(max - x[i]);
        }
        return e;
    }

    float[] softmaxDropout(float[] scores) {
        float[] probabilities = new float[scores.length];
        for (int row = 0; row < planes * rows && !dropsAll(); row++) {
            int first = row * columns;
            float[] x = scaled(scores, first, first, limit(row / rows, row % rows));
            float max = max(Float.NEGATIVE_INFINITY, x);
            if (max != Float.NEGATIVE_INFINITY) {
                float[] e = exponentials(x, max);
                float factor = (float) (scaleOfKept() / sum(e));
                for (int c = 0; c < e.length; c++) {
                    probabilities[first + c] = kept[first + c] ? e[c] * factor : 0f;
                }
            }
        }
        return probabilities;
    }

    float[] softmaxDropoutGradient(float[] scores, float[] gradient) {
        float[] result = new float[scores.length];
        for (int row = 0; row < planes * rows && !dropsAll(); row++) {
            int first = row * columns;
            float[] x = scaled(scores, first, first, limit(row / rows, row % rows));
            float max = max(Float.NEGATIVE_INFINITY, x);
            if (max != Float.NEGATIVE_INFINITY) {
                float[] e = exponentials(x, max);
                float[] keptGradient = new float[e.length];
                for (int c = 0; c < e.length; c++) {
                    keptGradient[c] = kept[first + c] ? gradient[first + c] : 0f;
                }
                float sum = sum(e);
                float dot = (float) (scaleOfKept() * dot(e, keptGradient) / sum);
                float factor = (float) (scale / (double) sum);
                for (int c = 0; c < e.length; c++) {
                    float d = kept[first + c] ? gradient[first + c] * (float) scaleOfKept() : 0f;
                    float s = (e[c] * factor) * (d - dot);
                    result[first + c] = kept[first + c] || !renormalized ? s : 0f;
                }
            }
        }
        return result;
    }

    /** What forward gives. */
    static final class Forward {
        final float[] output;
        final float[] logSums;

        private Forward(float[] output, float[] logSums) {
            this.output = output;
            this.logSums = logSums;
        }
    }

    private static float chain(float[] a, int aAt, float[] b, int bAt, int length) {
        float sum = 0;
        for (int k = 0; k < length; k++) {
            sum = Math.fma(a[aAt + k], b[bAt + k], sum);
        }
        return sum;
    }

    Forward forward(float[] queries, float[] keys, float[] values, int depth, int valueDepth) {
        float[] output = new float[planes * rows * valueDepth];
        float[] logSums = new float[planes * rows];
        for (int row = 0; row < planes * rows; row++) {
            int plane = row / rows;
            int limit = limit(plane, row % rows);
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0;
            float[] o = new float[valueDepth];
            for (int block = 0; block < limit; block += KEYS) {
                int n = Math.min(KEYS, limit - block);
                float[] s = new float[n];
                for (int c = 0; c < n; c++) {
                    s[c] = chain(queries, row * depth, keys, (plane * columns + block + c) * depth, depth);
                }
                float[] x = scaled(s, row * columns + block, 0, n);
                float raised = max(max, x);
                if (raised == Float.NEGATIVE_INFINITY) {
                    continue;
                }
                float[] e = exponentials(x, raised);
                if (raised != max) {
                    float factor = ScalarMath.decay(raised - max);
                    sum *= factor;
                    for (int k = 0; k < valueDepth; k++) {
                        o[k] *= factor;
                    }
                    max = raised;
                }
                sum += sum(e);
                for (int c = 0; c < n; c++) {
                    float p = kept[row * columns + block + c] ? e[c] : 0f;
                    for (int k = 0; k < valueDepth; k++) {
                        o[k] = Math.fma(p, values[(plane * columns + block + c) * valueDepth + k], o[k]);
                    }
                }
            }
            for (int k = 0; k < valueDepth; k++) {
                output[row * valueDepth + k] = sum == 0 || dropsAll() ? 0f : o[k] * (float) (scaleOfKept() / sum);
            }
            logSums[row] = (float) (max + StrictMath.log(sum));
        }
        return new Forward(output, logSums);
    }

    /** What backward gives. */
    static final class Gradients {
        final float[] queries;
        final float[] keys;
        final float[] values;

        private Gradients(float[] queries, float[] keys, float[] values) {
            this.queries = queries;
            this.keys = keys;
            this.values = values;
        }
    }

    Gradients backward(
            float[] queries,
            float[] keys,
            float[] values,
            Forward forward,
            float[] outputGradient,
            int depth,
            int valueDepth) {
        float[] dq = new float[queries.length];
        float[] dk = new float[keys.length];
        float[] dv = new float[values.length];
        for (int row = 0; row < planes * rows && !dropsAll(); row++) {
            int plane = row / rows;
            float logSum = forward.logSums[row];
            int limit = logSum == Float.NEGATIVE_INFINITY ? 0 : limit(plane, row % rows);
            float dot = chain(outputGradient, row * valueDepth, forward.output, row * valueDepth, valueDepth);
            for (int c = 0; c < limit; c++) {
                int key = plane * columns + c;
                float s = chain(queries, row * depth, keys, key * depth, depth);
                float p = ScalarMath.decay(Math.fma(s, -scale, logSum));
                boolean isKept = kept[row * columns + c];
                float dropped = isKept ? p * (float) scaleOfKept() : 0f;
                float dp = chain(outputGradient, row * valueDepth, values, key * valueDepth, valueDepth);
                float d = isKept ? dp * (float) scaleOfKept() : 0f;
                float ds = isKept || !renormalized ? (p * scale) * (d - dot) : 0f;
                for (int k = 0; k < depth; k++) {
                    dq[row * depth + k] = Math.fma(ds, keys[key * depth + k], dq[row * depth + k]);
                    dk[key * depth + k] = Math.fma(ds, queries[row * depth + k], dk[key * depth + k]);
                }
                for (int k = 0; k < valueDepth; k++) {
                    dv[key * valueDepth + k] =
                            Math.fma(dropped, outputGradient[row * valueDepth + k], dv[key * valueDepth + k]);
                }
            }
        }
        return new Gradients(dq, dk, dv);
    }

    // in double, by the formulas

    double[] exactProbabilities(double[] scores) {
        double[] p = new double[scores.length];
        for (int row = 0; row < planes * rows && !dropsAll(); row++) {
            int first = row * columns;
            int limit = limit(row / rows, row % rows);
            double max = Double.NEGATIVE_INFINITY;
            double sum = 0;
            double keptSum = 0;
            for (int c = 0; c < limit; c++) {
                max = Math.max(max, scale * scores[first + c]);
            }
            for (int c = 0; c < limit; c++) {
                p[first + c] = Math.exp(scale * scores[first + c] - max);
                sum += p[first + c];
                keptSum += kept[first + c] ? p[first + c] : 0;
            }
            for (int c = 0; c < limit; c++) {
                double factor = renormalized ? 1 / keptSum : maskScale / sum;
                p[first + c] = kept[first + c] ? p[first + c] * factor : 0;
            }
        }
        return p;
    }

    double[] exactScores(double[] queries, double[] keys, int depth) {
        double[] scores = new double[planes * rows * columns];
        for (int row = 0; row < planes * rows; row++) {
            for (int c = 0; c < columns; c++) {
                for (int k = 0; k < depth; k++) {
                    scores[row * columns + c] +=
                            queries[row * depth + k] * keys[(row / rows * columns + c) * depth + k];
                }
            }
        }
        return scores;
    }

    double[] exactOutput(double[] queries, double[] keys, double[] values, int depth, int valueDepth) {
        double[] p = exactProbabilities(exactScores(queries, keys, depth));
        double[] output = new double[planes * rows * valueDepth];
        for (int row = 0; row < planes * rows; row++) {
            for (int c = 0; c < limit(row / rows, row % rows); c++) {
                for (int k = 0; k < valueDepth; k++) {
                    output[row * valueDepth + k] +=
                            p[row * columns + c] * values[(row / rows * columns + c) * valueDepth + k];
                }
            }
        }
        return output;
    }
}
