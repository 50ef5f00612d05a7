package io.github.lanedrop.bench.demo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@code dst[i] = src[i] * scale} on 32-bit floats: the least that any dropout must do, and so the roof of its speed.
 *
 * <p>A loop over the CPU's preferred vectors where the vector module is there, else a plain one.
 */
public final class CopyAndScale {
    /** Whether the vector module is there. */
    public static final boolean VECTOR =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private CopyAndScale() {}

    /**
     * Copies and scales.
     *
     * @param src the elements
     * @param dst receives the result; may be {@code src}
     * @param scale the factor
     * @param elements how many
     */
    public static void run(MemorySegment src, MemorySegment dst, float scale, long elements) {
        long done = VECTOR ? Vectors.run(src, dst, scale, elements) : 0;
        for (long i = done; i < elements; i++) {
            dst.setAtIndex(
                    ValueLayout.JAVA_FLOAT_UNALIGNED, i, src.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i) * scale);
        }
    }

    /** Apart, so that this class loads without the vector module. */
    private static final class Vectors {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final ByteOrder ORDER = ByteOrder.nativeOrder();

        /** Whole vectors; returns how many elements that were. */
        static long run(MemorySegment src, MemorySegment dst, float scale, long elements) {
            long done = SPECIES.loopBound(elements);
            long bytes = done * Float.BYTES;
            for (long at = 0; at < bytes; at += SPECIES.vectorByteSize()) {
                FloatVector.fromMemorySegment(SPECIES, src, at, ORDER)
                        .mul(scale)
                        .intoMemorySegment(dst, at, ORDER);
            }
            return done;
        }
    }
}
