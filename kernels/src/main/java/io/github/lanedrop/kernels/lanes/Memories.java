package io.github.lanedrop.kernels.lanes;

import java.lang.foreign.MemorySegment;

/**
 * The kinds of memory that have vector loops of their own; other kinds and mixtures go through arrays.
 *
 * <p>A loop compares the classes of its segments with one of these before it begins: a loop over just any segment turns into
 * virtual calls once the JVM has seen three kinds, wherever that was.
 */
public final class Memories {
    /** How many kinds there are. */
    public static final int KINDS = 2;

    /** The class of segments in native memory that no file is mapped to. */
    public static final Class<?> NATIVE = MemorySegment.NULL.getClass();

    /** The class of segments over {@code float[]}, the arrays that everything else goes through. */
    public static final Class<?> FLOAT_ARRAY =
            MemorySegment.ofArray(new float[0]).getClass();

    private Memories() {}

    /**
     * Whether a kind has vector loops of floats.
     *
     * @param memory the class of a segment
     * @return true for {@link #NATIVE} and {@link #FLOAT_ARRAY}
     */
    public static boolean haveLoops(Class<?> memory) {
        return memory == NATIVE || memory == FLOAT_ARRAY;
    }

    /**
     * The number of a kind that has loops.
     *
     * @param memory the class of a segment
     * @return the number, less than {@link #KINDS}
     */
    public static int kind(Class<?> memory) {
        return memory == NATIVE ? 0 : 1;
    }
}
