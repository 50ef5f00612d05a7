package io.github.lanedrop.kernels.norm;

import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.invoke.MethodHandles;

/** Defines the vector loops of layer normalisation. */
public final class Norms {
    private Norms() {}

    /**
     * A vector loop; to be asked for only where the vector module is.
     *
     * @param memory the class of the segments
     * @return the loop
     */
    public static NormLoop vectors(Class<?> memory) {
        return Specialised.define(MethodHandles.lookup(), NormLoop.class, VectorNormLoop.class, memory);
    }
}
