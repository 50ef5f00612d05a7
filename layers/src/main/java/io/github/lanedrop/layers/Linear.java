package io.github.lanedrop.layers;

import io.github.lanedrop.kernels.Matrix;
import io.github.lanedrop.kernels.MatrixProduct;
import io.github.lanedrop.rng.Key;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A fully connected layer.
 *
 * <pre>
 * forward:   y[n][j]  = b[j] + sum_i x[n][i] * W[j][i]
 * backward:  dx[n][i] = sum_j dy[n][j] * W[j][i]
 *            dW[j][i] += sum_n dy[n][j] * x[n][i]        db[j] += sum_n dy[n][j]
 * </pre>
 *
 * <p>{@code x} is {@code [..., in]} with at least one leading axis and {@code y} is {@code [..., out]}; {@code weight} is
 * {@code [out, in]} and {@code bias} is {@code [out]}, as PyTorch has them. Every element is one chain of fused
 * multiply-adds in the order of the sum, so the bits depend neither on the workers nor on how a batch is split.
 *
 * <p>The backward pass reads the weights as they are when it runs: step the optimiser after it. It keeps the input
 * alive, not the output.
 *
 * <p><b>Edges.</b> Without rows the output is empty and the gradients are sums of nothing; without inputs every row of the
 * output is the bias; without outputs the input's gradient is +0. NaN and infinities follow IEEE 754: a zero, also of
 * dropout, times a weight that is NaN or infinite is NaN. <b>Aliasing.</b> Output and gradient have memory of their own.
 *
 * <p><b>Threads and determinism.</b> Immutable but for its parameters' values: safe for any number of threads while nobody
 * changes these. The bits are a function of input, weights and bias, on every machine.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} for another last axis, for no leading axis, for 2^31 rows or more,
 * and on the way back for a gradient of another shape; {@link IllegalStateException} and {@link WrongThreadException}
 * for memory of a closed arena or another thread's. Nothing that the caller can see has changed then.
 *
 * <p>Source: the affine map {@code x W^T + b} of {@code torch.nn.Linear}, and its gradients.
 */
public final class Linear implements Layer {
    private final int in;
    private final int out;
    private final Parameter weight;
    private final Parameter bias;

    /**
     * A layer of zeros, to be loaded or filled.
     *
     * @param in features of the input, 0 or more
     * @param out features of the output, 0 or more
     * @throws IllegalArgumentException if a size is negative
     */
    public Linear(int in, int out) {
        if (in < 0 || out < 0) {
            throw new IllegalArgumentException("in and out must be 0 or more, got " + in + " and " + out);
        }
        this.in = in;
        this.out = out;
        weight = new Parameter("weight", Tensor.zeros(out, in));
        bias = new Parameter("bias", Tensor.zeros(out));
    }

    /**
     * A layer with random weights from {@code key.named("weight")} and a bias of zeros.
     *
     * @param in features of the input, 0 or more
     * @param out features of the output, 0 or more
     * @param initializer how the weights are drawn
     * @param key this layer's own key, such as {@code key.named("3")}: two layers of one key would get the same numbers
     */
    public Linear(int in, int out, Initializer initializer, Key key) {
        this(in, out);
        initializer.fill(weight.value(), in, key.named(weight.name()));
    }

    /**
     * A layer for ReLU networks: {@link Initializer#heNormal()}, a bias of zeros.
     *
     * @param in features of the input, 0 or more
     * @param out features of the output, 0 or more
     * @param key this layer's own key, such as {@code key.named("3")}
     * @return the layer
     */
    public static Linear he(int in, int out, Key key) {
        return new Linear(in, out, Initializer.heNormal(), key);
    }

    /**
     * The weights.
     *
     * @return the parameter of shape {@code [out, in]}
     */
    public Parameter weight() {
        return weight;
    }

    /**
     * The bias.
     *
     * @return the parameter of shape {@code [out]}
     */
    public Parameter bias() {
        return bias;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(weight, bias);
    }

    @Override
    public Result forward(Tensor input, Pass pass) {
        int[] shape = input.shape();
        if (shape.length < 2 || shape[shape.length - 1] != in) {
            throw new IllegalArgumentException(
                    "input must have the shape [..., " + in + "] with a batch axis, got " + Arrays.toString(shape));
        }
        int rows = leading(shape);
        shape[shape.length - 1] = out;
        Tensor output = Tensor.zeros(shape);
        MemorySegment biasRow = bias.value().segment();
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(biasRow, 0, output.segment(), row * biasRow.byteSize(), biasRow.byteSize());
        }
        Matrix x = Matrix.of(input.segment(), rows, in);
        Matrix y = Matrix.of(output.segment(), rows, out);
        MatrixProduct.multiplyAdd(x, weight.value().matrix().transpose(), y, pass.workers());
        return new Result(output, (outputGradient, gradients) -> {
            outputGradient.requireShape("outputGradient", shape);
            Matrix dy = Matrix.of(outputGradient.segment(), rows, out);
            Matrix dw = gradients.of(weight).matrix();
            MatrixProduct.multiplyAdd(dy.transpose(), x, dw, pass.workers());
            Matrix db = Matrix.of(gradients.of(bias).segment(), 1, out);
            MatrixProduct.multiplyAdd(ones(rows).matrix(), dy, db, pass.workers());
            Tensor inputGradient = Tensor.zeros(input.shape());
            Matrix dx = Matrix.of(inputGradient.segment(), rows, in);
            MatrixProduct.multiply(dy, weight.value().matrix(), dx, pass.workers());
            return inputGradient;
        });
    }

    @Override
    public String toString() {
        return "Linear(" + in + " -> " + out + ")";
    }

    /** The rows of the matrix that an input is. */
    private static int leading(int[] shape) {
        long rows = 1;
        for (int axis = 0; axis < shape.length - 1; axis++) {
            rows *= shape[axis]; // below 2^61, as in every tensor
        }
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "input must have fewer than 2^31 rows in its leading axes, got the shape "
                            + Arrays.toString(shape));
        }
        return (int) rows;
    }

    private static Tensor ones(int columns) {
        Tensor ones = Tensor.zeros(1, columns);
        for (int column = 0; column < columns; column++) {
            ones.set(column, 1f);
        }
        return ones;
    }
}
