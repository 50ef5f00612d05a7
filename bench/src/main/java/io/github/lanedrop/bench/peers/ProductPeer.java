package io.github.lanedrop.bench.peers;

import java.lang.foreign.MemorySegment;

/**
 * Somebody's matrix product on float32.
 *
 * <pre>
 * product:   result = left right
 * epilogue:  result = dropout(relu(left right + bias), rate)
 * </pre>
 *
 * <p>Found and built like a {@link Peer}.
 */
public interface ProductPeer {
    /**
     * Its name on the command line and in the report.
     *
     * @return lower case letters, digits and hyphens
     */
    String id();

    /**
     * What exactly is measured. May load the library.
     *
     * @return for example {@code OpenBLAS 0.3.30 (org.bytedeco:openblas 0.3.30-1.5.12), SkylakeX kernels}
     */
    String version();

    /**
     * What a reader must know to be fair: which calls are measured, and what the epilogue is made of.
     *
     * @return a sentence or two
     */
    String description();

    /**
     * How it does bias, ReLU and dropout behind the product.
     *
     * @return how
     */
    EpilogueKind epilogue();

    /** How a peer does bias, ReLU and dropout. */
    enum EpilogueKind {
        /** Not at all: {@link Work#epilogue} throws. */
        NONE,
        /** Further passes over the result. */
        PASSES,
        /** In the product's own call. */
        FUSED
    }

    /**
     * Makes everything ready that a call need not do again.
     *
     * @param task the matrices
     * @return the calls
     */
    Work prepare(Task task);

    /**
     * The matrices, dense in native memory, little endian, aligned to 64 bytes.
     *
     * @param rows rows of the left operand and the result
     * @param inner columns of the left operand, rows of the right one
     * @param columns columns of the right operand and the result
     * @param leftTransposed whether the left operand's memory holds its transpose, {@code inner} rows of {@code rows}
     * @param rightTransposed whether the right operand's memory holds its transpose
     * @param left the left operand
     * @param right the right operand
     * @param bias {@code columns} floats, one for each column of the result
     * @param result receives {@code rows} rows of {@code columns}
     * @param rate the probability to drop, in (0, 1)
     * @param threads how many threads to use, 1 or more
     */
    record Task(
            int rows,
            int inner,
            int columns,
            boolean leftTransposed,
            boolean rightTransposed,
            MemorySegment left,
            MemorySegment right,
            MemorySegment bias,
            MemorySegment result,
            double rate,
            int threads) {}

    /** The calls that are measured, on the thread that prepared them. */
    interface Work extends AutoCloseable {
        /** The product alone. */
        void product();

        /** The product with its epilogue, a new mask in every call. */
        void epilogue();

        /**
         * Where the last call left its result. Called only by tests and checks.
         *
         * @return {@code rows * columns} floats, valid until the next call
         */
        MemorySegment result();

        /** Gives back what it holds. */
        @Override
        default void close() {}
    }
}
