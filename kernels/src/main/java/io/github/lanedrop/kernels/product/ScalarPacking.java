package io.github.lanedrop.kernels.product;

import static io.github.lanedrop.kernels.product.Tiles.COLUMNS;
import static io.github.lanedrop.kernels.product.Tiles.FLOAT;
import static io.github.lanedrop.kernels.product.Tiles.PANEL_STEP;

import java.lang.foreign.MemorySegment;

/** Moves lines of a matrix to where a tile reads them, by its definition. */
public final class ScalarPacking {
    private ScalarPacking() {}

    /** {@code dst[i][line] = lines[line][i]} for {@code count} elements of each line. */
    public static void transpose(
            float[] lines, int at, int stride, int count, int lineCount, float[] dst, int dstAt, int dstStride) {
        for (int line = 0; line < lineCount; line++) {
            for (int i = 0; i < count; i++) {
                dst[dstAt + i * dstStride + line] = lines[at + line * stride + i];
            }
        }
    }

    /** {@code panel[i][line] = lines[line][i]} for {@code count} elements of each line. */
    public static void transpose(
            float[] lines, int stride, int count, int lineCount, MemorySegment panel, long panelAt) {
        for (int line = 0; line < lineCount; line++) {
            for (int i = 0; i < count; i++) {
                panel.set(FLOAT, panelAt + i * PANEL_STEP + (long) line * Float.BYTES, lines[line * stride + i]);
            }
        }
    }

    /** {@code panel[line][n] = lines[line][n]} for the columns of a panel. */
    public static void spread(float[] lines, int at, int stride, int lineCount, MemorySegment panel, long panelAt) {
        for (int line = 0; line < lineCount; line++) {
            MemorySegment.copy(lines, at + line * stride, panel, FLOAT, panelAt + line * PANEL_STEP, COLUMNS);
        }
    }

    /** {@code line[i] *= factor}. */
    public static void scale(float[] line, int at, int count, float factor) {
        for (int i = at; i < at + count; i++) {
            line[i] *= factor;
        }
    }

    /** {@code line[i] *= line[i]}. */
    public static void square(float[] line, int at, int count) {
        for (int i = at; i < at + count; i++) {
            line[i] *= line[i];
        }
    }

    /** Replaces elements by {@code kept ? element * scale : +0}; the first one's bit is bit {@code bitAt}. */
    public static void select(float[] line, int at, int count, float scale, byte[] bits, int bitAt) {
        for (int i = 0; i < count; i++) {
            int kept = (bits[(bitAt + i) >>> 3] >>> ((bitAt + i) & 7)) & 1;
            line[at + i] = Float.intBitsToFloat(Float.floatToRawIntBits(line[at + i] * scale) & -kept);
        }
    }
}
