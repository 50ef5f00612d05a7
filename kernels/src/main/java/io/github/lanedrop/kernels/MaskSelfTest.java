package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import io.github.lanedrop.kernels.mask.ScalarBytes;
import io.github.lanedrop.kernels.mask.ScalarDilation;
import io.github.lanedrop.kernels.mask.ScalarFloats;
import io.github.lanedrop.kernels.mask.ScalarWords;
import io.github.lanedrop.kernels.mask.VectorBytes;
import io.github.lanedrop.kernels.mask.VectorDilation;
import io.github.lanedrop.kernels.mask.VectorFloats;
import io.github.lanedrop.kernels.mask.VectorWords;
import io.github.lanedrop.rng.Philox4x32;
import java.util.Arrays;

/** Holds the vector code of mask sources against its scalar twin, on a few words. */
final class MaskSelfTest {
    /** Whether the vector code runs: the SIMD path is live, and it agrees with its twin. Decided when first needed. */
    static final boolean VECTOR = Live.trusted("mask sources", MaskSelfTest::agrees);

    private MaskSelfTest() {}

    static boolean agrees() {
        int elements = 150;
        byte[] random = new byte[Integer.BYTES * elements + VectorBytes.SLACK * Integer.BYTES];
        Philox4x32.fill(2, 0, 0, Philox4x32.ROUNDS, random, 0, elements / 4);
        for (int i = 0; i < elements; i += 3) {
            random[i] = 0;
        }
        byte[] expected = new byte[elements + VectorBytes.SLACK];
        byte[] actual = new byte[elements + VectorBytes.SLACK];
        ScalarBytes.pack(random, elements, expected);
        VectorBytes.pack(random, elements, actual);
        boolean agree = Arrays.equals(expected, 0, elements / 8, actual, 0, elements / 8);
        ScalarBytes.unpack(random, elements, expected);
        VectorBytes.unpack(random, elements, actual);
        agree &= Arrays.equals(expected, 0, elements, actual, 0, elements);
        float[] floats = new float[elements + VectorFloats.SLACK];
        float[] otherFloats = new float[elements + VectorFloats.SLACK];
        for (int i = 0; i < elements; i++) {
            floats[i] = i % 7 == 0 ? Float.NaN : i % 5 == 0 ? Float.MIN_VALUE : i % 2 == 0 ? -0f : random[i];
        }
        ScalarFloats.pack(floats, elements, expected, 3);
        VectorFloats.pack(floats, elements, actual, 3);
        agree &= Arrays.equals(expected, 3, 3 + elements / 8, actual, 3, 3 + elements / 8);
        ScalarFloats.unpack(random, 3, elements, -1.25f, floats);
        VectorFloats.unpack(random, 3, elements, -1.25f, otherFloats);
        agree &= Arrays.equals(floats, 0, elements, otherFloats, 0, elements);
        ScalarWords.above(random, elements, 0x90000000, expected);
        VectorWords.above(random, elements, 0x90000000, actual);
        agree &= Arrays.equals(expected, 0, elements / 8, actual, 0, elements / 8);
        for (int shift : new int[] {1, 63, 64, 150}) {
            int words = 21;
            long[] spread = new long[4 + words + VectorDilation.SLACK];
            for (int i = 0; i < words; i++) {
                spread[4 + i] = Philox4x32.word0(3, 0, i);
            }
            long[] twin = spread.clone();
            ScalarDilation.shiftOr(twin, 4, words, shift);
            VectorDilation.shiftOr(spread, 4, words, shift);
            agree &= Arrays.equals(twin, 0, 4 + words, spread, 0, 4 + words);
            Bits.copyInverted(twin, shift, expected, 0, 64 * (words - 3));
            VectorDilation.copyInverted(spread, shift, actual, 0, 64 * (words - 3));
            agree &= Arrays.equals(expected, 0, 8 * (words - 3), actual, 0, 8 * (words - 3));
        }
        return agree;
    }
}
