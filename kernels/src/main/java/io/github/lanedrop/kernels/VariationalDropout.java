package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.learned.Chunks;
import io.github.lanedrop.kernels.learned.ScalarGaussian;
import io.github.lanedrop.kernels.learned.Sums;
import io.github.lanedrop.kernels.learned.VectorGaussian;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Variational dropout on 32-bit floats: multiplicative Gaussian noise whose variance alpha is learned, as log alpha, one a
 * layer, unit or weight.
 *
 * <pre>
 * type A, noise on a layer's inputs, the same for all weights of an input:
 *   {@link #forward}:   dst = src * (1 + sqrt(alpha) * e)          e standard normal
 *   {@link #backward}:  srcGradient = dstGradient * (1 + sqrt(alpha) * e)
 *               logAlphaGradient = dstGradient * src * sqrt(alpha) * e / 2
 * type B, independent noise on the weights, by {@link LocalReparameterization}:
 *   {@link #variance}:  variance = alpha * mean^2
 *   {@link #addVarianceGradient}:  meanGradient += 2 * alpha * mean * varianceGradient
 *               logAlphaGradient = alpha * mean^2 * varianceGradient
 * {@link #divergence}: sum of -(log(alpha) / 2 + c1 alpha + c2 alpha^2 + c3 alpha^3)
 *   c = 1.16145124, -1.50204118, 0.58629921; alpha at most 1
 * </pre>
 *
 * <p>Gaussian dropout of rate p is type A with {@code alpha = p / (1 - p)}, that is, log alpha is the logit of p:
 * {@link #rate} and {@link #logAlpha}.
 *
 * <p><b>Shared alphas.</b> A {@link Sharing} says which elements have one alpha. The gradient with respect to log alpha is
 * written per element; {@link SharedSum} adds it up for those that share.
 *
 * <p><b>Alpha at most 1.</b> The approximation of the divergence holds up to there, and the posterior is no longer
 * normalisable beyond. The divergence takes a greater alpha as 1, with a gradient of 0; noise and variances do not. So an
 * optimiser should keep log alpha at most 0. The divergence is that of one weight for each alpha: where n weights share
 * one, it counts n times.
 *
 * <p><b>Parameters.</b> {@code offset} is the row-major index of the first element in the whole tensor, for the noise as
 * for the sharing. {@code elements} counts 32-bit floats, little endian, in memory of any kind and alignment.
 * <b>Edges.</b> An alpha of 0 (log alpha of minus infinity) leaves everything as it is; all else follows IEEE 754. 0
 * elements do nothing. <b>Aliasing.</b> What is written must be identical to or disjoint from each buffer that is read, but
 * disjoint from log alpha; sums that grow must be disjoint. <b>Threads and determinism.</b> Static, stateless, allocates
 * nothing once warm where there is one task; the bits depend on the arguments alone. The divergence is added up in double
 * as {@link SharedSum} does. <b>Errors.</b> As those of {@link DropoutKernel}; everything is checked before the first
 * write.
 *
 * <p>Source: D. P. Kingma, T. Salimans, M. Welling, "Variational Dropout and the Local Reparameterization Trick", NIPS
 * 2015.
 */
public final class VariationalDropout {
    private VariationalDropout() {}

    /**
     * The rate of the dropout that has the same mean and variance: {@code alpha / (1 + alpha)}.
     *
     * @param logAlpha log alpha
     * @return the drop probability, 0 to 1
     */
    public static double rate(double logAlpha) {
        return 1 / (1 + StrictMath.exp(-logAlpha));
    }

    /**
     * The log alpha of a rate: {@code log(p / (1 - p))}.
     *
     * @param rate the drop probability, in [0, 1]
     * @return log alpha; infinite for 0 and 1
     * @throws IllegalArgumentException if the rate is NaN or outside [0, 1]
     */
    public static double logAlpha(double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("rate must be in [0, 1], got " + rate);
        }
        return StrictMath.log(rate) - StrictMath.log1p(-rate);
    }

    /**
     * Noise of type A on the inputs of a layer.
     *
     * @param key the address of the noise; no mask may have it
     * @param offset index of the first element
     * @param sharing which elements share an alpha
     * @param logAlpha log alpha, {@code sharing.values(offset + elements)} of them
     * @param src the inputs
     * @param dst receives the noisy inputs; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            Key key,
            long offset,
            Sharing sharing,
            MemorySegment logAlpha,
            MemorySegment src,
            MemorySegment dst,
            long elements,
            Workers workers) {
        Objects.requireNonNull(key, "key");
        Check.range(offset, elements);
        checkLogAlpha(sharing, logAlpha, offset + elements, "dst", dst, elements, workers);
        Buffers.readable("src", src, elements, workers);
        Buffers.writable("dst", dst, elements, workers);
        Buffers.identicalOrDisjoint("src", src, "dst", dst, elements);
        if (workers.tasks() == 1) {
            forward(key, offset, sharing, logAlpha, src, dst, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) -> forward(key, offset, sharing, logAlpha, src, dst, start, end));
        }
    }

    private static void checkLogAlpha(
            Sharing sharing,
            MemorySegment logAlpha,
            long allElements,
            String writtenName,
            MemorySegment written,
            long elements,
            Workers workers) {
        long values = sharing.values(allElements);
        Buffers.readable("logAlpha", logAlpha, values, workers);
        Buffers.disjoint("logAlpha", logAlpha, values, writtenName, written, elements);
    }

    private static void forward(
            Key key,
            long offset,
            Sharing sharing,
            MemorySegment logAlpha,
            MemorySegment src,
            MemorySegment dst,
            long start,
            long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            Normals.fill(key, offset + at, count, scratch);
            spreadExp(sharing, logAlpha, 0.5f, offset + at, count, scratch);
            MemorySegment.copy(src, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            Chunks.multiplyNoise(scratch.a, scratch.spread, scratch.normals, count);
            MemorySegment.copy(scratch.a, 0, dst, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * The gradients of {@link #forward}.
     *
     * @param key the key of the forward pass
     * @param offset the offset of the forward pass
     * @param sharing the sharing of the forward pass
     * @param logAlpha log alpha of the forward pass
     * @param src the inputs of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}; may be {@code dstGradient} or {@code src}
     * @param logAlphaGradient receives what each element gives to the gradient with respect to log alpha, to be added up by
     *     {@link SharedSum}; may be {@code dstGradient} or {@code src} if {@code srcGradient} is not
     * @param elements how many
     * @param workers who does it
     */
    public static void backward(
            Key key,
            long offset,
            Sharing sharing,
            MemorySegment logAlpha,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment logAlphaGradient,
            long elements,
            Workers workers) {
        Objects.requireNonNull(key, "key");
        Check.range(offset, elements);
        checkLogAlpha(sharing, logAlpha, offset + elements, "srcGradient", srcGradient, elements, workers);
        checkLogAlpha(sharing, logAlpha, offset + elements, "logAlphaGradient", logAlphaGradient, elements, workers);
        Buffers.readable("src", src, elements, workers);
        Buffers.readable("dstGradient", dstGradient, elements, workers);
        Buffers.writable("srcGradient", srcGradient, elements, workers);
        Buffers.writable("logAlphaGradient", logAlphaGradient, elements, workers);
        Buffers.identicalOrDisjoint("src", src, "srcGradient", srcGradient, elements);
        Buffers.identicalOrDisjoint("src", src, "logAlphaGradient", logAlphaGradient, elements);
        Buffers.identicalOrDisjoint("dstGradient", dstGradient, "srcGradient", srcGradient, elements);
        Buffers.identicalOrDisjoint("dstGradient", dstGradient, "logAlphaGradient", logAlphaGradient, elements);
        Buffers.disjoint("srcGradient", srcGradient, elements, "logAlphaGradient", logAlphaGradient, elements);
        if (workers.tasks() == 1) {
            backward(key, offset, sharing, logAlpha, src, dstGradient, srcGradient, logAlphaGradient, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) -> backward(
                            key,
                            offset,
                            sharing,
                            logAlpha,
                            src,
                            dstGradient,
                            srcGradient,
                            logAlphaGradient,
                            start,
                            end));
        }
    }

    private static void backward(
            Key key,
            long offset,
            Sharing sharing,
            MemorySegment logAlpha,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            MemorySegment logAlphaGradient,
            long start,
            long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            Normals.fill(key, offset + at, count, scratch);
            spreadExp(sharing, logAlpha, 0.5f, offset + at, count, scratch);
            MemorySegment.copy(src, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(dstGradient, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            Chunks.multiplyNoiseBackward(scratch.a, scratch.spread, scratch.normals, scratch.b, count);
            MemorySegment.copy(scratch.a, 0, logAlphaGradient, FLOAT, at * Float.BYTES, count);
            MemorySegment.copy(scratch.b, 0, srcGradient, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * The variances of the weights: {@code dst = alpha * mean^2}.
     *
     * @param sharing which weights share an alpha
     * @param logAlpha log alpha, {@code sharing.values(elements)} of them
     * @param mean the weights' means
     * @param dst receives the variances; may be {@code mean}
     * @param elements how many weights
     * @param workers who does it
     */
    public static void variance(
            Sharing sharing,
            MemorySegment logAlpha,
            MemorySegment mean,
            MemorySegment dst,
            long elements,
            Workers workers) {
        Check.range(0, elements);
        checkLogAlpha(sharing, logAlpha, elements, "dst", dst, elements, workers);
        Buffers.readable("mean", mean, elements, workers);
        Buffers.writable("dst", dst, elements, workers);
        Buffers.identicalOrDisjoint("mean", mean, "dst", dst, elements);
        if (workers.tasks() == 1) {
            variance(sharing, logAlpha, mean, dst, 0, elements);
        } else {
            workers.split(
                    elements, LearnedScratch.CHUNK, (start, end) -> variance(sharing, logAlpha, mean, dst, start, end));
        }
    }

    private static void variance(
            Sharing sharing, MemorySegment logAlpha, MemorySegment mean, MemorySegment dst, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            spreadExp(sharing, logAlpha, 1, at, count, scratch);
            MemorySegment.copy(mean, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            Chunks.variance(scratch.a, scratch.spread, count);
            MemorySegment.copy(scratch.a, 0, dst, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * The gradients of {@link #variance}: adds to that with respect to the means, writes that with respect to log alpha.
     *
     * @param sharing the sharing of the forward pass
     * @param logAlpha log alpha of the forward pass
     * @param mean the means of the forward pass
     * @param varianceGradient the gradient with respect to the variances
     * @param meanGradient the sum so far, receives the new one
     * @param logAlphaGradient receives what each weight gives to the gradient with respect to log alpha, to be added up by
     *     {@link SharedSum}; may be {@code varianceGradient}
     * @param elements how many weights
     * @param workers who does it
     */
    public static void addVarianceGradient(
            Sharing sharing,
            MemorySegment logAlpha,
            MemorySegment mean,
            MemorySegment varianceGradient,
            MemorySegment meanGradient,
            MemorySegment logAlphaGradient,
            long elements,
            Workers workers) {
        Check.range(0, elements);
        checkLogAlpha(sharing, logAlpha, elements, "meanGradient", meanGradient, elements, workers);
        checkLogAlpha(sharing, logAlpha, elements, "logAlphaGradient", logAlphaGradient, elements, workers);
        Buffers.readable("mean", mean, elements, workers);
        Buffers.readable("varianceGradient", varianceGradient, elements, workers);
        Buffers.writable("meanGradient", meanGradient, elements, workers);
        Buffers.writable("logAlphaGradient", logAlphaGradient, elements, workers);
        Buffers.disjoint("mean", mean, elements, "meanGradient", meanGradient, elements);
        Buffers.disjoint("varianceGradient", varianceGradient, elements, "meanGradient", meanGradient, elements);
        Buffers.disjoint("mean", mean, elements, "logAlphaGradient", logAlphaGradient, elements);
        Buffers.identicalOrDisjoint(
                "varianceGradient", varianceGradient, "logAlphaGradient", logAlphaGradient, elements);
        Buffers.disjoint("meanGradient", meanGradient, elements, "logAlphaGradient", logAlphaGradient, elements);
        if (workers.tasks() == 1) {
            addVarianceGradient(sharing, logAlpha, mean, varianceGradient, meanGradient, logAlphaGradient, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) -> addVarianceGradient(
                            sharing, logAlpha, mean, varianceGradient, meanGradient, logAlphaGradient, start, end));
        }
    }

    private static void addVarianceGradient(
            Sharing sharing,
            MemorySegment logAlpha,
            MemorySegment mean,
            MemorySegment varianceGradient,
            MemorySegment meanGradient,
            MemorySegment logAlphaGradient,
            long start,
            long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            spreadExp(sharing, logAlpha, 1, at, count, scratch);
            MemorySegment.copy(mean, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(varianceGradient, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            MemorySegment.copy(meanGradient, FLOAT, at * Float.BYTES, scratch.c, 0, count);
            Chunks.varianceBackward(scratch.a, scratch.spread, scratch.b, scratch.c, count);
            MemorySegment.copy(scratch.b, 0, logAlphaGradient, FLOAT, at * Float.BYTES, count);
            MemorySegment.copy(scratch.c, 0, meanGradient, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /** Fills {@code scratch.spread} with {@code exp(factor * log alpha)} of each element of a chunk. */
    private static void spreadExp(
            Sharing sharing, MemorySegment logAlpha, float factor, long first, int count, LearnedScratch scratch) {
        SharedValues.spread(sharing, logAlpha, first, count, scratch);
        exp(scratch.spread, factor, count);
    }

    private static void exp(float[] values, float factor, int count) {
        if (LearnedSelfTest.VECTOR) {
            VectorGaussian.exp(values, factor, count);
        } else {
            ScalarGaussian.exp(values, factor, count);
        }
    }

    /**
     * The Kullback-Leibler divergence of the posterior from the log-uniform prior, up to a constant: the sum over all
     * alphas of {@code -(log(alpha) / 2 + c1 alpha + c2 alpha^2 + c3 alpha^3)}.
     *
     * @param logAlpha log alpha
     * @param values how many
     * @param workers who does it
     * @return the divergence
     */
    public static double divergence(MemorySegment logAlpha, long values, Workers workers) {
        Check.range(0, values);
        Buffers.readable("logAlpha", logAlpha, values, workers);
        if (workers.tasks() == 1) {
            return divergence(logAlpha, 0, values, ChunkSums.NONE);
        }
        double[] sums = ChunkSums.of(values);
        workers.split(values, LearnedScratch.CHUNK, (start, end) -> divergence(logAlpha, start, end, sums));
        return ChunkSums.total(sums);
    }

    private static double divergence(MemorySegment logAlpha, long start, long end, double[] sums) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        double total = 0;
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(logAlpha, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            if (LearnedSelfTest.VECTOR) {
                VectorGaussian.divergence(scratch.a, scratch.terms, count);
            } else {
                ScalarGaussian.divergence(scratch.a, scratch.terms, count);
            }
            total = ChunkSums.add(total, sums, at, Sums.sum(scratch.terms, count));
        }
        LearnedScratch.POOL.giveBack(scratch);
        return total;
    }

    /**
     * Adds the divergence's gradient: {@code logAlphaGradient += weight * d divergence / d log alpha}.
     *
     * @param weight how much the divergence counts in the loss, times the weights that share an alpha
     * @param logAlpha log alpha
     * @param logAlphaGradient the sum so far, receives the new one
     * @param values how many
     * @param workers who does it
     */
    public static void addDivergenceGradient(
            float weight, MemorySegment logAlpha, MemorySegment logAlphaGradient, long values, Workers workers) {
        Check.range(0, values);
        Buffers.readable("logAlpha", logAlpha, values, workers);
        Buffers.writable("logAlphaGradient", logAlphaGradient, values, workers);
        Buffers.disjoint("logAlpha", logAlpha, values, "logAlphaGradient", logAlphaGradient, values);
        if (workers.tasks() == 1) {
            addDivergenceGradient(weight, logAlpha, logAlphaGradient, 0, values);
        } else {
            workers.split(
                    values,
                    LearnedScratch.CHUNK,
                    (start, end) -> addDivergenceGradient(weight, logAlpha, logAlphaGradient, start, end));
        }
    }

    private static void addDivergenceGradient(
            float weight, MemorySegment logAlpha, MemorySegment logAlphaGradient, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(logAlpha, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(logAlphaGradient, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            if (LearnedSelfTest.VECTOR) {
                VectorGaussian.divergenceGradient(scratch.a, scratch.terms, count);
            } else {
                ScalarGaussian.divergenceGradient(scratch.a, scratch.terms, count);
            }
            Chunks.addScaled(scratch.b, weight, scratch.terms, count);
            MemorySegment.copy(scratch.b, 0, logAlphaGradient, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }
}
