package io.github.lanedrop.kernels.lanes;

import static io.github.lanedrop.rng.simd.Lanes.FLOATS;
import static io.github.lanedrop.rng.simd.Lanes.HALF_SHORTS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Bfloat16#fromFloat}, a vector at a time: C2 makes no vectors of what turns floats into their bits. */
public final class VectorBfloat16 {
    private static final int LANES = FLOATS.length();

    private VectorBfloat16() {}

    /**
     * Rounds as many whole vectors as there are.
     *
     * @param src the floats
     * @param dst receives their bfloat16
     * @param start the first element
     * @param end the element after the last
     * @return the first element that is not done
     */
    public static int fromFloats(float[] src, short[] dst, int start, int end) {
        int i = start;
        for (; i <= end - LANES; i += LANES) {
            IntVector bits = FloatVector.fromArray(FLOATS, src, i).viewAsIntegralLanes();
            IntVector rounded =
                    bits.add(bits.lanewise(VectorOperators.LSHR, 16).and(1)).add(0x7FFF);
            IntVector upper = rounded.blend(bits, bits.and(0x7FFFFFFF).compare(VectorOperators.GT, 0x7F800000))
                    .lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) upper.convertShape(VectorOperators.I2S, HALF_SHORTS, 0)).intoArray(dst, i);
        }
        return i;
    }
}
