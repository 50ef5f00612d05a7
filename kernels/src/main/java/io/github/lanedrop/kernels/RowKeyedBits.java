package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;
import io.github.lanedrop.rng.Philox4x32;

/**
 * Keep bits of rows with keys of their own. Rows of whole patterns get their random bytes by themselves, which then are
 * looked up as one string; others are drawn one by one.
 */
final class RowKeyedBits extends Filler<RowKeyedMask> {
    static final RowKeyedBits FILLER = new RowKeyedBits();

    private RowKeyedBits() {}

    @Override
    int fill(RowKeyedMask mask, long first, int elements, Scratch scratch) {
        long width = mask.rowElements();
        int row = (int) (first / width);
        long column = first % width;
        if (elements <= width - column && elements > 0) {
            return BernoulliBits.fill(mask.rate(), mask.key(row), column, elements, scratch);
        }
        if (width % Byte.SIZE == 0 && (Live.VECTOR_PATTERNS || mask.rate().isHalf()) && !KeepBits.constant(mask)) {
            return together(mask, row, column, elements, scratch);
        }
        Scratch inner = scratch.ofMask.inner();
        for (int done = 0; done < elements; row++) {
            int part = (int) Math.min(elements - done, width - column);
            int at = BernoulliBits.fill(mask.rate(), mask.key(row), column, part, inner);
            Bits.copy(inner.keepBits, 8 * at, scratch.keepBits, done, part);
            done += part;
            column = 0;
        }
        return 0;
    }

    /** From a column of a row on: what is drawn for a row more than it needs, the next one overwrites. */
    private static int together(RowKeyedMask mask, int firstRow, long column, int elements, Scratch scratch) {
        boolean half = mask.rate().isHalf();
        byte[] stream = half ? scratch.keepBits : scratch.stream;
        int patternBytes = half ? 1 : 2;
        long rowPatterns = mask.rowElements() / Byte.SIZE;
        long firstPattern = column / Byte.SIZE;
        int shift = (int) (column % Byte.SIZE);
        int patterns = Bits.bytes(shift + elements);
        int skipped = (int) (firstPattern * patternBytes % Philox4x32.BLOCK_BYTES); // the block's earlier bytes
        long from = firstPattern;
        int row = firstRow;
        for (int done = 0; done < patterns; row++) {
            int part = (int) Math.min(patterns - done, rowPatterns - from);
            int before = done == 0 ? skipped : 0;
            KeepBits.random(
                    mask.key(row),
                    from * patternBytes / Philox4x32.BLOCK_BYTES,
                    stream,
                    skipped - before + patternBytes * done,
                    Math.ceilDiv(before + patternBytes * part, Philox4x32.BLOCK_BYTES));
            done += part;
            from = 0;
        }
        if (!half) {
            VectorPatterns.drawRows(mask, firstRow, firstPattern, stream, skipped, scratch, patterns);
        }
        int at = half ? skipped : 0;
        if (shift != 0) {
            Bits.shiftDown(scratch.keepBits, at, shift, elements);
        }
        return at;
    }

    @Override
    boolean keepsAll(RowKeyedMask mask) {
        return mask.rate().keepsAll();
    }
}
