package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.learned.Chunks;
import io.github.lanedrop.kernels.learned.ScalarGaussian;
import io.github.lanedrop.kernels.learned.VectorGaussian;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Noise on a layer's outputs that stands for noise on its weights: for independent Gaussian weights the outputs are
 * Gaussian, so they can be drawn themselves, one draw an output instead of one a weight, and independently for each
 * example, which makes the gradients' variance far less.
 *
 * <pre>
 * weights  W ~ N(M, V), element by element
 * mean     = A M                    {@link MatrixProduct}
 * variance = A^2 V                  {@link #square}, {@link MatrixProduct}; squares are element by element
 * dst      = mean + sqrt(variance) * e      e standard normal, {@link #sample}
 * </pre>
 *
 * <p>Backward, with the gradient G of {@code dst}:
 *
 * <pre>
 * the mean's gradient is G itself
 * H = G * e / (2 sqrt(variance))            {@link #varianceGradient}
 * gradient of M = A' G,  of V = (A^2)' H,  of A = G M' + 2 A (H V')      {@link #addSquareGradient}
 * </pre>
 *
 * <p>{@link VariationalDropout} and {@link SparseVariationalDropout} say what V is, and pass its gradient on.
 *
 * <p><b>Parameters.</b> Normal {@code offset + k} of the key's word stream belongs to element {@code k}: {@code offset} is
 * the index of the first element in the whole tensor, and slices get the same noise. It is drawn again in the backward
 * pass. {@code elements} counts 32-bit floats, little endian, in memory of any kind and alignment.
 *
 * <p><b>Edges.</b> A variance of 0 gives the mean and a gradient of 0; a negative one gives NaN. 0 elements do nothing.
 * <b>Aliasing.</b> What is written must be identical to or disjoint from each buffer that is read; sums that
 * grow, disjoint. <b>Threads and
 * determinism.</b> Static, stateless, allocates nothing once warm where there is one task; the bits depend on the arguments
 * alone. <b>Errors.</b> As those of {@link DropoutKernel}; everything is checked before the first write.
 *
 * <p>Source: D. P. Kingma, T. Salimans, M. Welling, "Variational Dropout and the Local Reparameterization Trick", NIPS
 * 2015.
 */
public final class LocalReparameterization {
    private LocalReparameterization() {}

    /**
     * Draws outputs: {@code dst = mean + sqrt(variance) * e}. Weights can be drawn so too.
     *
     * @param key the address of the noise; no mask may have it
     * @param offset index of the first element
     * @param mean the means
     * @param variance the variances, 0 or more
     * @param dst receives the outputs; may be {@code mean} or {@code variance}
     * @param elements how many
     * @param workers who does it
     */
    public static void sample(
            Key key,
            long offset,
            MemorySegment mean,
            MemorySegment variance,
            MemorySegment dst,
            long elements,
            Workers workers) {
        Objects.requireNonNull(key, "key");
        Check.range(offset, elements);
        Buffers.readable("mean", mean, elements, workers);
        Buffers.readable("variance", variance, elements, workers);
        Buffers.writable("dst", dst, elements, workers);
        Buffers.identicalOrDisjoint("mean", mean, "dst", dst, elements);
        Buffers.identicalOrDisjoint("variance", variance, "dst", dst, elements);
        if (workers.tasks() == 1) {
            sample(key, offset, mean, variance, dst, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) -> sample(key, offset, mean, variance, dst, start, end));
        }
    }

    private static void sample(
            Key key, long offset, MemorySegment mean, MemorySegment variance, MemorySegment dst, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            Normals.fill(key, offset + at, count, scratch);
            MemorySegment.copy(mean, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(variance, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            if (LearnedSelfTest.VECTOR) {
                VectorGaussian.sample(scratch.a, scratch.b, scratch.normals, count);
            } else {
                ScalarGaussian.sample(scratch.a, scratch.b, scratch.normals, count);
            }
            MemorySegment.copy(scratch.a, 0, dst, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * The gradient with respect to the variance: {@code dstGradient * e / (2 sqrt(variance))}.
     *
     * @param key the key of the forward pass
     * @param offset the offset of the forward pass
     * @param variance the variances of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param varianceGradient receives the gradient with respect to the variance; may be {@code variance} or
     *     {@code dstGradient}
     * @param elements how many
     * @param workers who does it
     */
    public static void varianceGradient(
            Key key,
            long offset,
            MemorySegment variance,
            MemorySegment dstGradient,
            MemorySegment varianceGradient,
            long elements,
            Workers workers) {
        Objects.requireNonNull(key, "key");
        Check.range(offset, elements);
        Buffers.readable("variance", variance, elements, workers);
        Buffers.readable("dstGradient", dstGradient, elements, workers);
        Buffers.writable("varianceGradient", varianceGradient, elements, workers);
        Buffers.identicalOrDisjoint("variance", variance, "varianceGradient", varianceGradient, elements);
        Buffers.identicalOrDisjoint("dstGradient", dstGradient, "varianceGradient", varianceGradient, elements);
        if (workers.tasks() == 1) {
            backward(key, offset, variance, dstGradient, varianceGradient, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) -> backward(key, offset, variance, dstGradient, varianceGradient, start, end));
        }
    }

    private static void backward(
            Key key,
            long offset,
            MemorySegment variance,
            MemorySegment dstGradient,
            MemorySegment varianceGradient,
            long start,
            long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            Normals.fill(key, offset + at, count, scratch);
            MemorySegment.copy(dstGradient, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(variance, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            if (LearnedSelfTest.VECTOR) {
                VectorGaussian.sampleBackward(scratch.a, scratch.b, scratch.normals, count);
            } else {
                ScalarGaussian.sampleBackward(scratch.a, scratch.b, scratch.normals, count);
            }
            MemorySegment.copy(scratch.a, 0, varianceGradient, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * Squares: {@code dst = src^2}, element by element.
     *
     * @param src the inputs of a layer
     * @param dst receives their squares; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void square(MemorySegment src, MemorySegment dst, long elements, Workers workers) {
        Check.range(0, elements);
        Buffers.readable("src", src, elements, workers);
        Buffers.writable("dst", dst, elements, workers);
        Buffers.identicalOrDisjoint("src", src, "dst", dst, elements);
        if (workers.tasks() == 1) {
            square(src, dst, 0, elements);
        } else {
            workers.split(elements, LearnedScratch.CHUNK, (start, end) -> square(src, dst, start, end));
        }
    }

    private static void square(MemorySegment src, MemorySegment dst, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(src, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            Chunks.square(scratch.a, count);
            MemorySegment.copy(scratch.a, 0, dst, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    /**
     * Passes the gradient of squares on: {@code srcGradient += 2 * src * squareGradient}.
     *
     * @param src what was squared
     * @param squareGradient the gradient with respect to its squares
     * @param srcGradient the sum so far, receives the new one; disjoint from the others
     * @param elements how many
     * @param workers who does it
     */
    public static void addSquareGradient(
            MemorySegment src,
            MemorySegment squareGradient,
            MemorySegment srcGradient,
            long elements,
            Workers workers) {
        Check.range(0, elements);
        Buffers.readable("src", src, elements, workers);
        Buffers.readable("squareGradient", squareGradient, elements, workers);
        Buffers.writable("srcGradient", srcGradient, elements, workers);
        Buffers.disjoint("src", src, elements, "srcGradient", srcGradient, elements);
        Buffers.disjoint("squareGradient", squareGradient, elements, "srcGradient", srcGradient, elements);
        if (workers.tasks() == 1) {
            addSquareGradient(src, squareGradient, srcGradient, 0, elements);
        } else {
            workers.split(
                    elements,
                    LearnedScratch.CHUNK,
                    (start, end) -> addSquareGradient(src, squareGradient, srcGradient, start, end));
        }
    }

    private static void addSquareGradient(
            MemorySegment src, MemorySegment squareGradient, MemorySegment srcGradient, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(src, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(squareGradient, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            MemorySegment.copy(srcGradient, FLOAT, at * Float.BYTES, scratch.c, 0, count);
            Chunks.addTwiceProduct(scratch.c, scratch.a, scratch.b, count);
            MemorySegment.copy(scratch.c, 0, srcGradient, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }
}
