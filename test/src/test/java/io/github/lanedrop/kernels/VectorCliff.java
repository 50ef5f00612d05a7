package io.github.lanedrop.kernels;

import io.github.lanedrop.rng.simd.Lanes;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A kernel written in two ways that give the same bits: the way that falls off C2's cliff, and the way that does not.
 *
 * <pre>
 * for k = 1 ... 256:  x = (x xor (x shifted right by 15)) * (2 k + 1) + k
 * </pre>
 */
final class VectorCliff {
    private static final int ROUNDS = 256;

    private VectorCliff() {}

    /** Big, by methods that take and return vectors: far more than C2 inlines into one method. */
    static void byHelpers(int[] values) {
        for (int i = 0; i < values.length; i += Lanes.INTS.length()) {
            IntVector x = IntVector.fromArray(Lanes.INTS, values, i);
            sixtyFour(sixtyFour(sixtyFour(sixtyFour(x, 1), 65), 129), 193).intoArray(values, i);
        }
    }

    private static IntVector sixtyFour(IntVector x, int k) {
        return sixteen(sixteen(sixteen(sixteen(x, k), k + 16), k + 32), k + 48);
    }

    private static IntVector sixteen(IntVector x, int k) {
        return four(four(four(four(x, k), k + 4), k + 8), k + 12);
    }

    private static IntVector four(IntVector x, int k) {
        return one(one(one(one(x, k), k + 1), k + 2), k + 3);
    }

    private static IntVector one(IntVector x, int k) {
        return x.lanewise(VectorOperators.XOR, x.lanewise(VectorOperators.LSHR, 15))
                .mul(2 * k + 1)
                .add(k);
    }

    /** Small: a loop, and no vector crosses a call of ours. */
    static void byLoop(int[] values) {
        for (int i = 0; i < values.length; i += Lanes.INTS.length()) {
            IntVector x = IntVector.fromArray(Lanes.INTS, values, i);
            for (int k = 1; k <= ROUNDS; k++) {
                x = x.lanewise(VectorOperators.XOR, x.lanewise(VectorOperators.LSHR, 15))
                        .mul(2 * k + 1)
                        .add(k);
            }
            x.intoArray(values, i);
        }
    }
}
