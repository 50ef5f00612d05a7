package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.kernels.norm.NormLoop.PARTIAL_SUMS;
import static io.github.lanedrop.rng.simd.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;

/** The tree that adds the partial sums of a row. */
final class VectorRowSums {
    private static final int LANES = FLOATS.length();
    private static final int LEAST_PARTIAL_SUMS = 16;

    private VectorRowSums() {}

    /** {@link ScalarNorm#total}: in vectors, then, where vectors may be narrower, without a loop. */
    static float total(float[] sums, int r) {
        int at = r * PARTIAL_SUMS;
        for (int j = at; j < at + LEAST_PARTIAL_SUMS; j += LANES) {
            FloatVector low = FloatVector.fromArray(FLOATS, sums, j).add(FloatVector.fromArray(FLOATS, sums, j + 32));
            FloatVector high =
                    FloatVector.fromArray(FLOATS, sums, j + 16).add(FloatVector.fromArray(FLOATS, sums, j + 48));
            low.add(high).intoArray(sums, j);
        }
        float s0 = sums[at] + sums[at + 8];
        float s1 = sums[at + 1] + sums[at + 9];
        float s2 = sums[at + 2] + sums[at + 10];
        float s3 = sums[at + 3] + sums[at + 11];
        float s4 = sums[at + 4] + sums[at + 12];
        float s5 = sums[at + 5] + sums[at + 13];
        float s6 = sums[at + 6] + sums[at + 14];
        float s7 = sums[at + 7] + sums[at + 15];
        return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    }
}
