package io.github.lanedrop.kernels;

import static io.github.lanedrop.kernels.Scratch.FLOAT;

import io.github.lanedrop.kernels.attention.ScalarSoftmax;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Softmax and dropout of the scores of an attention, in one pass over each row, or three over rows of more than 4,096 columns.
 *
 * <pre>
 * p[c]             = exp(scale * scores[c] - m) / sum over c of exp(scale * scores[c] - m),   m = max(scale * scores[c])
 * probabilities[c] = kept(index of c) ? p[c] * mask's scale : +0
 * renormalised:      kept(index of c) ? p[c] / sum of the kept p : +0
 * </pre>
 *
 * <p>over the columns {@code c} of a row that count, which the {@link AttentionScores} say; the others get +0. The index
 * is {@code offset + (plane * rows + row) * columns + column}: every plane, so every head and sample, has a mask of its own.
 * Divided by a rate's scale, a row adds up to 1 in expectation, not in a sample; renormalised, in every sample, up to
 * rounding. The renormalised form is computed as a softmax over the kept scores, the same number, which does not vanish
 * where all great scores were dropped.
 *
 * <p><b>Backward</b> takes the scores and draws the mask again; it recomputes the probabilities, which takes less time than
 * reading them would save, and needs nothing else that forward knew. With {@code g} the gradient with respect to the
 * probabilities and {@code d[c] = kept ? g[c] * mask's scale : 0}:
 *
 * <pre>
 * scoresGradient[c] = scale * p[c] * (d[c] - sum over c of p[c] * d[c])
 * renormalised:       scale * r[c] * (g[c] - sum over c of r[c] * g[c]),   r = the renormalised probabilities
 * </pre>
 *
 * <p><b>Edges.</b> A row of which nothing counts, or whose scores that count are all minus infinity, or all dropped where
 * it is renormalised, is zeros, and so is its gradient; no NaN. A NaN or a plus infinity among the scores that count makes
 * every kept probability of the row NaN. Rate 0 gives the softmax itself and draws nothing; rate 1 writes +0. Scores and
 * gradients that do not count are not read, so they may be anything.
 *
 * <p><b>Aliasing.</b> Forward may work in place, which backward then cannot follow, as it needs the scores. The scores'
 * gradient may be the buffer of the probabilities' gradient or of the scores. Otherwise buffers are disjoint.
 *
 * <p><b>Threads and determinism.</b> Static, stateless, allocates nothing once warm where there is one task. Sums are 16
 * partial sums, of every sixteenth element each, added pairwise; exponentials are within 1 ulp, and 0 below e^-87; so the bits
 * depend on the arguments alone, never on the CPU, the width of its vectors, the threads or the split.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} for buffers that are too small, overlap or are read-only, offsets and
 * key lengths out of range; {@link IllegalStateException} for a closed arena; {@link WrongThreadException} for another
 * thread's memory, and for this one's alone if there are several tasks. Everything is checked before the first write.
 *
 * <p>Source: A. Vaswani et al., "Attention Is All You Need", NeurIPS 2017; L. Zehui et al., "DropAttention: A Regularization
 * Method for Fully-Connected Self-Attention Networks", arXiv 1907.11065, 2019, for the renormalised form.
 */
public final class SoftmaxDropout {
    private SoftmaxDropout() {}

    /**
     * The probabilities after dropout.
     *
     * @param mask which probabilities are kept
     * @param offset the mask's index of the first score
     * @param shape the shape of the scores, and which of them count
     * @param scores planes x rows x columns
     * @param probabilities planes x rows x columns, receives the probabilities; may be {@code scores}
     */
    public static void forward(
            MaskSource mask, long offset, AttentionScores shape, MemorySegment scores, MemorySegment probabilities) {
        forward(mask, offset, shape, scores, probabilities, Workers.NONE);
    }

    /**
     * The probabilities after dropout, on the caller's executor.
     *
     * @param mask which probabilities are kept
     * @param offset the mask's index of the first score
     * @param shape the shape of the scores, and which of them count
     * @param scores planes x rows x columns
     * @param probabilities planes x rows x columns, receives the probabilities; may be {@code scores}
     * @param workers who does it, split by rows
     */
    public static void forward(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilities,
            Workers workers) {
        long elements = shape.elements();
        MaskChecks.readable(mask, offset, elements, workers);
        shape.check(workers);
        Buffers.readable("scores", scores, elements, workers);
        checkOutput(mask, offset, shape, "probabilities", probabilities, workers);
        Buffers.identicalOrDisjoint("scores", scores, "probabilities", probabilities, elements);
        if (elements == 0) {
            return;
        }
        long rows = (long) shape.planes() * shape.rows();
        if (workers.tasks() == 1) { // a lambda may be allocated
            forwardRows(mask, offset, shape, scores, probabilities, 0, rows);
        } else {
            workers.split(
                    rows,
                    rowsAtOnce(shape),
                    (start, end) -> forwardRows(mask, offset, shape, scores, probabilities, start, end));
        }
    }

    /**
     * The gradient with respect to the scores.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param shape the shape of the forward pass
     * @param scores the scores of the forward pass, planes x rows x columns
     * @param probabilitiesGradient the gradient with respect to the probabilities, planes x rows x columns
     * @param scoresGradient planes x rows x columns, receives the gradient with respect to the scores; may be either input
     */
    public static void backward(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilitiesGradient,
            MemorySegment scoresGradient) {
        backward(mask, offset, shape, scores, probabilitiesGradient, scoresGradient, Workers.NONE);
    }

    /**
     * The gradient with respect to the scores, on the caller's executor.
     *
     * @param mask the source of the forward pass
     * @param offset the offset of the forward pass
     * @param shape the shape of the forward pass
     * @param scores the scores of the forward pass, planes x rows x columns
     * @param probabilitiesGradient the gradient with respect to the probabilities, planes x rows x columns
     * @param scoresGradient planes x rows x columns, receives the gradient with respect to the scores; may be either input
     * @param workers who does it, split by rows
     */
    public static void backward(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilitiesGradient,
            MemorySegment scoresGradient,
            Workers workers) {
        long elements = shape.elements();
        MaskChecks.readable(mask, offset, elements, workers);
        shape.check(workers);
        Buffers.readable("scores", scores, elements, workers);
        Buffers.readable("probabilitiesGradient", probabilitiesGradient, elements, workers);
        checkOutput(mask, offset, shape, "scoresGradient", scoresGradient, workers);
        Buffers.identicalOrDisjoint("scores", scores, "scoresGradient", scoresGradient, elements);
        Buffers.identicalOrDisjoint(
                "probabilitiesGradient", probabilitiesGradient, "scoresGradient", scoresGradient, elements);
        if (elements == 0) {
            return;
        }
        long rows = (long) shape.planes() * shape.rows();
        if (workers.tasks() == 1) {
            backwardRows(mask, offset, shape, scores, probabilitiesGradient, scoresGradient, 0, rows);
        } else {
            workers.split(
                    rows,
                    rowsAtOnce(shape),
                    (start, end) -> backwardRows(
                            mask, offset, shape, scores, probabilitiesGradient, scoresGradient, start, end));
        }
    }

    private static void checkOutput(
            MaskSource mask, long offset, AttentionScores shape, String name, MemorySegment segment, Workers workers) {
        long elements = shape.elements();
        long bytes = Check.float32Bytes(elements);
        Buffers.writable(name, segment, elements, workers);
        shape.checkDisjoint(name, segment, bytes);
        MaskChecks.disjoint(mask, offset + elements, name, segment, bytes);
    }

    /** Rows that fit in a chunk, or else one, in chunks. */
    private static int rowsAtOnce(AttentionScores shape) {
        return Math.max(1, Scratch.CHUNK / shape.columns());
    }

    private static void forwardRows(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilities,
            long start,
            long end) {
        Scratch scratch = Scratch.POOL.borrow();
        SoftmaxScratch rows = SoftmaxScratch.POOL.borrow();
        int rowsAtOnce = rowsAtOnce(shape);
        for (long row = start; row < end; row += rowsAtOnce) {
            int count = (int) Math.min(rowsAtOnce, end - row);
            if (AttentionMask.dropsAll(mask)) {
                zero(shape, row, count, probabilities, rows.scores);
            } else if (shape.columns() <= Scratch.CHUNK) {
                forwardChunk(mask, offset, shape, scores, probabilities, row, count, scratch, rows);
            } else {
                forwardLongRow(mask, offset, shape, scores, probabilities, row, scratch, rows);
            }
        }
        SoftmaxScratch.POOL.giveBack(rows);
        Scratch.POOL.giveBack(scratch);
    }

    private static void backwardRows(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilitiesGradient,
            MemorySegment scoresGradient,
            long start,
            long end) {
        Scratch scratch = Scratch.POOL.borrow();
        SoftmaxScratch rows = SoftmaxScratch.POOL.borrow();
        int rowsAtOnce = rowsAtOnce(shape);
        for (long row = start; row < end; row += rowsAtOnce) {
            int count = (int) Math.min(rowsAtOnce, end - row);
            if (AttentionMask.dropsAll(mask)) {
                zero(shape, row, count, scoresGradient, rows.scores);
            } else if (shape.columns() <= Scratch.CHUNK) {
                backwardChunk(
                        mask, offset, shape, scores, probabilitiesGradient, scoresGradient, row, count, scratch, rows);
            } else {
                backwardLongRow(mask, offset, shape, scores, probabilitiesGradient, scoresGradient, row, scratch, rows);
            }
        }
        SoftmaxScratch.POOL.giveBack(rows);
        Scratch.POOL.giveBack(scratch);
    }

    private static void zero(AttentionScores shape, long row, int count, MemorySegment dst, float[] zeros) {
        Arrays.fill(zeros, 0f);
        long first = row * shape.columns();
        long end = first + ((long) count * shape.columns());
        for (long at = first; at < end; at += zeros.length) {
            store(zeros, (int) Math.min(zeros.length, end - at), dst, at);
        }
    }

    private static void load(MemorySegment src, long first, int elements, float[] dst) {
        MemorySegment.copy(src, FLOAT, first * Float.BYTES, dst, 0, elements);
    }

    private static void store(float[] src, int elements, MemorySegment dst, long first) {
        MemorySegment.copy(src, 0, dst, FLOAT, first * Float.BYTES, elements);
    }

    /** Whole rows. */
    private static void forwardChunk(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilities,
            long firstRow,
            int count,
            Scratch scratch,
            SoftmaxScratch rows) {
        int columns = shape.columns();
        long first = firstRow * columns;
        load(scores, first, count * columns, rows.scores);
        int firstBit = Byte.SIZE * KeepBits.fill(mask, offset + first, count * columns, scratch);
        double maskScale = AttentionMask.scale(mask, shape);
        byte[] bits = scratch.keepBits;
        for (int i = 0; i < count; i++) {
            int at = i * columns;
            int bit = firstBit + at;
            int limit = limit(shape, firstRow + i);
            Arrays.fill(rows.sums, 0f);
            float max = SoftmaxRows.exponentials(
                    rows.scores, at, limit, shape, bits, bit, Float.NEGATIVE_INFINITY, rows.row, rows.sums);
            if (max == Float.NEGATIVE_INFINITY) {
                limit = 0;
            } else {
                float factor = (float) (maskScale / ScalarSoftmax.total(rows.sums));
                SoftmaxRows.select(rows.row, limit, factor, bits, bit, rows.scores, at);
            }
            Arrays.fill(rows.scores, at + limit, at + columns, 0f);
        }
        store(rows.scores, count * columns, probabilities, first);
    }

    /**
     * One row of more than a chunk of columns, three times: for its greatest score, for its sum, for the result. The
     * exponentials are made again each time, not kept.
     */
    private static void forwardLongRow(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilities,
            long row,
            Scratch scratch,
            SoftmaxScratch rows) {
        int columns = shape.columns();
        long first = row * columns;
        int limit = limit(shape, row);
        float max = Float.NEGATIVE_INFINITY;
        float factor = 0;
        for (int pass = 0; pass < 3; pass++) {
            Arrays.fill(rows.sums, 0f);
            for (int at = 0; at < columns; at += Scratch.CHUNK) {
                int elements = Math.min(Scratch.CHUNK, columns - at);
                int counting = Math.clamp((long) limit - at, 0, elements);
                if (counting > 0) {
                    load(scores, first + at, counting, rows.scores);
                    int bit = Byte.SIZE * KeepBits.fill(mask, offset + first + at, counting, scratch);
                    max = SoftmaxRows.exponentials(
                            rows.scores, 0, counting, shape, scratch.keepBits, bit, max, rows.row, rows.sums);
                    if (pass == 2) {
                        SoftmaxRows.select(rows.row, counting, factor, scratch.keepBits, bit, rows.scores, 0);
                    }
                }
                if (pass == 2) {
                    Arrays.fill(rows.scores, counting, elements, 0f);
                    store(rows.scores, elements, probabilities, first + at);
                }
            }
            if (max == Float.NEGATIVE_INFINITY) {
                limit = 0;
            }
            factor = (float) (AttentionMask.scale(mask, shape) / ScalarSoftmax.total(rows.sums));
        }
    }

    private static int limit(AttentionScores shape, long row) {
        return shape.limit((int) (row / shape.rows()), (int) (row % shape.rows()));
    }

    /** Whole rows. */
    private static void backwardChunk(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilitiesGradient,
            MemorySegment scoresGradient,
            long firstRow,
            int count,
            Scratch scratch,
            SoftmaxScratch rows) {
        int columns = shape.columns();
        long first = firstRow * columns;
        load(scores, first, count * columns, rows.scores);
        load(probabilitiesGradient, first, count * columns, rows.gradient);
        int firstBit = Byte.SIZE * KeepBits.fill(mask, offset + first, count * columns, scratch);
        double maskScale = AttentionMask.scale(mask, shape);
        byte[] bits = scratch.keepBits;
        for (int i = 0; i < count; i++) {
            int at = i * columns;
            int bit = firstBit + at;
            int limit = limit(shape, firstRow + i);
            Arrays.fill(rows.sums, 0f);
            Arrays.fill(rows.dots, 0f);
            float max = SoftmaxRows.exponentials(
                    rows.scores, at, limit, shape, bits, bit, Float.NEGATIVE_INFINITY, rows.row, rows.sums);
            if (max == Float.NEGATIVE_INFINITY) {
                limit = 0;
            } else {
                SoftmaxRows.dot(rows.row, limit, rows.gradient, at, bits, bit, rows.dots);
                float sum = ScalarSoftmax.total(rows.sums);
                float dot = (float) (maskScale * ScalarSoftmax.total(rows.dots) / sum);
                gradient(rows, limit, shape, sum, maskScale, dot, bits, bit, at);
            }
            Arrays.fill(rows.gradient, at + limit, at + columns, 0f);
        }
        store(rows.gradient, count * columns, scoresGradient, first);
    }

    /** One row in chunks, three times, as forward does it. */
    private static void backwardLongRow(
            MaskSource mask,
            long offset,
            AttentionScores shape,
            MemorySegment scores,
            MemorySegment probabilitiesGradient,
            MemorySegment scoresGradient,
            long row,
            Scratch scratch,
            SoftmaxScratch rows) {
        int columns = shape.columns();
        long first = row * columns;
        int limit = limit(shape, row);
        double maskScale = AttentionMask.scale(mask, shape);
        float max = Float.NEGATIVE_INFINITY;
        float sum = 0;
        float dot = 0;
        for (int pass = 0; pass < 3; pass++) {
            Arrays.fill(rows.sums, 0f);
            Arrays.fill(rows.dots, 0f);
            for (int at = 0; at < columns; at += Scratch.CHUNK) {
                int elements = Math.min(Scratch.CHUNK, columns - at);
                int counting = Math.clamp((long) limit - at, 0, elements);
                if (counting > 0) {
                    load(scores, first + at, counting, rows.scores);
                    load(probabilitiesGradient, first + at, counting, rows.gradient);
                    int bit = Byte.SIZE * KeepBits.fill(mask, offset + first + at, counting, scratch);
                    byte[] bits = scratch.keepBits;
                    max = SoftmaxRows.exponentials(
                            rows.scores, 0, counting, shape, bits, bit, max, rows.row, rows.sums);
                    if (pass == 2) {
                        gradient(rows, counting, shape, sum, maskScale, dot, bits, bit, 0);
                    } else if (max != Float.NEGATIVE_INFINITY) {
                        SoftmaxRows.dot(rows.row, counting, rows.gradient, 0, bits, bit, rows.dots);
                    }
                }
                if (pass == 2) {
                    Arrays.fill(rows.gradient, counting, elements, 0f);
                    store(rows.gradient, elements, scoresGradient, first + at);
                }
            }
            if (max == Float.NEGATIVE_INFINITY) {
                limit = 0;
            }
            sum = ScalarSoftmax.total(rows.sums);
            dot = (float) (maskScale * ScalarSoftmax.total(rows.dots) / sum);
        }
    }

    /** From a row's exponentials, their sum, and the row's product with its gradient. */
    private static void gradient(
            SoftmaxScratch rows,
            int elements,
            AttentionScores shape,
            float sum,
            double maskScale,
            float dot,
            byte[] bits,
            int bit,
            int at) {
        SoftmaxRows.gradient(
                rows.row,
                elements,
                (float) (shape.scale() / (double) sum),
                (float) maskScale,
                dot,
                shape.renormalized(),
                bits,
                bit,
                rows.gradient,
                at);
    }
}
