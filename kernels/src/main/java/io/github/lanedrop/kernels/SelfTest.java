package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.product.ScalarFinish;
import io.github.lanedrop.kernels.product.ScalarPacking;
import io.github.lanedrop.kernels.product.ScalarTile;
import io.github.lanedrop.kernels.product.Tiles;
import io.github.lanedrop.kernels.product.VectorFinish;
import io.github.lanedrop.kernels.product.VectorPacking;
import io.github.lanedrop.kernels.product.VectorTile;
import io.github.lanedrop.kernels.lanes.ArrayLoop;
import io.github.lanedrop.kernels.lanes.SegmentLoop;
import io.github.lanedrop.rng.Key;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;

/** Holds the vector code against its scalar twin on small inputs, before it is trusted. */
final class SelfTest {
    private static final int STRIP = Tiles.STRIP_ROWS * Tiles.COLUMNS;

    private SelfTest() {}

    /** Whether the vector code of products agrees with its twin, bit for bit; loops are tested when they are defined. */
    static boolean vectorsAgree() {
        return productAgrees();
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

    private static boolean productAgrees() {
        return tilesAgree() && packingAgrees() && finishAgrees();
    }

    private static boolean tilesAgree() {
        int inner = 3;
        float[] a = ramp(Tiles.STRIP_ROWS * Tiles.ROW_STRIDE);
        MemorySegment b = Tiles.panels(Tiles.panelBytes(inner));
        b.copyFrom(MemorySegment.ofArray(ramp(inner * Tiles.COLUMNS)));
        boolean agree = true;
        for (int rows = 1; rows <= Tiles.ROWS; rows++) {
            float[] expected = ramp(STRIP);
            float[] actual = ramp(STRIP);
            ScalarTile.multiplyAdd(a, 0, b, 0, Tiles.PANEL_STEP, inner, expected, expected, rows);
            VectorTile.multiplyAdd(a, 0, b, 0, Tiles.PANEL_STEP, inner, actual, actual, rows);
            agree &= Arrays.equals(expected, 0, rows * Tiles.COLUMNS, actual, 0, rows * Tiles.COLUMNS);
        }
        return agree;
    }

    private static boolean packingAgrees() {
        int count = 2 * Tiles.LANES;
        float[] lines = ramp(Tiles.LINES * Tiles.COLUMNS);
        float[] expected = new float[STRIP];
        float[] actual = new float[STRIP];
        float[] square = new float[Tiles.LANES * Tiles.LANES];
        ScalarPacking.transpose(lines, 0, Tiles.COLUMNS, count, Tiles.LANES, expected, 0, Tiles.COLUMNS);
        VectorPacking.transpose(lines, 0, Tiles.COLUMNS, count, actual, 0, Tiles.COLUMNS, square);
        MemorySegment expectedPanel = Tiles.panels(Tiles.panelBytes(count));
        MemorySegment actualPanel = Tiles.panels(Tiles.panelBytes(count));
        ScalarPacking.transpose(lines, Tiles.COLUMNS, count, Tiles.LANES, expectedPanel, 0);
        VectorPacking.transpose(lines, Tiles.COLUMNS, count, actualPanel, 0, square);
        boolean agree = Arrays.equals(expected, actual) && expectedPanel.mismatch(actualPanel) < 0;
        ScalarPacking.spread(lines, 1, Tiles.COLUMNS, 2, expectedPanel, Tiles.PANEL_STEP);
        VectorPacking.spread(lines, 1, Tiles.COLUMNS, 2, actualPanel, Tiles.PANEL_STEP);
        agree &= expectedPanel.mismatch(actualPanel) < 0;
        VectorPacking.spread(expectedPanel, 0, Tiles.PANEL_STEP, 2, actualPanel, Tiles.PANEL_STEP);
        agree &= MemorySegment.mismatch(
                        expectedPanel, 0, 2 * Tiles.PANEL_STEP, actualPanel, Tiles.PANEL_STEP, 3 * Tiles.PANEL_STEP)
                < 0;
        byte[] bits = randomBits();
        ScalarPacking.select(expected, 0, count, 1.25f, bits, 3);
        VectorPacking.select(actual, 0, count, 1.25f, bits, 3);
        return agree && Arrays.equals(expected, actual);
    }

    private static boolean finishAgrees() {
        float[] expected = ramp(STRIP);
        float[] actual = ramp(STRIP);
        float[] bias = ramp(Tiles.COLUMNS);
        byte[] bits = randomBits();
        int rows = 3;
        for (int n = 0; n < bias.length; n += 2) {
            bias[n] = -bias[n] * n;
        }
        ScalarFinish.addBias(expected, rows, bias, 0);
        VectorFinish.addBias(actual, rows, bias, 0);
        ScalarFinish.relu(expected, rows);
        VectorFinish.relu(actual, rows);
        ScalarFinish.select(expected, rows, 1.25f, bits, 1, 19);
        VectorFinish.select(actual, rows, 1.25f, bits, 1, 19);
        ScalarFinish.keep(expected, ramp(STRIP), rows, bits, 5, 23);
        VectorFinish.keep(actual, ramp(STRIP), rows, bits, 5, 23);
        boolean agree = Arrays.equals(expected, actual);
        MemorySegment memory = Arena.ofAuto().allocate(STRIP * (long) Float.BYTES);
        long rowBytes = (long) Tiles.COLUMNS * Float.BYTES;
        VectorFinish.store(actual, rows, memory, 0, rowBytes);
        VectorFinish.load(memory, 0, rowBytes, expected, rows);
        return agree && Arrays.equals(expected, actual);
    }

    private static byte[] randomBits() {
        byte[] bits = new byte[2 * Philox4x32.BLOCK_BYTES];
        Philox4x32.fill(1, 0, 0, Philox4x32.ROUNDS, bits, 0, 2);
        return bits;
    }

    private static float[] ramp(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 1f / (i + 3);
        }
        return values;
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
