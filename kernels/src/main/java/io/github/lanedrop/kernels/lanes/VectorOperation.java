package io.github.lanedrop.kernels.lanes;

import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;

/** An {@link Operation} on lanes of floats or doubles. */
public interface VectorOperation {
    /**
     * A vector of results.
     *
     * @param <E> Float or Double
     * @param x the elements
     * @param operand the elements of the operand; unspecified where the operation has none
     * @param kept which are kept
     * @param a the first constant in every lane
     * @param b the second constant in every lane
     * @param c the third constant in every lane
     * @param zero +0 in every lane
     * @return what {@link Operation#apply} gives for each lane
     */
    <E> Vector<E> apply(
            Vector<E> x, Vector<E> operand, VectorMask<E> kept, Vector<E> a, Vector<E> b, Vector<E> c, Vector<E> zero);
}
