package io.github.lanedrop.bench.jmh;

import io.github.lanedrop.kernels.Attention;
import io.github.lanedrop.kernels.AttentionOperands;
import io.github.lanedrop.kernels.AttentionShape;
import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.Matrix;
import io.github.lanedrop.kernels.MatrixProduct;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.SoftmaxDropout;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Attention with dropout, causal or not: the softmax of a plane of scores with dropout beside the same at rate 0 and a
 * copy, and a plane of tiled attention beside product, softmax and product.
 *
 * <p>A tiled forward pass that is not causal is {@code 4 * length^2 * depth} floating-point operations, a backward pass
 * two and a half times as many.
 */
public class AttentionBench extends Bench {

    /** Queries and keys. */
    @Param({"128", "512", "2048"})
    public int length;

    /** Floats of a query, a key and a value. */
    @Param({"64", "128"})
    public int depth;

    /** Probability to drop. */
    @Param({"0.0", "0.1"})
    public double rate;

    /** Whether a query sees no later key. */
    @Param({"false", "true"})
    public boolean causal;

    AttentionShape shape;
    AttentionOperands operands;
    AttentionOperands gradients;
    BernoulliMask mask;
    MemorySegment output;
    MemorySegment outputGradient;
    MemorySegment logSums;
    MemorySegment scores;
    MemorySegment probabilities;
    MemorySegment probabilitiesGradient;
    private MemorySegment ownScores;
    private Matrix ownProbabilities;
    private Matrix queries;
    private Matrix keysTransposed;
    private Matrix values;

    /** Fills the buffers, and runs forward once for the backward passes. */
    @Setup
    public void setUp() {
        Random random = new Random(2026);
        AttentionShape all = AttentionShape.of(1, length, length, depth);
        shape = causal ? AttentionShape.of(all.scores().causally(), depth) : all;
        mask = new BernoulliMask(Rate.drop(rate), new Key(2026, 0));
        operands = new AttentionOperands(
                gaussian(random, length * depth), gaussian(random, length * depth), gaussian(random, length * depth));
        gradients = new AttentionOperands(
                gaussian(random, length * depth), gaussian(random, length * depth), gaussian(random, length * depth));
        output = gaussian(random, length * depth);
        outputGradient = gaussian(random, length * depth);
        logSums = gaussian(random, length);
        scores = gaussian(random, length * length);
        probabilities = gaussian(random, length * length);
        probabilitiesGradient = gaussian(random, length * length);
        queries = Matrix.of(operands.queries(), length, depth);
        keysTransposed = Matrix.of(operands.keys(), length, depth).transpose();
        values = Matrix.of(operands.values(), length, depth);
        ownScores = zeros(scores.byteSize() / Float.BYTES);
        ownProbabilities = Matrix.of(zeros(scores.byteSize() / Float.BYTES), length, length);
        MatrixProduct.multiply(queries, keysTransposed, Matrix.of(ownScores, length, length));
        SoftmaxDropout.forward(mask, 0, shape.scores(), ownScores, ownProbabilities.segment());
        forward();
    }

    private static MemorySegment gaussian(Random random, int floats) {
        MemorySegment segment = zeros(floats);
        for (int i = 0; i < floats; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return segment;
    }

    /** The roof of the softmax: its memory, once read and once written. */
    @Benchmark
    public void copy() {
        MemorySegment.copy(scores, 0, probabilities, 0, scores.byteSize());
    }

    /** Softmax and dropout of given scores. */
    @Benchmark
    public void softmaxDropout() {
        SoftmaxDropout.forward(mask, 0, shape.scores(), scores, probabilities);
    }

    /** The gradient of the scores. */
    @Benchmark
    public void softmaxDropoutBackward() {
        SoftmaxDropout.backward(mask, 0, shape.scores(), scores, probabilitiesGradient, probabilities);
    }

    /** Attention, tile by tile. */
    @Benchmark
    public void forward() {
        Attention.forward(mask, 0, shape, operands, output, logSums);
    }

    /** Its gradients. */
    @Benchmark
    public void backward() {
        Attention.backward(mask, 0, shape, operands, output, logSums, outputGradient, gradients);
    }

    /** Attention with the scores in memory: product, softmax and dropout, product. */
    @Benchmark
    public void unfused() {
        Matrix p = Matrix.of(probabilities, length, length);
        MatrixProduct.multiply(queries, keysTransposed, p);
        SoftmaxDropout.forward(mask, 0, shape.scores(), probabilities, probabilities);
        MatrixProduct.multiply(p, values, Matrix.of(output, length, depth));
    }

    /** Its gradients, with scores and probabilities in memory since the forward pass: one product less than tile by tile. */
    @Benchmark
    public void unfusedBackward() {
        Matrix gradient = Matrix.of(outputGradient, length, depth);
        Matrix scoresGradient = Matrix.of(probabilitiesGradient, length, length);
        MatrixProduct.multiply(ownProbabilities.transpose(), gradient, Matrix.of(gradients.values(), length, depth));
        MatrixProduct.multiply(gradient, values.transpose(), scoresGradient);
        SoftmaxDropout.backward(mask, 0, shape.scores(), ownScores, probabilitiesGradient, probabilitiesGradient);
        MatrixProduct.multiply(
                scoresGradient, keysTransposed.transpose(), Matrix.of(gradients.queries(), length, depth));
        MatrixProduct.multiply(scoresGradient.transpose(), queries, Matrix.of(gradients.keys(), length, depth));
    }
}
