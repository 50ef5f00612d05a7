package io.github.lanedrop.kernels.noise;

import static io.github.lanedrop.kernels.lanes.Memories.NATIVE;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * {@link ScalarArithmetic} on as many whole vectors of floats as there are; each method returns how many elements it did,
 * all but less than a vector.
 */
public final class VectorArithmetic {
    private static final int LANES = FLOATS.length();

    private VectorArithmetic() {}

    /**
     * Whether there are loops over these segments themselves.
     *
     * @param src the elements
     * @param dst receives the results
     * @return true if both are native memory
     */
    public static boolean takes(MemorySegment src, MemorySegment dst) {
        return src.getClass() == NATIVE && dst.getClass() == NATIVE;
    }

    /**
     * Multiplies native memory.
     *
     * @param src the elements
     * @param dst receives the products
     * @param firstByte where the elements begin in both
     * @param values the factors
     * @param valuesAt the index in {@code values} of the first
     * @param elements how many
     * @return how many are done
     */
    public static int multiply(
            MemorySegment src, MemorySegment dst, long firstByte, float[] values, int valuesAt, int elements) {
        checkNative(src, dst);
        int done = 0;
        for (; done <= elements - LANES; done += LANES) {
            long at = firstByte + (long) Float.BYTES * done;
            FloatVector.fromMemorySegment(FLOATS, src, at, ORDER)
                    .mul(FloatVector.fromArray(FLOATS, values, valuesAt + done))
                    .intoMemorySegment(dst, at, ORDER);
        }
        return done;
    }

    /**
     * Adds to native memory.
     *
     * @param src the elements
     * @param dst receives the sums
     * @param firstByte where the elements begin in both
     * @param values the summands
     * @param valuesAt the index in {@code values} of the first
     * @param elements how many
     * @return how many are done
     */
    public static int add(
            MemorySegment src, MemorySegment dst, long firstByte, float[] values, int valuesAt, int elements) {
        checkNative(src, dst);
        int done = 0;
        for (; done <= elements - LANES; done += LANES) {
            long at = firstByte + (long) Float.BYTES * done;
            FloatVector.fromMemorySegment(FLOATS, src, at, ORDER)
                    .add(FloatVector.fromArray(FLOATS, values, valuesAt + done))
                    .intoMemorySegment(dst, at, ORDER);
        }
        return done;
    }

    /**
     * Multiplies an array.
     *
     * @param x the elements from index 0 on, receives the products
     * @param values the factors
     * @param valuesAt the index in {@code values} of the first
     * @param elements how many
     * @return how many are done
     */
    public static int multiply(float[] x, float[] values, int valuesAt, int elements) {
        int done = 0;
        for (; done <= elements - LANES; done += LANES) {
            FloatVector.fromArray(FLOATS, x, done)
                    .mul(FloatVector.fromArray(FLOATS, values, valuesAt + done))
                    .intoArray(x, done);
        }
        return done;
    }

    /**
     * Adds to an array.
     *
     * @param x the elements from index 0 on, receives the sums
     * @param values the summands
     * @param valuesAt the index in {@code values} of the first
     * @param elements how many
     * @return how many are done
     */
    public static int add(float[] x, float[] values, int valuesAt, int elements) {
        int done = 0;
        for (; done <= elements - LANES; done += LANES) {
            FloatVector.fromArray(FLOATS, x, done)
                    .add(FloatVector.fromArray(FLOATS, values, valuesAt + done))
                    .intoArray(x, done);
        }
        return done;
    }

    /** A loop over just any segment turns into virtual calls once the JVM has seen three kinds, wherever that was. */
    private static void checkNative(MemorySegment src, MemorySegment dst) {
        if (src.getClass() != NATIVE || dst.getClass() != NATIVE) {
            throw new IllegalArgumentException("src and dst must be native"); // never; after this C2 knows the classes
        }
    }
}
