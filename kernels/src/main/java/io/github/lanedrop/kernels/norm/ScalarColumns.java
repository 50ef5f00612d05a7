package io.github.lanedrop.kernels.norm;

import static io.github.lanedrop.kernels.norm.ScalarNorm.get;
import static io.github.lanedrop.kernels.norm.ScalarNorm.set;

import java.lang.foreign.MemorySegment;

/** {@link ColumnLoop} element by element: the definition. */
final class ScalarColumns implements ColumnLoop {
    @Override
    public void addRows(
            MemorySegment src,
            long firstByte,
            int elements,
            int column,
            int columns,
            MemorySegment sums,
            long sumsByte) {
        int c = column;
        for (int i = 0; i < elements; i++) {
            set(sums, sumsByte, c, get(sums, sumsByte, c) + get(src, firstByte, i));
            c = c + 1 < columns ? c + 1 : 0;
        }
    }
}
