package io.github.lanedrop.kernels.math;

import java.lang.foreign.MemorySegment;

/** Makes normals, and puts them to a use while they are in registers. */
interface NormalLoop {
    /** What normals are made for. */
    enum Use {
        /** {@code values[valuesAt + k] = normal}; memory is not touched. */
        STORE,
        /** {@code dst[k] = src[k] * normal}; the array is not touched. */
        MULTIPLY,
        /** {@code dst[k] = src[k] + normal}; the array is not touched. */
        ADD
    }

    /**
     * {@link ScalarNoise#normal}, and the use of what it makes.
     *
     * @param words four bytes for each element, from the first byte on, which is that of an even element
     * @param mean the mean
     * @param deviation the standard deviation
     * @param values receives the elements
     * @param valuesAt the index in {@code values} of the first
     * @param src what the elements are applied to
     * @param dst receives the results; both native memory
     * @param firstByte where they begin in both
     * @param elements how many, rounded up to {@link VectorNoise#GROUP}
     */
    void run(
            byte[] words,
            float mean,
            float deviation,
            float[] values,
            int valuesAt,
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int elements);
}
