package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.ScalarBytes;
import io.github.lanedrop.kernels.mask.ScalarDilation;
import io.github.lanedrop.kernels.mask.ScalarWords;
import io.github.lanedrop.kernels.mask.VectorBytes;
import io.github.lanedrop.kernels.mask.VectorDilation;
import io.github.lanedrop.kernels.mask.VectorWords;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Holds the vector code against its scalar twin on small inputs, before it is trusted. */
final class SelfTest {
    private SelfTest() {}

    /** Whether selecting and multiplying agree, bit for bit. */
    static boolean vectorsAgree() {
        return scaleSelectAgrees() && productAgrees() && masksAgree();
    }

    private static boolean scaleSelectAgrees() {
        int elements = 150; // every loop of the vector code, and a tail
        float[] values = new float[elements];
        byte[] bits = new byte[2 * Philox4x32.BLOCK_BYTES]; // a bit for each element, and room for reads of whole longs
        for (int i = 0; i < elements; i++) {
            values[i] = i % 7 == 0 ? Float.NaN : i % 11 == 0 ? -0f : i - 70.3f;
        }
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, bits, 0, bits.length / Philox4x32.BLOCK_BYTES);
        MemorySegment src = MemorySegment.ofArray(values);
        float[] twin = new float[elements];
        ScalarScaleSelect.apply(values, 0, twin, 0, 0, elements, 1.25f, bits, 0);
        MemorySegment expected = MemorySegment.ofArray(twin);
        MemorySegment[] memories = { // of each kind that has a branch of its own
            MemorySegment.ofArray(new float[elements]),
            Arena.ofAuto().allocate((long) Float.BYTES * elements),
            MemorySegment.ofArray(new byte[Float.BYTES * elements])
        };
        boolean agree = true;
        for (MemorySegment memory : memories) {
            memory.copyFrom(src);
            VectorScaleSelect.apply(memory, memory, 0, elements, 1.25f, bits, 0, new float[elements]);
            agree &= expected.mismatch(memory) < 0;
        }
        return agree;
    }

    private static boolean masksAgree() {
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
        }
        return agree;
    }

    private static boolean productAgrees() {
        int rows = VectorProduct.TILE_ROWS + 1;
        int inner = 3;
        int columns = VectorProduct.TILE_COLUMNS + 1;
        Matrix a = ramp(rows, inner);
        Matrix b = ramp(inner, columns);
        Matrix expected = Matrix.of(MemorySegment.ofArray(new float[rows * columns]), rows, columns);
        Matrix actual = Matrix.of(MemorySegment.ofArray(new float[rows * columns]), rows, columns);
        ScalarProduct.rows(a, b, expected, false, 0, rows);
        VectorProduct.rows(a, b, actual, false, 0, rows);
        return expected.segment().mismatch(actual.segment()) < 0;
    }

    private static Matrix ramp(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1f / (i + 3);
        }
        return Matrix.of(MemorySegment.ofArray(values), rows, columns);
    }

    /** Whether patterns looked up by permutes agree with those looked up one by one. */
    static boolean patternsAgree() {
        PatternTable table = Rate.drop(0.1).table();
        Key key = Key.of(1);
        Scratch scratch = Scratch.POOL.borrow();
        int count = 70;
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, scratch.stream, 0, 16);
        // an undecided pattern: equal to its column's cut
        scratch.stream[5] = table.cutHigh[scratch.stream[4] & 0xFF];
        byte[] expected = new byte[count];
        ScalarPatterns.draw(table, key, 0, scratch.stream, 0, expected, count);
        VectorPatterns.draw(table, key, 0, scratch.stream, 0, scratch, count);
        boolean agree = Arrays.equals(expected, 0, count, scratch.keepBits, 0, count);
        Scratch.POOL.giveBack(scratch);
        return agree;
    }
}
