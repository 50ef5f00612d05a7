package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** The matrix product by its definition. */
final class ScalarProduct {
    private ScalarProduct() {}

    /** Rows {@code start} to {@code end}, exclusive, of {@code c}. */
    static void rows(Matrix a, Matrix b, Matrix c, boolean add, int start, int end) {
        MemorySegment out = c.segment();
        for (int m = start; m < end; m++) {
            for (int n = 0; n < c.columns(); n++) {
                long at = ((long) m * c.columns() + n) * Float.BYTES;
                float sum = add ? out.get(Scratch.FLOAT, at) : 0f;
                for (int k = 0; k < a.columns(); k++) {
                    sum = Math.fma(get(a, m, k), get(b, k, n), sum);
                }
                out.set(Scratch.FLOAT, at, sum);
            }
        }
    }

    private static float get(Matrix matrix, int row, int column) {
        long index = matrix.transposed() ? (long) column * matrix.rows() + row : (long) row * matrix.columns() + column;
        return matrix.segment().get(Scratch.FLOAT, index * Float.BYTES);
    }
}
