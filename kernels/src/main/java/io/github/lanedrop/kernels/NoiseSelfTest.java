package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.math.ScalarNoise;
import io.github.lanedrop.kernels.math.VectorMathCheck;
import io.github.lanedrop.kernels.math.VectorNoise;
import io.github.lanedrop.kernels.noise.ScalarArithmetic;
import io.github.lanedrop.kernels.noise.VectorArithmetic;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Holds the vector code of elementary functions and noise against its scalar twin, on a few vectors. */
final class NoiseSelfTest {
    /** Whether the vector code runs: the SIMD path is live, and it agrees with its twin. Decided when first needed. */
    static final boolean VECTOR = Live.trusted("noise", NoiseSelfTest::agrees);

    private NoiseSelfTest() {}

    static boolean agrees() {
        return VectorMathCheck.agrees() && noiseAgrees() && arithmeticAgrees();
    }

    private static boolean arithmeticAgrees() {
        int elements = VectorNoise.GROUP + 3; // and a tail
        float[] values = new float[elements + 1];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 7 == 0 ? Float.NaN : 1 / (i - 9.5f);
        }
        float[] expected = values.clone();
        float[] actual = values.clone();
        MemorySegment memory = Arena.ofAuto().allocate((long) Float.BYTES * actual.length);
        MemorySegment.copy(values, 0, memory, Scratch.FLOAT, 0, values.length);

        int done = VectorArithmetic.multiply(actual, values, 1, elements);
        VectorArithmetic.multiply(memory, memory, 0, values, 1, elements);
        ScalarArithmetic.multiply(expected, values, 1, 0, done);
        done = VectorArithmetic.add(actual, values, 1, elements);
        VectorArithmetic.add(memory, memory, 0, values, 1, elements);
        ScalarArithmetic.add(expected, values, 1, 0, done);
        boolean agree = Arrays.equals(expected, actual);
        MemorySegment.copy(memory, Scratch.FLOAT, 0, actual, 0, actual.length);
        return agree && Arrays.equals(expected, actual);
    }

    private static boolean noiseAgrees() {
        int elements = 2 * VectorNoise.GROUP;
        byte[] words = new byte[Integer.BYTES * elements];
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, words, 0, words.length / Philox4x32.BLOCK_BYTES);
        float[] expected = new float[elements];
        float[] actual = new float[elements];
        ScalarNoise.normal(words, 1, .5f, expected, 0, elements);
        VectorNoise.normal(words, 1, .5f, actual, 0, elements);
        boolean agree = Arrays.equals(expected, actual);
        MemorySegment product = Arena.ofAuto().allocate((long) Float.BYTES * elements);
        MemorySegment sum = Arena.ofAuto().allocate(product.byteSize());
        MemorySegment.copy(expected, 0, product, Scratch.FLOAT, 0, elements);
        VectorNoise.addNormal(words, 1, .5f, actual, product, sum, 0, elements);
        VectorNoise.multiplyByNormal(words, 1, .5f, actual, product, product, 0, elements);
        for (int i = 0; i < elements; i++) {
            agree &= sum.getAtIndex(Scratch.FLOAT, i) == expected[i] + expected[i]
                    && product.getAtIndex(Scratch.FLOAT, i) == expected[i] * expected[i];
        }
        ScalarNoise.centred(words, 1, .5f, expected, 0, elements);
        VectorNoise.centred(words, 1, .5f, actual, 0, elements);
        return agree && Arrays.equals(expected, actual);
    }
}
