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
 * <p>Weights that are multiplied many times can be packed once, as a {@link PackedMatrix}; an {@link Epilogue} adds a bias,
 * applies an activation and drops elements on the way to memory, with the bits of the separate steps.
 *
 * <p>Each element of {@code c} is one chain of fused multiply-adds in the order of the inner index, whatever the CPU, the
 * vector width, the blocking or the threads: the bits are always the same.
 *
 * <p><b>Edges.</b> An inner size of 0 gives zeros, or leaves {@code c} as it was to add; NaN and infinities follow IEEE
 * 754. <b>Aliasing.</b> {@code c} must be disjoint from {@code a} and {@code b}; it must not be transposed.
 * <b>Threads.</b> Static, stateless, allocates nothing once warm with one task. <b>Errors.</b> {@link IllegalArgumentException} for
 * shapes that do not fit, overlap and a read-only {@code c}; {@link IllegalStateException} for a closed arena;
 * {@link WrongThreadException} for another thread's memory, and for this one's alone if there are several tasks. Everything
 * is checked before the first write.
 *
 * <p>Source: the blocking is that of K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication",
 * ACM TOMS 34 (2008), where an element's chain goes on from block to block.
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

    /**
     * {@code c = f(a * b)}, where bias, activation and dropout are applied before the elements are stored.
     *
     * @param a M x K
     * @param b K x N
     * @param c M x N, receives the result
     * @param epilogue what becomes of the product
     * @param workers who does it
     */
    public static void multiply(Matrix a, Matrix b, Matrix c, Epilogue epilogue, Workers workers) {
        ProductChecks.operands(a, b, c, workers);
        ProductChecks.epilogue(epilogue, c, workers);
        BlockedProduct.run(
                a, b, PackedMatrix.NONE, c, false, DropConnect.NONE, BlockedProduct.Form.PRODUCT, epilogue, workers);
    }

    /**
     * {@code c = a * b} with an operand that has been packed.
     *
     * @param a M x K
     * @param b K x N
     * @param c M x N, receives the product
     * @param workers who does it
     */
    public static void multiply(Matrix a, PackedMatrix b, Matrix c, Workers workers) {
        run(a, b, c, false, Epilogue.NONE, workers);
    }

    /**
     * {@code c = c + a * b} with an operand that has been packed.
     *
     * @param a M x K
     * @param b K x N
     * @param c M x N, receives the sum
     * @param workers who does it
     */
    public static void multiplyAdd(Matrix a, PackedMatrix b, Matrix c, Workers workers) {
        run(a, b, c, true, Epilogue.NONE, workers);
    }

    /**
     * {@code c = f(a * b)} with an operand that has been packed.
     *
     * @param a M x K
     * @param b K x N
     * @param c M x N, receives the result
     * @param epilogue what becomes of the product
     * @param workers who does it
     */
    public static void multiply(Matrix a, PackedMatrix b, Matrix c, Epilogue epilogue, Workers workers) {
        run(a, b, c, false, epilogue, workers);
    }

    private static void run(Matrix a, Matrix b, Matrix c, boolean add, Workers workers) {
        ProductChecks.operands(a, b, c, workers);
        BlockedProduct.run(
                a, b, PackedMatrix.NONE, c, add, DropConnect.NONE, BlockedProduct.Form.PRODUCT, Epilogue.NONE, workers);
    }

    private static void run(Matrix a, PackedMatrix b, Matrix c, boolean add, Epilogue epilogue, Workers workers) {
        ProductChecks.operands(a, b, c, workers);
        ProductChecks.epilogue(epilogue, c, workers);
        BlockedProduct.run(
                a, BlockedProduct.NONE, b, c, add, DropConnect.NONE, BlockedProduct.Form.PRODUCT, epilogue, workers);
    }
}
