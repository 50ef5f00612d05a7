package io.github.lanedrop.kernels;

import io.github.lanedrop.kernels.mask.Bits;

/** Keep bits of rows with keys of their own: each row's part is drawn by itself. */
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

    @Override
    boolean keepsAll(RowKeyedMask mask) {
        return mask.rate().keepsAll();
    }
}
