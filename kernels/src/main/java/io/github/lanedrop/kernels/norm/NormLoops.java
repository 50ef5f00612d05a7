package io.github.lanedrop.kernels.norm;

import io.github.lanedrop.kernels.lanes.Specialised;
import java.lang.invoke.MethodHandles;

/**
 * The loops of layer normalisation over one kind of memory.
 *
 * @param forward normalises
 * @param backward differentiates
 * @param columns sums over columns
 */
public record NormLoops(NormLoop forward, NormGradientLoop backward, ColumnLoop columns) {
    /** The definition. */
    public static final NormLoops SCALAR =
            new NormLoops(new ScalarNorm(), new ScalarNormGradient(), new ScalarColumns());

    /**
     * Vector loops; to be asked for only where the vector module is.
     *
     * @param memory the class of the segments
     * @return the loops
     */
    public static NormLoops vectors(Class<?> memory) {
        var lookup = MethodHandles.lookup();
        return new NormLoops(
                Specialised.define(lookup, NormLoop.class, VectorNormLoop.class, memory),
                Specialised.define(lookup, NormGradientLoop.class, VectorNormGradientLoop.class, memory),
                Specialised.define(lookup, ColumnLoop.class, VectorColumnLoop.class, memory));
    }
}
