package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** The kinds of memory that have vector loops of their own; other kinds and mixtures go through arrays. */
final class Memories {
    /** How many kinds there are. */
    static final int KINDS = 2;

    /** The class of segments over {@code float[]}, the arrays that everything else goes through. */
    static final Class<?> FLOAT_ARRAY = MemorySegment.ofArray(new float[0]).getClass();

    /** The class of segments in native memory, mapped files excepted. */
    static final Class<?> NATIVE = MemorySegment.NULL.getClass();

    private Memories() {}

    static boolean haveLoops(Class<?> memory) {
        return memory == NATIVE || memory == FLOAT_ARRAY;
    }

    /** The number of a kind that has loops, less than {@link #KINDS}. */
    static int kind(Class<?> memory) {
        return memory == NATIVE ? 0 : 1;
    }
}
