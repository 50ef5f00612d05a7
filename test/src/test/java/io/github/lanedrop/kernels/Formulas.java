package io.github.lanedrop.kernels;

import org.apache.commons.numbers.gamma.Erfc;

/** Activations in double, from their formulas, without a line of the kernels. */
final class Formulas {
    private Formulas() {}

    static double value(Activation activation, double z) {
        return switch (activation) {
            case IDENTITY -> z;
            case RELU -> Math.max(z, 0);
            case SIGMOID -> 1 / (1 + Math.exp(-z));
            case TANH -> Math.tanh(z);
            case GELU -> z * phi(z);
            case GELU_TANH -> z / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + .044715 * z * z * z)));
            case SILU -> z / (1 + Math.exp(-z));
        };
    }

    static double slope(Activation activation, double z) {
        double s = 1 / (1 + Math.exp(-z));
        return switch (activation) {
            case IDENTITY -> 1;
            case RELU -> z > 0 ? 1 : 0;
            case SIGMOID -> s * (1 - s);
            case TANH -> 1 - Math.pow(Math.tanh(z), 2);
            case GELU -> phi(z) + z * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
            case GELU_TANH -> {
                double c = Math.sqrt(2 / Math.PI);
                double t = Math.tanh(c * (z + .044715 * z * z * z));
                yield (1 + t) / 2 + z / 2 * (1 - t * t) * c * (1 + 3 * .044715 * z * z);
            }
            case SILU -> s * (1 + z * (1 - s));
        };
    }

    private static double phi(double z) {
        return Erfc.value(-z / Math.sqrt(2)) / 2;
    }
}
