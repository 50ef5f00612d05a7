package io.github.lanedrop.kernels.noise;

/** {@code x * v} and {@code x + v} on arrays, in place: the definition. */
public final class ScalarArithmetic {
    private ScalarArithmetic() {}

    /**
     * Multiplies elements {@code start} to {@code end}, exclusive.
     *
     * @param x the elements, receives the products
     * @param values the factors
     * @param valuesAt the index in {@code values} of the factor of element 0
     * @param start the first element
     * @param end the element after the last
     */
    public static void multiply(float[] x, float[] values, int valuesAt, int start, int end) {
        for (int i = start; i < end; i++) {
            x[i] *= values[valuesAt + i];
        }
    }

    /**
     * Adds to elements {@code start} to {@code end}, exclusive.
     *
     * @param x the elements, receives the sums
     * @param values the summands
     * @param valuesAt the index in {@code values} of the summand of element 0
     * @param start the first element
     * @param end the element after the last
     */
    public static void add(float[] x, float[] values, int valuesAt, int start, int end) {
        for (int i = start; i < end; i++) {
            x[i] += values[valuesAt + i];
        }
    }

    /**
     * Multiplies elements {@code start} to {@code end}, exclusive, in double.
     *
     * @param x the elements, receives the products
     * @param values the factors
     * @param valuesAt the index in {@code values} of the factor of element 0
     * @param start the first element
     * @param end the element after the last
     */
    public static void multiply(double[] x, float[] values, int valuesAt, int start, int end) {
        for (int i = start; i < end; i++) {
            x[i] *= values[valuesAt + i];
        }
    }

    /**
     * Adds to elements {@code start} to {@code end}, exclusive, in double.
     *
     * @param x the elements, receives the sums
     * @param values the summands
     * @param valuesAt the index in {@code values} of the summand of element 0
     * @param start the first element
     * @param end the element after the last
     */
    public static void add(double[] x, float[] values, int valuesAt, int start, int end) {
        for (int i = start; i < end; i++) {
            x[i] += values[valuesAt + i];
        }
    }
}
