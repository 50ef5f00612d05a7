package io.github.lanedrop.kernels;

/**
 * The product of two matrices of 32-bit floats, with any operand transposed.
 *
 * <pre>
 * multiply:     c = a * b
 * multiplyAdd:  c = c + a * b
 * c[m][n] = fma(a[m][K-1], b[K-1][n], ... fma(a[m][0], b[0][n], start))     start = 0, or c[m][n] to add
 * </pre>
 *
 * <p>Each element of {@code c} is one chain of fused multiply-adds in the order of the inner index, whatever the CPU, the
 * vector width, the blocking or the threads: the bits are always the same.
 *
 * <p><b>Edges.</b> An inner size of 0 gives zeros, or leaves {@code c} as it was to add; NaN and infinities follow IEEE
 * 754. <b>Aliasing.</b> {@code c} must be disjoint from {@code a} and {@code b}; it must not be transposed.
 * <b>Threads.</b> Static, stateless, allocates nothing once warm. <b>Errors.</b> {@link IllegalArgumentException} for
 * shapes that do not fit, overlap and a read-only {@code c}; {@link IllegalStateException} for a closed arena;
 * {@link WrongThreadException} for another thread's memory, and for this one's alone if there are several tasks. Everything
 * is checked before the first write.
 */
public final class MatrixProduct {
    private MatrixProduct() {}

    /**
     * {@code c = a * b}.
     *
     * @param a M x K
     * @param b K x N
     * @param c M x N, receives the product
     */
    public static void multiply(Matrix a, Matrix b, Matrix c) {
        multiply(a, b, c, Workers.NONE);
    }

    /**
     * {@code c = a * b} on the caller's executor.
     *
     * @param a M x K
     * @param b K x N
     * @param c M x N, receives the product
     * @param workers who does it
     */
    public static void multiply(Matrix a, Matrix b, Matrix c, Workers workers) {
        run(a, b, c, false, workers);
    }

    /**
     * {@code c = c + a * b}.
     *
     * @param a M x K
     * @param b K x N
     * @param c M x N, receives the sum
     */
    public static void multiplyAdd(Matrix a, Matrix b, Matrix c) {
        multiplyAdd(a, b, c, Workers.NONE);
    }

    /**
     * {@code c = c + a * b} on the caller's executor.
     *
     * @param a M x K
     * @param b K x N
     * @param c M x N, receives the sum
     * @param workers who does it
     */
    public static void multiplyAdd(Matrix a, Matrix b, Matrix c, Workers workers) {
        run(a, b, c, true, workers);
    }

    private static void run(Matrix a, Matrix b, Matrix c, boolean add, Workers workers) {
        check(a, b, c, workers);
        BlockedProduct.run(a, b, PackedMatrix.NONE, c, add, DropConnect.NONE, false, Epilogue.NONE, workers);
    }

    private static void check(Matrix a, Matrix b, Matrix c, Workers workers) {
        if (a.columns() != b.rows() || c.rows() != a.rows() || c.columns() != b.columns()) {
            throw new IllegalArgumentException("shapes must be (M x K) * (K x N) = (M x N), got " + shape(a) + " * "
                    + shape(b) + " = " + shape(c));
        }
        if (c.transposed()) {
            throw new IllegalArgumentException("c must not be transposed; multiply the transposes of a and b instead");
        }
        checkOperand("a", a, c, workers);
        checkOperand("b", b, c, workers);
        Check.writable("c", c.segment(), c.bytes(), c.bytes() / Float.BYTES, "float32 elements");
        Check.sharedWith(workers, "c", c.segment());
    }

    private static void checkOperand(String name, Matrix operand, Matrix c, Workers workers) {
        Check.readable(name, operand.segment(), operand.bytes(), operand.bytes() / Float.BYTES, "float32 elements");
        Check.sharedWith(workers, name, operand.segment());
        Check.disjoint(name, operand.segment(), operand.bytes(), "c", c.segment(), c.bytes());
    }

    private static String shape(Matrix matrix) {
        return matrix.rows() + " x " + matrix.columns();
    }
}
