package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.attention.ScalarSoftmax;
import io.github.lanedrop.kernels.attention.ScalarTile;
import io.github.lanedrop.kernels.attention.VectorSoftmax;
import io.github.lanedrop.kernels.attention.VectorTile;
import io.github.lanedrop.kernels.lanes.ArrayLoop;
import io.github.lanedrop.kernels.lanes.SegmentLoop;
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
import java.util.stream.Stream;

/** Holds the vector code against its scalar twin on small inputs, before it is trusted. */
final class SelfTest {
    private SelfTest() {}

    /** Whether the vector code of every family agrees with its twin, bit for bit; loops are tested when they are defined. */
    static boolean vectorsAgree() {
        return productAgrees()
                && masksAgree()
                && softmaxAgrees()
                && tilesAgree()
                && LearnedSelfTest.agrees();
    }

    /** Whether a vector loop agrees with the scalar one, bit for bit. */
    static boolean loopAgrees(DType type, boolean hasOperand, Class<?> memory, SegmentLoop loop, ArrayLoop definition) {
        int elements = 152; // every loop of the vector code, and whole longs
        MemorySegment x = memory(memory, type.bytes() * elements);
        MemorySegment operand = memory(memory, type.bytes() * elements);
        if (x.getClass() != memory) {
            return true; // a kind that we cannot make; the code is the same for all
        }
        Scratch scratch = Scratch.POOL.borrow();
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, scratch.keepBits, 0, 4);
        for (int i = 0; i < elements; i++) {
            float value = i % 7 == 0 ? Float.NaN : i % 11 == 0 ? -0f : i - 70.3f;
            scratch.floats[i] = value;
            scratch.doubles[i] = value;
            scratch.otherFloats[i] = 1 / (i - 9.5f);
            scratch.otherDoubles[i] = 1 / (i - 9.5);
        }
        Elementwise.store(type, x, 0, 0, elements, scratch, scratch.floats, scratch.doubles);
        Elementwise.store(type, operand, 0, 0, elements, scratch, scratch.otherFloats, scratch.otherDoubles);
        int done = loop.run(x, hasOperand ? operand : x, x, 0, elements, scratch.keepBits, 0, 1.25, -.3, .7);
        // the values as rounded to the type
        MemorySegment rounded = memory(memory, type.bytes() * elements);
        Elementwise.store(type, rounded, 0, 0, elements, scratch, scratch.floats, scratch.doubles);
        Elementwise.load(type, rounded, 0, 0, elements, scratch, scratch.floats, scratch.doubles);
        Elementwise.load(type, operand, 0, 0, elements, scratch, scratch.otherFloats, scratch.otherDoubles);
        if (type == DType.FLOAT64) {
            definition.run(scratch.doubles, scratch.otherDoubles, 0, done, scratch.keepBits, 0, 1.25, -.3, .7);
        } else {
            definition.run(scratch.floats, scratch.otherFloats, 0, done, scratch.keepBits, 0, 1.25f, -.3f, .7f);
        }
        Elementwise.store(type, rounded, 0, 0, done, scratch, scratch.floats, scratch.doubles);
        Scratch.POOL.giveBack(scratch);
        return rounded.mismatch(x) < 0;
    }

    private static MemorySegment memory(Class<?> memory, int bytes) {
        return Stream.of(
                        MemorySegment.ofArray(new float[bytes / Float.BYTES]),
                        MemorySegment.ofArray(new byte[bytes]),
                        MemorySegment.ofArray(new double[bytes / Double.BYTES]),
                        MemorySegment.ofArray(new short[bytes / Short.BYTES]),
                        MemorySegment.ofArray(new int[bytes / Integer.BYTES]),
                        MemorySegment.ofArray(new long[bytes / Long.BYTES]),
                        MemorySegment.ofArray(new char[bytes / Character.BYTES]))
                .filter(segment -> segment.getClass() == memory)
                .findFirst()
                .orElseGet(() -> Arena.ofAuto().allocate(bytes));
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

    private static boolean softmaxAgrees() {
        int elements = 43; // every loop, a tail, and several groups of partial sums
        float[][] scores = new float[2][elements];
        float[][] gradients = new float[2][elements];
        float[][] rows = new float[2][elements + ScalarSoftmax.PARTIAL_SUMS];
        float[][] sums = new float[2][ScalarSoftmax.PARTIAL_SUMS];
        byte[] bits = new byte[2 * Philox4x32.BLOCK_BYTES];
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, bits, 0, bits.length / Philox4x32.BLOCK_BYTES);
        for (int i = 0; i < elements; i++) {
            scores[0][i] = i % 9 == 0 ? Float.NEGATIVE_INFINITY : i * 0.37f - 8;
            gradients[0][i] = 1 / (i - 9.5f);
        }
        scores[1] = scores[0].clone();
        gradients[1] = gradients[0].clone();
        float none = Float.NEGATIVE_INFINITY;
        boolean agree = true;
        for (boolean hides : new boolean[] {false, true}) {
            float max =
                    ScalarSoftmax.exponentials(scores[0], 0, elements, 0.7f, hides, bits, 3, none, rows[0], sums[0]);
            agree &= max
                    == VectorSoftmax.exponentials(scores[1], 0, elements, 0.7f, hides, bits, 3, none, rows[1], sums[1]);
            ScalarSoftmax.dot(rows[0], elements, gradients[0], 0, bits, 3, sums[0]);
            VectorSoftmax.dot(rows[1], elements, gradients[1], 0, bits, 3, sums[1]);
            ScalarSoftmax.gradient(rows[0], elements, 0.3f, 1.25f, 0.1f, hides, bits, 3, gradients[0], 0);
            VectorSoftmax.gradient(rows[1], elements, 0.3f, 1.25f, 0.1f, hides, bits, 3, gradients[1], 0);
            ScalarSoftmax.select(rows[0], elements, 1.25f, bits, 3, scores[0], 0);
            VectorSoftmax.select(rows[1], elements, 1.25f, bits, 3, scores[1], 0);
        }
        return agree
                && Arrays.equals(scores[0], scores[1])
                && Arrays.equals(gradients[0], gradients[1])
                && Arrays.equals(sums[0], sums[1]);
    }

    private static boolean tilesAgree() {
        int size = ScalarTile.STRIDE * ScalarTile.STRIDE;
        float[] a = new float[size];
        for (int i = 0; i < size; i++) {
            a[i] = 1f / (i + 3);
        }
        for (int columns : new int[] {16, ScalarTile.STRIDE}) { // tiles of both widths
            float[] expected = new float[size];
            float[] actual = new float[size];
            ScalarTile.multiplyAdd(a, 0, a, 0, expected, 0, 4, 5, columns);
            VectorTile.multiplyAdd(a, 0, a, 0, actual, 0, 4, 5, columns);
            ScalarTile.multiplyTransposedAdd(a, 0, a, 0, expected, 0, 4, 5, columns);
            VectorTile.multiplyTransposedAdd(a, 0, a, 0, actual, 0, 4, 5, columns);
            for (int row = 0; row < 4; row++) {
                int at = row * ScalarTile.STRIDE;
                if (!Arrays.equals(expected, at, at + columns, actual, at, at + columns)) {
                    return false;
                }
            }
        }
        return true;
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
