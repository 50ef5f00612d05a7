package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.product.ScalarFinish;
import io.github.lanedrop.kernels.product.ScalarPacking;
import io.github.lanedrop.kernels.product.ScalarTile;
import io.github.lanedrop.kernels.product.Tiles;
import io.github.lanedrop.kernels.product.VectorFinish;
import io.github.lanedrop.kernels.product.VectorNarrowTile;
import io.github.lanedrop.kernels.product.VectorPacking;
import io.github.lanedrop.kernels.product.VectorTile;
import io.github.lanedrop.rng.Philox4x32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Holds the vector code of matrix products against its scalar twin, on a few tiles. */
final class ProductSelfTest {
    private static final int STRIP = Tiles.STRIP_ROWS * Tiles.COLUMNS;

    /** Whether the vector code runs: the SIMD path is live, and it agrees with its twin. Decided when first needed. */
    static final boolean VECTOR = Live.trusted("matrix products", ProductSelfTest::agrees);

    private ProductSelfTest() {}

    static boolean agrees() {
        return tilesAgree() && narrowTileAgrees() && packingAgrees() && finishAgrees();
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

    private static boolean narrowTileAgrees() {
        int inner = 3;
        int rows = VectorNarrowTile.ROWS;
        float[] a = ramp(rows * Tiles.ROW_STRIDE);
        MemorySegment memory = Tiles.panels((long) a.length * Float.BYTES);
        memory.copyFrom(MemorySegment.ofArray(a));
        MemorySegment b = Tiles.panels(Tiles.panelBytes(inner));
        b.copyFrom(MemorySegment.ofArray(ramp(inner * Tiles.COLUMNS)));
        float[] expected = ramp(rows * Tiles.COLUMNS);
        float[] actual = ramp(rows * Tiles.COLUMNS);
        long rowBytes = (long) Tiles.ROW_STRIDE * Float.BYTES;
        ScalarTile.multiplyAdd(a, 0, b, 0, Tiles.PANEL_STEP, inner, expected, expected, rows);
        VectorNarrowTile.multiplyAdd(memory, 0, rowBytes, b, 0, Tiles.PANEL_STEP, inner, actual, actual, rows);
        boolean agree = true;
        for (int at = 0; at < actual.length; at += Tiles.COLUMNS) {
            agree &= Arrays.equals(expected, at, at + Tiles.LANES, actual, at, at + Tiles.LANES);
        }
        return agree;
    }

    private static boolean packingAgrees() {
        int count = 2 * Tiles.LANES;
        float[] lines = ramp(Tiles.LINES * Tiles.COLUMNS);
        float[] expected = new float[STRIP];
        float[] actual = new float[STRIP];
        float[] squares = new float[Tiles.SQUARES];
        ScalarPacking.transpose(lines, 0, Tiles.COLUMNS, count, Tiles.LANES, expected, 0, Tiles.COLUMNS);
        VectorPacking.transpose(lines, 0, Tiles.COLUMNS, count, actual, 0, Tiles.COLUMNS, squares);
        MemorySegment expectedPanel = Tiles.panels(Tiles.panelBytes(count));
        MemorySegment actualPanel = Tiles.panels(Tiles.panelBytes(count));
        ScalarPacking.transpose(lines, Tiles.COLUMNS, count, Tiles.LANES, expectedPanel, 0);
        VectorPacking.transpose(lines, Tiles.COLUMNS, count, actualPanel, 0, squares);
        boolean agree = Arrays.equals(expected, actual) && expectedPanel.mismatch(actualPanel) < 0;
        MemorySegment memory = Tiles.panels((long) lines.length * Float.BYTES);
        memory.copyFrom(MemorySegment.ofArray(lines));
        VectorPacking.transpose(memory, 0, Tiles.PANEL_STEP, count, actual, 0, Tiles.COLUMNS, squares);
        VectorPacking.transpose(memory, 0, Tiles.PANEL_STEP, count, actualPanel, 0, squares);
        agree &= Arrays.equals(expected, actual) && expectedPanel.mismatch(actualPanel) < 0;
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
        for (boolean rectified : new boolean[] {false, true}) {
            for (boolean selects : new boolean[] {false, true}) {
                ScalarFinish.finish(expected, rows, bias, 0, rectified, selects, 1.25f, bits, 1, 19);
                VectorFinish.finish(actual, rows, bias, 0, rectified, selects, 1.25f, bits, 1, 19);
            }
        }
        ScalarFinish.keep(expected, ramp(STRIP), rows, bits, 5, 23);
        VectorFinish.keep(actual, ramp(STRIP), rows, bits, 5, 23);
        boolean agree = Arrays.equals(expected, actual);
        int columns = Tiles.COLUMNS - 3;
        ScalarFinish.close(expected, rows, columns);
        VectorFinish.close(actual, rows, columns);
        agree &= Arrays.equals(expected, 0, rows * columns, actual, 0, rows * columns);
        System.arraycopy(actual, 0, expected, 0, STRIP);
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
}
