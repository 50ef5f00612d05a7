package io.github.lanedrop.layers;

import java.util.Objects;

/**
 * What a forward pass gives.
 *
 * @param output the output
 * @param backward the way back for this very pass: the same input, mask and rate
 */
public record Result(Tensor output, Backward backward) {
    /** Refuses null. */
    public Result {
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(backward, "backward");
    }

    /** The identity: neither a copy nor a draw; the way back knows the shape, and keeps no values alive. */
    static Result identity(Tensor input) {
        int[] shape = input.shape();
        return new Result(input, (outputGradient, gradients) -> {
            outputGradient.requireShape("outputGradient", shape);
            return outputGradient;
        });
    }
}
