package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.learned.Chunks;
import io.github.lanedrop.kernels.learned.ScalarConcrete;
import io.github.lanedrop.kernels.learned.Spread;
import io.github.lanedrop.kernels.learned.Sums;
import io.github.lanedrop.kernels.learned.VectorConcrete;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;

/**
 * Concrete dropout on 32-bit floats: soft noise whose drop probability {@code p} has a gradient.
 *
 * <pre>
 * z[k]     = sigmoid((logit p + log u - log(1 - u)) / t)       u of value j = sharing.index(offset + k)
 * forward:   dst[k] = src[k] * (1 - z[k]) * scale
 * backward:  srcGradient[k] = dstGradient[k] * (1 - z[k]) * scale
 *            logit gradient = sum of dstGradient[k] * dst[k] * (c - z[k] / t)        c = d log(scale) / d logit
 *                                                                                  c = p for scale = 1 / (1 - p)
 * </pre>
 *
 * <p><b>Parameters.</b> {@code offset} is the row-major index of the first element in the whole tensor, 0 to 2^63 - 1:
 * any slice can be done alone and gets the same noise. {@code elements} counts 32-bit floats, little endian, in memory of
 * any kind and alignment. Noise is drawn again in the backward pass; nothing is stored.
 *
 * <p><b>Edges.</b> Where {@code 1 - z} is 0 in 32 bits the results are +0, whatever is dropped, NaN and infinities
 * included; everything else is multiplied as IEEE 754 says. 0 elements do nothing, and their gradient is 0.
 *
 * <p><b>Aliasing.</b> {@code dst} may be {@code src}, {@code srcGradient} may be {@code dstGradient} or {@code src};
 * otherwise they must be disjoint.
 *
 * <p><b>Threads and determinism.</b> Static, stateless, allocates nothing once warm where there is one task. The bits
 * depend on the arguments alone. The logit's gradient is added up in double, in chunks of 1,024 elements from the call's
 * first: the element {@code i} of a chunk to partial sum {@code i mod 8}, these as a tree, the chunks first to last.
 *
 * <p><b>Errors.</b> As those of {@link DropoutKernel}; everything is checked before the first write.
 *
 * <p>Source: Y. Gal, J. Hron, A. Kendall, "Concrete Dropout", NIPS 2017.
 */
public final class ConcreteDropout {
    private ConcreteDropout() {}

    /**
     * Drops softly and scales.
     *
     * @param mask the noise
     * @param offset index of the first element
     * @param src the activations
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     */
    public static void forward(ConcreteMask mask, long offset, MemorySegment src, MemorySegment dst, long elements) {
        forward(mask, offset, src, dst, elements, Workers.NONE);
    }

    /**
     * Drops softly and scales, on the caller's executor.
     *
     * @param mask the noise
     * @param offset index of the first element
     * @param src the activations
     * @param dst receives the result; may be {@code src}
     * @param elements how many
     * @param workers who does it
     */
    public static void forward(
            ConcreteMask mask, long offset, MemorySegment src, MemorySegment dst, long elements, Workers workers) {
        Check.range(offset, elements);
        Buffers.readable("src", src, elements, workers);
        Buffers.writable("dst", dst, elements, workers);
        Buffers.identicalOrDisjoint("src", src, "dst", dst, elements);
        if (workers.tasks() == 1) {
            forward(mask, offset, src, dst, 0, elements);
        } else {
            workers.split(elements, LearnedScratch.CHUNK, (start, end) -> forward(mask, offset, src, dst, start, end));
        }
    }

    /**
     * The gradients with respect to the input and to the logit.
     *
     * @param mask the noise of the forward pass
     * @param offset the offset of the forward pass
     * @param src the activations of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}
     * @param elements how many
     * @return the gradient with respect to the rate's logit
     */
    public static double backward(
            ConcreteMask mask,
            long offset,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long elements) {
        return backward(mask, offset, src, dstGradient, srcGradient, elements, Workers.NONE);
    }

    /**
     * The gradients with respect to the input and to the logit, on the caller's executor.
     *
     * @param mask the noise of the forward pass
     * @param offset the offset of the forward pass
     * @param src the activations of the forward pass
     * @param dstGradient the gradient with respect to {@code dst}
     * @param srcGradient receives the gradient with respect to {@code src}
     * @param elements how many
     * @param workers who does it
     * @return the gradient with respect to the rate's logit
     */
    public static double backward(
            ConcreteMask mask,
            long offset,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long elements,
            Workers workers) {
        Check.range(offset, elements);
        Buffers.readable("src", src, elements, workers);
        Buffers.readable("dstGradient", dstGradient, elements, workers);
        Buffers.writable("srcGradient", srcGradient, elements, workers);
        Buffers.identicalOrDisjoint("src", src, "srcGradient", srcGradient, elements);
        Buffers.identicalOrDisjoint("dstGradient", dstGradient, "srcGradient", srcGradient, elements);
        if (workers.tasks() == 1) {
            return backward(mask, offset, src, dstGradient, srcGradient, 0, elements, ChunkSums.NONE);
        }
        double[] sums = ChunkSums.of(elements);
        workers.split(
                elements,
                LearnedScratch.CHUNK,
                (start, end) -> backward(mask, offset, src, dstGradient, srcGradient, start, end, sums));
        return ChunkSums.total(sums);
    }

    private static void forward(
            ConcreteMask mask, long offset, MemorySegment src, MemorySegment dst, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        float scale = (float) mask.rate().scale();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            kept(mask, offset + at, count, scratch);
            MemorySegment.copy(src, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            if (LearnedSelfTest.VECTOR) {
                VectorConcrete.apply(scratch.a, scratch.spread, scale, count);
            } else {
                ScalarConcrete.apply(scratch.a, scratch.spread, scale, count);
            }
            MemorySegment.copy(scratch.a, 0, dst, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }

    private static double backward(
            ConcreteMask mask,
            long offset,
            MemorySegment src,
            MemorySegment dstGradient,
            MemorySegment srcGradient,
            long start,
            long end,
            double[] sums) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        ConcreteRate rate = mask.rate();
        float scale = (float) rate.scale();
        float slope = (float) rate.slope();
        float inverseTemperature = (float) (1 / rate.temperature());
        double total = 0;
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            kept(mask, offset + at, count, scratch);
            float[] x = scratch.a;
            float[] gradient = scratch.b;
            MemorySegment.copy(src, FLOAT, at * Float.BYTES, x, 0, count);
            MemorySegment.copy(dstGradient, FLOAT, at * Float.BYTES, gradient, 0, count);
            if (LearnedSelfTest.VECTOR) {
                VectorConcrete.backward(
                        x, gradient, scratch.spread, scale, slope, inverseTemperature, scratch.terms, count);
            } else {
                ScalarConcrete.backward(
                        x, gradient, scratch.spread, scale, slope, inverseTemperature, scratch.terms, count);
            }
            MemorySegment.copy(gradient, 0, srcGradient, FLOAT, at * Float.BYTES, count);
            total = ChunkSums.add(total, sums, at, Sums.sum(scratch.terms, count));
        }
        LearnedScratch.POOL.giveBack(scratch);
        return total;
    }

    /**
     * Fills {@code scratch.spread} with {@code 1 - z} of each element of a chunk. Longer than C2 inlines, and values are drawn
     * in one place, so that neither this nor its callers have more nodes than it inlines vectors in.
     */
    private static void kept(ConcreteMask mask, long first, int count, LearnedScratch scratch) {
        Sharing sharing = mask.sharing();
        long shared = sharing.shared();
        long inner = sharing.inner();
        Key key = mask.key();
        float logit = (float) mask.rate().logit();
        float inverseTemperature = (float) (1 / mask.rate().temperature());
        int done = 0;
        while (done < count) {
            long element = first + done;
            int next = count - done;
            // the values needed, which follow one another
            long firstValue = element;
            int values = next;
            float[] kept = scratch.spread;
            boolean groups = false;
            if (shared > 1) {
                kept = scratch.values;
                groups = inner <= LearnedScratch.CHUNK;
                if (groups) {
                    long group = shared * inner;
                    long firstGroup = element / group;
                    firstValue = firstGroup * inner;
                    values = (int) (((element + next - 1) / group - firstGroup + 1) * inner);
                } else { // few of the group
                    next = (int) Math.min(next, inner - element % inner);
                    firstValue = sharing.index(element);
                    values = next;
                }
            }
            Noise.words(key.seed(), key.stream(), firstValue, values, scratch.words);
            int wordsAt = Integer.BYTES * Noise.skipped(firstValue);
            if (LearnedSelfTest.VECTOR) {
                VectorConcrete.kept(scratch.words, wordsAt, kept, values, logit, inverseTemperature);
            } else {
                ScalarConcrete.kept(scratch.words, wordsAt, kept, values, logit, inverseTemperature);
            }
            if (groups) {
                Spread.spread(shared, inner, element, kept, scratch.spread, done, next);
            } else if (shared > 1) {
                System.arraycopy(kept, 0, scratch.spread, done, next);
            }
            done += next;
        }
    }

    /**
     * The regulariser of a layer whose input is dropped, to be added to the mean loss of the data.
     *
     * <pre>
     * w |W|^2 / (1 - p) + d K (p log p + (1 - p) log(1 - p))
     * w = length scale^2 / N,  d = 2 / N for regression, 1 / N for cross-entropy, with N examples
     * </pre>
     *
     * @param rate the learned rate
     * @param squaredNorm {@code |W|^2}, of {@link #squaredNorm}
     * @param inputs {@code K}, the inputs of the layer; for a spatial mask, the channels
     * @param weightRegularizer {@code w}
     * @param dropoutRegularizer {@code d}
     * @return the regulariser
     */
    public static double regularizer(
            ConcreteRate rate, double squaredNorm, long inputs, double weightRegularizer, double dropoutRegularizer) {
        double p = rate.p();
        double logKept = -StrictMath.log1p(StrictMath.exp(rate.logit()));
        // log p = logit + log(1 - p), so that p log p + (1 - p) log(1 - p) is
        double negativeEntropy = p * rate.logit() + logKept;
        return weightRegularizer * squaredNorm * (1 + StrictMath.exp(rate.logit()))
                + dropoutRegularizer * inputs * negativeEntropy;
    }

    /**
     * The gradient of the regulariser with respect to the logit:
     * {@code w |W|^2 p / (1 - p) + d K p (1 - p) logit}.
     *
     * @param rate the learned rate
     * @param squaredNorm {@code |W|^2}, of {@link #squaredNorm}
     * @param inputs {@code K}
     * @param weightRegularizer {@code w}
     * @param dropoutRegularizer {@code d}
     * @return the gradient
     */
    public static double regularizerGradient(
            ConcreteRate rate, double squaredNorm, long inputs, double weightRegularizer, double dropoutRegularizer) {
        double p = rate.p();
        return weightRegularizer * squaredNorm * StrictMath.exp(rate.logit())
                + dropoutRegularizer * inputs * p * (1 - p) * rate.logit();
    }

    /**
     * The sum of squares, {@code |W|^2}, in double, chunk by chunk.
     *
     * @param weights the weights
     * @param elements how many
     * @param workers who does it
     * @return the sum of squares
     */
    public static double squaredNorm(MemorySegment weights, long elements, Workers workers) {
        Check.range(0, elements);
        Buffers.readable("weights", weights, elements, workers);
        if (workers.tasks() == 1) {
            return squaredNorm(weights, 0, elements, ChunkSums.NONE);
        }
        double[] sums = ChunkSums.of(elements);
        workers.split(elements, LearnedScratch.CHUNK, (start, end) -> squaredNorm(weights, start, end, sums));
        return ChunkSums.total(sums);
    }

    private static double squaredNorm(MemorySegment weights, long start, long end, double[] sums) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        double total = 0;
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(weights, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            total = ChunkSums.add(total, sums, at, Sums.squares(scratch.a, count));
        }
        LearnedScratch.POOL.giveBack(scratch);
        return total;
    }

    /**
     * The gradient of the regulariser with respect to the weights, added: {@code gradient += 2 w / (1 - p) * W}.
     *
     * @param rate the learned rate
     * @param weightRegularizer {@code w}
     * @param weights {@code W}
     * @param gradient the sum so far, receives the new one; may not overlap the weights
     * @param elements how many
     * @param workers who does it
     */
    public static void addRegularizerGradient(
            ConcreteRate rate,
            double weightRegularizer,
            MemorySegment weights,
            MemorySegment gradient,
            long elements,
            Workers workers) {
        Check.range(0, elements);
        Buffers.readable("weights", weights, elements, workers);
        Buffers.writable("gradient", gradient, elements, workers);
        Buffers.disjoint("weights", weights, elements, "gradient", gradient, elements);
        float factor = (float) (2 * weightRegularizer * (1 + StrictMath.exp(rate.logit())));
        if (workers.tasks() == 1) {
            addScaled(factor, weights, gradient, 0, elements);
        } else {
            workers.split(
                    elements, LearnedScratch.CHUNK, (start, end) -> addScaled(factor, weights, gradient, start, end));
        }
    }

    private static void addScaled(float factor, MemorySegment weights, MemorySegment gradient, long start, long end) {
        LearnedScratch scratch = LearnedScratch.POOL.borrow();
        for (long at = start; at < end; at += LearnedScratch.CHUNK) {
            int count = (int) Math.min(LearnedScratch.CHUNK, end - at);
            MemorySegment.copy(weights, FLOAT, at * Float.BYTES, scratch.a, 0, count);
            MemorySegment.copy(gradient, FLOAT, at * Float.BYTES, scratch.b, 0, count);
            Chunks.addScaled(scratch.b, factor, scratch.a, count);
            MemorySegment.copy(scratch.b, 0, gradient, FLOAT, at * Float.BYTES, count);
        }
        LearnedScratch.POOL.giveBack(scratch);
    }
}
