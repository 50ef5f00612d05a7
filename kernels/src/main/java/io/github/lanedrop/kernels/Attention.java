package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Attention with dropout, tile by tile: the matrix of scores is never kept.
 *
 * <pre>
 * scores[r][c]  = scale * sum over k of queries[r][k] * keys[c][k]                       in every plane
 * P             = softmax of each row over the columns that count
 * output[r][k]  = sum over c of (kept(r, c) ? P[r][c] * mask's scale : 0) * values[c][k]
 * logSums[r]    = log(sum over c of exp(scores[r][c]))
 * </pre>
 *
 * <p>A probability's index in the mask is {@code offset + (plane * rows + row) * columns + column}, as
 * {@link SoftmaxDropout} has it: the same mask, the same edges and, up to rounding, the same result as a product,
 * {@link SoftmaxDropout} and another product. The scores say which of them count, their scale, and whether a row is
 * renormalised; then {@code P} and {@code logSums} are of the kept scores alone.
 *
 * <p>With {@code dO} the gradient with respect to the output, {@code m = kept ? mask's scale : 0}, backward is
 *
 * <pre>
 * dV = transpose of (P m) * dO        dP = (dO * transpose of V) m
 * dS = scale * P (dP - sum over k of dO[r][k] * output[r][k])
 * dQ = dS * K                         dK = transpose of dS * Q
 * </pre>
 *
 * <p>where {@code P = exp(scores - logSums)} is computed again, and the mask drawn again.
 *
 * <p><b>Rounding.</b> A score and each gradient is one chain of fused multiply-adds. The softmax is online, over blocks of
 * 256 keys in their order: a block's greatest score may raise the row's, whereupon what was summed so far is multiplied by
 * {@code exp(old - new)}; a block's exponentials are added as {@link SoftmaxDropout} adds them, and are its exponentials,
 * within 1 ulp and 0 below e^-87. Within a block the output is a chain of fused multiply-adds; it is divided by the sum at
 * the end. Backward rounds {@code scale * score - logSum} once. So the bits depend on the arguments alone, never on the CPU,
 * the width of its vectors, the threads or the split.
 *
 * <p><b>Edges.</b> A query that sees no key, whose scores are all minus infinity, or all of whose scores are dropped where
 * it is renormalised, gets zeros, the log-sum minus infinity and no gradient; no NaN. Keys and values from the plane's key
 * length on may hold anything. At rate 1 the output is +0 and so are all gradients, whatever the operands hold. Otherwise
 * NaN and infinities follow IEEE 754; a value that is one reaches all queries that see it and those beside them in a tile of
 * 16 queries, 64 in the backward pass, even with probability 0, as in any product.
 *
 * <p><b>Aliasing.</b> What is written is disjoint from all else. <b>Threads.</b> Static, stateless, allocates nothing once
 * warm, but for what a pool keeps: about 2 MB for each thread that is at work at a time. Forward is split by blocks of
 * 256 queries; backward by planes or, where there are fewer planes than tasks, by blocks of keys and then by blocks of
 * queries, which computes the scores twice.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} for buffers that are too small, overlap or are read-only, offsets and
 * key lengths out of range; {@link IllegalStateException} for a closed arena; {@link WrongThreadException} for another
 * thread's memory, and for this one's alone if there are several tasks. Everything is checked before the first write.
 *
 * <p>Source: T. Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", ICLR 2024; M.
 * Milakov and N. Gimelshein, "Online normalizer calculation for softmax", arXiv 1805.02867, 2018.
 */
public final class Attention {
    private Attention() {}

    /**
     * The output.
     *
     * @param mask which probabilities are kept
     * @param offset the mask's index of the first score
     * @param shape the sizes, and which scores count
     * @param operands queries, keys and values
     * @param output planes x rows x valueDepth, receives the output
     * @param logSums planes x rows, receives the logarithms of the sums of exponentials, for the backward pass
     */
    public static void forward(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums) {
        forward(mask, offset, shape, operands, output, logSums, Workers.NONE);
    }

    /**
     * The output, on the caller's executor.
     *
     * @param mask which probabilities are kept
     * @param offset the mask's index of the first score
     * @param shape the sizes, and which scores count
     * @param operands queries, keys and values
     * @param output planes x rows x valueDepth, receives the output
     * @param logSums planes x rows, receives the logarithms of the sums of exponentials, for the backward pass
     * @param workers who does it
     */
    public static void forward(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            Workers workers) {
        checkInputs(mask, offset, shape, operands, workers);
        checkOutput(mask, offset, shape, operands, "output", output, shape.outputFloats(), workers);
        checkOutput(mask, offset, shape, operands, "logSums", logSums, shape.allRows(), workers);
        Buffers.disjoint("output", output, shape.outputFloats(), "logSums", logSums, shape.allRows());
        long blocks = AttentionForward.blocks(shape);
        if (workers.tasks() == 1) { // a lambda may be allocated
            AttentionForward.run(mask, offset, shape, operands, output, logSums, 0, blocks);
        } else {
            workers.split(
                    blocks,
                    1,
                    (start, end) -> AttentionForward.run(mask, offset, shape, operands, output, logSums, start, end));
        }
    }

    /**
     * The gradients with respect to queries, keys and values.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param shape the shape of the forward pass
     * @param operands the operands of the forward pass
     * @param output what forward gave
     * @param logSums what forward gave
     * @param outputGradient the gradient with respect to the output, planes x rows x valueDepth
     * @param gradients receive the gradients with respect to the operands
     */
    public static void backward(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            MemorySegment outputGradient,
            AttentionOperands gradients) {
        backward(mask, offset, shape, operands, output, logSums, outputGradient, gradients, Workers.NONE);
    }

    /**
     * The gradients with respect to queries, keys and values, on the caller's executor.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param shape the shape of the forward pass
     * @param operands the operands of the forward pass
     * @param output what forward gave
     * @param logSums what forward gave
     * @param outputGradient the gradient with respect to the output, planes x rows x valueDepth
     * @param gradients receive the gradients with respect to the operands
     * @param workers who does it
     */
    public static void backward(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            MemorySegment output,
            MemorySegment logSums,
            MemorySegment outputGradient,
            AttentionOperands gradients,
            Workers workers) {
        checkInputs(mask, offset, shape, operands, workers);
        Buffers.readable("output", output, shape.outputFloats(), workers);
        Buffers.readable("logSums", logSums, shape.allRows(), workers);
        Buffers.readable("outputGradient", outputGradient, shape.outputFloats(), workers);
        MemorySegment queries = gradients.queries();
        MemorySegment keys = gradients.keys();
        MemorySegment values = gradients.values();
        long queryFloats = shape.queryFloats();
        long keyFloats = shape.keyFloats();
        long valueFloats = shape.valueFloats();
        checkOutput(mask, offset, shape, operands, "the queries' gradient", queries, queryFloats, workers);
        checkOutput(mask, offset, shape, operands, "the keys' gradient", keys, keyFloats, workers);
        checkOutput(mask, offset, shape, operands, "the values' gradient", values, valueFloats, workers);
        checkGradient(shape, output, logSums, outputGradient, "the queries' gradient", queries, queryFloats);
        checkGradient(shape, output, logSums, outputGradient, "the keys' gradient", keys, keyFloats);
        checkGradient(shape, output, logSums, outputGradient, "the values' gradient", values, valueFloats);
        Buffers.disjoint("the queries' gradient", queries, queryFloats, "the keys' gradient", keys, keyFloats);
        Buffers.disjoint("the queries' gradient", queries, queryFloats, "the values' gradient", values, valueFloats);
        Buffers.disjoint("the keys' gradient", keys, keyFloats, "the values' gradient", values, valueFloats);
        if (workers.tasks() == 1) {
            AttentionBackward.planes(
                    mask,
                    offset,
                    shape,
                    operands,
                    output,
                    logSums,
                    outputGradient,
                    gradients,
                    0,
                    shape.scores().planes());
        } else if (shape.scores().planes() >= workers.tasks()) {
            workers.split(
                    shape.scores().planes(),
                    1,
                    (start, end) -> AttentionBackward.planes(
                            mask, offset, shape, operands, output, logSums, outputGradient, gradients, start, end));
        } else {
            workers.split(
                    AttentionBackward.keyBlocks(shape),
                    1,
                    (start, end) -> AttentionBackward.keysAndValues(
                            mask, offset, shape, operands, output, logSums, outputGradient, gradients, start, end));
            workers.split(
                    AttentionForward.blocks(shape),
                    1,
                    (start, end) -> AttentionBackward.queries(
                            mask, offset, shape, operands, output, logSums, outputGradient, gradients, start, end));
        }
    }

    private static void checkInputs(
            MaskSource mask, long offset, AttentionShape shape, AttentionOperands operands, Workers workers) {
        MaskChecks.readable(mask, offset, shape.scores().elements(), workers);
        shape.scores().check(workers);
        Buffers.readable("queries", operands.queries(), shape.queryFloats(), workers);
        Buffers.readable("keys", operands.keys(), shape.keyFloats(), workers);
        Buffers.readable("values", operands.values(), shape.valueFloats(), workers);
    }

    private static void checkOutput(
            MaskSource mask,
            long offset,
            AttentionShape shape,
            AttentionOperands operands,
            String name,
            MemorySegment segment,
            long floats,
            Workers workers) {
        long bytes = Check.float32Bytes(floats);
        Buffers.writable(name, segment, floats, workers);
        shape.scores().checkDisjoint(name, segment, bytes);
        MaskChecks.disjoint(mask, offset + shape.scores().elements(), name, segment, bytes);
        Buffers.disjoint("queries", operands.queries(), shape.queryFloats(), name, segment, floats);
        Buffers.disjoint("keys", operands.keys(), shape.keyFloats(), name, segment, floats);
        Buffers.disjoint("values", operands.values(), shape.valueFloats(), name, segment, floats);
    }

    private static void checkGradient(
            AttentionShape shape,
            MemorySegment output,
            MemorySegment logSums,
            MemorySegment outputGradient,
            String name,
            MemorySegment gradient,
            long floats) {
        Buffers.disjoint("output", output, shape.outputFloats(), name, gradient, floats);
        Buffers.disjoint("logSums", logSums, shape.allRows(), name, gradient, floats);
        Buffers.disjoint("outputGradient", outputGradient, shape.outputFloats(), name, gradient, floats);
    }
}
