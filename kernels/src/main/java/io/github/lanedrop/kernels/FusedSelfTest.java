package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.activation.ChainLoop;
import io.github.lanedrop.kernels.activation.Links;
import io.github.lanedrop.kernels.activation.RepeatedBias;
import io.github.lanedrop.kernels.activation.ScalarChain;
import io.github.lanedrop.kernels.lanes.Memories;
import io.github.lanedrop.kernels.norm.NormLoops;
import io.github.lanedrop.kernels.norm.RowBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Holds the vector loops of chains and layer normalisation against their scalar twins, before they are trusted. */
final class FusedSelfTest {
    private static final int ELEMENTS = 170; // every loop of the vector code, and a tail
    private static final int BIAS_COLUMNS = 70;
    private static final int ROW = 85;
    private static final float SCALE = 1.25f;
    private static final float EPSILON = 1e-5f;

    private FusedSelfTest() {}

    /** Whether a loop of a chain gives the bits of the definition. */
    static boolean agrees(Links links, Class<?> memory, ChainLoop loop) {
        float[] x = values(.37f);
        float[] gradient = values(-.21f);
        byte[] bits = bits();
        var bias = new RepeatedBias();
        bias.set(MemorySegment.ofArray(values(.05f)), BIAS_COLUMNS, RepeatedBias.AHEAD);
        int biasAt = 3;

        MemorySegment src = memory(memory, x);
        MemorySegment dst = memory(memory, x);
        float[] expected = x.clone();
        int done = loop.forward(src, bias, biasAt, dst, 0, ELEMENTS, SCALE, bits, 0);
        ScalarChain.forward(links, x, bias, biasAt, expected, 0, done, SCALE, bits, 0);
        boolean agree = same(expected, dst);

        MemorySegment dstGradient = memory(memory, gradient);
        byte[] passing = bits.clone();
        MemorySegment slopes = memory(Memories.NATIVE, gradient);
        loop.densities(src, bias, biasAt, slopes, 0, ELEMENTS);
        loop.slopes(src, bias, biasAt, slopes, 0, ELEMENTS, passing, 0);
        done = loop.backward(slopes, dstGradient, dst, 0, ELEMENTS, SCALE, passing, 0);
        ScalarChain.backward(links, x, bias, biasAt, gradient, expected, 0, done, SCALE, bits, 0);
        return agree && same(expected, dst);
    }

    /** Whether loops of layer normalisation give the bits of others. */
    static boolean agrees(Class<?> memory, NormLoops loops, NormLoops definition) {
        return Arrays.equals(results(memory, loops), results(memory, definition));
    }

    private static float[] results(Class<?> memory, NormLoops loops) {
        MemorySegment src = memory(memory, values(.37f));
        MemorySegment other = memory(memory, values(-.21f));
        MemorySegment normalised = memory(memory, values(0));
        MemorySegment gradient = memory(memory, values(0));
        MemorySegment otherGradient = memory(memory, values(0));
        MemorySegment sums = memory(Memories.NATIVE, values(.1f));
        var batch = new RowBatch();
        MemorySegment gamma = MemorySegment.ofArray(values(.3f));
        batch.set(gamma, MemorySegment.ofArray(values(.4f)), ROW);
        batch.set(gamma, ROW);
        batch.otherGradient = values(.5f);

        loops.forward().measure(src, 0, batch, 2, EPSILON);
        loops.forward().normalise(src, normalised, 0, batch, 2);
        loops.backward().sum(src, other, 0, batch, 2, sums, 0, ROW * Float.BYTES);
        loops.backward().finish(src, other, gradient, 0, batch, 2, false);
        loops.backward().finish(src, other, otherGradient, 0, batch, 2, true);
        loops.columns().addRows(other, 0, ELEMENTS, 7, ROW, sums, 0);
        loops.columns().addRows(other, 0, ELEMENTS, 7, ROW / 2, sums, 0);

        MemorySegment[] segments = {normalised, gradient, otherGradient, sums};
        float[] results = new float[segments.length * ELEMENTS];
        for (int i = 0; i < segments.length; i++) {
            MemorySegment.copy(segments[i], Scratch.FLOAT, 0, results, i * ELEMENTS, ELEMENTS);
        }
        return results;
    }

    private static byte[] bits() {
        byte[] bits = new byte[ELEMENTS / 8 + 16]; // room for reads of whole longs
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) (i * 73 + 0x5A);
        }
        return bits;
    }

    /** Both signs, far from 0 and near. */
    private static float[] values(float step) {
        float[] values = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            values[i] = (i % 29 - 14) * step;
        }
        return values;
    }

    private static MemorySegment memory(Class<?> memory, float[] values) {
        MemorySegment array = MemorySegment.ofArray(values.clone());
        return memory == Memories.FLOAT_ARRAY
                ? array
                : Arena.ofAuto().allocate(array.byteSize()).copyFrom(array);
    }

    private static boolean same(float[] expected, MemorySegment actual) {
        return MemorySegment.ofArray(expected).mismatch(actual) < 0;
    }
}
