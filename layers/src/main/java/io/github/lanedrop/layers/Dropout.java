package io.github.lanedrop.layers;

import io.github.lanedrop.kernels.BernoulliMask;
import io.github.lanedrop.kernels.DropoutKernel;
import io.github.lanedrop.kernels.MaskSource;
import io.github.lanedrop.kernels.Rate;
import io.github.lanedrop.kernels.Workers;
import io.github.lanedrop.rng.Key;
import java.util.Objects;

/**
 * Inverted dropout.
 *
 * <pre>
 * TRAIN, MC:  y[i]  = kept(i) ? x[i] * scale : +0          kept(i) is a function of (key.site(site), rate, i)
 *             dx[i] = kept(i) ? dy[i] * scale : +0
 * EVAL:       y = x, the same object: no copy, no draw
 * </pre>
 *
 * <p>{@code i} is the row-major index in the whole tensor, {@link Pass#rowOffset()} rows included, so every row has a mask
 * of its own and parts of a batch give the bits of the whole. The mask is drawn again on the way back, from the key and
 * the rate of the forward pass, and takes no memory. The way back keeps them and the shape, neither input nor output.
 *
 * <p><b>Shapes.</b> The input has any shape, {@code [N, ...]} where it has rows; output and gradients have the same.
 *
 * <p><b>Edges.</b> At rate 0 the output is the input itself, as in EVAL; at rate 1 it is +0, and so is the gradient. An
 * empty input gives an empty output. A dropped element is +0 whatever it was, NaN and infinities included. No element's
 * fate is ever read off its value: a kept zero passes its gradient.
 *
 * <p><b>Threads and determinism.</b> Immutable, so one layer serves any number of threads; a schedule takes
 * {@link #withRate} at each step. Output and gradient depend on input, rate, site and pass alone, never on workers or on
 * how a batch is split.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} if the pass's row offset is too large for the mask's index, or, on
 * the way back, if the gradient has another shape. Source: N. Srivastava et al., "Dropout: A Simple Way to
 * Prevent Neural Networks from Overfitting", JMLR 15 (2014).
 *
 * @param rate the probability to drop
 * @param site this layer's number, 0 to 65,535, unlike that of any other stochastic layer of the model
 */
public record Dropout(Rate rate, int site) implements Layer {
    /**
     * Refuses null and sites out of range.
     *
     * @throws IllegalArgumentException if there is no such site
     */
    public Dropout {
        Objects.requireNonNull(rate, "rate");
        if (site < 0 || site >= Key.SITES) {
            throw new IllegalArgumentException("site must be in [0, " + Key.SITES + "), got " + site);
        }
    }

    /**
     * Drops by any mask, whatever the mode.
     *
     * @param input the activations
     * @param mask which elements are kept
     * @param offset the mask's index of the input's first element
     * @param workers who does it
     * @return the output in memory of its own, and the way back through the same mask
     * @throws IllegalArgumentException if {@code offset} is negative or too large, or a stored mask has too few bits
     */
    public static Result drop(Tensor input, MaskSource mask, long offset, Workers workers) {
        int[] shape = input.shape();
        Tensor output = Tensor.zeros(shape);
        DropoutKernel.forward(mask, offset, input.segment(), output.segment(), output.elements(), workers);
        // the way back keeps the mask and the shape: neither input nor output stay alive for it
        return new Result(output, (outputGradient, gradients) -> {
            outputGradient.requireShape("outputGradient", shape);
            Tensor inputGradient = Tensor.zeros(shape);
            DropoutKernel.backward(
                    mask, offset, outputGradient.segment(), inputGradient.segment(), inputGradient.elements(), workers);
            return inputGradient;
        });
    }

    @Override
    public Result forward(Tensor input, Pass pass) {
        if (!pass.draws() || rate.keepsAll()) {
            return Result.identity(input);
        }
        return drop(input, new BernoulliMask(rate, pass.key().site(site)), offset(input, pass), pass.workers());
    }

    /** The mask's index of the input's first element. */
    private static long offset(Tensor input, Pass pass) {
        long rowElements = input.rowElements();
        long rows = (Long.MAX_VALUE - input.elements()) / Math.max(1, rowElements);
        if (pass.rowOffset() > rows) {
            throw new IllegalArgumentException("rowOffset must be at most " + rows + " for the input's "
                    + input.elements() + " elements, " + rowElements + " a row, got " + pass.rowOffset());
        }
        return pass.rowOffset() * rowElements;
    }

    /** Whether the rate leaves anything to chance: it is neither 0 nor 1. */
    @Override
    public boolean isStochastic() {
        return !rate.keepsAll() && !rate.dropsAll();
    }

    /**
     * This layer at another rate. Passes that are under way keep theirs.
     *
     * @param other the probability to drop
     * @return the layer with the same site
     */
    public Dropout withRate(Rate other) {
        return new Dropout(other, site);
    }

    @Override
    public String toString() {
        return "Dropout(" + rate.nominal() + ", site " + site + ")";
    }
}
