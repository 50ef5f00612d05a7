package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.lanes.Bfloat16;
import io.github.lanedrop.kernels.lanes.VectorBfloat16;

/** Holds the vector code that rounds to bfloat16 against its scalar twin, before it is trusted. */
final class Bfloat16SelfTest {
    static final boolean VECTOR = Live.trusted("bfloat16", Bfloat16SelfTest::agrees);

    private static final int ELEMENTS = 256;

    private Bfloat16SelfTest() {}

    static boolean agrees() {
        float[] x = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            x[i] = Float.intBitsToFloat(i * 0x01014000); // both signs, ties, NaN
        }
        short[] rounded = new short[ELEMENTS];
        int done = VectorBfloat16.fromFloats(x, rounded, 0, ELEMENTS);
        for (int i = 0; i < done; i++) {
            if (rounded[i] != Bfloat16.fromFloat(x[i])) {
                return false;
            }
        }
        return done > 0;
    }
}
