package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What becomes of the elements of a product before they are stored: bias, activation and dropout, each of which may be
 * missing, applied to what is still in L1.
 *
 * <pre>
 * z       = sum + bias[n]
 * c[m][n] = kept(offset + m * N + n) ? f(z) * scale : +0
 * </pre>
 *
 * <p>The bits are those of the separate steps: the product, then the sum with the bias, the {@link Activation}, and
 * {@link DropoutKernel#forward}. The record is immutable; it holds no memory but the bias, whose lifetime and threads are
 * the caller's, and may serve any number of calls.
 *
 * <p>Sources: N. Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15 (2014).
 *
 * @param bias N little-endian floats, or an empty segment for none
 * @param activation the function f
 * @param dropout which elements are kept; a {@link BernoulliMask} of rate 0 keeps all and draws nothing
 * @param offset the mask's index of the first element of c, 0 or more
 */
public record Epilogue(MemorySegment bias, Activation activation, MaskSource dropout, long offset) {
    /** Nothing: the product as it is. */
    public static final Epilogue NONE = new Epilogue(MemorySegment.NULL, Activation.IDENTITY, KeepBits.ALL_KEPT, 0);

    /**
     * Refuses null and a negative offset.
     *
     * @throws IllegalArgumentException if the offset is negative
     */
    public Epilogue {
        Objects.requireNonNull(bias, "bias");
        Objects.requireNonNull(activation, "activation");
        Objects.requireNonNull(dropout, "dropout");
        Check.range(offset, 0);
    }

    /**
     * This epilogue with a bias.
     *
     * @param values N little-endian floats, or an empty segment for none
     * @return the epilogue
     */
    public Epilogue bias(MemorySegment values) {
        return new Epilogue(values, activation, dropout, offset);
    }

    /**
     * This epilogue with an activation.
     *
     * @param function the function
     * @return the epilogue
     */
    public Epilogue activation(Activation function) {
        return new Epilogue(bias, function, dropout, offset);
    }

    /**
     * This epilogue with dropout.
     *
     * @param mask which elements are kept
     * @param firstElement the mask's index of the first element of c, 0 or more
     * @return the epilogue
     * @throws IllegalArgumentException if the index is negative
     */
    public Epilogue dropout(MaskSource mask, long firstElement) {
        return new Epilogue(bias, activation, mask, firstElement);
    }

    boolean hasBias() {
        return bias.byteSize() > 0;
    }

    boolean drops() {
        return !KeepBits.keepsAll(dropout);
    }
}
