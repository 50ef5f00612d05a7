package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;

/**
 * Matrix products under DropConnect: weights are dropped, by masks that are drawn while the weights are packed and never
 * stored.
 *
 * <pre>
 * forward:    y[m][n]  = f(sum_k x[m][k] * w'[k][n])           w' = kept(m, w) ? w * scale : +0
 * backward:   dx[m][k] = sum_n dy[m][n] * w'[k][n]             the same product, of dy and w transposed
 *             dw[k][n] = dw[k][n] + sum_m x[m][k] * scale * dy[m][n], over the examples m for which w[k][n] is kept
 * inference:  u ~ N(x w, p / q (x * x) (w * w))                y = mean of f(u) over samples
 * </pre>
 *
 * <p>{@code p} is the rate of dropping, {@code q = 1 - p}, {@code scale = 1 / q}. The paper does not scale in training, so
 * its moments are {@code q x w} and {@code q p (x * x) (w * w)}: ours times {@code q} and {@code q * q}.
 *
 * <p>{@link DropConnect} says which weights are kept for which example, by their index in memory; so {@code w} may be given
 * as it is or transposed, and the backward passes under the same masks are right. Everything is one chain of fused
 * multiply-adds an element, as in {@link MatrixProduct}: the bits are those of a product with weights that went through
 * {@link DropoutKernel#forward}, whatever the CPU, the vectors and the threads.
 *
 * <p><b>Edges.</b> At rate 0 this is the plain product; at rate 1 every weight is +0. A dropped weight is +0, so NaN and
 * infinite inputs still give NaN with it; in the gradient an example that dropped a weight is skipped, whatever it holds.
 * <b>Aliasing, threads, errors</b> are those of {@link MatrixProduct}.
 *
 * <p>Source: L. Wan et al., "Regularization of Neural Networks using DropConnect", ICML 2013.
 */
public final class DropConnectProduct {
    private DropConnectProduct() {}

    /**
     * {@code c = f(a * b)} under masks of {@code b}: the forward pass, and the gradient with respect to the input if
     * {@code a} is that of the output and {@code b} the transpose of the weights.
     *
     * @param weights which weights are kept for which rows of {@code a}
     * @param a M x K, one row an example
     * @param b K x N, the weights
     * @param c M x N, receives the result
     * @param epilogue what becomes of the product
     * @param workers who does it
     */
    public static void multiply(DropConnect weights, Matrix a, Matrix b, Matrix c, Epilogue epilogue, Workers workers) {
        ProductChecks.operands(a, b, c, workers);
        ProductChecks.epilogue(epilogue, c, workers);
        ProductChecks.weights(weights, b.bytes() / Float.BYTES, a.rows(), c, workers);
        BlockedProduct.run(a, b, PackedMatrix.NONE, c, false, weights, BlockedProduct.Form.PRODUCT, epilogue, workers);
    }

    /**
     * Adds the gradient with respect to the weights, {@code c = c + a * b} where a step of the inner index, an example, adds
     * to the elements of {@code c} that its mask keeps.
     *
     * <p>The scale multiplies {@code a}, with one rounding.
     *
     * @param weights which weights are kept for which example
     * @param a R x M, one column an example: of weights of {@code [out, in]} the transposed gradient with respect to the
     *     output, of weights of {@code [in, out]} the transposed input
     * @param b M x C, one row an example: the other of the two
     * @param c R x C as the weights lie in memory, receives the sum
     * @param workers who does it
     */
    public static void addWeightGradient(DropConnect weights, Matrix a, Matrix b, Matrix c, Workers workers) {
        ProductChecks.operands(a, b, c, workers);
        ProductChecks.weights(weights, c.bytes() / Float.BYTES, b.rows(), c, workers);
        BlockedProduct.run(
                a, b, PackedMatrix.NONE, c, true, weights, BlockedProduct.Form.GRADIENT, Epilogue.NONE, workers);
    }

    /**
     * The moments of the forward pass over all masks, for inference: {@code mean = a * b} and
     * {@code variance = p / q * (a * a) (b * b)}, elements squared. Each element of the variance is a chain of fused
     * multiply-adds of {@code a * a * (p / q)} and {@code b * b}, whose factors are rounded.
     *
     * <p>They are those of masks that drop each weight on its own, at a rate; the mask itself is not read. Masks
     * that drop weights together, in blocks or a given number of them, have other moments.
     *
     * @param weights the masks, of which only the rate counts, which is less than 1
     * @param a M x K, one row an example
     * @param b K x N, the weights
     * @param mean M x N, receives the expectation, without a bias
     * @param variance M x N, receives the variance
     * @param workers who does it
     * @throws IllegalArgumentException if the rate is 1, for which no scale makes up, or varies from weight to weight
     */
    public static void moments(DropConnect weights, Matrix a, Matrix b, Matrix mean, Matrix variance, Workers workers) {
        Rate rate = weights.mask().rate();
        if (rate.dropsAll()) {
            throw new IllegalArgumentException("rate must be less than 1, got " + rate.nominal());
        }
        if (Double.isNaN(weights.mask().dropShare())) {
            throw new IllegalArgumentException("mask must have one rate for all weights, got " + weights.mask());
        }
        ProductChecks.operands(a, b, mean, workers);
        ProductChecks.operands(a, b, variance, workers);
        Check.disjoint("mean", mean.segment(), mean.bytes(), "variance", variance.segment(), variance.bytes());
        BlockedProduct.run(
                a,
                b,
                PackedMatrix.NONE,
                mean,
                false,
                DropConnect.NONE,
                BlockedProduct.Form.PRODUCT,
                Epilogue.NONE,
                workers);
        BlockedProduct.run(
                a,
                b,
                PackedMatrix.NONE,
                variance,
                false,
                weights,
                BlockedProduct.Form.VARIANCE,
                Epilogue.NONE,
                workers);
    }

    /**
     * The paper's inference: the mean of an activation of normal variables.
     *
     * <pre>
     * u_z[i] = mean[i] + sqrt(variance[i]) * normal_z[i]          z = 0 .. samples - 1
     * dst[i] = (f(u_0[i]) + f(u_1[i]) + ...) / samples
     * </pre>
     *
     * <p>{@code normal_z} is element {@code offset + i} of the standard normals of the key's pass plus {@code z}.
     *
     * @param activation the function f
     * @param samples how many, 1 or more
     * @param key where the normals are drawn; its pass plus the samples must not exceed {@link Key#PASSES}
     * @param offset the index of the first normal, a multiple of 4, which is that of the first element: 0 for all of a batch
     * @param mean the expectations, perhaps with a bias added
     * @param variance the variances, 0 or more
     * @param dst receives the means; may be {@code mean}
     * @param elements how many
     * @param workers who does it
     * @throws IllegalArgumentException if there are too few or too many samples, and as the other kernels do
     */
    public static void sample(
            Activation activation,
            int samples,
            Key key,
            long offset,
            MemorySegment mean,
            MemorySegment variance,
            MemorySegment dst,
            long elements,
            Workers workers) {
        Check.range(offset, elements);
        if (offset % Samples.NORMALS_OF_A_BLOCK != 0) {
            throw new IllegalArgumentException(
                    "offset must be a multiple of " + Samples.NORMALS_OF_A_BLOCK + ", got " + offset);
        }
        int most = Key.PASSES - (int) (key.stream() % Key.PASSES);
        if (samples < 1 || samples > most) {
            throw new IllegalArgumentException("samples must be in [1, " + most + "], got " + samples);
        }
        Buffers.readable("mean", mean, elements, workers);
        Buffers.readable("variance", variance, elements, workers);
        Buffers.writable("dst", dst, elements, workers);
        Buffers.identicalOrDisjoint("mean", mean, "dst", dst, elements);
        Buffers.disjoint("variance", variance, elements, "dst", dst, elements);
        if (workers.tasks() == 1) {
            Samples.run(activation, samples, key, offset, mean, variance, dst, 0, elements);
        } else {
            workers.split(
                    elements,
                    Samples.CHUNK,
                    (start, end) -> Samples.run(activation, samples, key, offset, mean, variance, dst, start, end));
        }
    }

    /** Chunks of samples, and the memory that they need. */
    private static final class Samples {
        /** Normals that a block of random words makes. */
        static final int NORMALS_OF_A_BLOCK = 4;

        static final int CHUNK = 1024;
        private static final int SLACK = 256;
        private static final Pool<Samples> POOL = new Pool<>(Samples::new);

        private final byte[] words = new byte[CHUNK * Integer.BYTES + SLACK];
        private final float[] means = new float[CHUNK];
        private final float[] deviations = new float[CHUNK];
        private final float[] sums = new float[CHUNK];
        private final float[] values = new float[CHUNK + SLACK];
        private final MemorySegment valueSegment = MemorySegment.ofArray(values);

        static void run(
                Activation activation,
                int samples,
                Key key,
                long offset,
                MemorySegment mean,
                MemorySegment variance,
                MemorySegment dst,
                long start,
                long end) {
            Samples scratch = POOL.borrow();
            for (long at = start; at < end; at += CHUNK) {
                int elements = (int) Math.min(CHUNK, end - at);
                long firstByte = at * Float.BYTES;
                MemorySegment.copy(mean, FLOAT, firstByte, scratch.means, 0, elements);
                MemorySegment.copy(variance, FLOAT, firstByte, scratch.deviations, 0, elements);
                for (int i = 0; i < elements; i++) {
                    scratch.deviations[i] = (float) Math.sqrt(scratch.deviations[i]);
                }
                for (int z = 0; z < samples; z++) {
                    scratch.add(activation, key, z, offset + at, elements);
                }
                for (int i = 0; i < elements; i++) {
                    scratch.sums[i] /= samples;
                }
                MemorySegment.copy(scratch.sums, 0, dst, FLOAT, firstByte, elements);
            }
            POOL.giveBack(scratch);
        }

        private void add(Activation activation, Key key, int sample, long first, int elements) {
            Normals.fill(key.seed(), key.stream() + sample, 0, 1, first, elements, words, values);
            for (int i = 0; i < elements; i++) {
                values[i] = means[i] + deviations[i] * values[i];
            }
            Chain.ofActivation(activation)
                    .forward(
                            KeepBits.ALL_KEPT,
                            DType.FLOAT32,
                            0,
                            valueSegment,
                            Chain.NO_BIAS,
                            elements,
                            valueSegment,
                            0,
                            elements);
            for (int i = 0; i < elements; i++) {
                sums[i] = sample == 0 ? values[i] : sums[i] + values[i];
            }
        }
    }
}
