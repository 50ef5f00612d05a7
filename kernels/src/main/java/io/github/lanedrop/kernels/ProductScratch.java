package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.product.Tiles;
import java.lang.foreign.MemorySegment;

/** Packed blocks of a matrix product: A in L2, panels of B in L2 and L3, a strip of C in L1. Grows to what calls need. */
final class ProductScratch {
    /** Floats or bits that a loop may touch beyond what it is asked for. */
    private static final int SLACK = 64;

    /** Lines of memory on their way to a block. */
    final float[] lines = new float[Tiles.LINES * Tiles.LINE_STRIDE];
    /** Squares of lines, half transposed. */
    final float[] squares = new float[Tiles.SQUARES];

    /** What fresh chains start with. */
    final float[] zeros = new float[Tiles.STRIP_ROWS * Tiles.COLUMNS];

    final float[] strip = new float[Tiles.STRIP_ROWS * Tiles.COLUMNS];
    /** A strip across, or what memory held before. */
    final float[] other = new float[Tiles.STRIP_ROWS * Tiles.COLUMNS];

    final MemorySegment stripSegment = MemorySegment.ofArray(strip);
    final MemorySegment otherSegment = MemorySegment.ofArray(other);
    final float[] bias = new float[Tiles.BLOCK_COLUMNS + SLACK];

    /** Rows of A. */
    float[] a = {};
    /** Panels of B. */
    MemorySegment panels = MemorySegment.NULL;
    /** Keep bits of a block of weights. */
    byte[] weightBits = {};
    /** Keep bits of a block of C. */
    byte[] bits = {};

    void holdRows(int rows) {
        int floats = (rows + SLACK) * Tiles.ROW_STRIDE;
        if (a.length < floats) {
            a = new float[floats];
        }
    }

    void holdPanels(long bytes) {
        if (panels.byteSize() < bytes) {
            panels = Tiles.panels(bytes);
        }
    }

    static byte[] bitsFor(byte[] present, int count) {
        int bytes = count / Byte.SIZE + SLACK;
        return present.length < bytes ? new byte[bytes] : present;
    }
}
