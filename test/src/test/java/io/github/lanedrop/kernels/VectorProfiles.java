package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.simd.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Bits of vectors as those of another type, by the calls that an architecture rule forbids and by those it asks for. */
public final class VectorProfiles {
    private VectorProfiles() {}

    /** By methods of the JDK whose type profile is that of all vectors: {@code bits(x) + (int) x}. */
    static void byProfile(float[] x, int[] sums) {
        FloatVector values = FloatVector.fromArray(Lanes.FLOATS, x, 0);
        IntVector whole = (IntVector) values.convert(VectorOperators.F2I, 0);
        values.reinterpretAsInts().add(whole).intoArray(sums, 0);
    }

    /** The same, where C2 knows the class. */
    static void byClass(float[] x, int[] sums) {
        FloatVector values = FloatVector.fromArray(Lanes.FLOATS, x, 0);
        IntVector whole = (IntVector) values.convertShape(VectorOperators.F2I, Lanes.INTS, 0);
        values.viewAsIntegralLanes().add(whole).intoArray(sums, 0);
    }
}
