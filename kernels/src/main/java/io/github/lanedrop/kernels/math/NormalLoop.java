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
     * The normals that {@link VectorNoise#polar} has prepared, and the use of what it makes.
     *
     * @param values what {@code polar} wrote; receives the normals if they are stored
     * @param valuesAt the index in {@code values} of the first
     * @param mean the mean
     * @param deviation the standard deviation
     * @param src what the normals are applied to
     * @param dst receives the results; both native memory
     * @param firstByte where they begin in both
     * @param elements how many, rounded up to {@link VectorNoise#GROUP}
     */
    void run(
            float[] values,
            int valuesAt,
            float mean,
            float deviation,
            MemorySegment src,
            MemorySegment dst,
            long firstByte,
            int elements);
}
