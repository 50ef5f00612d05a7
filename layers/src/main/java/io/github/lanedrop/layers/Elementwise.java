package io.github.lanedrop.layers;

/** A function of each element alone whose derivative is a function of its output. */
abstract sealed class Elementwise implements Layer permits Relu, Sigmoid, Tanh {
    private static final int CHUNK = Chunks.ELEMENTS;

    /** Replaces each value by the function of it. */
    abstract void apply(float[] values, int elements);

    /** Multiplies each gradient by the derivative, given the function's value. */
    abstract void differentiate(float[] outputs, float[] gradients, int elements);

    @Override
    public final Result forward(Tensor input, Pass pass) {
        Tensor output = Tensor.zeros(input.shape());
        float[] values = new float[CHUNK];
        for (long at = 0; at < input.elements(); at += CHUNK) {
            int elements = (int) Math.min(CHUNK, input.elements() - at);
            input.read(at, values, elements);
            apply(values, elements);
            output.write(at, values, elements);
        }
        return new Result(output, (outputGradient, gradients) -> backward(output, outputGradient));
    }

    private Tensor backward(Tensor output, Tensor outputGradient) {
        outputGradient.requireSameShape("outputGradient", output);
        Tensor inputGradient = Tensor.zeros(output.shape());
        float[] outputs = new float[CHUNK];
        float[] gradients = new float[CHUNK];
        for (long at = 0; at < output.elements(); at += CHUNK) {
            int elements = (int) Math.min(CHUNK, output.elements() - at);
            output.read(at, outputs, elements);
            outputGradient.read(at, gradients, elements);
            differentiate(outputs, gradients, elements);
            inputGradient.write(at, gradients, elements);
        }
        return inputGradient;
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName();
    }
}
