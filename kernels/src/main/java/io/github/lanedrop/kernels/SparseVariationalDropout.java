package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.learned.Chunks;
import io.github.lanedrop.kernels.learned.ScalarGaussian;
import io.github.lanedrop.kernels.learned.ScalarSparse;
import io.github.lanedrop.kernels.learned.Sums;
import io.github.lanedrop.kernels.learned.VectorGaussian;
import io.github.lanedrop.kernels.learned.VectorSparse;
import java.lang.foreign.MemorySegment;

/**
 * Sparse variational dropout on 32-bit floats: each weight has a mean and a variance of its own, both learned; weights
 * whose noise drowns their mean can go.
 *
 * <pre>
 * weight    = mean + sigma * e                                  e standard normal, by {@link LocalReparameterization}
 * log alpha = log sigma^2 - log(mean^2 + 1e-8)                  clamped to -8 to 8
 * divergence, summed over weights: log(1 + 1/alpha) / 2 + k1 - k1 sigmoid(k2 + k3 log alpha)
 *   k = 0.63576, 1.87320, 1.48695
 * pruned: log alpha &gt; threshold                              3: dropped with probability 0.95257 and more
 * </pre>
 *
 * <p>The divergence is that from the log-uniform prior up to a constant: it is 0 for an infinite alpha, and the negative
 * exact one, {@code log(alpha) / 2 - E log|1 + sqrt(alpha) e|}, lies 0.6352 above its negative.
 *
 * <p><b>The clamp</b> is for the divergence, its gradient, which is 0 where log alpha is not between -8 and 8, and
 * pruning; the noise has the variance that was learned. So a weight near 0 keeps its noise. (The authors' code
 * clamps there too, which takes the noise from weights that vanish.)
 *
 * <p><b>Parameters.</b> {@code elements} counts weights, 32-bit floats, little endian, in memory of any kind and alignment.
 * <b>Edges.</b> A pruned weight becomes +0 whatever it was; a NaN in log alpha prunes nothing. 0 elements do nothing.
 * <b>Aliasing.</b> What is written must be identical to or disjoint from each buffer that is read; sums that grow must be
 * disjoint. <b>Threads and determinism.</b> Static, stateless, allocates nothing once warm where there is one task; the
 * bits depend on the arguments alone. The divergence is added up in double as {@link SharedSum} does. <b>Errors.</b> As
 * those of {@link DropoutKernel}; everything is checked before the first write.
 *
 * <p>Source: D. Molchanov, A. Ashukha, D. Vetrov, "Variational Dropout Sparsifies Deep Neural Networks", ICML 2017.
 */
public final class SparseVariationalDropout {
    /** The threshold of the paper: log alpha above it prunes. */
    public static final float THRESHOLD = 3;

    private SparseVariationalDropout() {}

    /**
     * The variances of the weights: {@code dst = exp(logVariance)}.
     *
     * @param logVariance log sigma^2
     * @param dst receives sigma^2; may be {@code logVariance}
     * @param elements how many weights
     * @param workers who does it
     */
    public static void variance(MemorySegment logVariance, MemorySegment dst, long elements, Workers workers) {
        Check.range(0, elements);
        Buffers.readable("logVariance", logVariance, elements, workers);
        Buffers.writable("dst", dst, elements, workers);
        Buffers.identicalOrDisjoint("logVariance", logVariance, "dst", dst, elements);
        if (workers.tasks() == 1) {
            variance(logVariance, dst, 0, elements);
        } else {
            workers.split(elements, LearnedScratch.CHUNK, (start, end) -> variance(logVariance, dst, start, end));
        }
    }

    private static void variance(MemorySegment logVariance, MemorySegment dst, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(logVariance, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            exp(scratch.a, count);
            MemorySegment.copy(scratch.a, 0, dst, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    private static void exp(float[] values, int count) {
        if (LearnedSelfTest.VECTOR) {
            VectorGaussian.exp(values, 1, count);
        } else {
            ScalarGaussian.exp(values, 1, count);
        }
    }

    /**
     * Passes the gradient of {@link #variance} on: {@code logVarianceGradient += exp(logVariance) * varianceGradient}. The
     * gradient with respect to the means does not come this way, as they are not in the variance.
     *
     * @param logVariance log sigma^2
     * @param varianceGradient the gradient with respect to sigma^2
     * @param logVarianceGradient the sum so far, receives the new one
     * @param elements how many weights
     * @param workers who does it
     */
    public static void addVarianceGradient(
            MemorySegment logVariance,
            MemorySegment varianceGradient,
            MemorySegment logVarianceGradient,
            long elements,
            Workers workers) {
        Check.range(0, elements);
        Buffers.readable("logVariance", logVariance, elements, workers);
        Buffers.readable("varianceGradient", varianceGradient, elements, workers);
        Buffers.writable("logVarianceGradient", logVarianceGradient, elements, workers);
        Buffers.disjoint("logVariance", logVariance, elements, "logVarianceGradient", logVarianceGradient, elements);
        Buffers.disjoint(
                "varianceGradient", varianceGradient, elements, "logVarianceGradient", logVarianceGradient, elements);
        if (workers.tasks() == 1) {
            addVarianceGradient(logVariance, varianceGradient, logVarianceGradient, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) ->
                            addVarianceGradient(logVariance, varianceGradient, logVarianceGradient, start, end));
        }
    }

    private static void addVarianceGradient(
            MemorySegment logVariance,
            MemorySegment varianceGradient,
            MemorySegment logVarianceGradient,
            long start,
            long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(logVariance, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(varianceGradient, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            MemorySegment.copy(logVarianceGradient, FLOAT, at * Float.BYTES, scratch.c, 0, count);
            exp(scratch.a, count);
            Chunks.addProduct(scratch.c, scratch.a, scratch.b, count);
            MemorySegment.copy(scratch.c, 0, logVarianceGradient, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * Log alpha, clamped to -8 to 8.
     *
     * @param mean the weights' means
     * @param logVariance log sigma^2
     * @param dst receives log alpha; may be one of the others
     * @param elements how many weights
     * @param workers who does it
     */
    public static void logAlpha(
            MemorySegment mean, MemorySegment logVariance, MemorySegment dst, long elements, Workers workers) {
        check(mean, logVariance, elements, workers);
        checkWritten(mean, logVariance, dst, elements, workers);
        if (workers.tasks() == 1) {
            logAlpha(mean, logVariance, dst, 0, elements);
        } else {
            workers.split(elements, LearnedScratch.CHUNK, (start, end) -> logAlpha(mean, logVariance, dst, start, end));
        }
    }

    private static void check(MemorySegment mean, MemorySegment logVariance, long elements, Workers workers) {
        Check.range(0, elements);
        Buffers.readable("mean", mean, elements, workers);
        Buffers.readable("logVariance", logVariance, elements, workers);
    }

    private static void checkWritten(
            MemorySegment mean, MemorySegment logVariance, MemorySegment dst, long elements, Workers workers) {
        Buffers.writable("dst", dst, elements, workers);
        Buffers.identicalOrDisjoint("mean", mean, "dst", dst, elements);
        Buffers.identicalOrDisjoint("logVariance", logVariance, "dst", dst, elements);
    }

    private static void logAlpha(
            MemorySegment mean, MemorySegment logVariance, MemorySegment dst, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            unclamped(mean, logVariance, at, count, scratch);
            Chunks.clamp(scratch.c, ScalarSparse.MOST, count);
            MemorySegment.copy(scratch.c, 0, dst, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /** Reads the means to {@code scratch.a}, and fills {@code scratch.c} with log alpha, not clamped. */
    private static void unclamped(
            MemorySegment mean, MemorySegment logVariance, long at, int count, LearnedScratch scratch) {
        MemorySegment.copy(mean, FLOAT, at * Float.BYTES, scratch.a, 0, count);
        MemorySegment.copy(logVariance, FLOAT, at * Float.BYTES, scratch.b, 0, count);
        if (LearnedSelfTest.VECTOR) {
            VectorSparse.logAlpha(scratch.a, scratch.b, scratch.c, count);
        } else {
            ScalarSparse.logAlpha(scratch.a, scratch.b, scratch.c, count);
        }
    }

    /**
     * The Kullback-Leibler divergence of the posterior from the log-uniform prior, up to a constant.
     *
     * @param mean the weights' means
     * @param logVariance log sigma^2
     * @param elements how many weights
     * @param workers who does it
     * @return the divergence, summed over the weights
     */
    public static double divergence(MemorySegment mean, MemorySegment logVariance, long elements, Workers workers) {
        check(mean, logVariance, elements, workers);
        if (workers.tasks() == 1) {
            return divergence(mean, logVariance, 0, elements, ChunkSums.NONE);
        }
        double[] sums = ChunkSums.of(elements);
        workers.split(elements, LearnedScratch.CHUNK, (start, end) -> divergence(mean, logVariance, start, end, sums));
        return ChunkSums.total(sums);
    }

    private static double divergence(
            MemorySegment mean, MemorySegment logVariance, long start, long end, double[] sums) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        double total = 0;
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(mean, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(logVariance, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            if (LearnedSelfTest.VECTOR) {
                VectorSparse.divergence(scratch.a, scratch.b, scratch.terms, count);
            } else {
                ScalarSparse.logAlpha(scratch.a, scratch.b, scratch.c, count);
                ScalarSparse.divergence(scratch.c, scratch.terms, count);
            }
            total = ChunkSums.add(total, sums, at, Sums.sum(scratch.terms, count));
        }
        LearnedScratch.POOL.giveBack(scratch);
        return total;
    }

    /**
     * Adds the divergence's gradients, weighted: with the slope of the divergence over log alpha,
     * {@code logVarianceGradient += weight * slope} and
     * {@code meanGradient -= weight * slope * 2 mean / (mean^2 + 1e-8)}.
     *
     * @param weight how much the divergence counts in the loss
     * @param mean the weights' means
     * @param logVariance log sigma^2
     * @param meanGradient the sum so far, receives the new one
     * @param logVarianceGradient the sum so far, receives the new one
     * @param elements how many weights
     * @param workers who does it
     */
    public static void addDivergenceGradient(
            float weight,
            MemorySegment mean,
            MemorySegment logVariance,
            MemorySegment meanGradient,
            MemorySegment logVarianceGradient,
            long elements,
            Workers workers) {
        check(mean, logVariance, elements, workers);
        checkSum(mean, logVariance, "meanGradient", meanGradient, elements, workers);
        checkSum(mean, logVariance, "logVarianceGradient", logVarianceGradient, elements, workers);
        Buffers.disjoint("meanGradient", meanGradient, elements, "logVarianceGradient", logVarianceGradient, elements);
        if (workers.tasks() == 1) {
            addDivergenceGradient(weight, mean, logVariance, meanGradient, logVarianceGradient, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) -> addDivergenceGradient(
                            weight, mean, logVariance, meanGradient, logVarianceGradient, start, end));
        }
    }

    private static void checkSum(
            MemorySegment mean,
            MemorySegment logVariance,
            String name,
            MemorySegment sum,
            long elements,
            Workers workers) {
        Buffers.writable(name, sum, elements, workers);
        Buffers.disjoint("mean", mean, elements, name, sum, elements);
        Buffers.disjoint("logVariance", logVariance, elements, name, sum, elements);
    }

    private static void addDivergenceGradient(
            float weight,
            MemorySegment mean,
            MemorySegment logVariance,
            MemorySegment meanGradient,
            MemorySegment logVarianceGradient,
            long start,
            long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(mean, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(logVariance, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            if (LearnedSelfTest.VECTOR) {
                VectorSparse.divergenceGradients(weight, scratch.a, scratch.b, scratch.terms, scratch.d, count);
            } else {
                ScalarSparse.logAlpha(scratch.a, scratch.b, scratch.c, count);
                ScalarSparse.divergenceGradient(scratch.c, scratch.terms, count);
            }
            MemorySegment.copy(meanGradient, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            MemorySegment.copy(logVarianceGradient, FLOAT, at * Float.BYTES, scratch.c, 0, count);
            if (LearnedSelfTest.VECTOR) {
                Chunks.addScaled(scratch.b, -1, scratch.d, count);
                Chunks.addScaled(scratch.c, 1, scratch.terms, count);
            } else {
                ScalarSparse.addGradients(weight, scratch.a, scratch.terms, scratch.b, scratch.c, count);
            }
            MemorySegment.copy(scratch.b, 0, meanGradient, FLOAT, at * Float.BYTES, count);
            MemorySegment.copy(scratch.c, 0, logVarianceGradient, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * The weights at test time: {@code dst = log alpha > threshold ? +0 : mean}.
     *
     * @param mean the weights' means
     * @param logVariance log sigma^2
     * @param threshold prunes what is above it; {@link #THRESHOLD}
     * @param dst receives the weights; may be one of the others
     * @param elements how many weights
     * @param workers who does it
     */
    public static void prune(
            MemorySegment mean,
            MemorySegment logVariance,
            float threshold,
            MemorySegment dst,
            long elements,
            Workers workers) {
        check(mean, logVariance, elements, workers);
        checkWritten(mean, logVariance, dst, elements, workers);
        if (workers.tasks() == 1) {
            prune(mean, logVariance, threshold, dst, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) -> prune(mean, logVariance, threshold, dst, start, end));
        }
    }

    private static void prune(
            MemorySegment mean, MemorySegment logVariance, float threshold, MemorySegment dst, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            unclamped(mean, logVariance, at, count, scratch);
            Chunks.clamp(scratch.c, ScalarSparse.MOST, count);
            if (LearnedSelfTest.VECTOR) {
                VectorSparse.prune(scratch.a, scratch.c, threshold, count);
            } else {
                ScalarSparse.prune(scratch.a, scratch.c, threshold, count);
            }
            MemorySegment.copy(scratch.a, 0, dst, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * How many weights are pruned; their share of all is the sparsity.
     *
     * @param mean the weights' means
     * @param logVariance log sigma^2
     * @param threshold prunes what is above it; {@link #THRESHOLD}
     * @param elements how many weights
     * @return how many have a log alpha above the threshold
     */
    public static long pruned(MemorySegment mean, MemorySegment logVariance, float threshold, long elements) {
        check(mean, logVariance, elements, Workers.NONE);
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        long pruned = 0;
        for (long at = 0; at < elements; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, elements - at);
            unclamped(mean, logVariance, at, count, scratch);
            Chunks.clamp(scratch.c, ScalarSparse.MOST, count);
            pruned += Chunks.above(scratch.c, threshold, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
        return pruned;
    }
}
